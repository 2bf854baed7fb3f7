"""A tax code: which taxes a place asks for, with the rates of each day.

Rates are added with the day they begin, never changed: a document keeps the rates of its date.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.tax import Tax, TaxableLine, tax_line
from domain.errors import Refusal
from domain.identity import named_id
from domain.organisation.person import OverlappingRate


class NoTaxRate(Refusal):
    """The tax code has no rates on that day yet."""

    code = "NO_TAX_RATE"


@dataclass(frozen=True)
class TaxRates:
    """Taxes of a code from a day on, in the order they are taken; none at all is taxed by none."""

    from_date: date
    taxes: tuple[Tax, ...]

    @property
    def included(self) -> bool:
        """Whether a price has tax inside."""
        return any(tax.included for tax in self.taxes)

    def require_sound(self) -> None:
        """Raises BadTax where no price could be taxed so."""
        tax_line(TaxableLine(Decimal(100), self.taxes), "EUR")


def tax_code_id(entity: str, code: str) -> UUID:
    """The code's id: an entity is registered for its own taxes."""
    return named_id("tax code", f"{entity}:{code}")


class TaxCode(Root):
    """``country`` (and ``region``) is the place whose tax it is."""

    class Defined(Root.Created):
        """An entity may charge the taxes of a place."""

        TOPIC = "pricing.tax_code_defined"
        entity: str
        code: str
        name: str
        country: str
        region: str
        rates: TaxRates

    class RatesSet(Root.Event):
        """Other rates from a day on."""

        TOPIC = "pricing.tax_rates_set"
        rates: TaxRates

    @event(Defined)
    def __init__(
        self, id: UUID, entity: str, code: str, name: str, country: str, region: str,
        rates: TaxRates,
    ) -> None:  # fmt: skip
        del name, country, region
        self.entity = entity
        self.code = code
        self.rates: tuple[TaxRates, ...] = (rates,)

    def set_rates(self, rates: TaxRates) -> None:
        """Other rates from a day on; the same again changes nothing.

        Raises BadTax, and OverlappingRate where that day has other rates.
        """
        rates.require_sound()
        if rates in self.rates:
            return
        if any(known.from_date == rates.from_date for known in self.rates):
            raise OverlappingRate(f"{self.code} has rates from {rates.from_date}",
                                  field="from_date")  # fmt: skip
        self._rates_set(rates)

    def rates_on(self, day: date) -> TaxRates:
        """The rates of a document of that day. Raises NoTaxRate."""
        begun = [rates for rates in self.rates if rates.from_date <= day]
        if not begun:
            raise NoTaxRate(f"{self.code} has no rates on {day}", field="issued_on")
        return max(begun, key=lambda rates: rates.from_date)

    @event(RatesSet)
    def _rates_set(self, rates: TaxRates) -> None:
        self.rates = (*self.rates, rates)
