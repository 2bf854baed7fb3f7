"""The generic time export: one moment each for start and end, people and projects by name.

An entry has no number. It is identified by who worked from when to when on what.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from adapters.imports.days import instant_of, local_day, not_after
from adapters.imports.tabular import Layout, Record, open_table
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.timesheets.span import elapsed
from adapters.imports.verdict import Broken, read_rows
from adapters.imports.words import flag, listed

_WHO = ("user_name", "user_email")
_WHAT = ("client", "project", "task", "description")
LAYOUT = Layout(required=("start", "end", _WHO), optional=(*_WHAT, "billable", "tags"))


def read(path: Path, options: TimeOptions) -> Iterator[TimeRow | Broken]:
    """Read every entry. Raises Refusal where the file as a whole cannot be read."""
    table = open_table(path, LAYOUT)
    rows = partial(_row, options)
    return read_rows(table.records(), rows, equal_rows=options.equal_rows)


def _row(options: TimeOptions, record: Record) -> TimeRow:
    start, end = record.needed("start"), record.needed("end")
    started, ended = instant_of(start), instant_of(end)
    return TimeRow(
        line=record.line,
        key=_identity(record, started.isoformat(), ended.isoformat()),
        raw=record.raw,
        work_date=not_after(options.today, local_day(started, options.zone), start),
        person=record.needed(*_WHO).text,
        seconds=elapsed(started, ended, end),
        started_at=started,
        ended_at=ended,
        email=record.text("user_email"),
        client=record.text("client"),
        project=record.text("project"),
        task=record.text("task"),
        description=record.text("description"),
        tags=listed(record.text("tags")),
        billable=flag(record.cell("billable")),
    )


def _identity(record: Record, start: str, end: str) -> tuple[str, ...]:
    who = record.text("user_email") or record.needed(*_WHO).text
    return ("generic", who, start, end, *(record.text(column) or "" for column in _WHAT))
