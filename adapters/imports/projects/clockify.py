"""Clockify's project report: names, tasks (also called activities), estimate and hourly rate."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adapters.imports.notation import notation_of
from adapters.imports.numbers import HOURS_DECIMALS, DecimalMark, number, positive
from adapters.imports.projects.project import ProjectOptions, ProjectRow
from adapters.imports.tabular import Layout, Record, Table, open_table
from adapters.imports.verdict import Broken, read_rows
from adapters.imports.words import currency_columns, flag, listed, rate_in

_ESTIMATE = "Estimated (h)"
_NUMBERS = ("Tracked (h)", _ESTIMATE, "Billable (h)", "Non-billable (h)")
LAYOUT = Layout(
    required=("Project", "Client", "Status", "Billability"),
    optional=("Task", "Activities", *_NUMBERS),
)


def read(path: Path, options: ProjectOptions) -> Iterator[ProjectRow | Broken]:
    """Read every project. Raises Refusal where the file as a whole cannot be read."""
    table = open_table(path, LAYOUT)
    return read_rows(table.records(), _Report.of(table, options).row)


@dataclass(frozen=True, slots=True)
class _Report:
    """What holds for every row of one file."""

    mark: DecimalMark
    rates: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, table: Table, options: ProjectOptions) -> "_Report":
        rates = currency_columns(table.header, "Billable Rate")
        names = (*_NUMBERS, *(name for name, _ in rates))
        return cls(notation_of(table, numbers=names, mark=options.decimal_mark).mark, rates)

    def row(self, record: Record) -> ProjectRow:
        name, client = record.needed("Project").text, record.text("Client")
        rate, currency = rate_in(record, self.rates, self.mark)
        estimate = record.cell(_ESTIMATE)
        hours = (
            positive(number(estimate, HOURS_DECIMALS, self.mark), estimate) if estimate else None
        )
        return ProjectRow(
            line=record.line,
            key=("clockify", client or "", name),
            raw=record.raw,
            name=name,
            client=client,
            tasks=listed(record.text("Task", "Activities")),
            billable=flag(record.cell("Billability")),
            is_active=(record.text("Status") or "").casefold() != "archived",
            rate=rate,
            currency=currency,
            budget_hours=hours or None,
        )
