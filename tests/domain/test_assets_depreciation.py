"""Straight line: equal months, the last one takes the rest, changes are prospective."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assets.depreciation import (
    BadLife,
    Convention,
    Plan,
    first_share,
    plan_of,
    revised,
    schedule,
)
from domain.assets.valuation import Capitalization, dispose, impairment, recoverable
from domain.money import minor_unit

D = Decimal
JANUARY = date(2025, 1, 1)


def amounts(plan: Plan, currency: str = "USD") -> list[Decimal]:
    return [line.amount for line in schedule(plan, currency)]


def test_a_thousand_less_a_hundred_over_two_years() -> None:
    plan = plan_of(D("1000.00"), D("100.00"), 24, JANUARY, "full_month")

    lines = schedule(plan, "USD")

    assert {line.amount for line in lines} == {D("37.50")}
    assert lines[11].accumulated == D("450.00")
    assert (lines[23].month, lines[23].accumulated) == (date(2026, 12, 1), D("900.00"))


def test_the_last_month_takes_the_cents_left() -> None:
    assert amounts(Plan(JANUARY, D("100.00"), 3)) == [D("33.33"), D("33.33"), D("33.34")]
    assert amounts(Plan(JANUARY, D("200.00"), 3)) == [D("66.67"), D("66.67"), D("66.66")]
    assert amounts(Plan(JANUARY, D(100), 3), "JPY") == [D(33), D(33), D(34)]


@pytest.mark.parametrize(
    ("convention", "first", "months", "last"),
    [
        ("full_month", date(2025, 1, 1), 12, D("100.00")),
        ("next_month", date(2025, 2, 1), 12, D("100.00")),
        ("half_month", date(2025, 1, 1), 13, D("50.00")),
        ("days", date(2025, 1, 1), 13, D("48.39")),
    ],
)
def test_the_first_month_counts_as_agreed(
    convention: Convention, first: date, months: int, last: Decimal
) -> None:
    lines = schedule(plan_of(D(1200), D(0), 12, date(2025, 1, 16), convention), "USD")

    assert lines[0].month == first
    assert (len(lines), lines[-1].amount) == (months, last)
    assert sum(line.amount for line in lines) == D(1200)


def test_days_in_service_are_counted_from_the_first() -> None:
    assert first_share(date(2025, 1, 16), "days") == Fraction(16, 31)
    assert first_share(date(2024, 2, 29), "days") == Fraction(1, 29)
    assert first_share(date(2025, 1, 1), "days") == 1


def test_a_change_spreads_what_is_left() -> None:
    plan = revised(D("1100.00") - D("112.50"), D("100.00"), 21, date(2025, 4, 1))

    assert amounts(plan)[:3] == [D("42.26")] * 3
    assert sum(amounts(plan)) == D("887.50")


@pytest.mark.parametrize(("residual", "months"), [(D("0"), 0), (D("-1"), 12), (D("1000.01"), 12)])
def test_a_life_has_months_and_a_residual_within_the_cost(residual: Decimal, months: int) -> None:
    with pytest.raises(BadLife):
        plan_of(D("1000.00"), residual, months, JANUARY, "full_month")


CONVENTIONS = st.sampled_from(["full_month", "next_month", "half_month", "days"])


@given(
    cost=st.integers(0, 10**9), kept=st.integers(0, 100), months=st.integers(1, 480),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]), convention=CONVENTIONS,
    day=st.dates(date(2000, 1, 1), date(2040, 12, 31)),
)  # fmt: skip
def test_months_sum_to_cost_less_residual(
    cost: int, kept: int, months: int, currency: str, convention: Convention, day: date
) -> None:
    unit = minor_unit(currency)
    residual = cost * kept // 100

    lines = schedule(plan_of(cost * unit, residual * unit, months, day, convention), currency)

    assert sum(line.amount for line in lines) == (cost - residual) * unit
    assert lines[-1].accumulated == (cost - residual) * unit
    assert all(line.amount >= 0 and line.amount % unit == 0 for line in lines)


def test_a_sale_leaves_a_gain_or_a_loss() -> None:
    lost = dispose(D("1100.00"), D("239.28"), D("600.00"))
    won = dispose(D("1100.00"), D("239.28"), D("900.00"))

    assert (lost.carrying, lost.loss, lost.gain) == (D("860.72"), D("260.72"), D(0))
    assert (won.loss, won.gain) == (D(0), D("39.28"))


def test_an_asset_brings_the_higher_of_sale_and_use() -> None:
    assert recoverable(D(700), D(650)) == D(700)
    assert recoverable(None, D(650)) == D(650)
    assert recoverable(None, None) == 0
    assert impairment(D(1000), D(700)) == D(300)
    assert impairment(D(700), D(1000)) == 0


def test_what_is_small_or_short_lived_is_a_cost() -> None:
    rule = Capitalization(D(800), 12)

    assert rule.treatment(D(800), 13) == "capex"
    assert rule.treatment(D("799.99"), 60) == "opex"
    assert rule.treatment(D(5000), 12) == "opex"
