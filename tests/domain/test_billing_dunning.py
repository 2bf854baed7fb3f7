"""Reminders and the price of being late."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.dunning import (
    BadDunningPolicy,
    DunningLevel,
    LatePolicy,
    days_overdue,
    late_fee,
    level_due,
)
from domain.billing.proration import Span

DUE = date(2024, 1, 31)
POLICY = [DunningLevel(1, 7), DunningLevel(2, 21, Decimal(5)), DunningLevel(3, 35, Decimal(15))]


def late(days: int) -> date:
    return DUE + timedelta(days=days)


def test_days_count_from_the_day_after_the_due_date() -> None:
    assert [days_overdue(DUE, late(days)) for days in (-5, 0, 1, 29)] == [0, 0, 1, 29]


def test_days_in_dispute_do_not_count_even_where_disputes_overlap() -> None:
    disputes = [Span(late(-3), late(4)), Span(late(2), late(6))]

    assert days_overdue(DUE, late(10), disputes) == 5


@pytest.mark.parametrize(
    ("days", "sent", "level"),
    [(6, 0, 0), (7, 0, 1), (40, 0, 1), (40, 1, 2), (40, 3, 0), (22, 2, 0)],
)
def test_levels_come_one_after_the_other(days: int, sent: int, level: int) -> None:
    assert level_due(POLICY, DUE, late(days), sent).level == level


def test_a_dispute_pauses_dunning() -> None:
    found = level_due(POLICY, DUE, late(40), 0, [Span(late(39), late(50))])

    assert (found.level, found.paused) == (0, True)
    assert level_due(POLICY, DUE, late(60), 0, [Span(late(39), late(50))]).level == 1


def test_interest_is_simple_over_the_years_days() -> None:
    """Made up: 1,000 at 12 % for 30 days."""
    year, bank = LatePolicy(Decimal(12)), LatePolicy(Decimal(12), day_count=360)

    assert late_fee(Decimal(1000), 30, year, "EUR").interest == Decimal("9.86")
    assert late_fee(Decimal(1000), 30, bank, "EUR").interest == Decimal("10.00")


def test_within_grace_nothing_is_charged() -> None:
    policy = LatePolicy(Decimal(12), Decimal(40), grace_days=5)

    assert late_fee(Decimal(1000), 5, policy, "EUR").total == 0
    assert late_fee(Decimal(1000), 6, policy, "EUR").total == Decimal("41.97")


def test_a_fee_has_a_least_and_a_most() -> None:
    least = LatePolicy(Decimal(12), minimum=Decimal(25))
    most = LatePolicy(Decimal(12), Decimal(40), maximum=Decimal(30))

    assert late_fee(Decimal(1000), 30, least, "EUR").total == 25
    found = late_fee(Decimal(1000), 30, most, "EUR")
    assert (found.fee, found.interest, found.total) == (Decimal(30), Decimal(0), Decimal(30))


@pytest.mark.parametrize(
    "policy",
    [LatePolicy(Decimal(-1)), LatePolicy(Decimal(1), Decimal(-1)), LatePolicy(day_count=1)],
)
def test_a_policy_that_cannot_be_is_refused(policy: LatePolicy) -> None:
    with pytest.raises(BadDunningPolicy):
        late_fee(Decimal(1000), 30, policy, "EUR")


@pytest.mark.parametrize(
    "levels",
    [
        [DunningLevel(1, 7), DunningLevel(2, 7)],
        [DunningLevel(1, 9), DunningLevel(2, 7)],
        [DunningLevel(1, 7), DunningLevel(1, 9)],
        [DunningLevel(1, 7, Decimal(-1))],
    ],
)
def test_levels_that_do_not_rise_are_refused(levels: list[DunningLevel]) -> None:
    with pytest.raises(BadDunningPolicy):
        level_due(levels, DUE, DUE)


@given(st.integers(0, 200), st.integers(0, 200), st.decimals(0, 30, places=2))
def test_interest_never_falls_with_days(first: int, second: int, rate: Decimal) -> None:
    fees = [
        late_fee(Decimal(1000), days, LatePolicy(rate), "EUR").total
        for days in sorted((first, second))
    ]

    assert fees == sorted(fees)


@given(st.integers(0, 100), st.lists(st.tuples(st.integers(-20, 100), st.integers(1, 30))))
def test_disputes_only_take_days_away(days: int, disputes: list[tuple[int, int]]) -> None:
    spans = [Span(late(start), late(start + length)) for start, length in disputes]

    assert 0 <= days_overdue(DUE, late(days), spans) <= days
