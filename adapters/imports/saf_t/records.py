"""The records of a SAF-T file, one after another: its header, accounts and transactions.

Only one record is held at a time. A document type, by which an XML file can grow without limit,
is refused. Names are read without their namespace, which differs from version to version.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from adapters.imports.refusals import BrokenXml, UnknownFormat
from adapters.imports.tabular import opened

_CHUNK_BYTES = 1 << 16
ROOT = "AuditFile"
RECORDS = {"Header": 2, "Account": 4, "Transaction": 4}
"""Elements that are records, and how deep they stand."""


@dataclass
class Node:
    """An element: its text, or those inside it; ``line`` is where it begins."""

    name: str
    line: int
    text: str = ""
    inside: list["Node"] = field(default_factory=list)

    def all(self, name: str) -> list["Node"]:
        """Elements of this name directly inside."""
        return [one for one in self.inside if one.name == name]

    def find(self, *path: str) -> "Node | None":
        """The first element along a path."""
        found: Node | None = self
        for name in path:
            found = next(iter(found.all(name)), None) if found else None
        return found

    def said(self, *path: str) -> str:
        """The text along a path; empty where it is not there."""
        found = self.find(*path)
        return found.text.strip() if found else ""


def records(path: Path) -> Iterator[Node]:
    """Every record of a file. Raises BrokenXml, UnknownFormat, UnreadableFile."""
    reader = _Reader()
    with opened(path) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            reader.feed(chunk, is_last=False)
            yield from reader.taken()
    reader.feed(b"", is_last=True)
    yield from reader.taken()


class _Reader:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.depth = 0
        self.open: list[Node] = []
        self.found: list[Node] = []

    def feed(self, chunk: bytes, *, is_last: bool) -> None:
        try:
            self.parser.Parse(chunk, is_last)
        except expat.ExpatError as trouble:
            reason = expat.errors.messages.get(trouble.code, "not well-formed")
            raise BrokenXml(f"The XML is broken in line {trouble.lineno}: {reason}.") from None
        except (LookupError, ValueError):
            raise BrokenXml("The XML is in an encoding that cannot be read.") from None

    def taken(self) -> list[Node]:
        found, self.found = self.found, []
        return found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        del attributes
        local = name.rpartition(" ")[2]
        if not self.depth and local != ROOT:
            raise UnknownFormat(f"The XML begins with {local}, not with {ROOT}.")
        self.depth += 1
        if self.open or RECORDS.get(local) == self.depth:
            node = Node(local, self.parser.CurrentLineNumber)
            if self.open:
                self.open[-1].inside.append(node)
            self.open.append(node)

    def _end(self, name: str) -> None:
        del name
        self.depth -= 1
        if self.open:
            node = self.open.pop()
            if not self.open:
                self.found.append(node)

    def _text(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text

    def _refuse_doctype(self, *_: object) -> None:
        raise BrokenXml("The XML declares a document type, which is not taken in.")
