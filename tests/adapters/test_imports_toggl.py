"""Toggl's detailed report: what is read, and which row is refused for what."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.imports.timesheets import toggl
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.verdict import Broken
from tests.adapters.imported import accepted, file_of, refused

OPTIONS = TimeOptions(today=date(2024, 12, 31), person="Ann Example")
TOGGL = (
    "User,Email,Client,Project,Task,Description,Billable,"
    "Start date,Start time,End date,End time,Duration,Tags"
)
TOGGL_ROW = (
    "Ann,ann@firm.test,Acme,Site,Build,Walls,Yes,2024-03-04,09:00:00,2024-03-04,10:00:00,01:00:00,"
)


def rows_of(path: Path, options: TimeOptions = OPTIONS) -> list[TimeRow]:
    return accepted(toggl.read(path, options))


def verdict(path: Path, options: TimeOptions = OPTIONS) -> tuple[int, str, str | None]:
    return refused(toggl.read(path, options))


def test_a_toggl_entry_is_read_with_all_it_says(tmp_path: Path) -> None:
    path = file_of(tmp_path, f"{TOGGL},Amount (EUR)", f'{TOGGL_ROW}"Site, Night",111.11')

    (row,) = rows_of(path)

    assert row.line == 2
    assert (row.work_date, row.seconds, row.billable) == (date(2024, 3, 4), 3600, True)
    assert (row.person, row.email, row.client) == ("Ann", "ann@firm.test", "Acme")
    assert (row.project, row.task, row.description) == ("Site", "Build", "Walls")
    assert row.tags == ("Site", "Night")
    assert (row.amount, row.currency) == (Decimal("111.11"), "EUR")
    assert row.started_at == datetime(2024, 3, 4, 9)  # noqa: DTZ001 - the wall clock's own
    assert row.hours_qty == 1
    assert row.raw["Duration"] == "01:00:00"


def test_toggls_newer_column_names_are_read_too(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "Description,Billable,Duration,Member,Email,Project,Tags,"
        "Start date,Start time,Stop date,Stop time",
        "Walls,No,0:45:00,Ann,,,,2024-03-04,09:00:00,2024-03-04,09:45:00",
    )

    (row,) = rows_of(path)

    assert (row.person, row.seconds, row.project) == ("Ann", 2700, None)


def test_an_amount_without_currency_in_its_column_has_none(tmp_path: Path) -> None:
    (row,) = rows_of(file_of(tmp_path, f"{TOGGL},Amount ()", f"{TOGGL_ROW},5"))

    assert (row.amount, row.currency) == (Decimal(5), None)


def test_of_two_amounts_the_one_that_is_not_zero_counts(tmp_path: Path) -> None:
    header = f"{TOGGL},Amount (USD),Amount (EUR)"

    (row,) = rows_of(file_of(tmp_path, header, f"{TOGGL_ROW},0,5.5"))

    assert (row.amount, row.currency) == (Decimal("5.5"), "EUR")
    path = file_of(tmp_path, header, f"{TOGGL_ROW},1,5.5")
    assert verdict(path) == (2, "two_currencies", "Amount (EUR)")


def test_an_unknown_currency_breaks_only_rows_with_an_amount(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        f"{TOGGL},Amount (EUX)",
        f"{TOGGL_ROW},",
        TOGGL_ROW.replace("Walls", "Roof") + ",5",
    )

    assert verdict(path) == (3, "unknown_currency", "Amount (EUX)")


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ("Ann,ann", ",ann", "missing_value", "User"),
        ("01:00:00", "", "missing_value", "Duration"),
        ("Yes", "Perhaps", "bad_value", "Billable"),
        ("2024-03-04,09", "2024-02-30,09", "bad_date", "Start date"),
        ("2024-03-04,09", "2025-01-01,09", "future_date", "Start date"),
        ("09:00:00", "9 o'clock", "bad_clock", "Start time"),
        ("01:00:00", "an hour", "bad_duration", "Duration"),
        ("01:00:00", "-01:00:00", "negative_hours", "Duration"),
        ("01:00:00", "30:00:00", "too_many_hours", "Duration"),
        ("01:00:00", "03:00:00", "duration_mismatch", "Duration"),
        ("2024-03-04,10", "2024-03-03,10", "negative_hours", "Duration"),
    ],
)
def test_a_toggl_row_is_refused_for_what_is_wrong_with_it(
    tmp_path: Path, old: str, new: str, code: str, field: str
) -> None:
    path = file_of(tmp_path, TOGGL, TOGGL_ROW.replace(old, new, 1))

    assert verdict(path) == (2, code, field)


def test_a_clock_put_back_in_the_night_does_not_contradict_the_duration(tmp_path: Path) -> None:
    night = "2024-10-27,02:45:00,2024-10-27,02:15:00,00:30:00"
    path = file_of(tmp_path, TOGGL, f"Ann,,,,,,No,{night},")

    assert rows_of(path)[0].seconds == 1800


def test_the_same_entry_twice_is_a_duplicate_whatever_its_tags(tmp_path: Path) -> None:
    path = file_of(tmp_path, TOGGL, TOGGL_ROW, TOGGL_ROW + "Night")

    found = list(toggl.read(path, OPTIONS))

    assert verdict(path) == (3, "duplicate_row", None)
    assert isinstance(found[1], Broken)
    assert "line 2" in found[1].reason


def test_two_entries_of_one_moment_on_two_tasks_are_two(tmp_path: Path) -> None:
    path = file_of(tmp_path, TOGGL, TOGGL_ROW, TOGGL_ROW.replace("Build", "Plan"))

    first, second = rows_of(path)

    assert first.key != second.key
