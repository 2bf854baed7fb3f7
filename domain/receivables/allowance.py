"""An entity's credit-loss allowance: booked once a month, used by write-offs.

A month's run books the difference between what the receivables of its last day need and what is
held on that day, so what was used or came back since is asked for again.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id
from domain.ledger.period import month_end
from domain.measures.loss_allowance import LossAllowance


class AllowanceBooked(Refusal):
    """The month, or a later one, has its allowance."""

    code = "ALLOWANCE_BOOKED"


@dataclass(frozen=True)
class BucketAllowance:
    """What receivables of an age need; ``loss_rate`` is a fraction."""

    bucket: str
    balance: Decimal
    loss_rate: Decimal
    allowance: Decimal


def allowance_id(entity: str) -> UUID:
    """The stream of an entity's allowance."""
    return named_id("credit-loss allowance", entity)


class CreditLossAllowance(Root):
    """``moves`` are dated additions and uses, in the entity's currency."""

    class Begun(Root.Created):
        """An entity's first allowance or write-off."""

        TOPIC = "receivables.allowance_begun"
        entity: str
        currency: str

    class Booked(Root.Event):
        """``change`` takes the allowance from ``held`` to ``required``.

        ``evidence`` is the digest of the ageing that the balances come from.
        """

        TOPIC = "receivables.allowance_booked"
        entity: str
        currency: str
        month: date
        lines: tuple[BucketAllowance, ...]
        required: Decimal
        held: Decimal
        change: Decimal
        evidence: str

    class Moved(Root.Event):
        """A write-off used some (below zero), a recovery or reversal gave some back."""

        TOPIC = "receivables.allowance_moved"
        entity: str
        currency: str
        write_off_id: UUID
        moved_on: date
        amount: Decimal

    @event(Begun)
    def __init__(self, id: UUID, entity: str, currency: str) -> None:
        self.entity = entity
        self.currency = currency
        self.moves: tuple[tuple[date, Decimal], ...] = ()
        self.last_month: date | None = None

    def held_on(self, day: date) -> Decimal:
        """What stands on the account at the end of a day."""
        return sum((amount for on, amount in self.moves if on <= day), Decimal(0))

    def book(self, month: date, needed: LossAllowance, evidence: str) -> None:
        """Book a month, the first of which is given. Raises AllowanceBooked."""
        if self.last_month and month <= self.last_month:
            raise AllowanceBooked(f"{self.last_month:%Y-%m} has its allowance", field="month")
        held = self.held_on(month_end(month))
        lines = tuple(
            BucketAllowance(one.bucket, one.balance, one.loss_rate, one.allowance)
            for one in needed.lines
        )
        self._booked(
            self.entity, self.currency, month, lines, needed.total, held, needed.total - held,
            evidence,
        )  # fmt: skip

    def move(self, write_off_id: UUID, on: date, amount: Decimal) -> None:
        """Note what a write-off used or gave back."""
        self._moved(self.entity, self.currency, write_off_id, on, amount)

    @event(Booked)
    def _booked(
        self, entity: str, currency: str, month: date, lines: tuple[BucketAllowance, ...],
        required: Decimal, held: Decimal, change: Decimal, evidence: str,
    ) -> None:  # fmt: skip
        del entity, currency, lines, required, held, evidence
        self.last_month = month
        self.moves = (*self.moves, (month_end(month), change))

    @event(Moved)
    def _moved(
        self, entity: str, currency: str, write_off_id: UUID, moved_on: date, amount: Decimal
    ) -> None:
        del entity, currency, write_off_id
        self.moves = (*self.moves, (moved_on, amount))
