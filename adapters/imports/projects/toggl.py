"""The projects of Toggl's data export, unpacked: JSON lists that name one another by id."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from adapters.imports import masters
from adapters.imports.days import day_of
from adapters.imports.json_list import read_list
from adapters.imports.masters import MasterRow, named, names_in
from adapters.imports.numbers import HOURS_DECIMALS, known_unit, number, positive, rate
from adapters.imports.projects.project import ProjectOptions, ProjectRow
from adapters.imports.tabular import Record
from adapters.imports.verdict import Broken, Cell, read_rows
from adapters.imports.words import flag


def read(folder: Path, _options: ProjectOptions) -> Iterator[ProjectRow | Broken]:
    """Read every project of the export in a folder. Raises Refusal where a file cannot be read."""
    return read_rows(read_list(folder / "projects.json"), _Names.of(folder).row)


@dataclass(frozen=True, slots=True)
class _Names:
    """What the ids of one export stand for."""

    clients: Mapping[str, MasterRow]
    tasks: tuple[MasterRow, ...]

    @classmethod
    def of(cls, folder: Path) -> "_Names":
        files = sorted((folder / "tasks").glob("*.json"))
        tasks = (task for file in files for task in masters.read(file))
        known = tuple(task for task in tasks if isinstance(task, MasterRow))
        return cls(names_in(folder / "clients.json"), known)

    def row(self, record: Record) -> ProjectRow:
        external_id = record.needed("id").text
        client = named(record.cell("client_id", "cid"), self.clients)
        price, begin = record.cell("rate"), record.cell("start_date")
        return ProjectRow(
            line=record.line,
            key=("toggl", external_id),
            raw=record.raw,
            name=record.needed("name").text,
            client=client.name if client else None,
            tasks=tuple(task.name for task in self.tasks if task.parent_id == external_id),
            billable=flag(record.cell("billable")),
            is_active=flag(record.cell("active")) is not False,
            rate=rate(price) if price else None,
            currency=_currency(record.cell("currency")),
            budget_hours=_hours(record.cell("estimated_hours")),
            starts_on=day_of(begin) if begin else None,
            external_id=external_id,
        )


def _currency(cell: Cell | None) -> str | None:
    if cell is None:
        return None
    known_unit(cell)
    return cell.text


def _hours(cell: Cell | None) -> Decimal | None:
    return positive(number(cell, HOURS_DECIMALS), cell) if cell else None
