"""Recurring plans and what they charge: agreed, due, billed."""

from typing import Any

from domain.billing.recurring import RecurringPlan
from domain.billing.subscription import Subscription
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

PLANS = Table(
    "recurring_plans",
    {
        "id": "uuid", "contract_id": "uuid", "entity": "text", "name": "text", "currency": "text",
        "starts_on": "date", "ends_before": "date?", "price": "numeric", "quantity": "numeric",
        "interval_months": "int", "in_advance": "boolean",
    },
    key=("id",),
    indexes=("entity, id",),
)  # fmt: skip
CHARGES = Table(
    "recurring_charges",
    {
        "id": "uuid", "plan_id": "uuid", "position": "bigint", "cycle_starts_on": "date",
        "due_on": "date", "text": "text", "amount": "numeric", "billed": "boolean",
    },
    key=("id",),
    indexes=("plan_id, due_on",),
)  # fmt: skip
STATES = Table(
    "recurring_states",
    {
        "position": "bigint", "plan_id": "uuid", "anchor_day": "int", "interval_months": "int",
        "in_advance": "boolean", "alignment": "text", "fixed_days_in_month": "int",
        "starts_on": "date", "ends_before": "date?",
    },
    key=("position",),
    indexes=("plan_id, position",),
)  # fmt: skip
PARTS = Table(
    "recurring_parts",
    {
        "position": "bigint", "no": "int", "from_date": "date", "until": "date?",
        "price": "numeric?", "quantity": "numeric?",
    },
    key=("position", "no"),
)  # fmt: skip


class Recurring(Projection):
    """A charge below zero gives back some of its cycle.

    ``recurring_states`` are the plan as agreed from a position on; its parts are prices, or
    pauses, which have an ``until``.
    """

    name = "recurring"
    version = 3
    tables = (PLANS, CHARGES, STATES, PARTS)

    @on(RecurringPlan.Agreed)
    def agreed(self, fact: RecurringPlan.Agreed, at: Recorded, fold: Fold) -> None:
        """A plan."""
        fold.put(PLANS, id=at.stream_id, contract_id=fact.contract_id, entity=fact.entity,
                 name=fact.name, currency=fact.plan.currency, starts_on=fact.plan.starts_on,
                 ends_before=fact.plan.ends_before, **terms(fact.plan))  # fmt: skip
        _state(fold, at, fact.plan)

    @on(RecurringPlan.Changed)
    def changed(self, fact: RecurringPlan.Changed, at: Recorded, fold: Fold) -> None:
        """Another price, quantity or end."""
        fold.patch(PLANS, at.stream_id, ends_before=fact.plan.ends_before, **terms(fact.plan))
        _state(fold, at, fact.plan)

    @on(RecurringPlan.Accrued)
    def accrued(self, fact: RecurringPlan.Accrued, at: Recorded, fold: Fold) -> None:
        """Cycles became due, or were adjusted."""
        for charge in fact.charges:
            fold.put(CHARGES, id=charge.id, plan_id=at.stream_id, position=at.position,
                     cycle_starts_on=charge.cycle_starts_on, due_on=charge.due_on,
                     text=charge.text, amount=charge.amount, billed=False)  # fmt: skip

    @on(RecurringPlan.Billed, RecurringPlan.Restored)
    def billed(
        self, fact: RecurringPlan.Billed | RecurringPlan.Restored, at: Recorded, fold: Fold
    ) -> None:
        """On an invoice, or billable again."""
        del at
        for id_ in fact.charge_ids:
            fold.patch(CHARGES, id_, billed=isinstance(fact, RecurringPlan.Billed))


def _state(fold: Fold, at: Recorded, plan: Subscription) -> None:
    cycle = plan.cycle
    fold.append(STATES, at.position, at.stream_id, cycle.anchor_day, cycle.interval_months,
                cycle.in_advance, cycle.alignment, cycle.fixed_days_in_month, plan.starts_on,
                plan.ends_before)  # fmt: skip
    for no, term in enumerate(plan.terms):
        fold.append(PARTS, at.position, no, term.from_date, None, term.price, term.quantity)
    for no, pause in enumerate(plan.pauses, len(plan.terms)):
        fold.append(PARTS, at.position, no, pause.starts_on, pause.ends_before, None, None)


def terms(plan: Subscription) -> dict[str, Any]:
    """Price and quantity from the latest day on that was agreed, and how often they are due."""
    last = max(plan.terms, key=lambda term: term.from_date)
    return {
        "price": last.price, "quantity": last.quantity,
        "interval_months": plan.cycle.interval_months, "in_advance": plan.cycle.in_advance,
    }  # fmt: skip
