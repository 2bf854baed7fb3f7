"""Publishing prices and recording exchange rates."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import (
    ACCOUNTANT,
    ADMIN,
    CONTRACT_MANAGER,
    CONTROLLER,
    DATA_STEWARD,
    INTEGRATION,
    SYSTEM,
)
from domain.actor import EVERY_ENTITY
from domain.command import Answer, Command, Exact, Value
from domain.money import minor_unit
from domain.organisation.commands import legal_entity
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.pricing.fx import ECB, FxRates, fx_id
from domain.pricing.published_rate import PER_BASE, Direction
from domain.pricing.rate_card import RateCard, RateLine, refuse_overlap
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

PRICERS = frozenset({ADMIN, CONTRACT_MANAGER, DATA_STEWARD, SYSTEM})


class RateLineInput(Value):
    """Price of an hour from a day on; leave a scope empty to mean any."""

    hourly_rate: Exact = Field(ge=0, max_digits=12, decimal_places=4)
    from_date: date
    person: str = Field(default="", description="Code of a person")
    activity: str = Field(default="", max_length=60)
    role: str = Field(default="", max_length=60)

    def line(self) -> RateLine:
        """The line as the rate card keeps it."""
        return RateLine(self.hourly_rate, self.from_date, self.person, self.activity, self.role)


class PublishRateCard(Command):
    """Bring a rate card into use."""

    ROLES: ClassVar = PRICERS
    rate_card_id: UUID
    name: str = Field(min_length=1, max_length=100)
    entity: str
    currency: str
    lines: tuple[RateLineInput, ...] = Field(min_length=1, max_length=5000)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverlappingRate, UnknownCurrency, AlreadyTaken, NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        minor_unit(self.currency)
        if work.load_or_none(RateCard, self.rate_card_id):
            raise AlreadyTaken(f"rate card {self.rate_card_id} exists", field="rate_card_id")
        lines = tuple(line.line() for line in self.lines)
        refuse_overlap(lines)
        card = RateCard(self.rate_card_id, self.name, self.entity, self.currency, lines)
        return Answer(id=work.add(card).id)


class AddRateCardLines(Command):
    """Add prices to a rate card; what is priced already keeps its price."""

    ROLES: ClassVar = PRICERS
    rate_card_id: UUID
    lines: tuple[RateLineInput, ...] = Field(min_length=1, max_length=5000)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverlappingRate, NotFound, WrongEntity."""
        card = work.load(RateCard, self.rate_card_id)
        work.enter(card.entity)
        card.add_lines(tuple(line.line() for line in self.lines))
        return Answer(id=card.id)


class CurrencyRate(Value):
    """A figure of a currency: units for one of the base, unless its direction says otherwise."""

    currency: str = Field(pattern="^[A-Z]{3}$")
    rate: Exact = Field(gt=0, max_digits=24, decimal_places=12)
    direction: Direction = Field(
        default=PER_BASE, description="Or units of the base for one, or for 100, of it"
    )


class ImportFxRates(Command):
    """Record a day's exchange rates of one source; a second time corrects them."""

    ROLES: ClassVar = PRICERS | {ACCOUNTANT, INTEGRATION}
    quoted_on: date
    source: str = Field(default=ECB, max_length=20)
    base: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    rates: tuple[CurrencyRate, ...] = Field(min_length=1, max_length=200)

    def effective_on(self, today: date) -> date:
        """The day the rates hold for."""
        del today
        return self.quoted_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises CurrencyMismatch, WrongEntity: rates belong to the whole group."""
        work.enter(EVERY_ENTITY)
        rates = {given.currency: given.rate for given in self.rates}
        directions: dict[str, str] = {
            given.currency: given.direction for given in self.rates if given.direction != PER_BASE
        }
        id_ = fx_id(self.source, self.quoted_on)
        if known := work.load_or_none(FxRates, id_):
            known.correct(self.base, rates, directions)
        else:
            work.add(FxRates(id_, self.source, self.quoted_on, self.base, rates, directions))
        return Answer(id=id_)


class SetRateSource(Command):
    """Say whose exchange rates an entity books at; where that is silent, the ECB's count."""

    ROLES: ClassVar = frozenset({ADMIN, CONTROLLER})
    entity: str
    source: str = Field(min_length=1, max_length=20)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        entity = work.load(LegalEntity, entity_id(self.entity))
        work.enter(entity.code)
        entity.choose_rate_source(self.source)
        return Answer(id=entity.id)
