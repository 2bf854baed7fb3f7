"""The allocations of a month: runs that stand, what they took of each pool, and what each gave.

One stream an entity and month, so two runs at once decide one after the other: what a pool held
less what standing runs took of it is what a run may pass on, and a second one finds nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.allocation.cost_object import CostObject
from domain.errors import Refusal
from domain.identity import named_id

ZERO = Decimal(0)


class NoStandingRun(Refusal):
    """The month has no such run, or it was taken back."""

    code = "NO_STANDING_RUN"


class NothingToAllocate(Refusal):
    """The pools hold nothing that was not passed on already."""

    code = "NOTHING_TO_ALLOCATE"


class NoDifference(Refusal):
    """The same rules, drivers and pools as before: a re-run would change nothing."""

    code = "NO_DIFFERENCE"


class SupersedeInstead(Refusal):
    """The month was run by rules that no longer hold: another run would pass cost on twice."""

    code = "SUPERSEDE_INSTEAD"


@dataclass(frozen=True)
class Measured:
    """A driver's figure of a cost object."""

    to: CostObject
    quantity: Decimal


@dataclass(frozen=True)
class PoolUse:
    """A pool as a run found it: what the books ``held``, and what runs ``before`` it took.

    ``amount`` is the rest, ``gross`` what was passed on with what other pools gave to it; all in
    the entity's currency. ``measured`` is the driver as it was then.
    """

    rule: str
    version: int
    driver: str
    department: str
    cost_code: str
    held: Decimal
    before: Decimal
    amount: Decimal
    gross: Decimal
    measured: tuple[Measured, ...]

    @property
    def name(self) -> str:
        """The rule as journals cite it."""
        return f"{self.rule} v{self.version}"


@dataclass(frozen=True)
class AllocatedLine:
    """``share`` of the pool's gross, exactly, as ``numerator/denominator``."""

    rule: str
    version: int
    to: CostObject
    share: str
    amount: Decimal


@dataclass(frozen=True)
class Run:
    """A run of a month: ``on`` is its last day, ``position`` what the books were read up to."""

    number: int
    month: date
    on: date
    currency: str
    position: int
    pools: tuple[PoolUse, ...]
    lines: tuple[AllocatedLine, ...]
    steps: tuple[str, ...] = ()

    def by_pool(self) -> list[tuple[PoolUse, list[AllocatedLine]]]:
        """Each pool with what it gave."""
        found: dict[str, list[AllocatedLine]] = {pool.rule: [] for pool in self.pools}
        for line in self.lines:
            found[line.rule].append(line)
        return [(pool, found[pool.rule]) for pool in self.pools]


Key = tuple[str, int, CostObject]


def amounts(runs: Iterable[Run]) -> dict[Key, Decimal]:
    """What runs gave, by rule, version and cost object."""
    found: dict[Key, Decimal] = defaultdict(Decimal)
    for run in runs:
        for line in run.lines:
            found[line.rule, line.version, line.to] += line.amount
    return dict(found)


@dataclass(frozen=True)
class Difference:
    """What a cost object bore before a re-run, and bears now."""

    to: CostObject
    before: Decimal
    now: Decimal

    @property
    def change(self) -> Decimal:
        """What it bears more."""
        return self.now - self.before


def differences(before: Iterable[Run], now: Iterable[Run]) -> list[Difference]:
    """Cost objects that bear another amount, in their order."""
    sums: dict[CostObject, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for side, runs in enumerate((before, now)):
        for (_, _, to), amount in amounts(runs).items():
            sums[to][side] += amount
    return [Difference(to, old, new) for to, (old, new) in sorted(sums.items()) if old != new]


def allocation_id(entity: str, month: date) -> UUID:
    """The stream of a month's allocations."""
    return named_id("month allocation", f"{entity}:{month}", month)


class MonthAllocation(Root):
    """``standing`` are the runs that count, by number."""

    class Begun(Root.Created):
        """A month is allocated for the first time."""

        TOPIC = "allocation.month_begun"
        entity: str
        month: date

    class Ran(Root.Event):
        """Pools were passed on; ``replaces`` are the runs that this one comes instead of."""

        TOPIC = "allocation.run_made"
        entity: str
        run: Run
        replaces: tuple[int, ...]

    class Reversed(Root.Event):
        """A run was taken back."""

        TOPIC = "allocation.run_reversed"
        entity: str
        run: Run
        why: str

    @event(Begun)
    def __init__(self, id: UUID, entity: str, month: date) -> None:
        self.entity = entity
        self.month = month
        self.count = 0
        self.standing: dict[int, Run] = {}

    def taken(self) -> dict[str, Decimal]:
        """What standing runs took of each rule's pool."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for run in self.standing.values():
            for pool in run.pools:
                found[pool.rule] += pool.amount
        return dict(found)

    def require_rules(self, in_force: Iterable[tuple[str, int]]) -> None:
        """Whether all standing runs went by rules that still hold. Raises SupersedeInstead."""
        known = set(in_force)
        for run in self.standing.values():
            for pool in run.pools:
                if (pool.rule, pool.version) not in known:
                    raise SupersedeInstead(f"run {run.number} went by {pool.name}", field="month")

    def run(self, run: Run) -> None:
        """Raises NothingToAllocate."""
        require_some(run)
        self._ran(self.entity, run, ())

    def supersede(self, run: Run, why: str) -> list[Difference]:
        """Take every standing run back and put this one in their place; what that changes.

        Raises NoStandingRun, NoDifference, NothingToAllocate.
        """
        old = list(self.standing.values())
        if not old:
            raise NoStandingRun(f"{self.month:%Y-%m} was not allocated", field="month")
        if amounts(old) == amounts([run]):
            raise NoDifference("pools, rules and drivers are as they were", field="month")
        require_some(run)
        for one in old:
            self._reversed(self.entity, one, why)
        self._ran(self.entity, run, tuple(one.number for one in old))
        return differences(old, [run])

    def reverse(self, number: int | None, why: str) -> Run:
        """Take a run back, the last one where none is named. Raises NoStandingRun."""
        last = max(self.standing, default=0)
        found = self.standing.get(last if number is None else number)
        if found is None:
            raise NoStandingRun(f"{self.month:%Y-%m} has no such run", field="number")
        self._reversed(self.entity, found, why)
        return found

    @event(Ran)
    def _ran(self, entity: str, run: Run, replaces: tuple[int, ...]) -> None:
        del entity, replaces
        self.count = run.number
        self.standing[run.number] = run

    @event(Reversed)
    def _reversed(self, entity: str, run: Run, why: str) -> None:
        del entity, why
        self.standing.pop(run.number, None)


def require_some(run: Run) -> None:
    """Raises NothingToAllocate."""
    if not run.lines:
        raise NothingToAllocate(f"no pool of {run.month:%Y-%m} holds anything more", field="month")
