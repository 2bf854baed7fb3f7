"""What a reader says of one row: read, or broken with a stable code and a plain sentence.

Owns the codes, the ``Broken`` row, the check for the same row twice, and the loop every reader
runs. The line is the one a person's editor shows for the row's beginning.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, replace
from hashlib import blake2b
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, TypeVar

Code = Literal[
    "bad_character",
    "bad_clock",
    "bad_date",
    "bad_duration",
    "bad_encoding",
    "bad_number",
    "bad_value",
    "changed_deal",
    "dates_reversed",
    "does_not_tie",
    "duplicate_row",
    "duration_mismatch",
    "extra_cells",
    "float_noise",
    "future_date",
    "malformed_row",
    "missing_client",
    "missing_value",
    "negative_amount",
    "negative_hours",
    "not_work",
    "other_entity",
    "out_of_range",
    "too_many_hours",
    "two_currencies",
    "unbalanced",
    "unknown_account",
    "unknown_client",
    "unknown_currency",
    "unknown_person",
    "unknown_product",
    "unknown_project",
    "unknown_reference",
    "unknown_stage",
    "zero_duration",
]

EqualRows = Literal["refuse", "keep"]
"""What becomes of a row equal to an earlier one in an export that numbers no rows.

``refuse``: it is a ``duplicate_row``. ``keep``: both count; the later key ends in its ordinal.
"""


_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be read; ``field`` is the column as the file spells it."""

    line: int
    code: Code
    reason: str
    field: str | None = None
    raw: Mapping[str, str] = dataclasses.field(default_factory=dict)


class CellError(Exception):
    """One cell cannot be read. Never leaves a reader: it becomes a ``Broken`` row."""

    def __init__(self, code: Code, reason: str, column: str | None = None) -> None:
        super().__init__(reason)
        self.code, self.reason, self.column = code, reason, column


class Cell(NamedTuple):
    """A filled cell: its trimmed text, and its column as the file spells it."""

    text: str
    column: str

    def error(self, code: Code, reason: str) -> CellError:
        """Say what is wrong with this cell; ``{}`` in the reason becomes its text."""
        return CellError(code, reason.replace("{}", repr(self.text[:_SHOWN]), 1), self.column)


class Source(Protocol):
    """What a row is read from: it knows its line and its untouched text."""

    @property
    def line(self) -> int:
        """The line on which it begins, counted from 1."""

    @property
    def raw(self) -> Mapping[str, str]:
        """Its cells as the file has them, by column."""


class Row(Protocol):
    """A row that was read. ``key`` holds what identifies it, for keys derived from it."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def line(self) -> int:
        """The line on which it begins, counted from 1."""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it this row and no other."""


S = TypeVar("S", bound=Source)
R = TypeVar("R", bound=Row)


def read_rows(
    sources: Iterable[S | Broken], row_of: Callable[[S], R], *, equal_rows: EqualRows = "refuse"
) -> Iterator[R | Broken]:
    """Read every source, one verdict each, in the order of the file."""
    seen = Seen(equal_rows)
    for source in sources:
        if isinstance(source, Broken):
            yield source
            continue
        try:
            yield seen.admit(row_of(source))
        except CellError as trouble:
            yield broken(source, trouble)


def broken(source: Source, trouble: CellError) -> Broken:
    """Give the verdict on a source with a cell that cannot be read."""
    return Broken(source.line, trouble.code, trouble.reason, trouble.column, source.raw)


class Seen:
    """The keys of the rows so far; 16 bytes a row are kept, not the row."""

    def __init__(self, equal_rows: EqualRows) -> None:
        self.equal_rows = equal_rows
        self.lines: dict[bytes, int] = {}
        self.counts: Counter[bytes] = Counter()

    def admit(self, row: R) -> R:
        """Let a row pass, its key made unique where equal rows are kept. Raises CellError."""
        digest = _digest(row.key)
        first = self.lines.get(digest)
        if first is None:
            self.lines[digest] = row.line
            return row
        if self.equal_rows == "refuse":
            raise CellError("duplicate_row", f"The same entry already stands in line {first}.")
        self.counts[digest] += 1
        return replace(row, key=(*row.key, str(1 + self.counts[digest])))


def _digest(key: tuple[str, ...]) -> bytes:
    return blake2b("\x1f".join(key).encode(), digest_size=16).digest()
