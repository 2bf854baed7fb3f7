"""Timeclock files: sessions of one person."""

from datetime import date
from pathlib import Path

import pytest

from adapters.imports.refusals import (
    EmptyFile,
    PersonNotNamed,
    UnknownFormat,
)
from adapters.imports.timesheets import timeclock
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from tests.adapters.imported import accepted, file_of, refused

OPTIONS = TimeOptions(today=date(2024, 12, 31), person="Ann Example")


def rows_of(path: Path, options: TimeOptions = OPTIONS) -> list[TimeRow]:
    return accepted(timeclock.read(path, options))


def verdict(path: Path, options: TimeOptions = OPTIONS) -> tuple[int, str, str | None]:
    return refused(timeclock.read(path, options))


def test_sessions_of_a_timeclock_are_paired(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "; whose clock",
        "i 2024/03/04 09:00:00 site:walls  laid bricks ; tag:",
        "o 2024/03/04 17:00:34",
        "",
        "i 2024-03-31 22:21 home",
        "o 2024-04-01 02:00",
    )

    first, second = rows_of(path)

    assert (first.line, first.seconds, first.project) == (2, 28834, "site:walls")
    assert first.description == "laid bricks"
    assert (second.line, second.work_date, second.seconds) == (5, date(2024, 3, 31), 13140)


@pytest.mark.parametrize(
    ("lines", "line", "code"),
    [
        (
            ["i 2024/03/04 09:00 a", "i 2024/03/04 10:00 b", "o 2024/03/04 11:00"],
            1,
            "missing_value",
        ),
        (["i 2024/03/04 09:00 a"], 1, "missing_value"),
        (["o 2024/03/04 09:00"], 1, "malformed_row"),
        (["i 2024/03/04 09:00 a", "lunch", "o 2024/03/04 10:00"], 2, "malformed_row"),
        (["i 2024/03/04 09:00 a", "o 2024/03/04 08:00"], 1, "negative_hours"),
        (["i 2024/13/04 09:00 a", "o 2024/03/04 10:00"], 1, "bad_date"),
        (["i 2024/03/04 09:00 a", "b\0", "o 2024/03/04 10:00"], 2, "bad_character"),
    ],
)
def test_what_is_left_of_a_timeclock_is_broken(
    tmp_path: Path, lines: list[str], line: int, code: str
) -> None:
    assert verdict(file_of(tmp_path, *lines))[:2] == (line, code)


def test_a_timeclock_needs_a_person_and_an_entry(tmp_path: Path) -> None:
    path = file_of(tmp_path, "i 2024/03/04 09:00:00 a", "o 2024/03/04 10:00:00")

    with pytest.raises(PersonNotNamed):
        timeclock.read(path, TimeOptions(today=OPTIONS.today))
    with pytest.raises(EmptyFile):
        timeclock.read(file_of(tmp_path, ""), OPTIONS)
    with pytest.raises(UnknownFormat):
        timeclock.read(file_of(tmp_path, "in 9, out 10"), OPTIONS)
