"""A minimum commitment of a contract: what each month invoices at least, and what is missing.

A month's use is what documents dated in it bill, net, less what memos of it take back, beside the
commitment's own charges. What is missing is always worked out anew, and a charge is what that
comes to less what the month was charged before: truing up twice charges once, and use that came
later is given back.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.charges import ChargeHolder
from domain.billing.commitment import Commitment, TrueUp, true_up
from domain.billing.proration import Span
from domain.consumption import Share
from domain.errors import Refusal
from domain.explanation import Step
from domain.identity import named_id
from domain.organisation.person import OverlappingRate
from domain.pricing.fx import Quote

ZERO = Decimal(0)


class UnknownTrueUp(Refusal):
    """The commitment has no such charge."""

    code = "UNKNOWN_TRUE_UP"


@dataclass(frozen=True)
class MinimumTerm:
    """At least so much a month, net, for the month ``from_date`` falls in and those after it."""

    from_date: date
    monthly: Decimal


@dataclass(frozen=True)
class Shortfall:
    """A charge for a month: what is missing to its minimum, or (below zero) no longer is."""

    id: UUID
    month: date
    due_on: date
    text: str
    amount: Decimal
    functional: Decimal
    steps: tuple[Step, ...]


def minimum_id(contract_id: UUID) -> UUID:
    """The commitment of a contract."""
    return named_id("minimum commitment", str(contract_id))


def whole_month(day: date) -> Span:
    """The calendar month a day is in."""
    first = day.replace(day=1)
    years, month = divmod(first.month, 12)
    return Span(first, date(first.year + years, month + 1, 1))


class MinimumCommitment(ChargeHolder):
    """``terms`` by their day; ``charges`` by id, each unbilled or billed."""

    class Agreed(Root.Created):
        """The client promised to buy at least so much."""

        TOPIC = "billing.minimum_commitment_agreed"
        contract_id: UUID
        entity: str
        currency: str
        term: MinimumTerm

    class Changed(Root.Event):
        """Another amount from a month on; 0 ends it."""

        TOPIC = "billing.minimum_commitment_changed"
        term: MinimumTerm

    class TruedUp(Root.Event):
        """A month was charged up to its minimum, or use that came later was given back."""

        TOPIC = "billing.minimum_commitment_trued_up"
        contract_id: UUID
        entity: str
        currency: str
        quote: Quote
        earned: bool
        charge: Shortfall

    class Billed(Root.Event):
        """Charges stand on an invoice."""

        TOPIC = "billing.minimum_charges_billed"
        invoice_id: UUID
        charge_ids: tuple[UUID, ...]

    class Restored(Root.Event):
        """A credit memo freed charges to be billed again."""

        TOPIC = "billing.minimum_charges_restored"
        memo_id: UUID
        charge_ids: tuple[UUID, ...]

    @event(Agreed)
    def __init__(
        self, id: UUID, contract_id: UUID, entity: str, currency: str, term: MinimumTerm
    ) -> None:
        self.contract_id = contract_id
        self.entity = entity
        self.currency = currency
        self.terms: tuple[MinimumTerm, ...] = (term,)
        self.charges: dict[UUID, Share] = {}
        self.charged: dict[date, Decimal] = defaultdict(Decimal)
        self.count = 0
        self.billed: set[UUID] = set()

    def change(self, term: MinimumTerm) -> None:
        """Another amount from a month on; the same again changes nothing.

        Raises OverlappingRate where that day has another.
        """
        if term in self.terms:
            return
        if any(known.from_date == term.from_date for known in self.terms):
            raise OverlappingRate(f"the minimum from {term.from_date} is said", field="from_date")
        self._changed(term)

    def missing(self, month: date, usage: Decimal, active: Span) -> TrueUp:
        """What a month with this use lacks; ``active`` are the days of the contract.

        Days before the commitment, or outside the contract, lower the minimum.
        """
        period = whole_month(month)
        begun = [term for term in self.terms if term.from_date < period.ends_before]
        monthly = max(begun, key=lambda term: term.from_date).monthly if begun else ZERO
        first = max(active.starts_on, min(term.from_date for term in self.terms))
        days = Span(first, max(first, active.ends_before))
        return true_up(Commitment(self.currency, monthly), max(ZERO, usage), period, days)

    def true_up(
        self, month: date, usage: Decimal, active: Span, quote: Quote, *, earned: bool
    ) -> None:
        """Charge what is missing and was not charged; ``earned`` where no revenue run earns."""
        found, period = self.missing(month, usage, active), whole_month(month)
        amount = found.true_up - self.charged[period.starts_on]
        if not amount:
            return
        due_on = date.fromordinal(period.ends_before.toordinal() - 1)
        id_ = named_id("minimum charge", f"{self.id}:{self.count}", due_on)
        text = f"Minimum of {period.starts_on:%Y-%m}"
        self._trued_up(self.contract_id, self.entity, self.currency, quote, earned, Shortfall(
            id_, period.starts_on, due_on, text, amount, quote.convert(amount), found.steps,
        ))  # fmt: skip

    def has_charge(self, id_: UUID) -> bool:
        """Whether it made this charge."""
        return id_ in self.charges

    def charge(self, id_: UUID) -> Share:
        """A charge as an invoice would take it. Raises UnknownTrueUp."""
        if id_ not in self.charges:
            raise UnknownTrueUp("the commitment has no such charge", field="sources")
        return self.charges[id_]

    @event(Changed)
    def _changed(self, term: MinimumTerm) -> None:
        self.terms = (*self.terms, term)

    @event(TruedUp)
    def _trued_up(
        self, contract_id: UUID, entity: str, currency: str, quote: Quote, earned: bool,
        charge: Shortfall,
    ) -> None:  # fmt: skip
        del contract_id, entity, currency, quote
        self.count += 1
        self.charged[charge.month] += charge.amount
        self.charges[charge.id] = Share(
            self.id, charge.id, "commitment", charge.text, Decimal(1), charge.amount,
            charge.amount, charge.functional if earned else ZERO,
        )  # fmt: skip

    @event(Billed)
    def _charges_billed(self, invoice_id: UUID, charge_ids: tuple[UUID, ...]) -> None:
        del invoice_id
        self.billed |= set(charge_ids)

    @event(Restored)
    def _charges_restored(self, memo_id: UUID, charge_ids: tuple[UUID, ...]) -> None:
        del memo_id
        self.billed -= set(charge_ids)
