"""Daily allowances less meals provided."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.bounds import (
    NegativeFigure,
    NothingGiven,
    PercentOutOfRange,
    UnequalCount,
)
from domain.pricing.per_diem import (
    MealReduction,
    MealsProvided,
    MoreMealsThanDays,
    PerDiemTerms,
    UnknownMeal,
    per_diem_by_day,
    per_diem_by_trip,
    trip_of,
)
from tests.domain.figures import figures

MEALS = ("breakfast", "lunch", "dinner")
BY_TYPE = tuple(
    MealReduction(meal, pct) for meal, pct in zip(MEALS, figures("30 30 40"), strict=True)
)
BY_COUNT = tuple(
    MealReduction(meal, pct) for meal, pct in zip("123", figures("20 50 100"), strict=True)
)
REDMOND = PerDiemTerms(Decimal(150), Decimal(75), Decimal(5), BY_TYPE)
FIVE_DAYS = trip_of(5)


def meals(count: int) -> tuple[MealsProvided, ...]:
    return tuple(MealsProvided(meal) for meal in MEALS[:count])


def test_meals_of_a_trip_reduce_by_type() -> None:
    """Dynamics 365, per diem example 1: three breakfasts and two lunches in five days."""
    provided = [MealsProvided("breakfast", 3), MealsProvided("lunch", 2)]

    found = per_diem_by_trip(REDMOND, FIVE_DAYS, provided, "USD")

    assert (found.allowance, found.reduction, found.payable) == figures("1150 112.50 1037.50")
    assert found.meals_and_incidentals == Decimal("287.50")


def test_meals_of_a_day_reduce_by_type() -> None:
    """Dynamics 365, per diem example 2: breakfast on the first three days."""
    provided = [meals(1), meals(1), meals(1), (), ()]

    found = per_diem_by_day(replace(REDMOND, reduce_by="day"), FIVE_DAYS, provided, "USD")

    assert (found.reduction, found.payable) == figures("67.50 1082.50")
    assert found.day_reductions == figures("22.50 22.50 22.50 0 0")


def test_meals_of_a_day_reduce_by_count() -> None:
    """Dynamics 365, per diem example 3: 20, 50 and 100 % for one, two and three meals."""
    terms = replace(REDMOND, reduce_by="count", reductions=BY_COUNT)
    provided = [meals(count) for count in (2, 2, 1, 0, 3)]

    found = per_diem_by_day(terms, FIVE_DAYS, provided, "USD")

    assert (found.reduction, found.payable) == figures("165 985")
    assert found.steps[1].rule == "per_diem.meals_by_count"


def test_first_and_last_day_count_in_part() -> None:
    """As of US federal travel: three quarters of meals and incidentals."""
    days = trip_of(3, Decimal(75), Decimal(75), last_night=False)

    found = per_diem_by_trip(REDMOND, days, [], "USD")

    assert (found.lodging, found.meals, found.incidentals) == figures("300 187.50 12.50")


def test_a_meal_takes_of_the_full_day_but_never_more_than_there_is() -> None:
    terms = replace(REDMOND, reduce_by="day")
    days = trip_of(1, Decimal(50), Decimal(75))

    found = per_diem_by_day(terms, days, [meals(2)], "USD")

    assert (found.meals, found.reduction) == figures("37.50 37.50")
    assert per_diem_by_day(terms, days, [meals(1)], "USD").reduction == Decimal("22.50")


def test_a_days_meals_never_take_from_another_day() -> None:
    terms = replace(REDMOND, reduce_by="day")
    days = trip_of(2, first_pct=Decimal(50))

    found = per_diem_by_day(terms, days, [meals(2), ()], "USD")

    assert found.reduction == Decimal("37.50")


def test_a_meal_may_take_a_fixed_amount() -> None:
    terms = replace(REDMOND, reductions=(MealReduction("lunch", amount=Decimal(18)),))

    assert per_diem_by_trip(terms, FIVE_DAYS, [MealsProvided("lunch", 2)], "USD").reduction == 36


def test_a_meal_the_terms_do_not_know_is_refused() -> None:
    with pytest.raises(UnknownMeal):
        per_diem_by_trip(REDMOND, FIVE_DAYS, [MealsProvided("brunch")], "USD")


def test_no_meal_comes_more_often_than_days_do() -> None:
    with pytest.raises(MoreMealsThanDays):
        per_diem_by_trip(REDMOND, FIVE_DAYS, [MealsProvided("lunch", 6)], "USD")


def test_each_day_says_its_meals() -> None:
    with pytest.raises(UnequalCount):
        per_diem_by_day(REDMOND, FIVE_DAYS, [()], "USD")


def test_a_trip_has_days() -> None:
    with pytest.raises(NothingGiven):
        trip_of(0)


def test_a_day_counts_for_a_share() -> None:
    with pytest.raises(PercentOutOfRange):
        trip_of(2, Decimal(101))


@pytest.mark.parametrize(
    ("terms", "provided"),
    [
        (replace(REDMOND, lodging=Decimal(-1)), []),
        (replace(REDMOND, reductions=(MealReduction("lunch", amount=Decimal(-1)),)), []),
        (REDMOND, [MealsProvided("lunch", -1)]),
    ],
)
def test_figures_below_zero_are_refused(
    terms: PerDiemTerms, provided: list[MealsProvided]
) -> None:
    with pytest.raises(NegativeFigure):
        per_diem_by_trip(terms, FIVE_DAYS, provided, "USD")


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=10),
    st.integers(0, 100),
    st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_no_more_than_the_meals_is_taken(counts: list[int], pct: int, currency: str) -> None:
    days = trip_of(len(counts), Decimal(pct), Decimal(pct))

    found = per_diem_by_day(REDMOND, days, [meals(count) for count in counts], currency)

    assert 0 <= found.reduction <= found.meals
    assert found.payable == found.lodging + found.meals_and_incidentals
    assert found.allowance == found.payable + found.reduction
