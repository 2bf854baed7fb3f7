"""A report: a question with parameters, answered as of two dates from one snapshot.

The parameters are said once and serve the command line, the API and the packet alike.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from domain.errors import Refusal
from projections.as_of import AsOf, known_position, snapshot, time_of, within
from projections.packet import Column, Packet, Row, packet
from projections.table import Conn

# There is always a month before and after: no report has to mind the ends of the calendar.
EARLIEST, LATEST = date(1900, 1, 1), date(9998, 12, 31)


class BadParameter(Refusal):
    """The report cannot be asked like this."""

    code = "BAD_PARAMETER"


@dataclass(frozen=True)
class Parameter:
    """``kind`` is str, int or date; without a default it may be left out unless ``required``."""

    name: str
    kind: type
    description: str
    default: Any = None
    required: bool = False

    def read(self, value: Any) -> Any:
        """A value of its kind, from text too. Raises BadParameter."""
        if value is None and self.required:
            raise BadParameter(f"{self.name} is needed", field=self.name)
        found = self.default if value is None else self._of_kind(value)
        if isinstance(found, date) and not EARLIEST <= found <= LATEST:
            raise BadParameter(f"{self.name} is {found}, out of range", field=self.name)
        return found

    def _of_kind(self, value: Any) -> Any:
        if isinstance(value, str) and "\0" in value:
            raise BadParameter(f"{self.name} holds a null character", field=self.name)
        if type(value) is self.kind:
            return value
        try:
            return date.fromisoformat(value) if self.kind is date else self.kind(value)
        except (TypeError, ValueError):
            words = f"{self.name} is not a {self.kind.__name__}: {value!r}"
            raise BadParameter(words, field=self.name) from None


ENTITY = Parameter("entity", str, "Legal entity; left out: all")
BOOK = Parameter("book", str, "Book of the ledger", default="main")
EFFECTIVE = Parameter("effective", date, "Last day that counts", required=True)
KNOWN = "Position of the log, or a time (UTC): what was recorded by then; left out: all"


@dataclass(frozen=True)
class Report:
    """``reads`` names the projections it answers from; ``rows`` answers inside their snapshot.

    ``live`` ones show the present state of something outside the log and do change.
    """

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    reads: tuple[str, ...]
    rows: Callable[[Conn, AsOf, Mapping[str, Any]], Iterable[Row]]
    live: bool = False

    def run(self, conn: Conn, given: Mapping[str, Any]) -> Packet:
        """Answer ``given``: effective, known and the parameters by name, perhaps as text.

        The connection is in no transaction. Raises BadParameter, UnknownPosition, NotYetRead.
        """
        asked = self.asked(given)
        known = known_position(conn, read_known(given.get("known")))
        with snapshot(conn, self.reads) as reached:
            return self.packet(conn, asked, within(reached, known))

    def packet(self, conn: Conn, asked: Mapping[str, Any], known: int) -> Packet:
        """The answer from the tables that are in the connection's path now."""
        rows = tuple(self.rows(conn, AsOf(asked["effective"], known), asked))
        return packet(self.name, asked, self.columns, rows, known)

    def asked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every parameter but ``known``, by name. Raises BadParameter."""
        wanted = {parameter.name: parameter for parameter in (EFFECTIVE, *self.parameters)}
        if strange := given.keys() - wanted.keys() - {"known"}:
            raise BadParameter(f"{self.name} has no {', '.join(sorted(strange))}")
        return {name: parameter.read(given.get(name)) for name, parameter in wanted.items()}


MOST_ROWS, MOST_PAGES = 10_000, 1_000_000


def skipped(asked: Mapping[str, Any]) -> int:
    """How many rows stand before the page asked for. Raises BadParameter."""
    rows, page = asked["rows"], asked["page"]
    if not 0 < rows <= MOST_ROWS:
        raise BadParameter(f"a page holds 1 to {MOST_ROWS} rows", field="rows")
    if not 0 < page <= MOST_PAGES:
        raise BadParameter(f"pages count from 1 to {MOST_PAGES}", field="page")
    return int(rows * (page - 1))


def read_known(value: Any) -> int | datetime | None:
    """A position or a time, from text too; UTC where a time has no zone. Raises BadParameter."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if value is None or isinstance(value, int):
        return value
    try:
        return int(value) if str(value).isdigit() else time_of(str(value))
    except ValueError:
        raise BadParameter(f"neither position nor time: {value!r}", field="known") from None
