"""Exports of hours, one small file a quirk: what is read, and which row is refused for what."""

import csv
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.imports.days import duration_of
from adapters.imports.refusals import (
    MissingColumn,
    UnknownFormat,
)
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.timesheets.recognise import read, recognise
from adapters.imports.verdict import Broken, Cell
from domain.errors import Refusal
from tests.adapters.imported import SHARED, accepted, file_of, needs, refused

OPTIONS = TimeOptions(today=date(2024, 12, 31), person="Ann Example")
TOGGL = (
    "User,Email,Client,Project,Task,Description,Billable,"
    "Start date,Start time,End date,End time,Duration,Tags"
)
CLOCKIFY = "Project,Client,User,Start Date,Start Time,End Date,End Time,Duration (h),Billable"
HARVEST = (
    "Date,Client,Project,Task,Notes,Hours,Billable?,First Name,Last Name,Billable Amount,Currency"
)
JIRA = "Issue Key,Issue summary,Hours,Work date,Username,Full name,Project Name,Work Description"
GENERIC = "description,billable,client,project,tags,start,end,task,user_name,user_email"
GRID = "emp_id,proj_id,date,hours_worked,work_type"

HEADERS = {
    "toggl": f"{TOGGL},Amount (EUR)",
    "clockify": f"{CLOCKIFY},Billable Rate (USD),Billable Amount (USD)",
    "harvest": HARVEST,
    "jira": JIRA,
    "generic": GENERIC,
    "utilisation": GRID,
}
PLAUSIBLE = """
    Ann Acme Yes No 8 7.5 7,5 -1 25 1e2 7.300000000000001 2024-03-04 03/04/2024 15/04/2024
    2999-01-01 09:00 10:00:00 01:00:00 2024-03-04T09:00:00Z 2024-03-04T10:00:00Z EUR Billable
"""
CELLS = st.one_of(st.sampled_from(PLAUSIBLE.split()), st.just(""), st.text(max_size=8))
ROWS = {
    "toggl": "Ann|ann@firm.test|Acme|Site|Build|Walls|Yes|2024-03-04|09:00:00"
    "|2024-03-04|10:00:00|01:00:00||111.11",
    "clockify": "Site|Acme|Ann|03/04/2024|10:23 PM|03/05/2024|12:23:01 AM|02:00:01|No|50.00|0.00",
    "harvest": "2024-03-04|Acme|Site|Build|Walls|20,0|Yes|Ann|Example|2.000,0|Euro - EUR",
    "jira": "WALL-1|Build walls|1.25|2024-03-04 09:00|ann|Ann Example|Walls|Laid bricks",
    "generic": "|true|Acme|Site||2024-03-04T09:00:00Z|2024-03-04T10:00:00Z|Build|Ann|a@b.test",
    "utilisation": "E1|P1|2024-03-04|8|Billable",
}


def changed(row: list[str], other: list[str], at: int) -> list[str]:
    """The row with one of its cells put in the place of another."""
    return [*row[: at % len(row)], other[0], *row[at % len(row) + 1 :]]


def quoted(rows: list[list[str]]) -> str:
    text = StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue()


def rows_of(path: Path, options: TimeOptions = OPTIONS) -> list[TimeRow]:
    return accepted(read(path, options))


def verdict(path: Path, options: TimeOptions = OPTIONS) -> tuple[int, str, str | None]:
    return refused(read(path, options))


@pytest.mark.parametrize("source", HEADERS)
def test_an_export_is_recognised_by_its_columns(tmp_path: Path, source: str) -> None:
    assert recognise(file_of(tmp_path, HEADERS[source])) == source


def test_columns_of_no_known_export_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="Colour, Weight"):
        read(file_of(tmp_path, "Colour,Weight", "red,1"), OPTIONS)
    with pytest.raises(UnknownFormat, match="known are solidtime, toggl"):
        read(file_of(tmp_path, GRID), OPTIONS, source="sundial")


def test_a_source_said_by_the_caller_needs_its_own_columns(tmp_path: Path) -> None:
    with pytest.raises(MissingColumn, match="'User'"):
        read(file_of(tmp_path, HEADERS["harvest"]), OPTIONS, source="toggl")


def generic_row(start: str, end: str) -> str:
    return f"Walls,true,Acme,Site,,{start},{end},Build,Ann,ann@firm.test"


def test_a_moment_belongs_to_the_day_of_the_zone_said(tmp_path: Path) -> None:
    path = file_of(tmp_path, GENERIC, generic_row("2024-03-04T23:30:00Z", "2024-03-05T00:30:01Z"))
    vienna = TimeOptions(today=OPTIONS.today, zone=ZoneInfo("Europe/Vienna"))

    assert rows_of(path)[0].work_date == date(2024, 3, 4)
    assert rows_of(path, vienna)[0].work_date == date(2024, 3, 5)
    assert rows_of(path)[0].seconds == 3601


@pytest.mark.parametrize(
    ("start", "end", "code", "field"),
    [
        ("2024-03-04T09:00:00Z", "2024-03-04T08:00:00Z", "negative_hours", "end"),
        ("2024-03-04T09:00:00Z", "2024-03-05T10:00:00Z", "too_many_hours", "end"),
        ("2024-03-04T09:00:00Z", "", "missing_value", "end"),
        ("2024-03-04 09:00", "2024-03-04T10:00:00Z", "bad_date", "start"),
        ("2025-03-04T09:00:00Z", "2025-03-04T10:00:00Z", "future_date", "start"),
    ],
)
def test_a_generic_row_is_refused_for_what_is_wrong_with_it(
    tmp_path: Path, start: str, end: str, code: str, field: str
) -> None:
    assert verdict(file_of(tmp_path, GENERIC, generic_row(start, end))) == (2, code, field)


def test_a_grid_tells_billable_from_other_work(tmp_path: Path) -> None:
    path = file_of(
        tmp_path, GRID, "E1,P1,2024-03-04,8,Billable", "E1,P1,2024-03-04,1,Non-billable"
    )

    assert [(row.hours, row.billable) for row in rows_of(path)] == [
        (Decimal(8), True),
        (Decimal(1), False),
    ]


def test_a_cell_of_a_grid_is_filled_once(tmp_path: Path) -> None:
    path = file_of(tmp_path, GRID, "E1,P1,2024-03-04,8,Billable", "E1,P1,2024-03-04,6,Billable")

    assert verdict(path) == (3, "duplicate_row", None)


@pytest.mark.parametrize("source", HEADERS)
@given(data=st.data())
def test_every_row_of_an_export_gets_one_verdict(
    tmp_path_factory: pytest.TempPathFactory, source: str, data: st.DataObject
) -> None:
    columns = HEADERS[source].split(",")
    anything = st.lists(CELLS, min_size=1, max_size=len(columns) + 1)
    nearly_right = st.builds(changed, st.just(ROWS[source].split("|")), anything, st.integers(0))
    rows = data.draw(
        st.lists(anything | nearly_right | st.just(ROWS[source].split("|")), max_size=6)
    )
    path = file_of(tmp_path_factory.getbasetemp(), quoted([columns, *rows]))

    try:
        found = list(read(path, OPTIONS, source=source))
    except Refusal as refusal:
        assert refusal.code in {"AMBIGUOUS_DATES", "AMBIGUOUS_NUMBERS", "WRONG_DAY_ORDER"}  # noqa: PT017
    else:
        assert len(found) == sum(any(cell.strip() for cell in row) for row in rows)


@needs("time")
@pytest.mark.parametrize(
    "name",
    [
        "toggl_detailed_timba.csv",
        "timesheets_utilisation.csv",
        "solidtime/clockify_time_entries_import_test_1.csv",
        "solidtime/clockify_time_entries_import_test_7.csv",
        "solidtime/generic_time_entries_import_test_1.csv",
        "solidtime/harvest_time_entries_import_test_1.csv",
        "solidtime/solidtime_import_test_1/time_entries.csv",
        "solidtime/toggl_time_entries_import_test_1.csv",
    ],
)
def test_a_real_export_gives_its_figures(name: str) -> None:
    figures = json.loads((SHARED / "time/FIGURES.json").read_text())[name]

    rows = rows_of(SHARED / "time" / name)

    seconds, billable = sum(row.seconds_qty for row in rows), [r for r in rows if r.billable]
    marks = Counter("Yes" if row.billable else "No" for row in rows)
    assert figures == figures | {
        "rows": len(rows),
        **({"seconds": seconds} if "seconds" in figures else {}),
        **({"billable": marks} if "billable" in figures else {}),
    }
    if "billable_hours" in figures:
        assert sum(row.seconds_qty for row in billable) == figures["billable_hours"] * 3600
    if "hours" in figures:
        assert sum(row.hours or 0 for row in rows) == Decimal(figures["hours"])
    if "billable_amount" in figures:
        assert sum(row.amount or 0 for row in rows) == Decimal(figures["billable_amount"])


@needs("time")
def test_the_real_row_with_a_thirteenth_month_is_the_only_broken_one() -> None:
    name = "solidtime/clockify_time_entries_import_test_3.csv"
    figures = json.loads((SHARED / "time/FIGURES.json").read_text())[name]

    (one,) = read(SHARED / "time" / name, OPTIONS)

    assert isinstance(one, Broken)
    assert (one.line, one.code, one.field) == (2, "bad_date", "Start Date")
    assert duration_of(Cell(one.raw["Duration (h)"], "")) == figures["seconds"]


@needs("time")
def test_a_real_timeclock_is_read_over_midnight() -> None:
    first, night, last = rows_of(SHARED / "time/hledger_sample.timeclock")

    assert (first.seconds, first.project) == (8 * 3600 + 34, "projects:a")
    assert (night.work_date, night.seconds) == (date(2009, 3, 31), 13129)
    assert last.project == "projects:b"
