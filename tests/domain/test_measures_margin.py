"""What is left of revenue."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.measures.margin import (
    Costs,
    MarginOutOfReach,
    NoHours,
    hourly_cost,
    margin,
    price_for_margin,
)
from domain.pricing.bounds import NegativeFigure
from tests.domain.figures import figures

AMOUNTS = st.decimals(0, 10**6, places=3)
PROJECT = Costs(
    labour=Decimal(400), other_direct=Decimal(200), burden_pct=Decimal(25),
    fixed_direct=Decimal(100), overhead=Decimal(150),
)  # fmt: skip


def test_each_margin_takes_its_own_costs() -> None:
    found = margin(Decimal(1000), PROJECT, "EUR")

    assert (found.gross_margin, found.gross_margin_pct) == figures("400 40")
    assert found.burden == 100
    assert (found.burdened_margin, found.burdened_margin_pct) == figures("300 30")
    assert (found.contribution, found.contribution_pct) == figures("500 50")
    assert (found.operating_margin, found.operating_margin_pct) == figures("150 15")
    assert found.markup_pct is not None
    assert round(found.markup_pct, 2) == Decimal("66.67")


def test_a_loss_is_a_margin_below_zero() -> None:
    assert margin(Decimal(500), PROJECT, "EUR").gross_margin_pct == -20


def test_without_revenue_there_is_a_margin_and_no_percentage() -> None:
    found = margin(Decimal(0), PROJECT, "JPY")

    assert (found.gross_margin, found.gross_margin_pct) == (Decimal(-600), None)


def test_an_hour_costs_pay_and_burden_over_productive_hours() -> None:
    assert hourly_cost(*figures("80000 25 1600")) == Decimal("62.5")
    with pytest.raises(NoHours):
        hourly_cost(*figures("80000 25 0"))


def test_a_price_leaves_the_margin_asked_for() -> None:
    assert price_for_margin(Decimal(600), Decimal(40), "EUR") == 1000
    with pytest.raises(MarginOutOfReach):
        price_for_margin(Decimal(600), Decimal(100), "EUR")


@pytest.mark.parametrize(
    "costs",
    [
        Costs(labour=Decimal(-1)),
        Costs(overhead=Decimal(-1)),
        Costs(burden_pct=Decimal(-1)),
        Costs(labour=Decimal(1), fixed_direct=Decimal(2)),
    ],
)
def test_figures_below_zero_are_refused(costs: Costs) -> None:
    with pytest.raises(NegativeFigure):
        margin(Decimal(1), costs, "EUR")


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.integers(0, 60), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_margins_step_down(
    revenue: Decimal, labour: Decimal, other: Decimal, burden: int, currency: str
) -> None:
    found = margin(revenue, Costs(labour, other, Decimal(burden)), currency)

    assert found.revenue == found.direct_cost + found.gross_margin
    assert found.contribution >= found.gross_margin >= found.burdened_margin
    assert found.burdened_margin == found.operating_margin
