"""solidtime's own export, unpacked: entries beside files that name its people and projects.

An entry is identified by its id. One without an end is still running and cannot be read yet.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.imports.days import instant_of, local_day, not_after
from adapters.imports.masters import MasterRow, named, names_in
from adapters.imports.tabular import Layout, Record, open_table
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.timesheets.span import elapsed
from adapters.imports.verdict import Broken, Cell, read_rows
from adapters.imports.words import flag

ENTRIES = "time_entries.csv"
LAYOUT = Layout(
    required=("id", "start", "end", "member_id"),
    optional=("description", "billable", "client_id", "project_id", "task_id", "tags"),
)


def read(path: Path, options: TimeOptions) -> Iterator[TimeRow | Broken]:
    """Read every entry of the export in a folder; ``path`` is the folder or its time_entries.csv.

    Raises Refusal where a file of it is missing or cannot be read.
    """
    folder = path if path.is_dir() else path.parent
    table = open_table(path / ENTRIES if path.is_dir() else path, LAYOUT)
    return read_rows(table.records(), _Names.of(folder, options).row)


@dataclass(frozen=True, slots=True)
class _Names:
    """What the ids of one export stand for."""

    options: TimeOptions
    members: Mapping[str, MasterRow]
    clients: Mapping[str, MasterRow]
    projects: Mapping[str, MasterRow]
    tasks: Mapping[str, MasterRow]
    tags: Mapping[str, MasterRow]

    @classmethod
    def of(cls, folder: Path, options: TimeOptions) -> "_Names":
        kinds = ("members", "clients", "projects", "tasks", "tags")
        return cls(options, *(names_in(folder / f"{kind}.csv") for kind in kinds))

    def row(self, record: Record) -> TimeRow:
        started, ended = instant_of(record.needed("start")), instant_of(record.needed("end"))
        day, zone = record.needed("start"), self.options.zone
        member = named(record.needed("member_id"), self.members)
        external_id = record.needed("id").text
        return TimeRow(
            line=record.line,
            key=("solidtime", external_id),
            raw=record.raw,
            work_date=not_after(self.options.today, local_day(started, zone), day),
            person=member.name if member else "",
            seconds=elapsed(started, ended, record.needed("end")),
            started_at=started,
            ended_at=ended,
            email=member.email if member else None,
            client=_name(named(record.cell("client_id"), self.clients)),
            project=_name(named(record.cell("project_id"), self.projects)),
            task=_name(named(record.cell("task_id"), self.tasks)),
            description=record.text("description"),
            tags=self._tags(record.cell("tags")),
            billable=flag(record.cell("billable")),
            external_id=external_id,
        )

    def _tags(self, cell: Cell | None) -> tuple[str, ...]:
        """Read a JSON list of tag ids. Raises CellError: bad_value, unknown_reference."""
        if cell is None:
            return ()
        try:
            ids = json.loads(cell.text)
        except (ValueError, RecursionError):
            ids = None
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            raise cell.error("bad_value", "{} is not a JSON list of tag ids.")
        tags = (named(cell._replace(text=one), self.tags) for one in ids)
        return tuple(tag.name for tag in tags if tag)


def _name(master: MasterRow | None) -> str | None:
    return master.name if master else None
