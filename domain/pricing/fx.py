"""Exchange rates by day and source, quoted against one base currency, never guessed.

A day without a quote takes the last one published, at most seven days back, and says so.
Source: accounting rules of the project (missing rate: refuse, never 1.0).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id
from domain.money import CurrencyMismatch, quantize
from domain.unit_of_work import UnitOfWork

ECB = "ECB"
DAYS_BACK = 7


class MissingRate(Refusal):
    """No rate was published for the day or the week before it."""

    code = "MISSING_RATE"


def fx_id(source: str, on: date) -> UUID:
    """The stream of one source's rates of one day."""
    return named_id("fx_rates", f"{source}:{on}", on)


class FxRates(Root):
    """Units of each currency for one unit of ``base`` on one day; a correction replaces."""

    class Recorded(Root.Created):
        """A day's rates were published."""

        TOPIC = "pricing.fx_rates_recorded"
        source: str
        quoted_on: date
        base: str
        rates: dict[str, Decimal]

    class Corrected(Root.Event):
        """The source corrected the day's rates."""

        TOPIC = "pricing.fx_rates_corrected"
        rates: dict[str, Decimal]

    @event(Recorded)
    def __init__(
        self,
        id: UUID,
        source: str,
        quoted_on: date,
        base: str,
        rates: dict[str, Decimal],
    ) -> None:
        self.source = source
        self.quoted_on = quoted_on
        self.base = base
        self.rates = rates

    def correct(self, base: str, rates: dict[str, Decimal]) -> None:
        """The same rates again change nothing. Raises CurrencyMismatch."""
        if base != self.base:
            raise CurrencyMismatch(f"{self.source} quotes against {self.base}", field="base")
        if rates != self.rates:
            self._corrected(rates)

    def per_base(self, currency: str) -> Decimal | None:
        """Units of a currency for one unit of the base."""
        return Decimal(1) if currency == self.base else self.rates.get(currency)

    @event(Corrected)
    def _corrected(self, rates: dict[str, Decimal]) -> None:
        self.rates = rates


@dataclass(frozen=True)
class Quote:
    """``rate`` units of ``to`` for one unit of ``of``, as published on ``quoted_on``.

    Kept as the two published figures, so that no division is rounded before its product.
    """

    of: str
    to: str
    of_per_base: Decimal
    to_per_base: Decimal
    source: str
    quoted_on: date

    @property
    def rate(self) -> Decimal:
        """The cross rate, to 28 digits."""
        return self.to_per_base / self.of_per_base

    def convert(self, amount: Decimal) -> Decimal:
        """The amount in the other currency, rounded half up to its minor unit."""
        return quantize(amount * self.to_per_base / self.of_per_base, self.to)


def quote(work: UnitOfWork, of: str, to: str, on: date) -> Quote:
    """The rate to book at on a day. Raises MissingRate."""
    if of == to:
        return Quote(of, to, Decimal(1), Decimal(1), "same currency", on)
    for back in range(DAYS_BACK + 1):
        day = on - timedelta(days=back)
        rates = work.find(FxRates, fx_id(ECB, day))
        if rates and (known := (rates.per_base(of), rates.per_base(to))) and all(known):
            return Quote(of, to, known[0], known[1], ECB, day)  # type: ignore[arg-type]
    raise MissingRate(f"no {ECB} rate from {of} to {to} for {on} or the week before")
