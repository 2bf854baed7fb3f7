"""Worklogs out of Jira in the spellings of several add-ons."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.imports.timesheets import jira
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from tests.adapters.imported import accepted, file_of, refused

OPTIONS = TimeOptions(today=date(2024, 12, 31), person="Ann Example")
JIRA = "Issue Key,Issue summary,Hours,Work date,Username,Full name,Project Name,Work Description"


def rows_of(path: Path, options: TimeOptions = OPTIONS) -> list[TimeRow]:
    return accepted(jira.read(path, options))


def verdict(path: Path, options: TimeOptions = OPTIONS) -> tuple[int, str, str | None]:
    return refused(jira.read(path, options))


def jira_row(hours: str, day: str = "2024-03-04 09:00") -> str:
    return f"WALL-1,Build walls,{hours},{day},ann,Ann Example,Walls,Laid bricks"


def test_a_jira_worklog_is_read_with_all_it_says(tmp_path: Path) -> None:
    (row,) = rows_of(file_of(tmp_path, JIRA, jira_row("1.25")))

    assert (row.task, row.project, row.project_code) == ("WALL-1", "Walls", "WALL")
    assert (row.hours, row.seconds) == (Decimal("1.25"), None)
    assert (row.person, row.description) == ("Ann Example", "Laid bricks")
    assert row.started_at == datetime(2024, 3, 4, 9)  # noqa: DTZ001 - the wall clock's own


@pytest.mark.parametrize(
    "day",
    [
        "2024-03-04",
        "04/Mar/24",
        "04/Mar/24 9:00 AM",
        "2024-03-04T09:00:00.000+0000",
        "2024-03-04T09:00:00",
    ],
)
def test_jiras_days_are_read_as_it_writes_them(tmp_path: Path, day: str) -> None:
    assert rows_of(file_of(tmp_path, JIRA, jira_row("1", day)))[0].work_date == date(2024, 3, 4)


@pytest.mark.parametrize(
    ("column", "text", "seconds"),
    [
        ("Time Spent", "1h 30m", 5400),
        ("Time Spent", "45m", 2700),
        ("Time Spent", "5400", 5400),
        ("Time Spent", "01:30", 5400),
        ("Time (Seconds)", "5400", 5400),
    ],
)
def test_jiras_time_is_read_in_each_of_its_units(
    tmp_path: Path, column: str, text: str, seconds: int
) -> None:
    header = JIRA.replace("Hours", column)

    assert rows_of(file_of(tmp_path, header, jira_row(text)))[0].seconds == seconds


@pytest.mark.parametrize("text", ["1d", "1w 2d", "soon", "30h"])
def test_jiras_days_of_work_are_not_guessed_at(tmp_path: Path, text: str) -> None:
    header = JIRA.replace("Hours", "Time Spent")

    assert verdict(file_of(tmp_path, header, jira_row(text)))[1] in {
        "bad_duration",
        "too_many_hours",
    }


def test_minutes_written_as_rounded_hours_are_noise_unless_said(tmp_path: Path) -> None:
    path = file_of(tmp_path, JIRA, jira_row("0.33333333"))
    said = TimeOptions(today=OPTIONS.today, whole_minutes=True)

    assert verdict(path) == (2, "float_noise", "Hours")
    assert rows_of(path, said)[0].seconds == 1200


def test_whole_minutes_leave_other_hours_as_they_are(tmp_path: Path) -> None:
    said = TimeOptions(today=OPTIONS.today, whole_minutes=True)

    (row,) = rows_of(file_of(tmp_path, JIRA, jira_row("0.33")), said)

    assert row.hours == Decimal("0.33")


def test_a_worklogs_id_identifies_it(tmp_path: Path) -> None:
    path = file_of(tmp_path, f"{JIRA},Worklog ID", f"{jira_row('1')},77", f"{jira_row('2')},77")

    assert verdict(path) == (3, "duplicate_row", None)
