"""Which export a file of hours is, told by its columns, and reading it with its own reader."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from adapters.imports.refusals import UnknownFormat
from adapters.imports.tabular import Layout, read_header
from adapters.imports.timesheets import (
    clockify,
    generic,
    harvest,
    jira,
    solidtime,
    timeclock,
    toggl,
    utilisation,
)
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.verdict import Broken

Reader = Callable[[Path, TimeOptions], Iterator[TimeRow | Broken]]

READERS: Mapping[str, Reader] = {
    "solidtime": solidtime.read,
    "toggl": toggl.read,
    "clockify": clockify.read,
    "harvest": harvest.read,
    "jira": jira.read,
    "generic": generic.read,
    "utilisation": utilisation.read,
    "timeclock": timeclock.read,
}

# The first that fits is it: Clockify's columns are also Toggl's, but for the plain Duration.
_LAYOUTS: Mapping[str, Layout] = {
    "solidtime": solidtime.LAYOUT,
    "toggl": toggl.LAYOUT,
    "clockify": clockify.LAYOUT,
    "harvest": harvest.LAYOUT,
    "jira": jira.LAYOUT,
    "generic": generic.LAYOUT,
    "utilisation": utilisation.LAYOUT,
}


def read(
    path: Path, options: TimeOptions, *, source: str | None = None
) -> Iterator[TimeRow | Broken]:
    """Read a file of hours; ``source`` is a name in ``READERS``, found out where None.

    Raises UnknownFormat, and Refusal where the file as a whole cannot be read.
    """
    name = source or recognise(path)
    if name not in READERS:
        raise UnknownFormat(f"{name!r} is no known source; known are {', '.join(READERS)}.")
    return READERS[name](path, options)


def recognise(path: Path) -> str:
    """Name the source of a file of hours. Raises UnknownFormat, EmptyFile, BadEncoding."""
    if path.is_dir():
        return "solidtime"
    header = read_header(path)
    for name, layout in _LAYOUTS.items():
        if not layout.missing(header):
            return name
    if timeclock.looks_like(path):
        return "timeclock"
    have = ", ".join(name for name in header if name)
    raise UnknownFormat(f"No known export of hours has just these columns: {have[:300]}.")
