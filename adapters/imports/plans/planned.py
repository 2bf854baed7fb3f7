"""What a plan gives for each row: the commands it becomes, or what is wrong with it.

Owns how ids follow from a row, so that the same row becomes the same commands every time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, TypeVar
from uuid import UUID

from pydantic import ValidationError

from adapters.imports.verdict import Broken, CellError
from domain.command import Command
from domain.identity import named_id

C = TypeVar("C", bound=Command)


class Spot(NamedTuple):
    """A row of a file, or one cell of it where each cell is read by itself."""

    line: int
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """Commands that belong together, and the record with ``id`` they make or change.

    ``spots`` are the rows they come from; none where the file only names what they register.
    ``stream`` is the record they change where it is another one.
    """

    id: UUID
    commands: tuple[Command, ...]
    spots: tuple[Spot, ...] = ()
    stream: UUID | None = None


Plan = Iterator[Planned | Broken]


def key_of(kind: str, *parts: str) -> UUID:
    """The idempotency key of a step, by what identifies its row in the source."""
    return named_id(f"import {kind}", "\x1f".join(parts))


def with_content(command: C, kind: str, *parts: str) -> C:
    """The command with a key that follows from its content too: changed, it is another step."""
    content = command.model_dump_json(exclude={"command_id"})
    digest = sha256(content.encode()).hexdigest()
    return command.model_copy(update={"command_id": key_of(kind, *parts, digest)})


def unfit(error: ValidationError) -> CellError:
    """What is wrong with a row whose commands would have a field they may not have."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    return CellError("bad_value", f"It cannot be taken in: {name}: {first['msg']}.")


def column_with(raw: Mapping[str, str], text: str | None) -> str | None:
    """The column of a row that holds a text; None where none does."""
    return next((name for name, cell in raw.items() if text and cell.strip() == text), None)


def mapped(told: Mapping[str, str], *names: str | None) -> str | None:
    """What a map tells of the first of these names that it knows."""
    return next((told[name] for name in names if name and name in told), None)


def short_code(name: str, longest: int = 60) -> str:
    """A name as a code: itself, or its beginning and a digest where it is too long for one."""
    if len(name) <= longest:
        return name
    return f"{name[: longest - 9]}-{sha256(name.encode()).hexdigest()[:8]}"
