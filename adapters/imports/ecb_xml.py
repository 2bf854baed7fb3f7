"""The European Central Bank's XML: an envelope, a cube a day, a cube a currency in it.

Today's file, the last 90 days and the whole history share the layout. A document type, by which
an XML file can grow without limit, is refused. The file is parsed once before anything of it is
given out, so that a file broken at its end gives nothing.
"""

from collections import deque
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.parsers import expat

from adapters.imports.days import past_day
from adapters.imports.ecb_quote import Quote
from adapters.imports.refusals import BrokenXml, UnknownFormat
from adapters.imports.tabular import opened
from adapters.imports.verdict import Broken, Cell, CellError

_CHUNK_BYTES = 1 << 16
_CUBE = "http://www.ecb.int/vocabulary/2002-08-01/eurofxref Cube"


def looks_like_xml(path: Path) -> bool:
    """Tell whether the file's first sign is that of XML."""
    with opened(path) as stream:
        return stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def read_xml(path: Path, today: date) -> Iterator[Quote | Broken]:
    """Read every rate. Raises BrokenXml, UnknownFormat, UnreadableFile."""
    if not sum(1 for _ in _walk(path, today)):
        raise UnknownFormat("The XML holds no day of reference rates.")
    return _walk(path, today)


def _walk(path: Path, today: date) -> Iterator[Quote | Broken]:
    cubes = _Cubes(today)
    with opened(path) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            cubes.feed(chunk, is_last=False)
            yield from cubes.taken()
    cubes.feed(b"", is_last=True)
    yield from cubes.taken()


class _Cubes:
    """The cubes of one file as they are met."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.found: deque[Quote | Broken] = deque()
        self.depth = 0
        self.day: date | None = None
        self.day_depth: int | None = None

    def feed(self, chunk: bytes, *, is_last: bool) -> None:
        """Parse on. Raises BrokenXml."""
        try:
            self.parser.Parse(chunk, is_last)
        except expat.ExpatError as trouble:
            reason = expat.errors.messages.get(trouble.code, "not well-formed")
            raise BrokenXml(f"The XML is broken in line {trouble.lineno}: {reason}.") from None
        except (LookupError, ValueError):
            raise BrokenXml("The XML is in an encoding that cannot be read.") from None

    def taken(self) -> Iterator[Quote | Broken]:
        """Give out what was met since."""
        while self.found:
            yield self.found.popleft()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if name != _CUBE:
            return
        if "time" in attributes:
            self.day_depth, self.day = self.depth, self._day(attributes)
        elif "currency" in attributes:
            self._rate(attributes)

    def _end(self, _name: str) -> None:
        if self.depth == self.day_depth:
            self.day_depth = self.day = None
        self.depth -= 1

    def _day(self, attributes: dict[str, str]) -> date | None:
        try:
            return past_day(Cell(attributes["time"].strip(), "time"), self.today)
        except CellError as trouble:
            line = self.parser.CurrentLineNumber
            self.found.append(
                Broken(line, trouble.code, trouble.reason, trouble.column, attributes)
            )
            return None

    def _rate(self, attributes: dict[str, str]) -> None:
        line, currency = self.parser.CurrentLineNumber, attributes["currency"].strip()
        rate = attributes.get("rate", "").strip()
        if self.day:
            raw = {"time": self.day.isoformat(), **attributes}
            self.found.append(
                Quote(line, raw, self.day, currency, Cell(rate, currency))
                if rate
                else Broken(line, "missing_value", f"{currency} has no rate.", currency, raw)
            )
        elif self.day_depth is None:
            reason = f"The rate of {currency} stands outside any day."
            self.found.append(Broken(line, "malformed_row", reason, currency, attributes))

    def _refuse_doctype(self, *_: object) -> None:
        line = self.parser.CurrentLineNumber
        raise BrokenXml(f"The XML declares a document type in line {line}; none is read.")
