"""A run's pools in their order: direct, step-down and reciprocal ones side by side."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from domain.allocation.pool import Allocated, Pool, Share, parts_of, passed_on, told
from domain.allocation.reciprocal import reciprocal
from domain.allocation.step_down import least_received_first
from domain.explanation import Step

ZERO = Decimal(0)


def default_order(pools: Sequence[Pool]) -> list[Pool]:
    """Reciprocal ones first, then step-down ones by what they receive, then direct ones."""
    kinds: dict[str, list[Pool]] = defaultdict(list)
    for pool in pools:
        kinds[pool.method].append(pool)
    last = sorted(kinds["direct"], key=lambda pool: pool.code)
    return [*kinds["reciprocal"], *least_received_first(kinds["step"]), *last]


class Passing:
    """What was received so far, who is closed, and what was given."""

    def __init__(self, pools: Sequence[Pool], currency: str) -> None:
        self.services = {pool.of for pool in pools} - {None}
        self.currency = currency
        self.received: dict[Any, Decimal] = defaultdict(Decimal)
        self.closed: set[Any] = set()
        self.shares: list[Share] = []
        self.steps: list[Step] = []
        self.gross: dict[str, Decimal] = {}

    def one(self, pool: Pool) -> None:
        """A direct or a step-down pool."""
        came = self.take(pool)
        excluded = self.services if pool.method == "direct" else self.closed
        if pool.amount + came:
            found = passed_on(pool, pool.amount + came, parts_of(pool, excluded), self.currency)
            self.note(found, [told(pool, pool.amount, came, found)])
        self.gross[pool.code] = pool.amount + came
        self.closed.add(pool.of)

    def together(self, pools: Sequence[Pool]) -> None:
        """All reciprocal pools, at the place of the first."""
        whole = [replace(pool, amount=pool.amount + self.take(pool)) for pool in pools]
        if any(pool.amount for pool in whole):
            done = reciprocal(whole, self.currency, tuple(self.closed))
            self.note(done.shares, done.steps)
        self.gross |= {pool.code: pool.amount for pool in whole}
        self.closed |= {pool.of for pool in pools}

    def take(self, pool: Pool) -> Decimal:
        """What came in for a pool before its turn."""
        return self.received.pop(pool.of, ZERO) if pool.of is not None else ZERO

    def note(self, shares: Iterable[Share], steps: Iterable[Step]) -> None:
        """Keep what was given, to whom; shares too small for a minor unit are left out."""
        kept = [share for share in shares if share.amount]
        self.shares += kept
        self.steps += steps
        for share in kept:
            self.received[share.to] += share.amount


def allocate(pools: Sequence[Pool], currency: str) -> Allocated:
    """Pools in the order given; a pool of nothing gives nothing, whatever its driver.

    Raises NegativeDriver, DriverSumNotPositive, NeverPassedOn.
    """
    passing = Passing(pools, currency)
    circle = [pool for pool in pools if pool.method == "reciprocal"]
    for pool in pools:
        if pool.method != "reciprocal":
            passing.one(pool)
        elif pool is circle[0]:
            passing.together(circle)
    return Allocated(tuple(passing.shares), passing.gross, tuple(passing.steps))
