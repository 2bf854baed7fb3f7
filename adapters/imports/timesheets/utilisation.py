"""Timesheet grids: employee, project, day, hours, and whether the work is billable.

A grid has one cell for an employee, project, day and kind of work, and that identifies the row:
the same cell twice is a duplicate even with other hours, unless the caller keeps equal rows.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from adapters.imports.days import past_day
from adapters.imports.numbers import hours
from adapters.imports.tabular import Layout, Record, open_table
from adapters.imports.timesheets.dialect import Dialect, dialect_of
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.verdict import Broken, read_rows
from adapters.imports.words import flag

_WHO = ("emp_id", "employee_id", "employee")
_PROJECT = ("proj_id", "project_id", "project")
_HOURS = ("hours_worked", "hours")
_KIND = ("work_type", "billable")
LAYOUT = Layout(required=(_WHO, _PROJECT, "date", _HOURS), optional=_KIND)


def read(path: Path, options: TimeOptions) -> Iterator[TimeRow | Broken]:
    """Read every row. Raises Refusal where the file as a whole cannot be read."""
    table = open_table(path, LAYOUT)
    dialect = dialect_of(table, options, dates=("date",), numbers=_HOURS)
    rows = partial(_row, dialect)
    return read_rows(table.records(), rows, equal_rows=options.equal_rows)


def _row(dialect: Dialect, record: Record) -> TimeRow:
    who, project = record.needed(*_WHO).text, record.needed(*_PROJECT).text
    day = past_day(record.needed("date"), dialect.options.today, dialect.order)
    kind = record.text(*_KIND) or ""
    return TimeRow(
        line=record.line,
        key=("utilisation", who, project, day.isoformat(), kind),
        raw=record.raw,
        work_date=day,
        person=who,
        hours=hours(record.needed(*_HOURS), dialect.mark),
        project=project,
        billable=flag(record.cell(*_KIND)),
    )
