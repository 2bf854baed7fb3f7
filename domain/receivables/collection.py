"""Collecting an invoice: disputes, and reminders by the entity's policy.

A late fee is a note on the reminder, not a receivable: it is contingent, often waived, bears no
output tax and must not touch the invoice, whose total is immutable. What a client pays of it
stays with the payment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.dunning import DunningDue, LateFee
from domain.billing.proration import Span
from domain.errors import Refusal
from domain.identity import named_id
from domain.receivables.reduction import TooEarly


class AlreadyDisputed(Refusal):
    """The client disputes the invoice already."""

    code = "ALREADY_DISPUTED"


class NotDisputed(Refusal):
    """Nobody disputes the invoice."""

    code = "NOT_DISPUTED"


class DunningNotDue(Refusal):
    """No reminder is due: too early, sent, disputed, suspended, or nothing is open."""

    code = "DUNNING_NOT_DUE"


def collection_id(invoice_id: UUID) -> UUID:
    """The stream of an invoice's collection."""
    return named_id("collection", str(invoice_id))


@dataclass(frozen=True)
class Collected:
    """Which invoice of whose is collected."""

    invoice_id: UUID
    number: str
    entity: str
    client_code: str


class Collection(Root):
    """``level`` is the highest reminder sent; ``disputes`` are half-open spans."""

    class Begun(Root.Created):
        """The first thing that happened to an invoice after it was sent."""

        TOPIC = "receivables.collection_begun"
        of: Collected

    class DisputeOpened(Root.Event):
        """The client does not agree: no reminders until it is resolved."""

        TOPIC = "receivables.dispute_opened"
        of: Collected
        opened_on: date
        why: str

    class DisputeResolved(Root.Event):
        """It is agreed what is owed; the days in between do not count as late."""

        TOPIC = "receivables.dispute_resolved"
        of: Collected
        resolved_on: date
        outcome: str

    class DunningSuspended(Root.Event):
        """No reminders up to and including a day."""

        TOPIC = "receivables.dunning_suspended"
        of: Collected
        until: date
        why: str

    class DunningSent(Root.Event):
        """A reminder of ``open``; fee and interest are asked for, not booked."""

        TOPIC = "receivables.dunning_sent"
        of: Collected
        level: int
        sent_on: date
        days_overdue: int
        currency: str
        open: Decimal
        fee: Decimal
        interest: Decimal

    @event(Begun)
    def __init__(self, id: UUID, of: Collected) -> None:
        self.of = of
        self.level = 0
        self.sent_on = date.min
        self.suspended_until = date.min
        self.disputes: tuple[Span, ...] = ()
        self.disputed_since: date | None = None

    def open_dispute(self, on: date, why: str) -> None:
        """Raises AlreadyDisputed; TooEarly for a day within an earlier dispute."""
        if self.disputed_since:
            raise AlreadyDisputed(f"{self.of.number} is disputed", field="invoice_id")
        if self.disputes and on < self.disputes[-1].ends_before:
            raise TooEarly("an earlier dispute ended later", field="opened_on")
        self._dispute_opened(self.of, on, why)

    def resolve_dispute(self, on: date, outcome: str) -> None:
        """Raises NotDisputed, TooEarly."""
        if self.disputed_since is None:
            raise NotDisputed(f"{self.of.number} is not disputed", field="invoice_id")
        if on < self.disputed_since:
            raise TooEarly(f"it is disputed since {self.disputed_since}", field="resolved_on")
        self._dispute_resolved(self.of, on, outcome)

    def suspend(self, until: date, why: str) -> None:
        """The same day again changes nothing; an earlier one lets reminders begin sooner."""
        if until != self.suspended_until:
            self._dunning_suspended(self.of, until, why)

    def spans(self) -> Sequence[Span]:
        """Disputes, the present one without an end."""
        since = self.disputed_since
        return (*self.disputes, Span(since, date.max)) if since else self.disputes

    def may_send(self, on: date, due: DunningDue, open_: Decimal) -> bool:
        """Whether ``send`` would not refuse."""
        quiet = on <= self.suspended_until or on < self.sent_on
        return not quiet and due.level > 0 and open_ > 0

    def send(
        self, on: date, due: DunningDue, late: LateFee, open_: Decimal, currency: str
    ) -> None:
        """Send the reminder that is due. Raises DunningNotDue, TooEarly."""
        if on <= self.suspended_until:
            raise DunningNotDue(f"suspended until {self.suspended_until}", field="invoice_id")
        if on < self.sent_on:
            raise TooEarly(f"level {self.level} was sent on {self.sent_on}", field="sent_on")
        if not due.level or open_ <= 0:
            why = due.steps[0].text if open_ > 0 else "nothing is open"
            raise DunningNotDue(why, field="invoice_id")
        self._dunning_sent(
            self.of, due.level, on, due.days_overdue, currency, open_, due.fee, late.interest
        )

    @event(DisputeOpened)
    def _dispute_opened(self, of: Collected, opened_on: date, why: str) -> None:
        del of, why
        self.disputed_since = opened_on

    @event(DisputeResolved)
    def _dispute_resolved(self, of: Collected, resolved_on: date, outcome: str) -> None:
        del of, outcome
        since = self.disputed_since or resolved_on
        self.disputes = (*self.disputes, Span(since, resolved_on))
        self.disputed_since = None

    @event(DunningSuspended)
    def _dunning_suspended(self, of: Collected, until: date, why: str) -> None:
        del of, why
        self.suspended_until = until

    @event(DunningSent)
    def _dunning_sent(
        self, of: Collected, level: int, sent_on: date, days_overdue: int, currency: str,
        open: Decimal, fee: Decimal, interest: Decimal,
    ) -> None:  # fmt: skip
        del of, days_overdue, currency, open, fee, interest
        self.level = level
        self.sent_on = sent_on
