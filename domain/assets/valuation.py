"""What an asset is worth in the books when it is bought, when it loses value and when it goes.

Source: IAS 16.7 and 38.57 for what is capitalised, IAS 36.59-60 for impairment, IAS 16.67-71 for
disposal.
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.assets.depreciation import ZERO, Convention
from domain.payables.cost_line import Treatment


@dataclass(frozen=True)
class Capitalization:
    """What is made an asset of: cost from ``threshold`` on, used over ``beyond_months``."""

    threshold: Decimal
    beyond_months: int = 12

    def treatment(self, cost: Decimal, months: int) -> Treatment:
        """Whether something of this cost and life is an asset or a cost."""
        lasts = months > self.beyond_months
        return "capex" if lasts and cost >= self.threshold else "opex"


@dataclass(frozen=True)
class Disposal:
    """``result`` above zero is a gain, below zero a loss."""

    carrying: Decimal
    proceeds: Decimal

    @property
    def result(self) -> Decimal:
        """Proceeds less what the books carried."""
        return self.proceeds - self.carrying

    @property
    def gain(self) -> Decimal:
        """Zero where there is a loss."""
        return max(self.result, ZERO)

    @property
    def loss(self) -> Decimal:
        """Zero where there is a gain."""
        return max(-self.result, ZERO)


def dispose(cost: Decimal, accumulated: Decimal, proceeds: Decimal) -> Disposal:
    """What a sale or a scrapping leaves."""
    return Disposal(cost - accumulated, proceeds)


def recoverable(fair_value_less_cost: Decimal | None, value_in_use: Decimal | None) -> Decimal:
    """The higher of the two: what the asset still brings, sold or used."""
    return max(value for value in (fair_value_less_cost, value_in_use, ZERO) if value is not None)


def impairment(carrying: Decimal, recoverable_amount: Decimal) -> Decimal:
    """What the books carry beyond what the asset still brings; never below zero."""
    return max(carrying - recoverable_amount, ZERO)


@dataclass(frozen=True)
class Terms:
    """How an asset is written off: ``residual`` in the books, ``months`` of life."""

    residual: Decimal
    months: int
    convention: Convention = "full_month"
