"""What of a contract's price is planned to be billed when, before anything is.

Milestones, plans and retainers say so themselves; what they leave of the price is billed as work
is done, in the months of the budget. What no plan places is unplanned, and where the plans come
to more than the price that is below zero: months and unplanned always are the price.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Literal

from domain.billing.proration import cycles_due
from domain.billing.retainer_grant import period_from
from domain.billing.subscription import Subscription, charges_of
from domain.money import split

Source = Literal["milestones", "recurring", "retainer", "budget", "obligations", "unplanned"]
"""Where a planned figure is found."""
ZERO = Decimal(0)


@dataclass(frozen=True)
class Planned:
    """An amount in the contract's currency, and the first day of its month."""

    month: date
    amount: Decimal
    source: Source


@dataclass(frozen=True)
class FeeTerms:
    """A retainer's fee of every so many months from a day on, until other terms begin."""

    from_date: date
    months: int
    in_advance: bool
    fee: Decimal


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def recurring(plan: Subscription, ends_on: date) -> Iterable[Planned]:
    """Charges of cycles that begin within a contract, by the day they are due. Raises BadPlan."""
    end = ends_on + timedelta(days=1)
    until = min(end, plan.ends_before or end)
    if until <= plan.starts_on:
        return
    for piece in cycles_due(plan.cycle, plan.starts_on, until, until):
        due = piece.span.starts_on if plan.cycle.in_advance else piece.span.ends_before
        amount = sum((charge.amount for charge in charges_of(plan, piece)), ZERO)
        if amount:
            yield Planned(month_of(due), amount, "recurring")


def retainer_fees(terms: Sequence[FeeTerms], ends_on: date) -> Iterable[Planned]:
    """The fee of every period that begins by the contract's last day; terms in order."""
    ends = [*(one.from_date for one in terms[1:]), date.max]
    for one, end in zip(terms, ends, strict=True):
        for number in count():
            span = period_from(one.from_date, one.months, number)
            if span.starts_on > ends_on or span.starts_on >= end:
                break
            due = span.starts_on if one.in_advance else span.ends_before - timedelta(days=1)
            if one.fee:
                yield Planned(month_of(due), one.fee, "retainer")


def by_budget(left: Decimal, budget: Mapping[date, Decimal], currency: str) -> Iterable[Planned]:
    """What other plans leave of a price, at most what the budget values, in its months."""
    months = {month: value for month, value in sorted(budget.items()) if value > 0}
    worked = min(left, sum(months.values(), ZERO))
    if worked > 0:
        parts = split(worked, list(months.values()), currency)
        yield from (Planned(month, part, "budget")
                    for month, part in zip(months, parts, strict=True) if part)  # fmt: skip


def unplanned(price: Decimal, planned: Iterable[Planned]) -> Decimal:
    """What no month has; below zero where plans come to more than the price."""
    return price - sum((one.amount for one in planned), ZERO)
