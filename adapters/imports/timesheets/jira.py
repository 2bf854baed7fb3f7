"""Worklogs out of Jira: one row a worklog, as Tempo and similar report add-ons export them.

Read are the usual columns in their several spellings: the issue's key and summary, the hours
(or seconds, or a duration such as ``1h 30m``), the day or moment, the person. A worklog is
identified by its id where the file has one, else by issue, person, beginning, time spent and
comment; two equal ones are then possible, and the caller says whether they count.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from adapters.imports.days import (
    clock_of,
    duration_of,
    instant_of,
    is_instant,
    local_day,
    not_after,
    past_day,
    within_a_day,
)
from adapters.imports.numbers import DecimalMark, hours, number
from adapters.imports.tabular import Layout, Record, open_table
from adapters.imports.timesheets.dialect import Dialect, dialect_of
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.verdict import Broken, Cell, read_rows

_ISSUE = ("Issue Key", "Key", "Jira Issue Key")
_DAY = ("Work date", "Date", "Started", "Start Date")
_WHO = ("Full name", "Author", "User", "Username", "Work author")
_HOURS = ("Hours", "Logged time (h)", "Hours Logged", "Time Spent (Hours)", "Time Spent (h)")
_SECONDS = ("Time (Seconds)", "Time Seconds", "Time Spent (seconds)")
_SPENT = ("Time Spent", "Duration")
_COMMENT = ("Work Description", "Comment", "Description")
_ID = ("Worklog ID", "Work ID")
LAYOUT = Layout(
    required=(_ISSUE, _DAY, _WHO, (*_HOURS, *_SECONDS, *_SPENT)),
    optional=("Issue summary", "Project Name", "Project Key", "Account Customer", *_COMMENT, *_ID),
)
_MOMENT = re.compile(r"(?P<day>\S+?)[ T](?P<clock>[0-9]{1,2}:.*)")
_SPENT_SHAPE = re.compile(r"(?:([0-9]{1,4})h)?\s*(?:([0-9]{1,5})m)?\s*(?:([0-9]{1,6})s)?")
_NOISE_DECIMALS = 20
# Half of the last decimal hours have, in minutes.
_SLACK_MINUTES = Decimal("0.003")
_MINUTES = Decimal(60)


def read(path: Path, options: TimeOptions) -> Iterator[TimeRow | Broken]:
    """Read every worklog. Raises Refusal where the file as a whole cannot be read."""
    table = open_table(path, LAYOUT)
    dialect = dialect_of(table, options, dates=_DAY, numbers=_HOURS)
    rows = partial(_row, dialect)
    return read_rows(table.records(), rows, equal_rows=options.equal_rows)


def _row(dialect: Dialect, record: Record) -> TimeRow:
    issue = record.needed(*_ISSUE).text
    day, started = _when(record.needed(*_DAY), dialect)
    spent, seconds = _spent(record, dialect.mark, dialect.options)
    return TimeRow(
        line=record.line,
        key=_identity(record, issue, (started or day).isoformat(), _plain(spent, seconds)),
        raw=record.raw,
        work_date=day,
        person=record.needed(*_WHO).text,
        hours=spent,
        seconds=seconds,
        started_at=started,
        client=record.text("Account Customer"),
        project=record.text("Project Name"),
        project_code=record.text("Project Key") or issue.rpartition("-")[0] or None,
        task=issue,
        description=record.text(*_COMMENT) or record.text("Issue summary"),
        external_id=record.text(*_ID),
    )


def _identity(record: Record, issue: str, began: str, spent: str) -> tuple[str, ...]:
    if number_of_worklog := record.text(*_ID):
        return ("jira", number_of_worklog)
    who = record.text("Username") or record.needed(*_WHO).text
    return ("jira", issue, who, began, spent, record.text(*_COMMENT) or "")


def _plain(spent: Decimal | None, seconds: int | None) -> str:
    return f"{seconds}s" if spent is None else f"{spent.normalize():f}h"


def _when(cell: Cell, dialect: Dialect) -> tuple[date, datetime | None]:
    """Read the day of a worklog, and when it began where that is told. Raises CellError."""
    options = dialect.options
    if is_instant(cell):
        moment = instant_of(cell)
        return not_after(options.today, local_day(moment, options.zone), cell), moment
    found = _MOMENT.fullmatch(cell.text)
    if found is None:
        return past_day(cell, options.today, dialect.order), None
    day = past_day(cell._replace(text=found["day"]), options.today, dialect.order)
    return day, datetime.combine(day, clock_of(cell._replace(text=found["clock"])))


def _spent(
    record: Record, mark: DecimalMark, options: TimeOptions
) -> tuple[Decimal | None, int | None]:
    """Read the hours or else the seconds worked. Raises CellError."""
    if cell := record.cell(*_HOURS):
        minutes = _whole_minutes(cell, mark) if options.whole_minutes else None
        return (None, minutes * 60) if minutes is not None else (hours(cell, mark), None)
    if cell := record.cell(*_SECONDS):
        return None, within_a_day(int(number(cell, 0)), cell)
    return None, _spent_seconds(record.needed(*_HOURS, *_SECONDS, *_SPENT))


def _whole_minutes(cell: Cell, mark: DecimalMark) -> int | None:
    """Read hours that are a whole number of minutes but for their rounding; else None."""
    exact = number(cell, _NOISE_DECIMALS, mark) * _MINUTES
    whole = round(exact)
    if abs(exact - whole) > _SLACK_MINUTES:
        return None
    return within_a_day(whole * 60, cell) // 60


def _spent_seconds(cell: Cell) -> int:
    """Read ``1h 30m``, ``01:30`` or bare seconds; a day has other hours in each Jira."""
    if cell.text.isdecimal():
        return within_a_day(int(number(cell, 0)), cell)
    if ":" in cell.text:
        return duration_of(cell)
    found = _SPENT_SHAPE.fullmatch(cell.text)
    if found is None:
        raise cell.error("bad_duration", "{} is not a duration like 1h 30m; days are not read.")
    parts = zip(found.groups(), (3600, 60, 1), strict=True)
    return within_a_day(sum(int(count or 0) * unit for count, unit in parts), cell)
