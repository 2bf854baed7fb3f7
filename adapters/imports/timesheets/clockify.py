"""Clockify's detailed report: month/day/year, twelve-hour clock, amounts under their currency.

Dates are in the order of the exporting workspace; month first is Clockify's own default. The
column ``Duration (decimal)`` is not read: files exist in which it is 0.00 beside an hour of
work. An entry has no number. It is identified by who worked from when to when on what.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from adapters.imports.tabular import Layout, Record, open_table
from adapters.imports.timesheets.dialect import Dialect, dialect_of
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.timesheets.span import began, elapsed, ended, worked
from adapters.imports.verdict import Broken, read_rows
from adapters.imports.words import amount_in, flag, listed, rate_in

_WHAT = ("Client", "Project", "Task", "Description")
_DATES = ("Start Date", "End Date")
LAYOUT = Layout(
    required=("User", "Start Date", "Start Time", "End Date", "End Time"),
    optional=("Email", *_WHAT, "Billable", "Tags", "Type", "Duration (h)"),
)


def read(path: Path, options: TimeOptions) -> Iterator[TimeRow | Broken]:
    """Read every entry. Raises Refusal where the file as a whole cannot be read."""
    table = open_table(path, LAYOUT)
    dialect = dialect_of(
        table,
        options,
        dates=_DATES,
        usual="mdy",
        amounts="Billable Amount",
        rates="Billable Rate",
    )
    rows = partial(_row, dialect)
    return read_rows(table.records(), rows, equal_rows=options.equal_rows)


def _row(dialect: Dialect, record: Record) -> TimeRow:
    start = began(
        record.needed("Start Date"), record.needed("Start Time"), dialect.order, dialect.options
    )
    end = ended(record.needed("End Date"), record.needed("End Time"), dialect.order)
    amount, currency = amount_in(record, dialect.amounts, dialect.mark)
    rate, rate_currency = rate_in(record, dialect.rates, dialect.mark)
    return TimeRow(
        line=record.line,
        key=_identity(record, start.isoformat(), end.isoformat()),
        raw=record.raw,
        work_date=start.date(),
        person=record.needed("User").text,
        seconds=_seconds(record, start, end),
        started_at=start,
        ended_at=end,
        email=record.text("Email"),
        client=record.text("Client"),
        project=record.text("Project"),
        task=record.text("Task"),
        description=record.text("Description"),
        tags=listed(record.text("Tags")),
        billable=flag(record.cell("Billable")),
        is_break=(record.text("Type") or "").casefold() == "break",
        rate=rate,
        amount=amount,
        currency=currency or rate_currency,
    )


def _seconds(record: Record, start: datetime, end: datetime) -> int:
    if duration := record.cell("Duration (h)"):
        return worked(start, end, duration)
    return elapsed(start, end, record.needed("End Time"))


def _identity(record: Record, start: str, end: str) -> tuple[str, ...]:
    who = record.text("Email") or record.needed("User").text
    return ("clockify", who, start, end, *(record.text(column) or "" for column in _WHAT))
