"""Harvest's export of projects: names, dates and a budget, in the account's own notation."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path

from adapters.imports.days import day_of
from adapters.imports.notation import Notation, notation_of
from adapters.imports.numbers import HOURS_DECIMALS, DecimalMark, number, positive
from adapters.imports.projects.project import ProjectOptions, ProjectRow
from adapters.imports.tabular import Layout, Record, open_table
from adapters.imports.verdict import Broken, read_rows

_DATES = ("Start Date", "End Date")
_NUMBERS = ("Total Hours", "Billable Hours", "Billable Amount", "Budget", "Budget Spent")
LAYOUT = Layout(
    required=("Client", "Project", "Budget By", "Budget"),
    optional=("Project Code", *_DATES, *_NUMBERS),
)


def read(path: Path, options: ProjectOptions) -> Iterator[ProjectRow | Broken]:
    """Read every project. Raises Refusal where the file as a whole cannot be read."""
    table = open_table(path, LAYOUT)
    notation = notation_of(
        table,
        dates=_DATES,
        numbers=_NUMBERS,
        order=options.day_order,
        mark=options.decimal_mark,
    )
    return read_rows(table.records(), partial(_row, notation))


def _row(notation: Notation, record: Record) -> ProjectRow:
    name, client = record.needed("Project").text, record.needed("Client").text
    code = record.text("Project Code")
    begin, end = record.cell("Start Date"), record.cell("End Date")
    return ProjectRow(
        line=record.line,
        key=("harvest", client, name, code or ""),
        raw=record.raw,
        name=name,
        client=client,
        code=code,
        budget_hours=_budget(record, notation.mark),
        starts_on=day_of(begin, notation.order) if begin else None,
        ends_on=day_of(end, notation.order) if end else None,
    )


def _budget(record: Record, mark: DecimalMark) -> Decimal | None:
    """Read a budget of hours; one of money or of each person is another thing."""
    cell = record.cell("Budget")
    if cell is None or (record.text("Budget By") or "").casefold() != "hours":
        return None
    return positive(number(cell, HOURS_DECIMALS, mark), cell)
