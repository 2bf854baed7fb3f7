"""A project's budget: lines by role and month, a baseline and what change orders move."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.errors import Refusal


class NoBaseline(Refusal):
    """The project has no budget that could change."""

    code = "NO_BASELINE"


class BudgetBelowZero(Refusal):
    """More would be taken off the budget than it holds."""

    code = "BUDGET_BELOW_ZERO"


@dataclass(frozen=True)
class BudgetLine:
    """Planned hours, cost (entity's currency) and revenue (contract's) of a role in a month."""

    role: str
    month: date
    hours: Decimal
    cost: Decimal
    revenue: Decimal


def budget_sums(lines: Iterable[BudgetLine]) -> dict[str, Decimal]:
    """Hours by role, cost and revenue of all."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[f"hours of {line.role}"] += line.hours
        sums["cost"] += line.cost
        sums["revenue"] += line.revenue
    return sums


def refuse_below_zero(held: Mapping[str, Decimal], lines: Iterable[BudgetLine]) -> None:
    """Whether a budget can give what lines take. Raises BudgetBelowZero."""
    sums = budget_sums(lines).items()
    if short := [name for name, sum_ in sums if sum_ < 0 and held.get(name, 0) + sum_ < 0]:
        raise BudgetBelowZero(f"too little is planned of: {', '.join(short)}", field="hours")
