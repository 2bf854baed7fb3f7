"""Direct and step-down: pools are passed on one after another and take nothing afterwards."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from domain.allocation.pool import Allocated, Pool, Share, parts_of, passed_on, told

ZERO = Decimal(0)


def direct(pools: Sequence[Pool], currency: str) -> Allocated:
    """Each pool to whatever is no pool itself: services pass nothing to one another.

    Raises NegativeDriver, DriverSumNotPositive.
    """
    services = {pool.of for pool in pools} - {None}
    shares: list[Share] = []
    steps = []
    for pool in pools:
        found = passed_on(pool, pool.amount, parts_of(pool, services), currency)
        shares += found
        steps.append(told(pool, pool.amount, ZERO, found))
    return Allocated(tuple(shares), {pool.code: pool.amount for pool in pools}, tuple(steps))


def step_down(pools: Sequence[Pool], currency: str) -> Allocated:
    """Pools in the order given; one that was passed on is closed and receives nothing more.

    Raises NegativeDriver, DriverSumNotPositive.
    """
    received: dict[Any, Decimal] = defaultdict(Decimal)
    closed: set[Any] = set()
    gross, shares, steps = {}, [], []
    for pool in pools:
        came = received[pool.of] if pool.of is not None else ZERO
        found = passed_on(pool, pool.amount + came, parts_of(pool, closed), currency)
        for share in found:
            received[share.to] += share.amount
        gross[pool.code] = pool.amount + came
        steps.append(told(pool, pool.amount, came, found))
        closed.add(pool.of)
        shares += found
    return Allocated(tuple(shares), gross, tuple(steps))


def least_received_first(pools: Sequence[Pool]) -> list[Pool]:
    """The default order: the pool to which the others would give least goes first; ties by code.

    What each would give is counted before any is closed.
    """
    received: dict[Any, Fraction] = defaultdict(Fraction)
    for pool in pools:
        for to, part in parts_of(pool).items():
            received[to] += part * Fraction(pool.amount)
    return sorted(pools, key=lambda pool: (received[pool.of], pool.code))
