"""Dates and clock times in files: which number is the day, and moving a history to other years."""

import re
from calendar import isleap
from datetime import UTC, date, datetime, time, tzinfo
from typing import Literal

from adapters.imports.verdict import Cell

DayOrder = Literal["ymd", "mdy", "dmy"]
"""Order of dates that do not begin with the year; ``ymd`` reads no others."""

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_NAMED = re.compile(r"([0-9]{1,2})[-/ ]([A-Za-z]{3})[a-z]*[-/ ]([0-9]{4}|[0-9]{2})")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,9})?)?\s*([AaPp][Mm])?")
_INSTANT = re.compile(
    r"(?P<wall>[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)"
    r"\s*(?P<offset>Z|UTC|[+-][0-9]{2}:?[0-9]{2})"
)
_DURATION = re.compile(r"(-?)([0-9]{1,6}):([0-5][0-9])(?::([0-5][0-9]))?")
_YEARS = range(1900, 2200)
_LEAP_DAY = (2, 29)
_SIXTY, _FACE_HOURS, _DAY_HOURS = 60, 12, 24
_DAY_SECONDS = 24 * 3600
WRITTEN = {
    "ymd": "2024-12-31 (year-month-day)",
    "mdy": "12/31/2024 (month/day/year)",
    "dmy": "31/12/2024 (day/month/year)",
}


def shift_years(day: date, years: int) -> date:
    """Move a day ``years`` later (earlier where negative); 29 February becomes the 28th.

    It stays where the target year has one too.

    Raises ValueError outside the years 1 to 9999.
    """
    year = day.year + years
    if (day.month, day.day) == _LEAP_DAY and not isleap(year):
        return date(year, 2, 28)
    return day.replace(year=year)


def day_of(cell: Cell, order: DayOrder = "ymd") -> date:
    """Read a date; year first is always understood, as is ``04/Mar/24``.

    Raises CellError (bad_date).
    """
    parts = _parts(cell.text, order)
    if parts is None or parts[0] not in _YEARS:
        raise cell.error("bad_date", f"{{}} is not a date like {WRITTEN[order]}.")
    try:
        return date(*parts)
    except ValueError:
        reason = f"{{}} is not a day of the calendar, read like {WRITTEN[order]}."
        raise cell.error("bad_date", reason) from None


def _parts(text: str, order: DayOrder) -> tuple[int, int, int] | None:
    """Take year, month and day of a date apart, unchecked."""
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
        return int(year), int(month), int(day)
    if found := _NAMED.fullmatch(text):
        day, name, year = found.groups()
        month_no = _MONTHS.index(name.lower()) + 1 if name.lower() in _MONTHS else 0
        return int(year) + (2000 if len(year) == len("24") else 0), month_no, int(day)
    if order != "ymd" and (found := YEAR_LAST.fullmatch(text)):
        first, second, year = found.groups()
        month, day = (first, second) if order == "mdy" else (second, first)
        return int(year), int(month), int(day)
    return None


def past_day(cell: Cell, today: date, order: DayOrder = "ymd") -> date:
    """Read a date that is not after ``today``. Raises CellError: bad_date, future_date."""
    return not_after(today, day_of(cell, order), cell)


def not_after(today: date, day: date, cell: Cell) -> date:
    """Pass a day that is not after ``today``. Raises CellError (future_date)."""
    if day > today:
        raise cell.error("future_date", f"{{}} is after today, {today}.")
    return day


def clock_of(cell: Cell) -> time:
    """Read a time of day in 24 hours or with AM and PM. Raises CellError (bad_clock)."""
    found = _CLOCK.fullmatch(cell.text)
    hour = _hour(int(found[1]), found[4]) if found else None
    if found is None or hour is None or int(found[2]) >= _SIXTY or int(found[3] or 0) >= _SIXTY:
        raise cell.error("bad_clock", "{} is not a time of day like 14:30:00.")
    return time(hour, int(found[2]), int(found[3] or 0))


def _hour(shown: int, half: str | None) -> int | None:
    """Give the hour of the day that a clock's face shows; None where it shows no such hour."""
    if half is None:
        return shown if shown < _DAY_HOURS else None
    if not 1 <= shown <= _FACE_HOURS:
        return None
    return shown % _FACE_HOURS + (_FACE_HOURS if half.upper() == "PM" else 0)


def is_instant(cell: Cell) -> bool:
    """Tell whether a cell is written as a moment with its offset."""
    return _INSTANT.fullmatch(cell.text) is not None


def instant_of(cell: Cell) -> datetime:
    """Read a moment with its offset, such as 2024-03-04T09:23:52Z. Raises CellError (bad_date)."""
    moment = _moment(_INSTANT.fullmatch(cell.text))
    if moment is None or moment.year not in _YEARS:
        raise cell.error("bad_date", "{} is not a moment like 2024-03-04T09:23:52Z.")
    return moment


def _moment(found: re.Match[str] | None) -> datetime | None:
    if found is None:
        return None
    offset = "+00:00" if found["offset"] in {"Z", "UTC"} else found["offset"]
    try:
        return datetime.fromisoformat(found["wall"] + offset).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def local_day(moment: datetime, zone: tzinfo) -> date:
    """Tell the day a moment falls on where the clock shows ``zone``."""
    return moment.astimezone(zone).date()


def duration_of(cell: Cell) -> int:
    """Read the seconds of a duration such as 01:15:00 or 1:15.

    Raises CellError: bad_duration, negative_hours, too_many_hours.
    """
    found = _DURATION.fullmatch(cell.text)
    if found is None:
        raise cell.error("bad_duration", "{} is not a duration like 01:15:00.")
    seconds = int(found[2]) * 3600 + int(found[3]) * 60 + int(found[4] or 0)
    return within_a_day(-seconds if found[1] else seconds, cell)


def within_a_day(seconds: int, cell: Cell) -> int:
    """Pass the seconds one entry can have. Raises CellError: negative_hours, too_many_hours."""
    if seconds < 0:
        raise cell.error("negative_hours", "{} makes it less than no time.")
    if seconds > _DAY_SECONDS:
        raise cell.error("too_many_hours", "{} makes it more than the 24 hours of a day.")
    return seconds
