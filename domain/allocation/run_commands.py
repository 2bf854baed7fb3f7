"""Allocating a month: drivers captured, runs made, replaced and taken back."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field

from domain.allocation.planning import GatheredPool, Ground, last_of, planned
from domain.allocation.rule import Rulebook, RuleVersion, rulebook_id
from domain.allocation.rule_commands import ALLOCATORS, CostObjectInput, codes_in
from domain.allocation.run import (
    Difference,
    Measured,
    MonthAllocation,
    NoStandingRun,
    Run,
    allocation_id,
)
from domain.allocation.statistic import Captured, Statistic, statistic_id
from domain.command import Answer, Command, Exact, Value
from domain.errors import Refusal
from domain.ledger.commands import CONTROLLERS, require_open
from domain.ledger.period import month_of
from domain.organisation.commands import legal_entity
from domain.revenue.run_commands import first_open_day
from domain.unit_of_work import UnitOfWork

READ = frozenset({"hours", "direct_cost", "revenue", "fixed"})
"""Drivers that are read from the books or stand in the rule."""


class DriverIsRead(Refusal):
    """The driver is read from the books: nobody captures it."""

    code = "DRIVER_IS_READ"


class NamedTwice(Refusal):
    """A cost object stands in the list twice."""

    code = "NAMED_TWICE"


class RulesMoved(Refusal):
    """Rules changed while the books were read; ask again."""

    code = "RULES_MOVED"


class QuantityInput(CostObjectInput):
    """How much of a statistic a cost object has."""

    quantity: Exact = Field(ge=0, max_digits=18)


class CaptureDriver(Command):
    """Note a statistic of a month by cost object: headcount, material usage or one's own.

    A later capture replaces the whole of an earlier one.
    """

    ROLES: ClassVar = ALLOCATORS
    entity: str
    statistic: str = Field(
        min_length=1, max_length=60, description="headcount, material_usage or a name of one's own"
    )
    month: date = Field(description="Any day of the month")
    quantities: tuple[QuantityInput, ...] = Field(min_length=1, max_length=20_000)
    source: str = Field(default="", max_length=500, description="Where the figures are from")

    def effective_on(self, today: date) -> date:
        """The last day of the month."""
        del today
        return last_of(month_of(self.month))

    def run(self, work: UnitOfWork) -> Answer:
        """Raises DriverIsRead, NamedTwice, OneTarget, TargetElsewhere, NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        if self.statistic in READ:
            raise DriverIsRead(f"{self.statistic} is read from the books", field="statistic")
        captured = Captured(self._measured(work), self.source)
        month = month_of(self.month)
        id_ = statistic_id(self.entity, self.statistic, month)
        if known := work.load_or_none(Statistic, id_):
            known.correct(captured)
        else:
            work.add(Statistic(id_, self.entity, self.statistic, month, captured))
        return Answer(id=id_)

    def _measured(self, work: UnitOfWork) -> tuple[Measured, ...]:
        found = [Measured(one.object(work, self.entity), one.quantity) for one in self.quantities]
        if len({one.to for one in found}) < len(found):
            raise NamedTwice("a cost object is in the list twice", field="quantities")
        return tuple(found)


class AllocatedLineAnswer(Value):
    """What a rule gave a cost object."""

    rule: str
    version: int
    kind: str
    key: str = Field(description="Id of the project or client, or the department's name")
    share: str = Field(description="Of what the pool passed on: numerator/denominator")
    amount: Exact


class DifferenceAnswer(Value):
    """What a cost object bore before, and bears now."""

    kind: str
    key: str
    before: Exact
    now: Exact
    change: Exact


class AllocationAnswer(Answer):
    """A run: its number in the month, what it gave, and what a re-run changed."""

    number: int
    currency: str
    allocated: Exact = Field(description="Of the pools' own amounts")
    lines: tuple[AllocatedLineAnswer, ...]
    differences: tuple[DifferenceAnswer, ...] = ()
    steps: tuple[str, ...] = ()


class AllocationCommand(Command):
    """A month of an entity, and the rules of a run."""

    GATHERED: ClassVar = frozenset({"pools", "position"})
    ANSWER: ClassVar = AllocationAnswer
    entity: str
    month: date = Field(description="Any day of the month")
    rules: tuple[str, ...] = Field(
        default=(),
        max_length=2_000,
        description="Codes in the order they are passed on; left out: all in force, reciprocal"
        " ones first, then step-down ones from the one that receives least, then direct ones",
    )
    pools: tuple[GatheredPool, ...] = ()
    position: int = 0

    def effective_on(self, today: date) -> date:
        """The last day of the month."""
        del today
        return last_of(month_of(self.month))

    def chosen(self, in_force: Sequence[RuleVersion]) -> list[RuleVersion]:
        """The rules of the run, as they were read. Raises UnknownRule, RulesMoved."""
        by_code = {rule.code: rule for rule in in_force}
        codes_in(self.rules, by_code)
        found = [by_code[code] for code in dict.fromkeys(self.rules)] or list(in_force)
        read = {(pool.code, pool.version) for pool in self.pools}
        if read != {(rule.code, rule.version) for rule in found}:
            raise RulesMoved("rules changed meanwhile: ask again", field="rules")
        return found

    def in_force(self, work: UnitOfWork) -> list[RuleVersion]:
        """The rules of the month."""
        book = work.find(Rulebook, rulebook_id(self.entity))
        return book.in_force(month_of(self.month)) if book else []

    def month_allocation(self, work: UnitOfWork) -> MonthAllocation:
        """The month's runs, to add to them."""
        month = month_of(self.month)
        id_ = allocation_id(self.entity, month)
        found = work.load_or_none(MonthAllocation, id_)
        return found or work.add(MonthAllocation(id_, self.entity, month))


class RunAllocation(AllocationCommand):
    """Pass on what a month's pools hold and no run has passed on yet.

    A rehearsal (``dry_run``) is the preview: it answers the same and records nothing.
    """

    ROLES: ClassVar = ALLOCATORS

    def run(self, work: UnitOfWork) -> AllocationAnswer:
        """Raises NothingToAllocate, SupersedeInstead, UnknownRule, RulesMoved, PeriodClosed.

        DriverSumNotPositive, NeverPassedOn, PeriodNotOpen, NotFound, WrongEntity.
        """
        entity = legal_entity(work, self.entity)
        require_open(work, self, entity.code, last_of(month_of(self.month)))
        rules = self.in_force(work)
        chosen = self.chosen(rules)
        allocation = self.month_allocation(work)
        allocation.require_rules((rule.code, rule.version) for rule in rules)
        ground = Ground(allocation.count + 1, allocation.month, entity.currency, self.position)
        run = planned(chosen, self.pools, allocation.taken(), ground, ordered=bool(self.rules))
        allocation.run(run)
        return answer_of(allocation, run)


class SupersedeAllocationRun(AllocationCommand):
    """Allocate a month anew: what its runs gave is taken back, and given as things are now.

    For rules, drivers, organisation or cost that changed; of a closed month too, which is booked
    in the first open one. ``dry_run`` answers what it would change.
    """

    ROLES: ClassVar = CONTROLLERS
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> AllocationAnswer:
        """Raises NoStandingRun, NoDifference, NothingToAllocate, UnknownRule, RulesMoved.

        DriverSumNotPositive, NeverPassedOn, PeriodNotOpen, NotFound, WrongEntity.
        """
        entity = legal_entity(work, self.entity)
        allocation = self.month_allocation(work)
        first_open_day(work, entity.code, last_of(allocation.month))
        ground = Ground(allocation.count + 1, allocation.month, entity.currency, self.position)
        chosen = self.chosen(self.in_force(work))
        run = planned(chosen, self.pools, {}, ground, ordered=bool(self.rules))
        found = allocation.supersede(run, self.why)
        return answer_of(allocation, run, found)


class ReverseAllocationRun(Command):
    """Take a run of a month back; booked in the first open month."""

    ROLES: ClassVar = CONTROLLERS
    ANSWER: ClassVar = AllocationAnswer
    entity: str
    month: date = Field(description="Any day of the month")
    number: int | None = Field(default=None, ge=1, description="Left out: the last that stands")
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The last day of the month."""
        del today
        return last_of(month_of(self.month))

    def run(self, work: UnitOfWork) -> AllocationAnswer:
        """Raises NoStandingRun, PeriodNotOpen, NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        month = month_of(self.month)
        allocation = work.load_or_none(MonthAllocation, allocation_id(self.entity, month))
        if allocation is None:
            raise NoStandingRun(f"{month:%Y-%m} was not allocated", field="month")
        first_open_day(work, self.entity, last_of(month))
        run = allocation.reverse(self.number, self.why)
        return answer_of(allocation, run)


def answer_of(
    allocation: MonthAllocation, run: Run, found: Iterable[Difference] = ()
) -> AllocationAnswer:
    """What a run gave, and changed."""
    return AllocationAnswer(
        id=allocation.id, number=run.number, currency=run.currency,
        allocated=sum((pool.amount for pool in run.pools), start=run.pools[0].amount * 0),
        lines=tuple(
            AllocatedLineAnswer(
                rule=line.rule, version=line.version, kind=line.to.kind, key=line.to.key,
                share=line.share, amount=line.amount,
            )
            for line in run.lines
        ),
        differences=tuple(
            DifferenceAnswer(kind=one.to.kind, key=one.to.key, before=one.before, now=one.now,
                             change=one.change)
            for one in found
        ),
        steps=run.steps,
    )  # fmt: skip
