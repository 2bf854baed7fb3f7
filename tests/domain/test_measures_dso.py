"""How long money stays with the clients."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.measures.dso import (
    SalesPeriod,
    collection_effectiveness,
    count_back,
    days_outstanding,
    delinquency,
)
from domain.pricing.bounds import NegativeFigure, NothingGiven
from tests.domain.figures import figures

MONTHS = [
    SalesPeriod("March", Decimal(100000), 30),
    SalesPeriod("February", Decimal(80000), 30),
    SalesPeriod("January", Decimal(70000), 30),
]
PERIODS = st.lists(
    st.builds(SalesPeriod, st.just("month"), st.decimals(0, 1000, places=2), st.integers(28, 31)),
    min_size=1, max_size=12,
)  # fmt: skip


def test_the_latest_months_are_taken_off_first() -> None:
    """Count-back with months of 30 days, a published example: 60 + 32/70 x 30."""
    found = count_back(Decimal(212000), MONTHS, "USD")

    assert found.remaining == figures("112000 32000")
    assert found.full_days == 60
    assert round(found.days, 2) == Decimal("73.71")
    assert found.steps[-1].text == "32000 of 70000 in January = 13.71 days"


def test_receivables_older_than_all_sales_are_named() -> None:
    found = count_back(Decimal(250001), MONTHS, "USD")

    assert (found.days, found.uncovered) == figures("90 1")
    assert found.steps[-1].rule == "dso.uncovered"


def test_a_month_without_sales_counts_in_full() -> None:
    months = [SalesPeriod("March", Decimal(0), 31), *MONTHS[1:]]

    assert count_back(Decimal(40000), months, "USD").days == 46


@pytest.mark.parametrize(("owed", "days"), [("0", "0"), ("50000", "15"), ("99000", "29.7")])
def test_part_of_a_month_is_part_of_its_days(owed: str, days: str) -> None:
    found = count_back(Decimal(owed), MONTHS, "USD")

    assert found.days == found.partial_days == Decimal(days)


def test_a_month_covered_to_the_cent_is_a_full_one() -> None:
    found = count_back(Decimal(100000), MONTHS, "USD")

    assert (found.full_periods, found.full_days, found.remaining) == (1, 30, figures("0"))


def test_the_formula_is_receivables_over_sales() -> None:
    assert days_outstanding(Decimal(50000), Decimal(300000), 90).days == 15
    assert days_outstanding(Decimal(1), Decimal(0), 90).days is None


def test_days_late_are_those_beyond_the_best_possible() -> None:
    found = delinquency(Decimal(50000), Decimal(30000), Decimal(300000), 90)

    assert (found.days, found.best_possible, found.delinquent_days) == figures("15 9 6")
    assert delinquency(Decimal(1), Decimal(1), Decimal(0), 90).delinquent_days is None


def test_collection_is_measured_by_what_could_be_collected() -> None:
    found = collection_effectiveness(*map(Decimal, (100, 200, 90, 60)))

    assert found == 87.5
    assert collection_effectiveness(*map(Decimal, (0, 0, 0, 0))) is None


def test_figures_below_zero_and_no_periods_are_refused() -> None:
    with pytest.raises(NothingGiven):
        count_back(Decimal(1), [], "USD")
    with pytest.raises(NegativeFigure):
        count_back(Decimal(-1), MONTHS, "USD")
    with pytest.raises(NegativeFigure):
        count_back(Decimal(1), [SalesPeriod("May", Decimal(-1), 31)], "USD")
    with pytest.raises(NegativeFigure):
        days_outstanding(Decimal(1), Decimal(1), -1)
    with pytest.raises(NegativeFigure):
        collection_effectiveness(*map(Decimal, (0, 0, 0, -1)))


@given(PERIODS, st.decimals(0, 5000, places=2), st.decimals(0, 5000, places=2))
def test_more_receivables_are_more_days(
    periods: list[SalesPeriod], owed: Decimal, more: Decimal
) -> None:
    less, greater = count_back(owed, periods, "EUR"), count_back(owed + more, periods, "EUR")

    assert less.days <= greater.days <= sum(period.days for period in periods)
    assert less.uncovered <= greater.uncovered
