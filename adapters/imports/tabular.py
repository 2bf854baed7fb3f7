"""Opening a CSV file: its encoding, delimiter and header, and its rows with their lines.

A file is UTF-8, with or without a byte order mark, and is decoded line by line, so that one bad
byte breaks one row. Opening walks the whole file once: from then on no row can turn out to be
the end of something that began elsewhere, and ``rows`` is known.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import BinaryIO, NamedTuple

from adapters.imports.refusals import (
    BadEncoding,
    DuplicateColumn,
    EmptyFile,
    MissingColumn,
    UnclosedQuote,
    UnreadableFile,
)
from adapters.imports.verdict import Broken, Cell, CellError

DELIMITERS = (",", ";", "\t")
_BOM = b"\xef\xbb\xbf"
_SUBSTITUTE = "\ufffd"
_HEADER_LINES = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a format; a tuple of names is one column's several spellings."""

    required: tuple[str | tuple[str, ...], ...]
    optional: tuple[str, ...] = ()

    def missing(self, header: tuple[str, ...]) -> list[str]:
        """List the required columns a header lacks, in their first spelling."""
        have = {name.casefold() for name in header}
        wanted = [(c,) if isinstance(c, str) else c for c in self.required]
        return [names[0] for names in wanted if not have & {name.casefold() for name in names}]

    def repeated(self, header: tuple[str, ...]) -> list[str]:
        """List the columns read by name that a header has more than once."""
        folded = [name.casefold() for name in header]
        names = [n for c in self.required for n in ((c,) if isinstance(c, str) else c)]
        return [name for name in (*names, *self.optional) if folded.count(name.casefold()) > 1]


class Columns(dict[str, int | None]):
    """Where each column stands, by its name in any case; None where it is not there."""

    def __missing__(self, name: str) -> int | None:
        """Remember a spelling that was asked for, so that it is folded once a file."""
        self[name] = found = self.get(name.casefold())
        return found


class Record(NamedTuple):
    """One row of a table: trimmed text by column name, whatever the case of the name."""

    line: int
    header: tuple[str, ...]
    cells: tuple[str, ...]
    columns: Columns

    @property
    def raw(self) -> dict[str, str]:
        """The cells as the file has them; a short row lacks its last columns."""
        return dict(zip(self.header, self.cells, strict=False))

    def text(self, *names: str) -> str | None:
        """Give the text of the first filled cell of these columns; None where all are blank."""
        for name in names:
            at = self.columns[name]
            if at is not None and at < len(self.cells) and (found := self.cells[at].strip()):
                return found
        return None

    def cell(self, *names: str) -> Cell | None:
        """Give the first filled cell of these columns; None where all are blank or absent."""
        for name in names:
            if found := self.text(name):
                return Cell(found, self.header[self.columns[name] or 0])
        return None

    def needed(self, *names: str) -> Cell:
        """As ``cell``, where one must be filled. Raises CellError (missing_value)."""
        if found := self.cell(*names):
            return found
        here = (at for name in names if (at := self.columns[name]) is not None)
        column = next((self.header[at] for at in here), names[0])
        raise CellError("missing_value", f"The column {column!r} must be filled in.", column)


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file whose structure was found whole; ``rows`` counts its rows without the header."""

    path: Path
    delimiter: str
    top: int
    header: tuple[str, ...]
    columns: Columns
    rows: int

    def records(self) -> Iterator[Record | Broken]:
        """Every row with text in it, from the top of the file."""
        for line, cells, bad in _parsed(self.path, self.delimiter, self.top):
            if bad or self._has_surplus(cells) or "\0" in "".join(cells):
                yield self._broken(line, cells, bad)
            else:
                yield Record(line, self.header, cells, self.columns)

    def _has_surplus(self, cells: tuple[str, ...]) -> bool:
        return any(cell.strip() for cell in cells[len(self.header) :])

    def _broken(self, line: int, cells: tuple[str, ...], bad: str | None) -> Broken:
        raw = dict(zip(self.header, cells, strict=False))
        if bad == "malformed":
            reason = "A quotation mark is in the wrong place, or a cell is longer than 131072."
            return Broken(line, "malformed_row", reason)
        if bad == "encoding":
            reason = "The row holds bytes that are not UTF-8; save the file as UTF-8."
            return Broken(line, "bad_encoding", reason, _field_with(raw, _SUBSTITUTE), raw)
        if "\0" in "".join(cells):
            reason = "The row holds a NUL character, which no text may hold."
            return Broken(line, "bad_character", reason, _field_with(raw, "\0"), raw)
        reason = f"The row has {len(cells)} cells, the header has {len(self.header)} columns."
        return Broken(line, "extra_cells", reason, None, raw)


def open_table(path: Path, layout: Layout) -> Table:
    """Find delimiter and columns, and walk the file once.

    Raises UnreadableFile, EmptyFile, BadEncoding, MissingColumn, DuplicateColumn, UnclosedQuote.
    """
    top, lines = _header_lines(path)
    delimiter, header = _best_header(lines, layout)
    if missing := layout.missing(header):
        have = ", ".join(name for name in header if name)
        raise MissingColumn(f"The file has no column {missing[0]!r}. It has: {have}.")
    if twice := layout.repeated(header):
        raise DuplicateColumn(f"The file has the column {twice[0]!r} twice.", field=twice[0])
    rows = sum(1 for _ in _parsed(path, delimiter, top))
    return Table(path, delimiter, top, header, columns_of(header), rows)


def columns_of(header: tuple[str, ...]) -> Columns:
    """Tell where each column of a header stands; of a name given twice, the first."""
    return Columns((name.casefold(), at) for at, name in reversed([*enumerate(header)]) if name)


def read_header(path: Path) -> tuple[str, ...]:
    """Give the column names of a file of any format. Raises as ``open_table`` does."""
    return _best_header(_header_lines(path)[1], Layout(()))[1]


def opened(path: Path) -> BinaryIO:
    """Open a file's bytes; raises UnreadableFile where the system refuses them."""
    try:
        return path.open("rb")
    except OSError as trouble:
        raise UnreadableFile(f"{path.name} cannot be read: {trouble.strerror}.") from None


def lines_of(path: Path) -> Iterator[bytes]:
    """Cut a file into the lines an editor shows: ended by LF, CR LF or a lone CR."""
    with opened(path) as stream:
        first = True
        for chunk in stream:
            text = chunk.removeprefix(_BOM) if first else chunk
            first = False
            yield from text.splitlines(keepends=True)


def _header_lines(path: Path) -> tuple[int, list[str]]:
    """Where the header begins, and lines enough for one with a line break in a name."""
    numbered = enumerate(lines_of(path), start=1)
    for number, line in numbered:
        if line.strip():
            following = [text for _, text in islice(numbered, _HEADER_LINES)]
            return number, _decoded_header(number, [line, *following])
    raise EmptyFile("The file is empty: not even a header line is there.")


def _decoded_header(number: int, lines: list[bytes]) -> list[str]:
    if b"\0" in lines[0] or not _is_utf8(lines[0]):
        raise BadEncoding(_encoding_hint(lines[0], number))
    return [line.decode() for line in takewhile(_is_utf8, lines)]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _encoding_hint(line: bytes, number: int) -> str:
    guess = "UTF-16" if line[:2] in {b"\xff\xfe", b"\xfe\xff"} else "another encoding"
    return f"The header in line {number} is not UTF-8 text; it looks like {guess}. Save as UTF-8."


def _best_header(lines: list[str], layout: Layout) -> tuple[str, tuple[str, ...]]:
    """Choose the delimiter that finds most of the columns sought, then most columns."""
    found = [(d, _split_header(lines, d)) for d in DELIMITERS]
    return max(found, key=lambda f: (-len(layout.missing(f[1])), len(f[1])))


def _split_header(lines: list[str], delimiter: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader(iter(lines), delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        return ()
    return tuple(cell.strip() for cell in cells)


def _parsed(
    path: Path, delimiter: str, top: int
) -> Iterator[tuple[int, tuple[str, ...], str | None]]:
    """Line, cells and what ails them, of every row with text in it below line ``top``."""
    decoded = _Decoded(path)
    reader = csv.reader(decoded, delimiter=delimiter, strict=True)
    while True:
        line, decoded.is_bad = reader.line_num + 1, False
        try:
            cells = tuple(next(reader))
        except StopIteration:
            return
        except csv.Error:
            if reader.line_num > line:
                raise UnclosedQuote(_quote_hint(line)) from None
            yield line, (), "malformed"
            continue
        if line > top and any(cell.strip() for cell in cells):
            yield line, cells, "encoding" if decoded.is_bad else None


def _quote_hint(line: int) -> str:
    return f"A quotation mark opened in line {line} is not closed where its cell ends."


class _Decoded:
    """Text lines of a file; ``is_bad`` turns true when one of them was not UTF-8."""

    def __init__(self, path: Path) -> None:
        self.lines = lines_of(path)
        self.is_bad = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.is_bad = True
            return line.decode(errors="replace")


def _field_with(raw: Mapping[str, str], mark: str) -> str | None:
    return next((name for name, cell in raw.items() if mark in cell), None)
