"""What is promised, not yet earned, and when it will be."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.remaining import (
    BadBands,
    EarnedAboveAllocation,
    ExpectationOff,
    Expected,
    Obligation,
    backlog,
    banded,
    remaining,
    total,
    waterfall,
)

D = Decimal


def test_billed_ahead_and_not_yet_billed_remain() -> None:
    # SEC filing, USD thousands: 62,733 contract liability, 122,572 unbilled.
    assert total(D(62733), D(122572)) == 185305


def test_what_remains_is_shown_by_when_it_is_expected() -> None:
    months = tuple(Expected(offset, D(10)) for offset in (1, 12, 13, 24, 25, 60))
    promise = Obligation("support", D(100), D(40), D(55), months)

    found = remaining([promise])

    assert (found.total, found.billed, found.unbilled) == (D(60), D(15), D(45))
    assert [(band.label, band.amount) for band in found.bands] == [
        ("1-12", D(20)), ("13-24", D(20)), (">24", D(20)),
    ]  # fmt: skip


def test_short_contracts_and_invoiced_work_may_be_left_out() -> None:
    promises = [
        Obligation("short", D(10), D(0), D(0), original_months=12),
        Obligation("hourly", D(20), D(0), D(0), original_months=36, right_to_invoice=True),
        Obligation("long", D(40), D(5), D(0), original_months=36, variable_excluded=D(5)),
    ]

    found = remaining(promises, exclude_one_year=True, exclude_right_to_invoice=True)

    assert (found.total, found.excluded) == (D(30), D(30))
    assert [step.rule for step in found.steps] == [
        "remaining.excluded", "remaining.excluded", "remaining.kept",
    ]  # fmt: skip
    assert remaining(promises).total == 60


def test_a_waterfall_sums_contracts_by_month() -> None:
    one = (Expected(1, D(5)), Expected(2, D(5)))
    other = (Expected(2, D(7)), Expected(9, D(1)))

    assert waterfall([one, other], 3) == (D(5), D(12), D(0), D(1))


def test_a_backlog_grows_by_awards_and_shrinks_by_work() -> None:
    found = backlog(D(100), awarded=D(50), changed=D(-10), earned=D(70), cancelled=D(5))

    assert found.closing == 65


def test_silly_promises_are_refused() -> None:
    with pytest.raises(NegativeFigure):
        total(D(-1), D(1))
    with pytest.raises(EarnedAboveAllocation):
        remaining([Obligation("a", D(10), D(11), D(0))])
    with pytest.raises(ExpectationOff):
        remaining([Obligation("a", D(10), D(0), D(0), (Expected(1, D(9)),))])
    with pytest.raises(BadBands):
        banded([], (24, 12))
    with pytest.raises(NegativeFigure):
        banded([Expected(0, D(1))])
    with pytest.raises(NegativeFigure):
        backlog(D(1), earned=D(2))


@given(
    st.lists(st.tuples(st.integers(1, 90), st.integers(0, 1000)), max_size=20),
    st.sets(st.integers(1, 60), min_size=1, max_size=5),
)
@settings(max_examples=60)
def test_bands_and_waterfall_lose_nothing(rows: list[tuple[int, int]], ends: set[int]) -> None:
    expected = [Expected(offset, D(amount)) for offset, amount in rows]
    whole = sum(amount for _, amount in rows)

    assert sum(band.amount for band in banded(expected, tuple(sorted(ends)))) == whole
    assert sum(waterfall([expected], 12)) == whole
