"""The local day of an instant, and periods of local days."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.business_date import (
    EmptyPeriod,
    NaiveInstant,
    NoPeriod,
    Period,
    UnknownZone,
    bounds_of,
    business_date,
    day_begins,
    hours_of,
    month_at,
    month_of,
    period_at,
)

ZONES = st.sampled_from(
    ["UTC", "Europe/Paris", "America/Sao_Paulo", "America/Havana", "Asia/Kolkata",
     "Pacific/Kiritimati", "Australia/Lord_Howe"]
)  # fmt: skip
DAYS = st.dates(date(2012, 1, 1), date(2030, 12, 31))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "zone", "local"),
    [
        ("2023-02-28T18:00", "Asia/Kolkata", "2023-02-28"),
        ("2023-02-28T19:00", "Asia/Kolkata", "2023-03-01"),
        ("2023-02-13T04:00", "America/Bogota", "2023-02-12"),
        ("2023-02-13T05:00", "America/Bogota", "2023-02-13"),
        ("2023-05-22T22:00", "Europe/Paris", "2023-05-23"),
        ("2024-02-29T23:30", "Europe/London", "2024-02-29"),
    ],
)
def test_the_zone_decides_the_date(instant: str, zone: str, local: str) -> None:
    """Boundaries of billing days, Lago's billing scenarios."""
    assert business_date(utc(instant), zone) == date.fromisoformat(local)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "Europe"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(UnknownZone):
        business_date(utc("2026-01-01"), zone)


def test_a_time_without_offset_is_no_instant() -> None:
    with pytest.raises(NaiveInstant):
        business_date(utc("2026-01-01").replace(tzinfo=None), "UTC")


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-03-29", "Europe/Paris", "23"),
        ("2026-10-25", "Europe/Paris", "25"),
        ("2026-06-01", "Europe/Paris", "24"),
        ("2018-11-04", "America/Sao_Paulo", "23"),
        ("2026-04-05", "Australia/Lord_Howe", "24.5"),
        ("2011-12-30", "Pacific/Apia", "0"),
    ],
)
def test_days_are_as_long_as_clocks_make_them(day: str, zone: str, hours: str) -> None:
    assert hours_of(date.fromisoformat(day), zone) == Decimal(hours)


def test_a_day_without_midnight_begins_at_one() -> None:
    assert day_begins(date(2018, 11, 4), "America/Sao_Paulo") == utc("2018-11-04T03:00")


@pytest.mark.parametrize(
    ("day", "days"), [("2024-02-29", 29), ("2023-02-01", 28), ("2026-12-31", 31)]
)
def test_a_month_has_its_own_days(day: str, days: int) -> None:
    assert month_of(date.fromisoformat(day)).days == days


def test_an_instant_is_in_its_local_month() -> None:
    found = month_at(utc("2026-01-31T23:30"), "Europe/Paris")

    assert (found.from_date, found.until) == (date(2026, 2, 1), date(2026, 3, 1))


def test_the_day_a_period_ends_is_in_the_next() -> None:
    january, february = month_of(date(2026, 1, 1)), month_of(date(2026, 2, 1))

    assert period_at(utc("2026-02-01"), "UTC", (january, february)) == february


@pytest.mark.parametrize("count", [0, 2])
def test_none_or_two_periods_for_a_day_are_refused(count: int) -> None:
    with pytest.raises(NoPeriod):
        period_at(utc("2026-02-01"), "UTC", (month_of(date(2026, 2, 1)),) * count)


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(EmptyPeriod):
        Period(date(2026, 1, 1), date(2026, 1, 1))


@given(DAYS, ZONES)
def test_a_day_begins_on_itself(day: date, zone: str) -> None:
    begins = day_begins(day, zone)

    assert business_date(begins, zone) == day
    assert business_date(begins - timedelta(microseconds=1), zone) == day - timedelta(days=1)


@given(DAYS, ZONES)
def test_days_fill_their_month(day: date, zone: str) -> None:
    month = month_of(day)
    start, end = bounds_of(month, zone)
    hours = sum(hours_of(month.from_date + timedelta(days=no), zone) for no in range(month.days))

    assert month.holds(day)
    assert hours == Decimal((end - start) // timedelta(seconds=1)) / 3600
