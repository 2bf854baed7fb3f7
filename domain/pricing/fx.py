"""Exchange rates by day and source, quoted against one base currency, never guessed.

A day without a quote takes the last one published, at most seven days back, and says so. An
entity may prefer another source; where that is silent for a week, the European Central Bank's
counts. Source: accounting rules of the project (missing rate: refuse, never 1.0).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any
from uuid import UUID

from domain.actor import EVERY_ENTITY
from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id
from domain.money import CurrencyMismatch, quantize
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.pricing.published_rate import PER_BASE, Published
from domain.unit_of_work import UnitOfWork

ECB = "ECB"
DAYS_BACK = 7
PLACES = 10
_EXACT = Context(prec=90)
"""An amount times a figure never has more digits, and no quotient comes as near to a half cent."""


class MissingRate(Refusal):
    """No rate was published for the day or the week before it."""

    code = "MISSING_RATE"


def fx_id(source: str, on: date) -> UUID:
    """The stream of one source's rates of one day."""
    return named_id("fx_rates", f"{source}:{on}", on)


def _undirected(state: dict[str, Any]) -> None:
    """Before sources could quote in another direction."""
    state["directions"] = {}


class FxRates(Root):
    """A currency's figure by ``rates``: units for one of ``base`` but where ``directions`` says.

    A correction replaces the day's rates.
    """

    class Recorded(Root.Created):
        """A day's rates were published."""

        TOPIC = "pricing.fx_rates_recorded"
        class_version = 2
        source: str
        quoted_on: date
        base: str
        rates: dict[str, Decimal]
        directions: dict[str, str]
        upcast_v1_v2 = staticmethod(_undirected)

    class Corrected(Root.Event):
        """The source corrected the day's rates."""

        TOPIC = "pricing.fx_rates_corrected"
        class_version = 2
        rates: dict[str, Decimal]
        directions: dict[str, str]
        upcast_v1_v2 = staticmethod(_undirected)

    @event(Recorded)
    def __init__(
        self, id: UUID, source: str, quoted_on: date, base: str, rates: dict[str, Decimal],
        directions: dict[str, str],
    ) -> None:  # fmt: skip
        self.source = source
        self.quoted_on = quoted_on
        self.base = base
        self.rates = rates
        self.directions = directions

    def correct(self, base: str, rates: dict[str, Decimal], directions: dict[str, str]) -> None:
        """The same rates again change nothing. Raises CurrencyMismatch."""
        if base != self.base:
            raise CurrencyMismatch(f"{self.source} quotes against {self.base}", field="base")
        if (rates, directions) != (self.rates, self.directions):
            self._corrected(rates, directions)

    def published(self, currency: str) -> Published | None:
        """A currency's figure as the source says it."""
        if currency == self.base:
            return Published(Decimal(1))
        if currency not in self.rates:
            return None
        return Published.of(self.rates[currency], self.directions.get(currency, PER_BASE))

    @event(Corrected)
    def _corrected(self, rates: dict[str, Decimal], directions: dict[str, str]) -> None:
        self.rates = rates
        self.directions = directions


@dataclass(frozen=True)
class Quote:
    """``to_per_base`` units of ``to`` are ``of_per_base`` units of ``of``, on ``quoted_on``.

    Kept as published figures (their products where a source quotes in another direction), so
    that no division is rounded before its product.
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

    @property
    def shown(self) -> Decimal:
        """The cross rate as people read it, to ten decimals; never to calculate with."""
        return self.rate.quantize(Decimal(1).scaleb(-PLACES), ROUND_HALF_UP)

    def inverse(self) -> "Quote":
        """The same figures the other way round."""
        return Quote(
            self.to, self.of, self.to_per_base, self.of_per_base, self.source, self.quoted_on
        )

    def convert(self, amount: Decimal) -> Decimal:
        """The amount in the other currency, rounded half up to its minor unit, once."""
        product = _EXACT.multiply(amount, self.to_per_base)
        return quantize(_EXACT.divide(product, self.of_per_base), self.to)


def crossed(
    of: str, to: str, figures: tuple[Published, Published], source: str, on: date
) -> Quote:
    """A quote of two figures against one base, in whatever directions they are published."""
    (of_units, of_base), (to_units, to_base) = figures[0].pair, figures[1].pair
    return Quote(
        of, to, _EXACT.multiply(of_units, to_base), _EXACT.multiply(to_units, of_base), source, on
    )


def quote(work: UnitOfWork, of: str, to: str, on: date) -> Quote:
    """The rate to book at on a day, of the source that the entity prefers. Raises MissingRate."""
    if of == to:
        return Quote(of, to, Decimal(1), Decimal(1), "same currency", on)
    sources = sources_of(work)
    for source in sources:
        for back in range(DAYS_BACK + 1):
            if found := quote_of(work, source, of, to, on - timedelta(days=back)):
                return found
    words = " or ".join(sources)
    raise MissingRate(f"no {words} rate from {of} to {to} for {on} or the week before")


def sources_of(work: UnitOfWork) -> tuple[str, ...]:
    """Whose rates the entity that is acted for takes, the preferred one first."""
    if work.entity in ("", EVERY_ENTITY):
        return (ECB,)
    entity = work.find(LegalEntity, entity_id(work.entity))
    return (ECB,) if entity is None else tuple(dict.fromkeys((entity.rate_source or ECB, ECB)))


def quote_of(work: UnitOfWork, source: str, of: str, to: str, on: date) -> Quote | None:
    """What a source published for a day; None where it is silent about one of the two."""
    rates = work.find(FxRates, fx_id(source, on))
    if rates is None:
        return None
    first, second = rates.published(of), rates.published(to)
    return crossed(of, to, (first, second), source, on) if first and second else None
