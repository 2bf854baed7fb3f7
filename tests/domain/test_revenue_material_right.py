"""Options that are sold today for use later."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.allocation import Promise, allocate
from domain.revenue.figures import FigureNotPositive, InvalidPercentage
from domain.revenue.material_right import (
    NoMaterialRight,
    NothingExpected,
    RenewalPeriod,
    Use,
    discount_right,
    exercise,
    look_through,
    points,
)

WHOLE = Decimal(1)


def uses(*pairs: tuple[str, str]) -> list[Use]:
    return [Use(Decimal(used), Decimal(expected)) for used, expected in pairs]


def test_a_voucher_takes_its_part_of_the_price() -> None:
    # Illustrative example 49: 40 % off where all get 10 %, used by 80 %, 50 bought on average.
    right = discount_right(Decimal(50), Decimal(40), Decimal(10), Decimal(80))
    pair = [Promise("product", Decimal(100)), Promise("voucher", right.ssp)]

    split = allocate(Decimal(100), pair, "EUR", unit=WHOLE)

    assert right.ssp == 12
    assert [share.amount for share in split.shares] == [89, 11]


def test_points_are_earned_as_they_are_redeemed() -> None:
    # Illustrative example 52: 4,500 of 9,500 redeemed, then 8,500 of 9,700 in all.
    right = points(Decimal(10000), Decimal(1), Decimal(95))
    pair = [Promise("products", Decimal(100000)), Promise("points", right.ssp)]
    split = allocate(Decimal(100000), pair, "JPY")

    made = exercise(split.amount_of("points"), uses(("4500", "9500"), ("8500", "9700")), "JPY")

    assert [share.amount for share in split.shares] == [91324, 8676]
    assert list(made.revenue) == [4110, 3493]
    assert made.deferred[-1] == 8676 - 4110 - 3493


def test_an_expired_right_leaves_nothing_deferred() -> None:
    made = exercise(Decimal(100), uses(("1", "4"), ("2", "4")), "EUR", expires=True)

    assert [*made.revenue, *made.deferred] == [25, 75, 75, 0]


def test_renewals_may_be_looked_through() -> None:
    # Illustrative example 51: three years at 100,000, 90 % renew each time, rising cost.
    years = [("100", "60"), ("90", "75"), ("81", "100")]
    periods = [
        RenewalPeriod(Decimal(100000), Decimal(cost) * 1000, Decimal(pct)) for pct, cost in years
    ]

    made = look_through(periods, "EUR")

    assert made.price == 271000
    assert [round(part, -3) for part in made.revenue] == [78000, 88000, 105000]
    assert round(made.deferred[0], -3) == 22000
    assert made.deferred[-1] == 0


@given(
    st.integers(0, 10**6),
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 500)), min_size=1, max_size=6),
)
@settings(max_examples=60)
def test_what_is_earned_and_deferred_is_the_right(
    allocated: int, rows: list[tuple[int, int]]
) -> None:
    used = [sum(use for use, _ in rows[: no + 1]) for no in range(len(rows))]
    every = [Use(Decimal(done), Decimal(exp)) for done, (_, exp) in zip(used, rows, strict=True)]

    made = exercise(Decimal(allocated), every, "JPY")

    assert sum(made.revenue) + made.deferred[-1] == allocated
    assert min(made.deferred) >= 0


def test_a_discount_that_all_get_is_no_right() -> None:
    with pytest.raises(NoMaterialRight):
        discount_right(Decimal(50), Decimal(10), Decimal(10), Decimal(80))


def test_nothing_can_follow_a_use_that_is_not_expected() -> None:
    with pytest.raises(NothingExpected):
        exercise(Decimal(1), uses(("0", "0")), "EUR")


def test_figures_stay_in_bounds() -> None:
    with pytest.raises(InvalidPercentage):
        points(Decimal(1), Decimal(1), Decimal(101))
    with pytest.raises(NegativeFigure):
        exercise(Decimal(-1), [], "EUR")
    with pytest.raises(FigureNotPositive):
        look_through([RenewalPeriod(Decimal(1), Decimal(0), Decimal(100))], "EUR")
