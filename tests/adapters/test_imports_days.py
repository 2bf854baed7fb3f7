"""Dates and clock times in files, and moving a history to other years."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.imports.days import (
    DayOrder,
    clock_of,
    day_of,
    duration_of,
    instant_of,
    local_day,
    past_day,
    shift_years,
)
from adapters.imports.notation import notation_of
from adapters.imports.refusals import AmbiguousDates, WrongDayOrder
from adapters.imports.tabular import Layout, Table, open_table
from adapters.imports.verdict import Cell, CellError


def cell(text: str) -> Cell:
    return Cell(text, "Date")


def table_of(folder: Path, dates: list[str]) -> Table:
    path = folder / "dates.csv"
    path.write_text("\n".join(["Date,x", *(f"{day},1" for day in dates)]))
    return open_table(path, Layout(required=("Date",)))


@pytest.mark.parametrize(
    ("day", "years", "moved"),
    [
        (date(2016, 2, 29), 8, date(2024, 2, 29)),
        (date(2016, 2, 29), 9, date(2025, 2, 28)),
        (date(2000, 2, 29), -100, date(1900, 2, 28)),
        (date(2017, 2, 28), 7, date(2024, 2, 28)),
        (date(2017, 12, 31), 0, date(2017, 12, 31)),
    ],
)
def test_a_day_moves_by_whole_years(day: date, years: int, moved: date) -> None:
    assert shift_years(day, years) == moved


@given(day=st.dates(date(1900, 1, 1), date(2100, 1, 1)), years=st.integers(-99, 99))
def test_moving_keeps_the_order_of_days(day: date, years: int) -> None:
    next_day = day + timedelta(days=1)

    assert shift_years(day, years) <= shift_years(next_day, years)
    assert shift_years(day, years).year == day.year + years


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2024-03-04", "ymd"),
        ("2024/3/4", "mdy"),
        ("2024.03.04", "dmy"),
        ("03/04/2024", "mdy"),
        ("3/4/2024", "mdy"),
        ("04.03.2024", "dmy"),
        ("4-3-2024", "dmy"),
        ("04/Mar/24", "ymd"),
        ("4 March 2024", "ymd"),
    ],
)
def test_a_date_is_read_in_the_order_said(text: str, order: DayOrder) -> None:
    assert day_of(cell(text), order) == date(2024, 3, 4)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("13/15/2024", "mdy"),
        ("13/15/2024", "dmy"),
        ("15/04/2024", "mdy"),
        ("03/04/2024", "ymd"),
        ("03/04/24", "mdy"),
        ("2024-02-30", "ymd"),
        ("2023-02-29", "ymd"),
        ("0202-03-04", "ymd"),
        ("04/Foo/24", "ymd"),
        ("20240304", "ymd"),
        ("2024-03-04T00:00:00", "ymd"),
        ("yesterday", "ymd"),
    ],
)
def test_what_is_no_date_in_that_order_is_said_to_be_none(text: str, order: DayOrder) -> None:
    with pytest.raises(CellError) as error:
        day_of(cell(text), order)

    assert (error.value.code, error.value.column) == ("bad_date", "Date")
    assert text in error.value.reason


def test_a_day_after_today_is_in_the_future() -> None:
    today = date(2024, 3, 4)

    assert past_day(cell("2024-03-04"), today) == today
    with pytest.raises(CellError) as error:
        past_day(cell("2024-03-05"), today)
    assert error.value.code == "future_date"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10:23:52", time(10, 23, 52)),
        ("22:10", time(22, 10)),
        ("10:23 AM", time(10, 23)),
        ("12:00:01 AM", time(0, 0, 1)),
        ("12:30\u202fpm", time(12, 30)),
        ("1:05PM", time(13, 5)),
    ],
)
def test_a_clock_is_read_in_twelve_or_twenty_four_hours(text: str, found: time) -> None:
    assert clock_of(cell(text)) == found


@pytest.mark.parametrize("text", ["24:00", "13:00 PM", "0:30 AM", "10:60", "10", "noon"])
def test_what_no_clock_shows_is_refused(text: str) -> None:
    with pytest.raises(CellError) as error:
        clock_of(cell(text))

    assert error.value.code == "bad_clock"


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-04T09:23:52Z",
        "2024-03-04 09:23:52.000000 UTC",
        "2024-03-04T10:23:52+01:00",
        "2024-03-04T10:23:52.000+0100",
    ],
)
def test_a_moment_is_the_same_however_its_offset_is_written(text: str) -> None:
    assert instant_of(cell(text)) == datetime(2024, 3, 4, 9, 23, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-04T09:23:52",
        "2024-03-04T25:00:00Z",
        "2024-13-04T09:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2024-03-04T09:00:00+99:99",
    ],
)
def test_a_moment_without_offset_or_out_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(CellError) as error:
        instant_of(cell(text))

    assert error.value.code == "bad_date"


def test_the_day_of_a_moment_depends_on_the_zone() -> None:
    moment = datetime(2024, 3, 4, 23, 30, tzinfo=UTC)

    assert local_day(moment, UTC) == date(2024, 3, 4)
    assert local_day(moment, ZoneInfo("Europe/Vienna")) == date(2024, 3, 5)


@pytest.mark.parametrize(
    ("text", "seconds"), [("01:00:01", 3601), ("0:45", 2700), ("24:00:00", 86400), ("00:00:00", 0)]
)
def test_a_duration_is_read_in_seconds(text: str, seconds: int) -> None:
    assert duration_of(cell(text)) == seconds


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-01:00:00", "negative_hours"),
        ("24:00:01", "too_many_hours"),
        ("100:00", "too_many_hours"),
        ("01:60:00", "bad_duration"),
        ("1.5", "bad_duration"),
        ("soon", "bad_duration"),
    ],
)
def test_a_duration_no_entry_can_have_is_refused(text: str, code: str) -> None:
    with pytest.raises(CellError) as error:
        duration_of(cell(text))

    assert error.value.code == code


@pytest.mark.parametrize(
    ("dates", "usual", "order"),
    [
        (["03/04/2024"], "mdy", "mdy"),
        (["13/15/2024"], "mdy", "mdy"),
        (["15/04/2024", "04/15/2024"], "mdy", "mdy"),
        (["15/04/2024", "03/04/2024"], None, "dmy"),
        (["04/15/2024"], None, "mdy"),
        (["2024-03-04"], None, "ymd"),
        (["03/03/2024"], None, "mdy"),
        ([], None, "ymd"),
    ],
)
def test_the_dates_of_a_file_show_their_order(
    tmp_path: Path, dates: list[str], usual: DayOrder | None, order: DayOrder
) -> None:
    assert notation_of(table_of(tmp_path, dates), dates=("Date",), usual=usual).order == order


def test_dates_plainly_in_the_other_order_refuse_the_file(tmp_path: Path) -> None:
    with pytest.raises(WrongDayOrder, match="day/month/year"):
        notation_of(table_of(tmp_path, ["03/04/2024", "15/04/2024"]), dates=("Date",), usual="mdy")


@pytest.mark.parametrize("dates", [["03/04/2024"], ["15/04/2024", "04/15/2024"]])
def test_dates_that_show_no_order_refuse_the_file(tmp_path: Path, dates: list[str]) -> None:
    with pytest.raises(AmbiguousDates):
        notation_of(table_of(tmp_path, dates), dates=("Date",))


@given(text=st.text(alphabet="0123456789-/:.TZ +APM", min_size=1) | st.text(min_size=1))
def test_no_text_raises_anything_but_what_is_wrong_with_the_cell(text: str) -> None:
    for read in (day_of, clock_of, instant_of, duration_of):
        try:
            read(cell(text))
        except CellError as trouble:
            assert trouble.reason.endswith(".")  # noqa: PT017 - one of two outcomes
