"""Master data: what a data steward registers."""

from datetime import date
from typing import ClassVar
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import Field

from domain.access.roles import ADMIN, DATA_STEWARD, SYSTEM
from domain.actor import EVERY_ENTITY
from domain.command import Answer, Command, Exact
from domain.money import minor_unit
from domain.organisation.client import Client
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.organisation.person import Person
from domain.pricing.business_date import UnknownZone
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

STEWARDS = frozenset({ADMIN, DATA_STEWARD, SYSTEM})


def legal_entity(work: UnitOfWork, code: str) -> LegalEntity:
    """Consult an entity and act for it. Raises NotFound, WrongEntity."""
    found = work.read(LegalEntity, entity_id(code))
    work.enter(code)
    return found


class RegisterLegalEntity(Command):
    """Add a legal entity with books of its own."""

    ROLES: ClassVar = STEWARDS
    code: str = Field(pattern="^[A-Z0-9]{2,12}$", description="Short name used in every report")
    name: str = Field(min_length=1, max_length=200)
    currency: str = Field(description="Functional currency, ISO 4217")
    country: str = Field(pattern="^[A-Z]{2}$", description="ISO 3166 code")
    zone: str = Field(default="UTC", description="IANA time zone of its working days")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, UnknownCurrency, UnknownZone."""
        work.actor.require_entity(EVERY_ENTITY)
        work.enter(self.code)
        minor_unit(self.currency)
        if self.zone not in available_timezones():
            raise UnknownZone(f"{self.zone!r} is not an IANA time zone", field="zone")
        if work.load_or_none(LegalEntity, entity_id(self.code)):
            raise AlreadyTaken(f"entity {self.code} exists", field="code")
        entity = LegalEntity(
            entity_id(self.code), self.code, self.name, self.currency, self.country, self.zone
        )
        return Answer(id=work.add(entity).id)


class RegisterClient(Command):
    """Take on a client of one billing entity."""

    ROLES: ClassVar = STEWARDS
    client_id: UUID
    code: str = Field(min_length=1, max_length=60)
    name: str = Field(min_length=1, max_length=200)
    entity: str = Field(description="Code of the billing entity")
    currency: str = Field(description="Currency the client is billed in, ISO 4217")
    payment_terms_days: int = Field(default=30, ge=0, le=365)
    contact_name: str = Field(default="", max_length=200, description="Personal data")
    contact_email: str = Field(default="", max_length=200, description="Personal data")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, UnknownCurrency, NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        minor_unit(self.currency)
        if work.load_or_none(Client, self.client_id):
            raise AlreadyTaken(f"client {self.client_id} exists", field="client_id")
        client = Client(
            self.client_id, self.code, self.name, self.entity, self.currency,
            self.payment_terms_days, self.contact_name, self.contact_email,
        )  # fmt: skip
        return Answer(id=work.add(client).id)


class DeactivateClient(Command):
    """Stop new business with a client."""

    ROLES: ClassVar = STEWARDS
    client_id: UUID

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        client = work.load(Client, self.client_id)
        work.enter(client.entity)
        client.deactivate()
        return Answer(id=client.id)


class RegisterPerson(Command):
    """Add a person who delivers work."""

    ROLES: ClassVar = STEWARDS
    person_id: UUID
    code: str = Field(min_length=1, max_length=60)
    name: str = Field(default="", max_length=200, description="Personal data")
    email: str = Field(default="", max_length=200, description="Personal data")
    entity: str = Field(description="Code of the home entity")
    role: str = Field(min_length=1, max_length=60, description="Role that rate cards price")
    user: str = Field(default="", description="Id of the actor this person signs in as")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        if work.load_or_none(Person, self.person_id):
            raise AlreadyTaken(f"person {self.person_id} exists", field="person_id")
        person = Person(
            self.person_id, self.code, self.name, self.email, self.entity, self.role, self.user
        )
        return Answer(id=work.add(person).id)


class SetCostRate(Command):
    """Say what an hour of a person costs from a day on, in the home entity's currency."""

    ROLES: ClassVar = STEWARDS
    person_id: UUID
    from_date: date
    hourly_rate: Exact = Field(ge=0, max_digits=12, decimal_places=4)

    def effective_on(self, today: date) -> date:
        """The day the rate starts."""
        del today
        return self.from_date

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity, OverlappingRate."""
        person = work.load(Person, self.person_id)
        entity = legal_entity(work, person.entity)
        person.set_cost_rate(self.from_date, self.hourly_rate, entity.currency)
        return Answer(id=person.id)


class AssignDepartment(Command):
    """Say where a person works from a day on: headcount by department follows."""

    ROLES: ClassVar = STEWARDS
    person_id: UUID
    department: str = Field(max_length=60, description="Empty: in none any more")
    from_date: date

    def effective_on(self, today: date) -> date:
        """The day it starts."""
        del today
        return self.from_date

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        person = work.load(Person, self.person_id)
        work.enter(person.entity)
        person.assign_department(self.department, self.from_date)
        return Answer(id=person.id)
