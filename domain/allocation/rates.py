"""Overhead by rates: predetermined, dual, by activity, and burdened labour.

A rate is exact until it meets a quantity; the amount is rounded once, half up. What was applied
by a rate set beforehand and what was spent differ; the difference is over- or under-applied.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.allocation.pool import DriverSumNotPositive, Pool
from domain.allocation.reciprocal import rounded
from domain.allocation.step_down import direct

ZERO = Decimal(0)


def rate_of(cost: Decimal, base: Decimal) -> Fraction:
    """Cost of a unit of the driver. Raises DriverSumNotPositive."""
    if base <= 0:
        raise DriverSumNotPositive(f"no rate from a base of {base}")
    return Fraction(cost) / Fraction(base)


def at_rate(rate: Fraction, quantity: Decimal, currency: str) -> Decimal:
    """A quantity's amount."""
    return rounded(rate * Fraction(quantity), currency)


@dataclass(frozen=True)
class Applied:
    """``over`` is what was applied beyond what was spent; negative: under-applied."""

    rate: Fraction
    amount: Decimal
    over: Decimal


def apply_overhead(
    budgeted: Decimal, base: Decimal, actual_base: Decimal, spent: Decimal, currency: str
) -> Applied:
    """A predetermined rate over the actual base, against what was spent.

    Raises DriverSumNotPositive.
    """
    rate = rate_of(budgeted, base)
    amount = at_rate(rate, actual_base, currency)
    return Applied(rate, amount, amount - spent)


@dataclass(frozen=True)
class Charge:
    """What a department bears of a service."""

    fixed: Decimal
    variable: Decimal

    @property
    def total(self) -> Decimal:
        """Both."""
        return self.fixed + self.variable


def dual_rate(
    fixed: Decimal, variable_rate: Fraction, budgeted: Mapping[str, Decimal],
    actual: Mapping[str, Decimal], currency: str,
) -> dict[str, Charge]:  # fmt: skip
    """Fixed cost by what was planned to be used, variable cost by what was.

    Raises NegativeDriver, DriverSumNotPositive.
    """
    shares = direct([Pool("fixed", fixed, budgeted)], currency).by_object()
    return {
        name: Charge(
            shares.get(name, ZERO), at_rate(variable_rate, actual.get(name, ZERO), currency)
        )
        for name in dict.fromkeys([*budgeted, *actual])
    }


def burdened(
    labour: Decimal, rates_pct: Mapping[str, Decimal], currency: str, *, chained: bool = False
) -> dict[str, Decimal]:
    """What each rate adds to labour; ``chained``: each on all before it, not on labour alone."""
    added: dict[str, Decimal] = {}
    for name, pct in rates_pct.items():
        base = labour + sum(added.values(), ZERO) if chained else labour
        added[name] = at_rate(Fraction(pct) / 100, base, currency)
    return added
