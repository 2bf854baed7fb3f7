"""Saying where a firm sits and by what it is known: what its documents must show."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.command import Answer, Command
from domain.organisation.client import Client
from domain.organisation.commands import STEWARDS, legal_entity
from domain.organisation.details import FirmDetails
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.unit_of_work import UnitOfWork


class DetailFields(Command):
    """Address and numbers from a day on; what is left out is not known from then on."""

    from_date: date = Field(description="Documents issued from this day on say so")
    street: str = Field(default="", max_length=200, description="With the number")
    city: str = Field(default="", max_length=100)
    postcode: str = Field(default="", max_length=20)
    region: str = Field(default="", max_length=100)
    vat_id: str = Field(
        default="", pattern="^([A-Z]{2}[A-Za-z0-9+*.-]{2,18})?$",
        description="VAT number with its country in front",
    )  # fmt: skip
    registration_id: str = Field(
        default="", max_length=60, description="Number in a register of companies"
    )
    endpoint: str = Field(
        default="", max_length=100, description="Electronic address for invoices"
    )
    endpoint_scheme: str = Field(
        default="", pattern="^([0-9]{4}|[A-Z]{2})?$",
        description="What kind of address: a code of the EAS list, e.g. 9930 for a German VAT id",
    )  # fmt: skip

    def details(self, country: str) -> FirmDetails:
        """As kept."""
        return FirmDetails(country, self.street, self.city, self.postcode, self.region,
                           self.vat_id, self.registration_id, self.endpoint,
                           self.endpoint_scheme)  # fmt: skip


class SetEntityDetails(DetailFields):
    """Say what a legal entity's documents show of it; its country is that of its registration."""

    ROLES: ClassVar = STEWARDS
    entity: str = Field(description="Code of the legal entity")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        code = legal_entity(work, self.entity).code
        entity = work.load(LegalEntity, entity_id(code))
        entity.set_details(self.from_date, self.details(entity.country))
        return Answer(id=entity.id)


class SetClientDetails(DetailFields):
    """Say what documents to a client show of it, and what they refer to."""

    ROLES: ClassVar = STEWARDS
    client_id: UUID
    country: str = Field(pattern="^[A-Z]{2}$", description="ISO 3166 code")
    buyer_reference: str = Field(
        default="", max_length=100, description="What the client wants on its invoices"
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        client = work.load(Client, self.client_id)
        work.enter(client.entity)
        client.set_details(self.from_date, self.details(self.country), self.buyer_reference)
        return Answer(id=client.id)
