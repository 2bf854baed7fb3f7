"""Which export of projects a file or folder is, and reading it with its own reader."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from adapters.imports.projects import clockify, harvest, solidtime, toggl
from adapters.imports.projects.project import ProjectOptions, ProjectRow
from adapters.imports.refusals import UnknownFormat
from adapters.imports.tabular import read_header
from adapters.imports.verdict import Broken

Reader = Callable[[Path, ProjectOptions], Iterator[ProjectRow | Broken]]

READERS: Mapping[str, Reader] = {
    "clockify": clockify.read,
    "harvest": harvest.read,
    "solidtime": solidtime.read,
    "toggl": toggl.read,
}
_LAYOUTS = {"clockify": clockify.LAYOUT, "harvest": harvest.LAYOUT}


def read(
    path: Path, options: ProjectOptions, *, source: str | None = None
) -> Iterator[ProjectRow | Broken]:
    """Read projects; ``source`` is a name in ``READERS``, found out where None.

    Raises UnknownFormat, and Refusal where the file as a whole cannot be read.
    """
    name = source or recognise(path)
    if name not in READERS:
        raise UnknownFormat(f"{name!r} is no known source; known are {', '.join(READERS)}.")
    return READERS[name](path, options)


def recognise(path: Path) -> str:
    """Name the source of projects. Raises UnknownFormat, EmptyFile, BadEncoding."""
    for file, name in {"projects.csv": "solidtime", "projects.json": "toggl"}.items():
        if (path / file).is_file():
            return name
    header = read_header(path)
    for name, layout in _LAYOUTS.items():
        if not layout.missing(header):
            return name
    have = ", ".join(name for name in header if name)
    raise UnknownFormat(f"No known export of projects has just these columns: {have[:300]}.")
