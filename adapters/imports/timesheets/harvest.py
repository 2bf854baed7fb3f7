"""Harvest's detailed time report: a day and decimal hours, in the account's own notation.

Dates and numbers are as the account writes them, so both are found out for the file. An entry
has neither number nor clock: it is identified by who, day, what, notes, hours and the link. Two
equal entries of one day are possible; the caller says whether they count (``equal_rows``).
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from adapters.imports.days import past_day
from adapters.imports.numbers import hours, known_unit, money, rate
from adapters.imports.tabular import Layout, Record, open_table
from adapters.imports.timesheets.dialect import Dialect, dialect_of
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.verdict import Broken, Cell, read_rows
from adapters.imports.words import flag

_WHO = ("First Name", "Last Name")
_NUMBERS = ("Hours", "Billable Rate", "Billable Amount", "Cost Rate", "Cost Amount")
_WHAT = ("Client", "Project", "Project Code", "Task", "Notes", "External Reference URL")
LAYOUT = Layout(
    required=("Date", "Hours", *_WHO),
    optional=(*_WHAT, *_NUMBERS[1:], "Billable?", "Currency"),
)


def read(path: Path, options: TimeOptions) -> Iterator[TimeRow | Broken]:
    """Read every entry. Raises Refusal where the file as a whole cannot be read."""
    table = open_table(path, LAYOUT)
    dialect = dialect_of(table, options, dates=("Date",), numbers=_NUMBERS)
    rows = partial(_row, dialect)
    return read_rows(table.records(), rows, equal_rows=options.equal_rows)


def _row(dialect: Dialect, record: Record) -> TimeRow:
    mark, currency = dialect.mark, _currency(record)
    price, amount = record.cell("Billable Rate"), record.cell("Billable Amount")
    day = past_day(record.needed("Date"), dialect.options.today, dialect.order)
    spent = hours(record.needed("Hours"), mark)
    return TimeRow(
        line=record.line,
        key=("harvest", day.isoformat(), format(spent.normalize(), "f"), *_identity(record)),
        raw=record.raw,
        work_date=day,
        person=_person(record),
        hours=spent,
        client=record.text("Client"),
        project=record.text("Project"),
        project_code=record.text("Project Code"),
        task=record.text("Task"),
        description=record.text("Notes"),
        billable=flag(record.cell("Billable?")),
        rate=rate(price, mark) if price else None,
        amount=money(amount, currency, mark) if amount else None,
        currency=currency,
    )


def _identity(record: Record) -> tuple[str, ...]:
    return tuple(record.text(column) or "" for column in (*_WHO, *_WHAT))


def _person(record: Record) -> str:
    names = [name for column in _WHO if (name := record.text(column))]
    return " ".join(names) if names else record.needed(*_WHO).text


def _currency(record: Record) -> str | None:
    """Take the code out of ``Euro - EUR``. Raises CellError (unknown_currency)."""
    cell = record.cell("Currency")
    if cell is None:
        return None
    found = re.fullmatch(r"(?:.* - )?([A-Z]{3})", cell.text)
    if found is None:
        raise cell.error("unknown_currency", "{} does not end in a currency code such as EUR.")
    known_unit(Cell(found[1], cell.column))
    return found[1]
