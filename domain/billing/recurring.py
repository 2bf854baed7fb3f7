"""A recurring plan of a contract: what it charges cycle by cycle, and how it changes or ends.

What is due of a cycle is always worked out anew from the whole plan; a charge is what that comes
to less what the cycle was charged before. So a change of price, quantity, pause or end brings its
own prorated adjustment, and accruing twice charges once.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.charges import ChargeHolder
from domain.billing.proration import EmptySpan, Span, cycles_of
from domain.billing.subscription import (
    BadPlan,
    Charge,
    PlanTerm,
    Subscription,
    cancel,
    charges_due,
)
from domain.consumption import Share
from domain.errors import Refusal
from domain.explanation import Step
from domain.identity import named_id

ZERO = Decimal(0)
Change = Literal["terms", "pause", "end", "renewal"]


class UnknownCharge(Refusal):
    """The plan has no such charge."""

    code = "UNKNOWN_CHARGE"


class PlanEnded(Refusal):
    """The plan has an end already, or the change lies after it."""

    code = "PLAN_ENDED"


@dataclass(frozen=True)
class Recurring:
    """A charge: what a cycle of the plan costs, or an adjustment of it (perhaps below zero)."""

    id: UUID
    cycle_starts_on: date
    due_on: date
    text: str
    amount: Decimal
    steps: tuple[Step, ...]


class RecurringPlan(ChargeHolder):
    """``plan`` is what holds now; ``charges`` by id, each unbilled or billed."""

    class Agreed(Root.Created):
        """A price per cycle was agreed."""

        TOPIC = "billing.recurring_plan_agreed"
        contract_id: UUID
        entity: str
        name: str
        plan: Subscription

    class Changed(Root.Event):
        """The plan as it holds from now on, past and future."""

        TOPIC = "billing.recurring_plan_changed"
        change: str
        why: str
        plan: Subscription

    class Accrued(Root.Event):
        """Cycles became due, or were adjusted."""

        TOPIC = "billing.recurring_charges_accrued"
        contract_id: UUID
        entity: str
        currency: str
        through: date
        charges: tuple[Recurring, ...]

    class Billed(Root.Event):
        """Charges stand on an invoice."""

        TOPIC = "billing.recurring_charges_billed"
        invoice_id: UUID
        charge_ids: tuple[UUID, ...]

    class Restored(Root.Event):
        """A credit memo freed charges to be billed again."""

        TOPIC = "billing.recurring_charges_restored"
        memo_id: UUID
        charge_ids: tuple[UUID, ...]

    @event(Agreed)
    def __init__(
        self, id: UUID, contract_id: UUID, entity: str, name: str, plan: Subscription
    ) -> None:
        self.contract_id = contract_id
        self.entity = entity
        self.name = name
        self.plan = plan
        self.through = plan.starts_on
        self.charges: dict[UUID, Recurring] = {}
        self.billed: set[UUID] = set()

    def change(self, from_date: date, price: Decimal | None, quantity: Decimal | None,
               why: str) -> None:  # fmt: skip
        """Another price or quantity from a day on; left out, they stay.

        Raises PlanEnded, BadPlan.
        """
        self._require_before_end(from_date)
        if from_date < self.plan.starts_on:
            raise BadPlan(f"the plan starts on {self.plan.starts_on}", field="from_date")
        begun = [term for term in self.plan.terms if term.from_date <= from_date]
        last = max(begun, key=lambda term: term.from_date)
        new = PlanTerm(
            from_date,
            last.price if price is None else price,
            last.quantity if quantity is None else quantity,
        )
        others = tuple(term for term in self.plan.terms if term.from_date != from_date)
        terms = tuple(sorted((*others, new), key=lambda term: term.from_date))
        self._change("terms", why, replace(self.plan, terms=terms))

    def pause(self, span: Span, why: str) -> None:
        """No service, no charge.

        Raises EmptySpan, PlanEnded, BadPlan where it overlaps another pause.
        """
        if span.days <= 0:
            raise EmptySpan(f"{span.starts_on} until {span.ends_before} is no time", field="until")
        self._require_before_end(span.starts_on)
        if any(span.starts_on < known.ends_before and known.starts_on < span.ends_before
               for known in self.plan.pauses):  # fmt: skip
            raise BadPlan(f"the plan is paused within {span.text}", field="from_date")
        self._change("pause", why, replace(self.plan, pauses=(*self.plan.pauses, span)))

    def end(self, on: date, why: str, *, refund: bool) -> date:
        """End before a day, or, without refund, with the cycle paid for; the first day without.

        Raises PlanEnded, OutsidePeriod.
        """
        if self.plan.ends_before is not None and self.plan.ends_before <= on:
            raise PlanEnded(f"{self.name} ends before {self.plan.ends_before}", field="on")
        ends_before = cancel(self.plan, on, refund=refund).ends_before
        self._change("end", why, replace(self.plan, ends_before=ends_before))
        return ends_before

    def renew(self, ends_before: date, why: str) -> None:
        """Go on until another day. Raises PlanEnded where that is no later than before."""
        if self.plan.ends_before is None or ends_before <= self.plan.ends_before:
            raise PlanEnded(f"{self.name} goes on at least as long", field="ends_before")
        self._change("renewal", why, replace(self.plan, ends_before=ends_before))

    def accrue(self, through: date) -> None:
        """Charge what is due through a day and was not charged yet; twice charges once.

        A day before one that was charged through takes nothing back.
        """
        new = tuple(self._due(through))
        if new:
            self._accrued(self.contract_id, self.entity, self.plan.currency, through, new)

    def _due(self, through: date) -> Iterable[Recurring]:
        cycles: dict[date, list[Charge]] = defaultdict(list)
        begins = _starts(charges_due(self.plan, max(through, self.through)), self.plan)
        for start, charge in begins:
            cycles[start].append(charge)
        charged: dict[date, list[Recurring]] = defaultdict(list)
        for known in self.charges.values():
            charged[known.cycle_starts_on].append(known)
        for start in sorted({*cycles, *charged}):
            parts, before = cycles[start], charged[start]
            owed = sum((part.amount for part in parts), ZERO)
            delta = owed - sum((one.amount for one in before), ZERO)
            if delta:
                yield self._charge(start, parts, before, delta, through)

    def _charge(
        self, start: date, parts: list[Charge], before: list[Recurring], delta: Decimal,
        through: date,
    ) -> Recurring:  # fmt: skip
        span = f"{start} to {parts[-1].span.ends_before}" if parts else f"from {start}"
        words = f"{self.name}, {span}" + (", adjusted" if before else "")
        due_on = through
        if not before and parts:
            due_on = start if self.plan.cycle.in_advance else parts[-1].span.ends_before
        steps = tuple(step for part in parts for step in part.steps)
        id_ = named_id("recurring charge", f"{self.id}:{start}:{len(before)}", start)
        return Recurring(id_, start, min(due_on, through), words, delta, steps)

    def has_charge(self, id_: UUID) -> bool:
        """Whether it made this charge."""
        return id_ in self.charges

    def charge(self, id_: UUID) -> Share:
        """A charge as an invoice would take it. Raises UnknownCharge."""
        if id_ not in self.charges:
            raise UnknownCharge(f"{self.name} has no such charge", field="sources")
        found = self.charges[id_]
        return Share(self.id, id_, "recurring", found.text, Decimal(1), found.amount,
                     found.amount, ZERO)  # fmt: skip

    def _require_before_end(self, day: date) -> None:
        if self.plan.ends_before is not None and day >= self.plan.ends_before:
            raise PlanEnded(f"{self.name} ends before {self.plan.ends_before}", field="from_date")

    def _change(self, change: Change, why: str, plan: Subscription) -> None:
        charges_due(plan, plan.starts_on)
        if plan != self.plan:
            self._plan_changed(change, why, plan)

    @event(Changed)
    def _plan_changed(self, change: str, why: str, plan: Subscription) -> None:
        del change, why
        self.plan = plan

    @event(Accrued)
    def _accrued(
        self, contract_id: UUID, entity: str, currency: str, through: date,
        charges: tuple[Recurring, ...],
    ) -> None:  # fmt: skip
        del contract_id, entity, currency
        self.through = max(self.through, through)
        self.charges |= {charge.id: charge for charge in charges}

    @event(Billed)
    def _charges_billed(self, invoice_id: UUID, charge_ids: tuple[UUID, ...]) -> None:
        del invoice_id
        self.billed |= set(charge_ids)

    @event(Restored)
    def _charges_restored(self, memo_id: UUID, charge_ids: tuple[UUID, ...]) -> None:
        del memo_id
        self.billed -= set(charge_ids)


def _starts(charges: Iterable[Charge], plan: Subscription) -> Iterable[tuple[date, Charge]]:
    """Each charge with the first day of its cycle: segments of one cycle share it."""
    listed = list(charges)
    if not listed:
        return
    last = max(charge.span.ends_before for charge in listed)
    starts = [piece.span.starts_on for piece in cycles_of(plan.cycle, plan.starts_on, last)]
    for charge in listed:
        yield max(start for start in starts if start <= charge.span.starts_on), charge
