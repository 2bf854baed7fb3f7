"""Reciprocal: pools that serve one another, solved at once by exact fractions.

Gross cost of a service = its own cost + what it takes of the gross cost of the others. What a
service passes on to those who serve nobody is its own cost, by shares that have gone round as
often as it takes: so each pool's own amount is split once, and sums to the cent.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from domain.allocation.pool import Allocated, Pool, parts_of, passed_on, told
from domain.errors import Refusal
from domain.explanation import Step
from domain.money import minor_unit, split

Matrix = list[list[Fraction]]
ZERO = Decimal(0)


class NeverPassedOn(Refusal):
    """Pools serve only one another: their cost would go round for ever."""

    code = "NEVER_PASSED_ON"


def solve(matrix: Sequence[Sequence[Fraction]], right: Sequence[Sequence[Fraction]]) -> Matrix:
    """X of ``matrix`` X = ``right`` by elimination, exactly. Raises NeverPassedOn."""
    rows = [[*left, *other] for left, other in zip(matrix, right, strict=True)]
    size = len(rows)
    for at in range(size):
        pivot = next((no for no in range(at, size) if rows[no][at]), None)
        if pivot is None:
            raise NeverPassedOn("pools serve only one another, so nobody bears their cost")
        rows[at], rows[pivot] = rows[pivot], rows[at]
        scale = rows[at][at]
        rows[at] = [value / scale for value in rows[at]]
        for no in range(size):
            if no != at and (factor := rows[no][at]):
                rows[no] = [v - factor * p for v, p in zip(rows[no], rows[at], strict=True)]
    return [row[size:] for row in rows]


def _system(parts: Sequence[Mapping[Any, Fraction]], services: Sequence[Any]) -> Matrix:
    """I - Q: row ``i`` says what service ``i`` gives to each service."""
    one = Fraction(1)
    return [
        [(one if i == j else Fraction(0)) - own.get(to, 0) for j, to in enumerate(services)]
        for i, own in enumerate(parts)
    ]


def reciprocal(pools: Sequence[Pool], currency: str, closed: Sequence[Any] = ()) -> Allocated:
    """Pools that serve one another, each to those who serve nobody; ``closed`` take nothing.

    Raises NegativeDriver, DriverSumNotPositive, NeverPassedOn.
    """
    services = served(pools)
    parts = [parts_of(pool, closed) for pool in pools]
    finals = list(dict.fromkeys(to for own in parts for to in own if to not in set(services)))
    system = _system(parts, services)
    through = solve(system, [[own.get(to, Fraction(0)) for to in finals] for own in parts])
    gross = gross_costs(pools, system)
    shares, steps = [], []
    for pool, row in zip(pools, through, strict=True):
        given = {to: part for to, part in zip(finals, row, strict=True) if part}
        found = passed_on(pool, pool.amount, given, currency)
        shares += found
        whole = rounded(gross[pool.code], currency)
        steps += [Step("allocation.gross", f"{pool.code}: gross {whole}, with the others' share"),
                  told(pool, pool.amount, ZERO, found)]  # fmt: skip
    own = {pool.code: pool.amount for pool in pools}
    return Allocated(tuple(shares), own, tuple(steps), gross)


def served(pools: Sequence[Pool]) -> list[Any]:
    """The cost object that each pool takes in for: of two pools of one object, the first does."""
    found: list[Any] = []
    for pool in pools:
        taken = pool.of is None or pool.of in found
        found.append(("pool", pool.code) if taken else pool.of)
    return found


def gross_costs(pools: Sequence[Pool], system: Matrix) -> dict[str, Fraction]:
    """Gross cost of each pool, unrounded."""
    turned = [list(column) for column in zip(*system, strict=True)]
    found = solve(turned, [[Fraction(pool.amount)] for pool in pools])
    return {pool.code: row[0] for pool, row in zip(pools, found, strict=True)}


def borne(pools: Sequence[Pool], found: Allocated, currency: str) -> dict[Any, Decimal]:
    """What each cost object bears of all pools, rounded once; pools share a sign."""
    amounts = {pool.code: Fraction(pool.amount) for pool in pools}
    exact: dict[Any, Fraction] = {}
    for share in found.shares:
        exact[share.to] = exact.get(share.to, Fraction(0)) + share.part * amounts[share.pool]
    whole = sum((pool.amount for pool in pools), ZERO)
    return dict(zip(exact, split(whole, list(exact.values()), currency), strict=True))


def rounded(value: Fraction, currency: str) -> Decimal:
    """An exact figure in the currency's decimals, half up."""
    unit = minor_unit(currency)
    units = value / Fraction(unit)
    half_up = int(abs(units) + Fraction(1, 2))
    return (half_up if units >= 0 else -half_up) * unit
