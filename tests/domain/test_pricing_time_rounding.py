"""From minutes worked to minutes billed."""

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure, NothingGiven
from domain.pricing.time_rounding import (
    Mode,
    RoundingTerms,
    Scope,
    WorkedTime,
    round_quantity,
    round_time,
)

DAY = date(2024, 2, 29)
HOUR = Decimal(60)
ENTRIES = st.lists(
    st.builds(
        WorkedTime,
        st.text("ab", max_size=2),
        st.integers(0, 600),
        st.sampled_from([DAY, date(2024, 3, 1)]),
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["design", "build"]),
    ),
    min_size=1, max_size=12,
)  # fmt: skip
TERMS = st.builds(
    RoundingTerms,
    st.sampled_from([Decimal(unit) for unit in ("0", "0.6", "1", "6", "15", "60")]),
    st.sampled_from(get_args(Mode)),
    st.sampled_from(get_args(Scope)),
    st.sampled_from([Decimal(factor) for factor in ("0", "50", "100", "110", "200")]),
)


@pytest.mark.parametrize(
    ("hours", "factor", "unit", "mode", "billed"),
    [
        ("1", "200", "0.25", "UP", "2"),
        ("0.9", "200", "0.25", "UP", "2"),
        ("1.1", "200", "0.25", "UP", "2.25"),
        ("0.6", "200", "1", "UP", "2"),
        ("1.01", "200", "0.25", "HALF_UP", "2"),
        ("1", "200", "0", "UP", "2"),
        ("1.1", "200", "0.25", "DOWN", "2"),
        ("0.375", "100", "0.25", "HALF_UP", "0.5"),
        ("0.375", "100", "0.25", "HALF_DOWN", "0.25"),
        ("0.375", "100", "0.25", "HALF_EVEN", "0.5"),
        ("0.125", "100", "0.25", "HALF_EVEN", "0"),
        ("1.01", "200", "0.25", "NONE", "2.02"),
    ],
)
def test_the_factor_comes_before_the_unit(
    hours: str, factor: str, unit: str, mode: Mode, billed: str
) -> None:
    """Most of the figures are those of OCA's rounded timesheets."""
    found = round_quantity(Decimal(hours), Decimal(unit), mode, Decimal(factor))

    assert found == Decimal(billed)


def week() -> list[WorkedTime]:
    return [WorkedTime(str(day), 29, date(2026, 3, day), "ann", "design") for day in range(2, 9)]


@pytest.mark.parametrize(
    ("scope", "hours"), [("entry", 7), ("day", 7), ("person_day", 7), ("line", 4), ("invoice", 4)]
)
def test_seven_days_of_29_minutes_are_seven_hours_or_four(scope: Scope, hours: int) -> None:
    found = round_time(week(), RoundingTerms(HOUR, "UP", scope))

    assert found.minutes == 203
    assert found.rounded_hours == hours


def test_what_is_rounded_together_is_given_back_by_largest_remainder() -> None:
    entries = [WorkedTime("a", 10, DAY), WorkedTime("b", 10, DAY), WorkedTime("c", 5, DAY)]

    found = round_time(entries, RoundingTerms(Decimal(15), "UP", "day"))

    assert [entry.rounded_minutes for entry in found.entries] == [12, 12, 6]
    assert found.steps[0].text == "2024-02-29: 25 min, UP to 15 min = 30 min"


def test_the_largest_remainder_takes_the_minute_left() -> None:
    entries = [WorkedTime("a", 1, DAY), WorkedTime("b", 2, DAY)]

    found = round_time(entries, RoundingTerms(Decimal(10), "UP", "line"))

    assert [entry.rounded_minutes for entry in found.entries] == [3, 7]


def test_ties_go_to_the_earlier_entry() -> None:
    entries = [WorkedTime(name, 1, DAY) for name in "abc"]

    found = round_time(entries, RoundingTerms(Decimal(10), "UP", "invoice"))

    assert [entry.rounded_minutes for entry in found.entries] == [4, 3, 3]


def test_a_unit_below_a_minute_is_kept_whole() -> None:
    found = round_time([WorkedTime("a", 1, DAY)], RoundingTerms(Decimal("0.6"), "UP"))

    assert found.rounded_minutes == Decimal("1.2")


@pytest.mark.parametrize(("minutes", "billed"), [(1, 30), (0, 0), (45, 60)])
def test_the_least_is_billed_for_anything_worked(minutes: int, billed: int) -> None:
    terms = RoundingTerms(HOUR / 2, "UP", minimum_minutes=HOUR / 2)

    assert round_time([WorkedTime("a", minutes, DAY)], terms).rounded_minutes == billed


def test_people_of_one_day_are_rounded_apart() -> None:
    entries = [WorkedTime("a", 20, DAY, "ann"), WorkedTime("b", 20, DAY, "bob")]

    assert round_time(entries, RoundingTerms(HOUR, "UP", "person_day")).rounded_hours == 2
    assert round_time(entries, RoundingTerms(HOUR, "UP", "day")).rounded_hours == 1


def test_no_entries_are_refused() -> None:
    with pytest.raises(NothingGiven):
        round_time([], RoundingTerms(HOUR, "UP"))


@pytest.mark.parametrize(
    ("minutes", "terms"),
    [
        (-1, RoundingTerms(HOUR, "UP")),
        (1, RoundingTerms(-HOUR, "UP")),
        (1, RoundingTerms(HOUR, "UP", factor_pct=Decimal(-1))),
        (1, RoundingTerms(HOUR, "UP", minimum_minutes=Decimal(-1))),
    ],
)
def test_figures_below_zero_are_refused(minutes: int, terms: RoundingTerms) -> None:
    with pytest.raises(NegativeFigure):
        round_time([WorkedTime("a", minutes, DAY)], terms)


@given(ENTRIES, TERMS)
def test_entries_add_up_and_keep_their_raw_minutes(
    entries: list[WorkedTime], terms: RoundingTerms
) -> None:
    found = round_time(entries, terms)

    assert [one.minutes for one in found.entries] == [one.minutes for one in entries]
    assert sum(one.rounded_minutes for one in found.entries) == found.rounded_minutes
    assert all(one.rounded_minutes >= 0 for one in found.entries)


@given(ENTRIES, TERMS)
def test_the_total_is_in_whole_units(entries: list[WorkedTime], terms: RoundingTerms) -> None:
    found = round_time(entries, terms)

    if terms.unit_minutes and terms.mode != "NONE":
        assert found.rounded_minutes % terms.unit_minutes == 0


@given(st.decimals(0, 1000, places=3), st.sampled_from(get_args(Mode)))
def test_rounding_twice_changes_nothing(quantity: Decimal, mode: Mode) -> None:
    once = round_quantity(quantity, Decimal("0.25"), mode)

    assert round_quantity(once, Decimal("0.25"), mode) == once
