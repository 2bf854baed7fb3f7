"""A rate card: prices of an hour by scope and date, the most specific one wins."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.organisation.person import OverlappingRate


class NoBillRate(Refusal):
    """No line of the rate card covers the work."""

    code = "NO_BILL_RATE"


@dataclass(frozen=True)
class RateLine:
    """Price of an hour from ``from_date`` on; empty scopes mean any."""

    hourly_rate: Decimal
    from_date: date
    person: str = ""
    activity: str = ""
    role: str = ""

    @property
    def scope(self) -> tuple[str, str, str]:
        """What the line is about."""
        return self.person, self.activity, self.role


class RateCard(Root):
    """Prices in one currency. Lines are added, never changed: history keeps its price."""

    class Published(Root.Created):
        """A rate card came into use."""

        TOPIC = "pricing.rate_card_published"
        name: str
        entity: str
        currency: str
        lines: tuple[RateLine, ...]

    class LinesAdded(Root.Event):
        """More prices, from their dates on."""

        TOPIC = "pricing.rate_card_lines_added"
        lines: tuple[RateLine, ...]

    @event(Published)
    def __init__(
        self,
        id: UUID,
        name: str,
        entity: str,
        currency: str,
        lines: tuple[RateLine, ...],
    ) -> None:
        self.name = name
        self.entity = entity
        self.currency = currency
        self.lines = lines

    def add_lines(self, lines: tuple[RateLine, ...]) -> None:
        """Raises OverlappingRate where a scope already has a rate from that day."""
        refuse_overlap((*self.lines, *lines))
        self._lines_added(lines)

    @event(LinesAdded)
    def _lines_added(self, lines: tuple[RateLine, ...]) -> None:
        self.lines = (*self.lines, *lines)


def refuse_overlap(lines: tuple[RateLine, ...]) -> None:
    """Raises OverlappingRate where two lines of one scope start on one day."""
    seen = set()
    for line in lines:
        if (key := (line.scope, line.from_date)) in seen:
            raise OverlappingRate(f"two rates of one scope start on {line.from_date}")
        seen.add(key)
