"""Overhead by rates: set beforehand, in two parts, and on top of labour."""

from decimal import Decimal
from fractions import Fraction

import pytest

from domain.allocation.pool import DriverSumNotPositive
from domain.allocation.rates import apply_overhead, burdened, dual_rate, rate_of


def test_a_rate_set_beforehand_applies_more_or_less_than_was_spent() -> None:
    found = apply_overhead(Decimal(480000), Decimal(16000), Decimal(15500), Decimal(470000), "EUR")

    assert found.rate == 30
    assert (found.amount, found.over) == (Decimal(465000), Decimal(-5000))


def test_a_rate_is_not_rounded_before_it_meets_a_quantity() -> None:
    found = apply_overhead(Decimal(100), Decimal(3), Decimal(300), Decimal(0), "EUR")

    assert found.rate == Fraction(100, 3)
    assert found.amount == 10000


def test_fixed_cost_goes_by_plan_and_variable_cost_by_use() -> None:
    budgeted = {"Design": Decimal(2), "Build": Decimal(1)}

    found = dual_rate(Decimal(100), Fraction(5, 2), budgeted, {"Build": Decimal(3)}, "EUR")

    assert str(found["Design"].total) == "66.67"
    assert str(found["Build"].total) == "40.83"


@pytest.mark.parametrize(("chained", "overhead"), [(False, "500"), (True, "650")])
def test_rates_stand_on_labour_or_on_one_another(chained: bool, overhead: str) -> None:
    rates = {"fringe": Decimal(30), "overhead": Decimal(50)}

    found = burdened(Decimal(1000), rates, "EUR", chained=chained)

    assert found == {"fringe": 300, "overhead": Decimal(overhead)}


def test_no_rate_from_nothing() -> None:
    with pytest.raises(DriverSumNotPositive):
        rate_of(Decimal(1), Decimal(0))
