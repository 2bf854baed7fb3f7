"""Toggl's detailed report: local start and end, a duration, amounts under their currency.

An entry has no number. It is identified by who worked from when to when on what; its tags, its
billable mark and its amount may change between two exports of the same entry.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from adapters.imports.tabular import Layout, Record, open_table
from adapters.imports.timesheets.dialect import Dialect, dialect_of
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.timesheets.span import began, ended, worked
from adapters.imports.verdict import Broken, read_rows
from adapters.imports.words import amount_in, flag, listed

_WHO = ("User", "Member")
_END_DATE, _END_TIME = ("End date", "Stop date"), ("End time", "Stop time")
_WHAT = ("Client", "Project", "Task", "Description")
LAYOUT = Layout(
    required=(_WHO, "Start date", "Start time", _END_DATE, _END_TIME, "Duration"),
    optional=("Email", *_WHAT, "Billable", "Tags"),
)


def read(path: Path, options: TimeOptions) -> Iterator[TimeRow | Broken]:
    """Read every entry. Raises Refusal where the file as a whole cannot be read."""
    table = open_table(path, LAYOUT)
    dialect = dialect_of(table, options, dates=("Start date", *_END_DATE), amounts="Amount")
    rows = partial(_row, dialect)
    return read_rows(table.records(), rows, equal_rows=options.equal_rows)


def _row(dialect: Dialect, record: Record) -> TimeRow:
    start = began(
        record.needed("Start date"), record.needed("Start time"), dialect.order, dialect.options
    )
    end = ended(record.needed(*_END_DATE), record.needed(*_END_TIME), dialect.order)
    amount, currency = amount_in(record, dialect.amounts, dialect.mark)
    return TimeRow(
        line=record.line,
        key=_identity(record, start.isoformat(), end.isoformat()),
        raw=record.raw,
        work_date=start.date(),
        person=record.needed(*_WHO).text,
        seconds=worked(start, end, record.needed("Duration")),
        started_at=start,
        ended_at=end,
        email=record.text("Email"),
        client=record.text("Client"),
        project=record.text("Project"),
        task=record.text("Task"),
        description=record.text("Description"),
        tags=listed(record.text("Tags")),
        billable=flag(record.cell("Billable")),
        amount=amount,
        currency=currency,
    )


def _identity(record: Record, start: str, end: str) -> tuple[str, ...]:
    who = record.text("Email") or record.needed(*_WHO).text
    return ("toggl", who, start, end, *(record.text(column) or "" for column in _WHAT))
