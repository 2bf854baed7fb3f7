"""What if: other rules, drivers or departments, and what cost objects would have borne by them.

Nothing is recorded: the same calculation as a run's, over what is read for each month.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from pydantic import Field

from domain.allocation.pool import Method
from domain.allocation.rule import Driver, OnProjects, RuleVersion, Targets, require_fit
from domain.allocation.rule_commands import DefineAllocationRule, ListedTarget
from domain.allocation.run import Measured
from domain.allocation.run_commands import QuantityInput
from domain.command import Value
from domain.ledger.period import month_of


class TriedRule(Value):
    """A rule instead of the one with its code, or beside the others."""

    code: str = Field(min_length=1, max_length=40)
    accounts: tuple[str, ...] = Field(min_length=1)
    department: str = ""
    cost_code: str = ""
    on_projects: OnProjects = "none"
    driver: Driver
    statistic: str = ""
    targets: Targets
    listed: tuple[ListedTarget, ...] = ()
    method: Method = "direct"
    from_month: date = date.min

    def version(self, entity: str) -> RuleVersion:
        """As a run takes it. Raises what defining it raises."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        rule = DefineAllocationRule(entity=entity, rationale="what if", **given)
        return RuleVersion(self.code, 0, rule.terms())


class TriedStatistic(Value):
    """Figures of a month instead of those captured."""

    statistic: str
    month: date
    quantities: tuple[QuantityInput, ...]

    @property
    def measured(self) -> tuple[Measured, ...]:
        """As a run takes them. Raises OneTarget."""
        return tuple(Measured(one.named(), one.quantity) for one in self.quantities)


class TriedDepartment(Value):
    """Where a person works from a day on."""

    person_id: UUID
    department: str
    from_date: date


class WhatIf(Value):
    """All that is otherwise; ``without`` names rules that do not hold."""

    rules: tuple[TriedRule, ...] = ()
    without: tuple[str, ...] = ()
    drivers: tuple[TriedStatistic, ...] = ()
    departments: tuple[TriedDepartment, ...] = ()

    def in_force(
        self, entity: str, month: date, standing: Iterable[RuleVersion]
    ) -> Sequence[RuleVersion]:
        """The rules of a month. Raises PoolsOverlap, AllocationCycle and what rules raise."""
        tried = [one.version(entity) for one in self.rules if month_of(one.from_month) <= month]
        replaced = {rule.code for rule in tried} | set(self.without)
        kept = [rule for rule in standing if rule.code not in replaced]
        for no, rule in enumerate(tried):
            require_fit(rule, [*kept, *tried[:no]])
        return sorted([*kept, *tried], key=lambda rule: rule.code)
