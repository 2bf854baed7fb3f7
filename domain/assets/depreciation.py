"""Straight-line depreciation, month by month.

Each month takes the same rounded amount, the last one what is left, so months always sum to cost
less residual value. Where a part of the first month counts, its rest comes in a month after the
last. A change of life or residual value is prospective: a new plan over what is left. Source:
IAS 16.50-62, 16.51 for the change; ASC 360-10-35-4.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from domain.errors import Refusal
from domain.ledger.period import month_after, month_of
from domain.money import quantize

Convention = Literal["full_month", "next_month", "half_month", "days"]
"""How the first month counts: whole, not at all, half, or by its days in service."""
ZERO = Decimal(0)
WHOLE = Fraction(1)


class BadLife(Refusal):
    """A life has at least one month, and a residual value is not above the cost."""

    code = "BAD_LIFE"


@dataclass(frozen=True)
class Plan:
    """``amount`` to write off from the month ``first``, of which ``part / whole`` counts."""

    first: date
    amount: Decimal
    months: int
    part: int = 1
    whole: int = 1

    @property
    def share(self) -> Fraction:
        """How much of the first month counts, exact."""
        return Fraction(self.part, self.whole)

    def month(self, no: int) -> date:
        """The first day of the month at a place, from 0; those after the last, too."""
        years, month = divmod(self.first.month - 1 + no, 12)
        return date(self.first.year + years, month + 1, 1)

    @property
    def last(self) -> date:
        """The month that takes what is left."""
        return self.month(self.last_no)

    @property
    def last_no(self) -> int:
        """The place of the month that takes what is left, from 0."""
        return self.months - 1 if self.share == WHOLE else self.months


@dataclass(frozen=True)
class MonthLine:
    """What a month takes, and what has been taken since the plan began."""

    month: date
    amount: Decimal
    accumulated: Decimal


def plan_of(
    cost: Decimal, residual: Decimal, months: int, in_service_on: date, convention: Convention
) -> Plan:
    """The plan of an asset from its first day in service. Raises BadLife."""
    require_life(cost, residual, months)
    month = month_of(in_service_on)
    if convention == "next_month":
        return Plan(month_after(month), cost - residual, months)
    share = first_share(in_service_on, convention)
    return Plan(month, cost - residual, months, share.numerator, share.denominator)


def require_life(cost: Decimal, residual: Decimal, months: int) -> None:
    """Raises BadLife."""
    if months < 1:
        raise BadLife("a life has at least one month", field="months")
    if not ZERO <= residual <= cost:
        raise BadLife(f"a residual value is from 0 to {cost}", field="residual")


def first_share(in_service_on: date, convention: Convention) -> Fraction:
    """How much of the first month counts, exact."""
    if convention == "half_month":
        return Fraction(1, 2)
    if convention == "days":
        days = (month_after(month_of(in_service_on)) - month_of(in_service_on)).days
        return Fraction(days - in_service_on.day + 1, days)
    return WHOLE


def month_amount(plan: Plan, no: int, taken: Decimal, currency: str) -> Decimal:
    """What the month at place ``no`` (from 0) takes after ``taken``; the last takes the rest."""
    left = plan.amount - taken
    if no >= plan.last_no:
        return left
    share = plan.share if no == 0 else WHOLE
    exact = plan.amount * share.numerator / (plan.months * share.denominator)
    return min(quantize(exact, currency), left)


def schedule(plan: Plan, currency: str) -> list[MonthLine]:
    """Every month of a plan."""
    lines: list[MonthLine] = []
    month, taken = plan.first, ZERO
    for no in range(plan.last_no + 1):
        amount = month_amount(plan, no, taken, currency)
        taken += amount
        lines.append(MonthLine(month, amount, taken))
        month = month_after(month)
    return lines


def revised(carrying: Decimal, residual: Decimal, months_left: int, first: date) -> Plan:
    """What is left, over the months that are left now. Raises BadLife."""
    require_life(carrying, residual, months_left)
    return Plan(first, carrying - residual, months_left)
