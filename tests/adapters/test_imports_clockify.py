"""Clockify's detailed report: month first, twelve hours, and the days that are none."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.imports.refusals import (
    WrongDayOrder,
)
from adapters.imports.timesheets import clockify
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.verdict import Broken
from tests.adapters.imported import accepted, file_of, refused

OPTIONS = TimeOptions(today=date(2024, 12, 31), person="Ann Example")
CLOCKIFY = "Project,Client,User,Start Date,Start Time,End Date,End Time,Duration (h),Billable"


def rows_of(path: Path, options: TimeOptions = OPTIONS) -> list[TimeRow]:
    return accepted(clockify.read(path, options))


def verdict(path: Path, options: TimeOptions = OPTIONS) -> tuple[int, str, str | None]:
    return refused(clockify.read(path, options))


def test_clockify_writes_the_month_first_and_twelve_hours(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        f"{CLOCKIFY},Billable Rate (USD),Billable Amount (USD)",
        "Site,Acme,Ann,03/04/2024,10:23 PM,03/05/2024,12:23:01 AM,02:00:01,No,50.00,0.00",
    )

    (row,) = rows_of(path)

    assert (row.work_date, row.seconds) == (date(2024, 3, 4), 7201)
    assert (row.rate, row.amount, row.currency) == (Decimal(50), Decimal(0), "USD")


def test_a_month_beyond_twelve_is_no_date(tmp_path: Path) -> None:
    row = "Site,Acme,Ann,13/15/2024,10:00 AM,10/15/2024,11:00 AM,01:00:00,No"

    assert verdict(file_of(tmp_path, CLOCKIFY, row)) == (2, "bad_date", "Start Date")


def test_days_first_in_a_clockify_file_must_be_said(tmp_path: Path) -> None:
    rows = [
        "Site,Acme,Ann,15/04/2024,10:00 AM,15/04/2024,11:00 AM,01:00:00,No",
        "Site,Acme,Ann,03/04/2024,10:00 AM,03/04/2024,11:00 AM,01:00:00,No",
    ]
    path = file_of(tmp_path, CLOCKIFY, *rows)
    said = TimeOptions(today=OPTIONS.today, day_order="dmy")

    assert [row.work_date for row in rows_of(path, said)] == [date(2024, 4, 15), date(2024, 4, 3)]
    with pytest.raises(WrongDayOrder):
        clockify.read(path, OPTIONS)


def test_an_order_said_by_the_caller_breaks_rows_not_files(tmp_path: Path) -> None:
    row = "Site,Acme,Ann,15/04/2024,10:00 AM,15/04/2024,11:00 AM,01:00:00,No"
    said = TimeOptions(today=OPTIONS.today, day_order="mdy")

    assert verdict(file_of(tmp_path, CLOCKIFY, row), said)[1] == "bad_date"


def test_clockify_rows_without_duration_and_client_are_read_by_the_clock(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "Project,User,Start Date,Start Time,End Date,End Time,Client",
        "Site,Ann,03/04/2024,10:23 AM,03/04/2024,11:23:01 AM",
        "Site,Ann,03/04/2024,10:23 AM,03/04/2024,09:00 AM",
        "Site,Ann,03/04/2024,10:23 AM,03/06/2024,09:00 AM",
    )

    good, backwards, too_long = clockify.read(path, OPTIONS)

    assert isinstance(good, TimeRow)
    assert (good.seconds, good.client) == (3601, None)
    assert isinstance(backwards, Broken)
    assert (backwards.code, backwards.field) == ("negative_hours", "End Time")
    assert isinstance(too_long, Broken)
    assert too_long.code == "too_many_hours"


def test_a_break_is_told_from_work(tmp_path: Path) -> None:
    row = "Site,Acme,Ann,03/04/2024,10:00 AM,03/04/2024,11:00 AM,01:00:00,No,Break"

    assert rows_of(file_of(tmp_path, f"{CLOCKIFY},Type", row))[0].is_break
