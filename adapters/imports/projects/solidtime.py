"""The projects of solidtime's own export, unpacked: rates in minor units, names in other files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from adapters.imports.masters import MasterRow, named, names_in
from adapters.imports.numbers import known_unit, number, positive
from adapters.imports.projects.project import ProjectOptions, ProjectRow
from adapters.imports.tabular import Layout, Record, open_table
from adapters.imports.verdict import Broken, Cell, read_rows
from adapters.imports.words import flag

LAYOUT = Layout(
    required=("id", "name", "client_id", "organization_id"),
    optional=("billable_rate", "is_billable", "archived_at"),
)


def read(folder: Path, _options: ProjectOptions) -> Iterator[ProjectRow | Broken]:
    """Read every project of the export in a folder. Raises Refusal where a file cannot be read."""
    table = open_table(folder / "projects.csv", LAYOUT)
    return read_rows(table.records(), _Names.of(folder).row)


@dataclass(frozen=True, slots=True)
class _Names:
    """What the ids of one export stand for."""

    clients: Mapping[str, MasterRow]
    organizations: Mapping[str, MasterRow]
    tasks: Mapping[str, MasterRow]

    @classmethod
    def of(cls, folder: Path) -> "_Names":
        kinds = ("clients", "organizations", "tasks")
        return cls(*(names_in(folder / f"{kind}.csv") for kind in kinds))

    def row(self, record: Record) -> ProjectRow:
        external_id = record.needed("id").text
        client = named(record.cell("client_id"), self.clients)
        firm = named(record.needed("organization_id"), self.organizations)
        currency = firm.currency if firm else None
        return ProjectRow(
            line=record.line,
            key=("solidtime", external_id),
            raw=record.raw,
            name=record.needed("name").text,
            client=client.name if client else None,
            tasks=tuple(t.name for t in self.tasks.values() if t.parent_id == external_id),
            billable=flag(record.cell("is_billable")),
            is_active=record.cell("archived_at") is None,
            rate=_rate(record.cell("billable_rate"), currency),
            currency=currency,
            external_id=external_id,
        )


def _rate(cell: Cell | None, currency: str | None) -> Decimal | None:
    """Read a rate written as a whole number of the currency's minor units. Raises CellError."""
    if cell is None:
        return None
    unit = known_unit(Cell(currency or "", cell.column))
    return positive(number(cell, 0), cell) * unit
