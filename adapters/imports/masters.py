"""The names behind the ids of an export of several files: clients, people, tasks, tags.

solidtime writes them as CSV, Toggl as JSON lists; both give each row an id, which identifies it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.imports.json_list import read_list
from adapters.imports.refusals import MissingFile
from adapters.imports.tabular import Layout, Record, open_table
from adapters.imports.verdict import Broken, Cell, read_rows
from adapters.imports.words import flag

_NAME = ("name", "email")
_LAYOUT = Layout(required=("id", _NAME))


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterRow:
    """Someone or something an export names; ``parent_id`` is the project of a task."""

    line: int
    key: tuple[str, ...]
    raw: Mapping[str, str]
    external_id: str
    name: str
    email: str | None = None
    parent_id: str | None = None
    currency: str | None = None
    is_active: bool = True


def read(path: Path) -> Iterator[MasterRow | Broken]:
    """Read the masters of one file, CSV or JSON. Raises Refusal where the file cannot be read."""
    if path.suffix == ".json":
        return read_rows(read_list(path), _row)
    return read_rows(open_table(path, _LAYOUT).records(), _row)


def names_in(path: Path) -> dict[str, MasterRow]:
    """Give the masters of one file by id; of an id given twice, the first.

    Raises MissingFile, and Refusal where the file cannot be read.
    """
    if not path.is_file():
        raise MissingFile(f"The export lacks the file {path.name}, which holds names.")
    return by_id(read(path))


def by_id(rows: Iterable[MasterRow | Broken]) -> dict[str, MasterRow]:
    """Put masters under their ids."""
    return {row.external_id: row for row in rows if isinstance(row, MasterRow)}


def named(cell: Cell | None, masters: Mapping[str, MasterRow]) -> MasterRow | None:
    """Find what an id stands for; None for a blank. Raises CellError (unknown_reference)."""
    if cell is None:
        return None
    if cell.text not in masters:
        raise cell.error("unknown_reference", "{} is the id of nothing in this export.")
    return masters[cell.text]


def _row(record: Record) -> MasterRow:
    external_id = record.needed("id").text
    is_active = flag(record.cell("active"))
    ended = record.text("archived_at", "done_at") or flag(record.cell("archived"))
    return MasterRow(
        line=record.line,
        key=(external_id,),
        raw=record.raw,
        external_id=external_id,
        name=record.needed(*_NAME).text,
        email=record.text("email"),
        parent_id=record.text("project_id"),
        currency=record.text("currency"),
        is_active=not ended and is_active is not False,
    )
