"""A project's budget: lines by role and month, a baseline and what change orders move."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from domain.errors import Refusal


class NoBaseline(Refusal):
    """The project has no budget that could change."""

    code = "NO_BASELINE"


class BudgetBelowZero(Refusal):
    """More would be taken off the budget than it holds."""

    code = "BUDGET_BELOW_ZERO"


class ExceedsSource(Refusal):
    """More would be moved than the plan has there."""

    code = "EXCEEDS_SOURCE"


class NothingMoved(Refusal):
    """The transfer moves nothing, or nowhere."""

    code = "NOTHING_MOVED"


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


@dataclass(frozen=True)
class Place:
    """Where a plan stands: a role (the cost code) in a month, given by its first day."""

    role: str
    month: date


@dataclass(frozen=True)
class Transfer:
    """Hours and cost (entity's currency) that go from one place of a plan to another."""

    source: Place
    target: Place
    hours: Decimal
    cost: Decimal

    def lines(self) -> tuple[BudgetLine, BudgetLine]:
        """What it takes off, and what it puts on; the price stays where it is."""
        nothing = Decimal(0)
        return (
            BudgetLine(self.source.role, self.source.month, -self.hours, -self.cost, nothing),
            BudgetLine(self.target.role, self.target.month, self.hours, self.cost, nothing),
        )


@dataclass
class BudgetPlan:
    """A project's plan as it stands: version one is the baseline, 0 none."""

    version: int = 0
    lines: list[BudgetLine] = field(default_factory=list)
    sums: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, lines: Iterable[BudgetLine]) -> None:
        """A baseline, a change order or a transfer: another version."""
        listed = list(lines)
        self.version += 1
        self.lines += listed
        for name, sum_ in budget_sums(listed).items():
            self.sums[name] += sum_

    def require_baseline(self, project: str) -> None:
        """Raises NoBaseline."""
        if not self.version:
            raise NoBaseline(f"project {project} has no baseline", field="project_id")

    def refuse_below_zero(self, project: str, lines: Iterable[BudgetLine]) -> None:
        """Whether the plan can give what lines take. Raises NoBaseline, BudgetBelowZero."""
        self.require_baseline(project)
        sums = budget_sums(lines).items()
        held = self.sums
        if short := [name for name, sum_ in sums if sum_ < 0 and held.get(name, 0) + sum_ < 0]:
            raise BudgetBelowZero(f"too little is planned of: {', '.join(short)}", field="hours")

    def refuse_more(self, project: str, transfer: Transfer) -> None:
        """Whether the source has what is moved. Raises NoBaseline, NothingMoved, ExceedsSource."""
        self.require_baseline(project)
        if transfer.source == transfer.target or not (transfer.hours or transfer.cost):
            raise NothingMoved("a transfer moves hours or cost to another place", field="cost")
        hours, cost = self._planned(transfer.source)
        where = f"{transfer.source.role} in {transfer.source.month:%Y-%m}"
        if transfer.hours > hours:
            raise ExceedsSource(f"{where} has {hours} hours", field="hours")
        if transfer.cost > cost:
            raise ExceedsSource(f"{where} has a cost of {cost}", field="cost")

    def _planned(self, place: Place) -> tuple[Decimal, Decimal]:
        there = [one for one in self.lines if (one.role, one.month) == (place.role, place.month)]
        nothing = Decimal(0)
        return sum((one.hours for one in there), nothing), sum(
            (one.cost for one in there), nothing
        )
