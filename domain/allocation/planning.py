"""From gathered pools to a run: the one calculation behind a run, its rehearsal and a what-if."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from domain.allocation.plan import allocate, default_order
from domain.allocation.pool import Allocated, Pool
from domain.allocation.rule import RuleVersion
from domain.allocation.run import AllocatedLine, Measured, PoolUse, Run
from domain.ledger.period import month_after

ZERO = Decimal(0)


@dataclass(frozen=True)
class GatheredPool:
    """What was read for a version of a rule: its pool's balance and its driver's figures."""

    code: str
    version: int
    held: Decimal
    measured: tuple[Measured, ...]


def last_of(month: date) -> date:
    """The last day of a month, given by its first."""
    return month_after(month) - timedelta(days=1)


@dataclass(frozen=True)
class Found:
    """A rule, what was read for it, and what runs before took of its pool."""

    rule: RuleVersion
    read: GatheredPool
    before: Decimal

    @property
    def pool(self) -> Pool:
        """As the calculators take it; a figure below zero counts as nothing."""
        terms = self.rule.terms
        weights = {one.to: max(one.quantity, ZERO) for one in self.read.measured}
        amount = self.read.held - self.before
        return Pool(self.rule.code, amount, weights, terms.method, terms.of)

    def use(self, gross: Decimal) -> PoolUse:
        """As the run keeps it."""
        filter_, held = self.rule.terms.pool, self.read.held
        return PoolUse(
            self.rule.code, self.rule.version, self.rule.terms.named, filter_.department,
            filter_.cost_code, held, self.before, held - self.before, gross, self.read.measured,
        )  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """What a run stands on, besides its pools."""

    number: int
    month: date
    currency: str
    position: int


def planned(
    rules: Sequence[RuleVersion],
    read: Sequence[GatheredPool],
    taken: Mapping[str, Decimal],
    ground: Ground,
    *,
    ordered: bool,
) -> Run:
    """The run of a month; ``ordered``: in the order of ``rules``, else in the default order.

    Raises NegativeDriver, DriverSumNotPositive, NeverPassedOn.
    """
    by_code = {one.code: one for one in read}
    found = {
        rule.code: Found(rule, by_code[rule.code], taken.get(rule.code, ZERO)) for rule in rules
    }
    pools = [one.pool for one in found.values()]
    some = [pool for pool in pools if pool.amount]
    done = allocate(pools if ordered else in_order(pools, some), ground.currency)
    uses = tuple(one.use(done.gross[code]) for code, one in found.items() if done.gross[code])
    return Run(
        ground.number, ground.month, last_of(ground.month), ground.currency, ground.position,
        uses, lines_of(done, found), tuple(step.text for step in done.steps),
    )  # fmt: skip


def in_order(pools: Sequence[Pool], some: Sequence[Pool]) -> list[Pool]:
    """The default order; empty pools, whose driver may say nothing, come last."""
    return [*default_order(some), *(pool for pool in pools if not pool.amount)]


def lines_of(done: Allocated, found: Mapping[str, Found]) -> tuple[AllocatedLine, ...]:
    """Shares as a run keeps them."""
    return tuple(
        AllocatedLine(
            share.pool, found[share.pool].rule.version, share.to,
            f"{share.part.numerator}/{share.part.denominator}", share.amount,
        )
        for share in done.shares
    )  # fmt: skip
