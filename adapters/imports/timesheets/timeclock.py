"""Timeclock files: ``i`` and ``o`` lines with a moment, as timeclock.el and hledger read them.

A session is one row at its ``i`` line and belongs to the day it began. The file names nobody:
the caller says whose it is. A session is identified by person, beginning, end and account.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from adapters.imports.refusals import EmptyFile, PersonNotNamed, UnknownFormat
from adapters.imports.tabular import lines_of
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.timesheets.span import began, elapsed, ended
from adapters.imports.verdict import Broken, Cell, read_rows

_ENTRY = re.compile(
    r"(?P<mark>[ioO])\s+(?P<day>[0-9]{4}\S+)\s+(?P<clock>[0-9]{1,2}:\S+)"
    r"(?:\s+(?P<account>\S(?:(?!  |\t|;).)*))?(?:\s*(?P<note>[^;]*))?(?:;.*)?",
    re.DOTALL,
)
_IGNORED = re.compile(r"\s*(?:[;#*].*|[bh]\s.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Session:
    """A beginning with its end."""

    line: int
    raw: dict[str, str]
    account: str
    note: str

    def cell(self, column: str) -> Cell:
        return Cell(self.raw[column], column)


def looks_like(path: Path) -> bool:
    """Tell whether the first line that says something is a timeclock entry."""
    for line in lines_of(path):
        text = line.decode(errors="replace").strip()
        if not _IGNORED.fullmatch(text):
            return _ENTRY.fullmatch(text) is not None
    return False


def read(path: Path, options: TimeOptions) -> Iterator[TimeRow | Broken]:
    """Read every session. Raises EmptyFile, UnknownFormat, PersonNotNamed, UnreadableFile."""
    if not any(line.strip() for line in lines_of(path)):
        raise EmptyFile("The file is empty.")
    if not looks_like(path):
        raise UnknownFormat(
            "The file does not begin with an entry such as: i 2024/03/04 09:00:00."
        )
    if not options.person:
        raise PersonNotNamed("A timeclock file does not say who worked; name the person.")
    rows = partial(_row, options, options.person)
    return read_rows(_sessions(path), rows, equal_rows=options.equal_rows)


def _row(options: TimeOptions, person: str, session: _Session) -> TimeRow:
    start = began(session.cell("in date"), session.cell("in time"), "ymd", options)
    end = ended(session.cell("out date"), session.cell("out time"), "ymd")
    return TimeRow(
        line=session.line,
        key=("timeclock", person, start.isoformat(), end.isoformat(), session.account),
        raw=session.raw,
        work_date=start.date(),
        person=person,
        seconds=elapsed(start, end, session.cell("out time")),
        started_at=start,
        ended_at=end,
        project=session.account or None,
        description=session.note or None,
    )


def _sessions(path: Path) -> Iterator[_Session | Broken]:
    """Pair beginnings with ends; what is left over is broken."""
    begun: tuple[int, re.Match[str]] | None = None
    for number, line in enumerate(lines_of(path), start=1):
        found = _entry(number, line)
        if isinstance(found, Broken):
            yield found
        elif found and found["mark"] == "i":
            if begun:
                yield _never_ended(*begun)
            begun = number, found
        elif found and begun:
            yield _session(*begun, found)
            begun = None
        elif found:
            yield Broken(number, "malformed_row", "This end has no beginning before it.")
    if begun:
        yield _never_ended(*begun)


def _entry(number: int, line: bytes) -> re.Match[str] | Broken | None:
    """Read one line: an entry, something wrong, or None where it says nothing."""
    try:
        text = line.decode().strip()
    except UnicodeDecodeError:
        return Broken(number, "bad_encoding", "The line holds bytes that are not UTF-8.")
    if "\0" in text:
        return Broken(number, "bad_character", "The line holds a NUL character.")
    if _IGNORED.fullmatch(text):
        return None
    shown = f"{text[:40]!r} is no entry such as: i 2024/03/04 09:00:00 account."
    return _ENTRY.fullmatch(text) or Broken(number, "malformed_row", shown)


def _session(line: int, begin: re.Match[str], end: re.Match[str]) -> _Session:
    raw = {"in date": begin["day"], "in time": begin["clock"]}
    raw |= {"out date": end["day"], "out time": end["clock"], "account": begin["account"] or ""}
    return _Session(line, raw, (begin["account"] or "").strip(), (begin["note"] or "").strip())


def _never_ended(line: int, begin: re.Match[str]) -> Broken:
    reason = "The session has no end: no o line follows before the next beginning."
    return Broken(line, "missing_value", reason, "out time", {"in date": begin["day"]})
