"""A charge between two entities: both sides of it, one fact, one id.

The two sides are equal in the currency of the pair; each stands in its own books at the rate of
the day it belongs to. What is cleared leaves each side at the value it was booked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.group.intercompany_rule import Parties
from domain.money import quantize
from domain.pricing.fx import Quote

Status = Literal["unmatched", "matched", "disputed"]
ZERO = Decimal(0)


class NothingOpen(Refusal):
    """Nothing is left to clear."""

    code = "NOTHING_OPEN"


class DisputedCharge(Refusal):
    """The counterpart disputes the charge."""

    code = "CHARGE_DISPUTED"


@dataclass(frozen=True)
class ChargeLine:
    """One thing charged on a day; ``key`` is the time entry's id, or the charge's own."""

    key: UUID
    on: date
    text: str
    project_id: UUID | None
    amount: Decimal
    provider_quote: Quote
    receiver_quote: Quote

    @property
    def provided(self) -> Decimal:
        """In the provider's books."""
        return self.provider_quote.convert(self.amount)

    @property
    def received(self) -> Decimal:
        """In the receiver's books."""
        return self.receiver_quote.convert(self.amount)


@dataclass(frozen=True)
class Portion:
    """Part of a charge that is cleared: its amount, and what it is booked at on both sides."""

    charge_id: UUID
    between: Parties
    amount: Decimal
    provided: Decimal
    received: Decimal


class IntercompanyCharge(Root):
    """``open`` is in the pair's currency; a credit is negative."""

    class Raised(Root.Created):
        """One entity charged another; both books have it."""

        TOPIC = "group.charge_raised"
        between: Parties
        origin: str
        lines: tuple[ChargeLine, ...]

    class Extended(Root.Event):
        """More of the same was approved."""

        TOPIC = "group.charge_extended"
        between: Parties
        lines: tuple[ChargeLine, ...]

    class TakenBack(Root.Event):
        """Lines do not count any more, on either side."""

        TOPIC = "group.charge_taken_back"
        between: Parties
        lines: tuple[ChargeLine, ...]
        why: str

    class Confirmed(Root.Event):
        """The counterpart agrees."""

        TOPIC = "group.charge_confirmed"
        between: Parties

    class Disputed(Root.Event):
        """The counterpart does not agree."""

        TOPIC = "group.charge_disputed"
        between: Parties
        why: str

    class Cleared(Root.Event):
        """Netted or paid, in part or all of it."""

        TOPIC = "group.charge_cleared"
        clearing_id: UUID
        portion: Portion

    @event(Raised)
    def __init__(
        self, id: UUID, between: Parties, origin: str, lines: tuple[ChargeLine, ...]
    ) -> None:
        self.between = between
        self.origin = origin
        self.lines: dict[UUID, ChargeLine] = {}
        self.status: Status = "unmatched"
        self.open = self.provided = self.received = ZERO
        self._count(lines, 1)

    def extend(self, lines: tuple[ChargeLine, ...]) -> None:
        """Add lines; those that are there already stay."""
        if new := tuple(line for line in lines if line.key not in self.lines):
            self._extended(self.between, new)

    def take_back(self, keys: Sequence[UUID], why: str) -> None:
        """Undo the lines of these keys, where the charge has them."""
        if gone := tuple(self.lines[key] for key in keys if key in self.lines):
            self._taken_back(self.between, gone, why)

    def confirm(self) -> None:
        """Confirmed already changes nothing."""
        if self.status != "matched":
            self._confirmed(self.between)

    def dispute(self, why: str) -> None:
        """Raises NothingOpen where all of it is cleared."""
        if not self.open:
            raise NothingOpen("nothing of the charge is open", field="charge_id")
        self._disputed(self.between, why)

    def portion(self, amount: Decimal) -> Portion:
        """What some of the open amount is booked at; the last part takes what is left."""
        if amount == self.open:
            return Portion(self.id, self.between, amount, self.provided, self.received)
        share = amount / self.open
        return Portion(
            self.id, self.between, amount,
            quantize(self.provided * share, self.between.provider_books),
            quantize(self.received * share, self.between.receiver_books),
        )  # fmt: skip

    def clear(self, clearing_id: UUID, portion: Portion) -> None:
        """Raises DisputedCharge, NothingOpen."""
        if self.status == "disputed":
            raise DisputedCharge("the counterpart disputes the charge", field="charge_id")
        if not self.open:
            raise NothingOpen("nothing of the charge is open", field="charge_id")
        self._cleared(clearing_id, portion)

    @event(Extended)
    def _extended(self, between: Parties, lines: tuple[ChargeLine, ...]) -> None:
        del between
        self._count(lines, 1)
        self.status = "unmatched"

    @event(TakenBack)
    def _taken_back(self, between: Parties, lines: tuple[ChargeLine, ...], why: str) -> None:
        del between, why
        self._count(lines, -1)
        self.status = "unmatched"

    @event(Confirmed)
    def _confirmed(self, between: Parties) -> None:
        del between
        self.status = "matched"

    @event(Disputed)
    def _disputed(self, between: Parties, why: str) -> None:
        del between, why
        self.status = "disputed"

    @event(Cleared)
    def _cleared(self, clearing_id: UUID, portion: Portion) -> None:
        del clearing_id
        self.open -= portion.amount
        self.provided -= portion.provided
        self.received -= portion.received

    def _count(self, lines: tuple[ChargeLine, ...], sign: int) -> None:
        for line in lines:
            if sign > 0:
                self.lines[line.key] = line
            else:
                del self.lines[line.key]
            self.open += sign * line.amount
            self.provided += sign * line.provided
            self.received += sign * line.received
