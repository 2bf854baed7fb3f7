"""Prices that fall with volume."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import FigureNotPositive, ForecastBelowActual
from domain.revenue.rebate import (
    PriceTier,
    SalesPeriod,
    TiersOutOfOrder,
    VolumeTerms,
    graduated,
    rebate_tiers,
    retrospective,
)

TERMS = VolumeTerms(Decimal(100), (PriceTier(Decimal(1000), Decimal(90)),))


def period(units: str, expected: str) -> SalesPeriod:
    return SalesPeriod(Decimal(units), Decimal(expected))


def test_a_new_expectation_reprices_what_was_sold() -> None:
    # IFRS 15 / ASC 606 illustrative example 24: 44,250 is 500 x 90 less 75 x 10.
    first, second = retrospective(TERMS, [period("75", "900"), period("500", "1001")], "EUR").rows

    assert [first.revenue, first.catch_up, first.refund_liability] == [7500, 0, 0]
    assert [second.revenue, second.catch_up, second.refund_liability] == [44250, -750, 5750]
    assert second.invoiced == 50000


@pytest.mark.parametrize(("exactly", "price"), [(False, "100"), (True, "90")])
def test_a_tier_says_whether_its_number_counts(*, exactly: bool, price: str) -> None:
    terms = VolumeTerms(Decimal(100), (PriceTier(Decimal(1000), Decimal(90), exactly),))

    assert terms.price_at(Decimal(1000)) == Decimal(price)


def test_a_rebate_in_per_cent_of_sales_works_alike() -> None:
    terms = rebate_tiers([(Decimal(10000), Decimal(5))])

    (row,) = retrospective(terms, [period("4000", "12000")], "EUR").rows

    assert [row.invoiced, row.revenue, row.refund_liability] == [4000, 3800, 200]


@given(st.lists(st.integers(0, 900), min_size=1, max_size=6), st.integers(0, 3000))
@settings(max_examples=60)
def test_revenue_to_date_is_all_units_at_the_expected_price(sold: list[int], more: int) -> None:
    periods = [
        SalesPeriod(Decimal(units), Decimal(sum(sold[: no + 1]) + (more if no % 2 else 0)))
        for no, units in enumerate(sold)
    ]

    rows = retrospective(TERMS, periods, "EUR").rows

    total = sum(row.revenue for row in rows)
    assert total == sum(sold) * TERMS.price_at(periods[-1].expected_total)
    assert total + rows[-1].refund_liability == sum(row.invoiced for row in rows)


def test_later_units_alone_may_be_cheaper() -> None:
    made = graduated(TERMS, Decimal(1500), "EUR")

    assert made.amount == 145000
    assert made.average_price.quantize(Decimal("0.0001")) == Decimal("96.6667")
    assert graduated(TERMS, Decimal(10), "EUR").amount == 1000


def test_a_tier_from_a_number_prices_that_unit() -> None:
    terms = VolumeTerms(Decimal(10), (PriceTier(Decimal(3), Decimal(1), from_exactly=True),))

    assert graduated(terms, Decimal(3), "EUR").amount == 21


def test_tiers_rise() -> None:
    tier = PriceTier(Decimal(10), Decimal(9))
    with pytest.raises(TiersOutOfOrder):
        VolumeTerms(Decimal(10), (tier, tier)).price_at(Decimal(1))
    with pytest.raises(NegativeFigure):
        VolumeTerms(Decimal(10), (PriceTier(Decimal(1), Decimal(-9)),)).price_at(Decimal(1))


def test_a_forecast_covers_what_was_sold() -> None:
    with pytest.raises(ForecastBelowActual, match="99 expected, 100 already sold"):
        retrospective(TERMS, [period("100", "99")], "EUR")


def test_units_are_not_negative() -> None:
    with pytest.raises(NegativeFigure):
        retrospective(TERMS, [period("-1", "9")], "EUR")
    with pytest.raises(FigureNotPositive):
        graduated(TERMS, Decimal(0), "EUR")
