"""A cost pool and what becomes of it: values in, figures out.

Shares are exact fractions; amounts are whole minor units, split by largest remainder, so what a
pool gives away is the pool to the cent. Source: CIMA and Horngren's chapters on service
departments, as the published examples use them.
"""

from collections.abc import Container, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import split

Method = Literal["direct", "step", "reciprocal"]


class DriverSumNotPositive(Refusal):
    """Nothing says how a pool is shared: its driver is zero where it may go."""

    code = "DRIVER_SUM_NOT_POSITIVE"


class NegativeDriver(Refusal):
    """A driver below zero is no share of anything."""

    code = "NEGATIVE_DRIVER"


@dataclass(frozen=True)
class Pool:
    """``amount`` to pass on by ``weights``; ``of`` is the cost object whose cost it is, if one's.

    What other pools give to ``of`` comes into the pool before it is passed on.
    """

    code: str
    amount: Decimal
    weights: Mapping[Any, Decimal]
    method: Method = "direct"
    of: Hashable = None


@dataclass(frozen=True)
class Share:
    """What a pool gave a cost object: ``part`` of what it had to give, exactly."""

    pool: str
    to: Any
    part: Fraction
    amount: Decimal


@dataclass(frozen=True)
class Allocated:
    """``gross`` is what each pool passed on with what it had received; services included.

    ``exact`` holds the same unrounded where a system of equations gave it.
    """

    shares: tuple[Share, ...]
    gross: Mapping[str, Decimal]
    steps: tuple[Step, ...]
    exact: Mapping[str, Fraction] = field(default_factory=dict)

    def by_object(self) -> dict[Any, Decimal]:
        """What each cost object was given, all pools together."""
        found: dict[Any, Decimal] = {}
        for share in self.shares:
            found[share.to] = found.get(share.to, Decimal(0)) + share.amount
        return found


def parts_of(pool: Pool, excluded: Container[Any] = ()) -> dict[Any, Fraction]:
    """The exact share of each cost object that is not excluded; objects with none left out.

    Raises NegativeDriver, DriverSumNotPositive.
    """
    kept = {
        to: weight
        for to, weight in pool.weights.items()
        if weight and to != pool.of and to not in excluded
    }
    for to, weight in kept.items():
        if weight < 0:
            raise NegativeDriver(f"the driver of {pool.code} is {weight} for {to}")
    whole = sum(map(Fraction, kept.values()), Fraction(0))
    if not whole:
        raise DriverSumNotPositive(f"the driver of {pool.code} sums to zero")
    return {to: Fraction(weight) / whole for to, weight in kept.items()}


def passed_on(
    pool: Pool, amount: Decimal, parts: Mapping[Any, Fraction], currency: str
) -> list[Share]:
    """An amount by exact shares, in the currency's minor units."""
    amounts = split(amount, list(parts.values()), currency)
    given = zip(parts.items(), amounts, strict=True)
    return [Share(pool.code, to, part, share) for (to, part), share in given]


def told(pool: Pool, own: Decimal, received: Decimal, shares: Sequence[Share]) -> Step:
    """How a pool was passed on, in words."""
    came = f" and {received} received" if received else ""
    text = f"{pool.code}: {own}{came} to {len(shares)} cost objects, {pool.method}"
    return Step(f"allocation.{pool.method}", text)
