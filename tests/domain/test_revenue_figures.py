"""Shares stay exact until they are rounded once, and parts lose nothing."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import (
    FigureNotPositive,
    InvalidPercentage,
    UnitTooCoarse,
    apportion,
    cumulative_deltas,
    require_not_negative,
    require_pct,
    require_positive,
    rounded,
    shown,
    unit_of,
)
from domain.revenue.progress import Progress, ProgressOutOfRange

UNITS = st.sampled_from([Decimal("0.01"), Decimal(1), Decimal("0.001"), Decimal(5)])
WEIGHTS = st.lists(st.decimals(0, 10**6, places=3), min_size=1, max_size=12).filter(any)


def test_progress_is_not_rounded_before_the_revenue_is() -> None:
    # ASC 606 illustrative example 8: 420 of 820 is 51.2 % in print, 91,463.41 more unrounded.
    progress = Progress(Decimal(420000), Decimal(820000))

    assert progress.of(Decimal(1350000), "EUR") - 600000 == Decimal("91463.41")


def test_progress_rounds_first_where_the_contract_says_so() -> None:
    progress = Progress(Decimal(420000), Decimal(820000)).to_decimals(3)

    assert progress.of(Decimal(1350000), "EUR") - 600000 == Decimal("91200.00")


@pytest.mark.parametrize(("done", "whole"), [("2", "1"), ("-1", "1"), ("0", "0"), ("1", "-1")])
def test_no_progress_is_beyond_its_whole(done: str, whole: str) -> None:
    with pytest.raises(ProgressOutOfRange):
        _ = Progress(Decimal(done), Decimal(whole)).share


@pytest.mark.parametrize(
    ("value", "unit", "to"),
    [("2.5", "1", "3"), ("-2.5", "1", "-3"), ("12.4", "5", "10"), ("0.0049", "0.01", "0.00")],
)
def test_a_half_goes_away_from_zero_in_any_unit(value: str, unit: str, to: str) -> None:
    assert rounded(Fraction(value), Decimal(unit)) == Decimal(to)


@given(st.integers(-(10**9), 10**9), WEIGHTS, UNITS)
@settings(max_examples=60)
def test_parts_sum_to_the_total_and_stay_within_a_unit(
    count: int, weights: list[Decimal], unit: Decimal
) -> None:
    total = count * unit

    parts = apportion(total, weights, unit)

    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        exact = Fraction(total) * Fraction(weight) / Fraction(sum(weights))
        assert abs(Fraction(part) - exact) < unit


@given(st.integers(0, 10**9), WEIGHTS, UNITS)
@settings(max_examples=60)
def test_parts_of_a_credit_mirror_those_of_its_invoice(
    count: int, weights: list[Decimal], unit: Decimal
) -> None:
    credit = apportion(-count * unit, weights, unit)

    assert credit == tuple(-part for part in apportion(count * unit, weights, unit))


def test_a_total_between_units_is_refused() -> None:
    with pytest.raises(UnitTooCoarse):
        apportion(Decimal("100.50"), [Decimal(1)], Decimal(1))


def test_weights_of_nothing_split_nothing() -> None:
    with pytest.raises(FigureNotPositive):
        apportion(Decimal(1), [Decimal(0), Decimal(0)], Decimal(1))


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(NegativeFigure, match="weights of -1"):
        apportion(Decimal(1), [Decimal(2), Decimal(-1)], Decimal(1))


@pytest.mark.parametrize(("currency", "unit"), [("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.001")])
def test_the_unit_is_the_currencys_unless_one_is_agreed(currency: str, unit: str) -> None:
    assert unit_of(currency, None) == Decimal(unit)
    assert unit_of(currency, Decimal(100)) == 100


def test_a_unit_of_nothing_is_refused() -> None:
    with pytest.raises(FigureNotPositive):
        unit_of("EUR", Decimal(0))


def test_figures_are_refused_with_their_field() -> None:
    with pytest.raises(NegativeFigure) as negative:
        require_not_negative(Decimal(-1), field="units")
    with pytest.raises(FigureNotPositive):
        require_positive(Decimal(0), field="units")
    with pytest.raises(InvalidPercentage):
        require_pct(Decimal("100.1"), field="rate_pct")

    assert negative.value.field == "units"


def test_deltas_sum_back_to_the_last_figure() -> None:
    assert list(cumulative_deltas([Decimal(3), Decimal(3), Decimal(1)])) == [3, 0, -2]


@pytest.mark.parametrize(("value", "text"), [("93.33333333", "93.3333"), ("100", "100")])
def test_a_price_is_shown_without_a_tail(value: str, text: str) -> None:
    assert shown(Decimal(value)) == text
