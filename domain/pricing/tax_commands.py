"""Saying which taxes an entity charges where, and at which rates from when on."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from domain.access.roles import ACCOUNTANT, ADMIN, CONTROLLER, DATA_STEWARD
from domain.billing.tax import Tax
from domain.command import Answer, Command, Exact, Value
from domain.organisation.commands import legal_entity
from domain.pricing.tax_code import TaxCode, TaxRates, tax_code_id
from domain.request import AlreadyTaken
from domain.unit_of_work import NotFound, UnitOfWork

TAXERS = frozenset({ADMIN, ACCOUNTANT, CONTROLLER, DATA_STEWARD})


class TaxInput(Value):
    """One tax; several stand in the order they are taken."""

    name: str = Field(min_length=1, max_length=60)
    rate_pct: Exact = Field(default=Decimal(0), ge=0, le=1000, max_digits=10)
    kind: Literal["percent", "division"] = Field(
        default="percent", description="Of the base, or a share of the total it is part of"
    )
    included: bool = Field(default=False, description="The price contains it")
    raises_base: bool = Field(default=False, description="Later taxes are on it, too")
    base_affected: bool = Field(default=True, description="On what earlier taxes raised")
    reverse_charge: bool = Field(default=False, description="Shown; the client owes it")
    exempt_reason: str = Field(default="", max_length=200, description="Why it is not charged")

    def tax(self) -> Tax:
        """The tax as calculated."""
        return Tax(
            self.name, self.rate_pct, self.kind, Decimal(0), self.included, self.raises_base,
            self.base_affected, self.reverse_charge, self.exempt_reason,
        )  # fmt: skip


class TaxFields(Command):
    """A code of an entity and its taxes from a day on."""

    entity: str
    code: str = Field(pattern="^[A-Z0-9][A-Z0-9-]{0,19}$")
    from_date: date
    taxes: tuple[TaxInput, ...] = Field(
        default=(), max_length=10, description="In the order they are taken; none: not taxed"
    )

    def rates(self) -> TaxRates:
        """Raises BadTax."""
        rates = TaxRates(self.from_date, tuple(given.tax() for given in self.taxes))
        rates.require_sound()
        return rates


class DefineTaxCode(TaxFields):
    """Name the taxes of a place, so that contracts can say theirs."""

    ROLES: ClassVar = TAXERS
    name: str = Field(min_length=1, max_length=100)
    country: str = Field(pattern="^[A-Z]{2}$", description="ISO 3166 code of whose tax it is")
    region: str = Field(default="", max_length=60)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, BadTax, NotFound, WrongEntity."""
        entity, id_ = legal_entity(work, self.entity), tax_code_id(self.entity, self.code)
        if work.load_or_none(TaxCode, id_):
            raise AlreadyTaken(f"{self.entity} has a tax code {self.code}", field="code")
        return Answer(id=work.add(TaxCode(
            id_, entity.code, self.code, self.name, self.country, self.region, self.rates(),
        )).id)  # fmt: skip


class SetTaxRates(TaxFields):
    """Other rates of a code from a day on; documents issued before keep theirs."""

    ROLES: ClassVar = TAXERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverlappingRate, BadTax, NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        code = work.load(TaxCode, tax_code(work, self.entity, self.code).id)
        code.set_rates(self.rates())
        return Answer(id=code.id)


def tax_code(work: UnitOfWork, entity: str, code: str) -> TaxCode:
    """An entity's code, to consult it. Raises NotFound."""
    found = work.find(TaxCode, tax_code_id(entity, code))
    if found is None:
        raise NotFound(f"{entity} has no tax code {code}", field="code")
    return found
