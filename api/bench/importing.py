"""Bulk import of events of real size against binary COPY of the same rows."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from adapters.postgres.log_copy import COLUMNS, EVENT_TYPES
from adapters.postgres.mapper import Stored
from api.bench.ground import ENTITY, PROJECT, Ground, person
from api.bench.line import Line, alternately, seconds
from domain.delivery.timesheet import Timesheet
from domain.identity import new_id
from domain.request import Cause, Request

EVENTS = 20_000
NOW = datetime(2025, 1, 1, tzinfo=UTC)
A_COMMAND = 100
COPY = f"COPY bare_events ({COLUMNS}) FROM STDIN (FORMAT BINARY)"


def lines(ground: Ground) -> Iterator[Line]:
    """The import row."""
    base = [10**9]
    ours, bare = alternately(
        5,
        lambda: EVENTS / import_all(ground, made()),
        lambda: EVENTS / copy_all(ground, base),
    )
    yield Line("bulk import, events of real size", ours, bare, "events a second",
               "binary COPY of the same rows", 0.3)  # fmt: skip


def made() -> list[list[Any]]:
    """Facts as an importer has them: some hundred bytes each, many a command."""
    return [[fact(stream, n) for n in range(1, A_COMMAND + 1)]
            for stream in (new_id() for _ in range(EVENTS // A_COMMAND))]  # fmt: skip


def fact(stream: Any, version: int) -> Any:
    """A time entry without its personal note, which is encrypted apart."""
    return Timesheet.TimeLogged(  # type: ignore[call-arg]
        originator_id=stream, originator_version=version, timestamp=NOW,
        entry_id=new_id(), person_id=person(1), project_id=PROJECT, work_date=date(2025, 1, 2),
        minutes=90, activity="build", billable=True, note="", author="bench " * 20,
        external_ref="export row 4711",
    )  # fmt: skip


def import_all(ground: Ground, commands: Sequence[Sequence[Any]]) -> float:
    """Seconds to map, check and append: what an import does after its rules have decided."""

    def run() -> None:
        to_stored = ground.store.mapper.to_stored_event
        batch = [(request(), [to_stored(fact) for fact in facts]) for facts in commands]
        ground.store.log_.import_events(batch)

    return seconds(run)


def request() -> Request:
    """The envelope of a command."""
    return Request(new_id(), b"h" * 32, b"{}", "bench", Cause(), ENTITY, date(2025, 1, 2), {}, {})


def copy_all(ground: Ground, base: list[int]) -> float:
    """The same rows, ready made, into a table of the same shape and keys."""
    to_stored: Any = ground.store.mapper.to_stored_event
    rows = [row(base, request(), to_stored(one)) for facts in made() for one in facts]
    with ground.system.connect() as conn:
        return seconds(lambda: copy(conn, rows))


def copy(conn: Any, rows: Sequence[Sequence[Any]]) -> None:
    """One COPY, one transaction."""
    with conn.cursor().copy(COPY) as copying:
        copying.set_types(EVENT_TYPES)
        for one in rows:
            copying.write_row(one)


def row(base: list[int], of: Request, stored: Stored) -> tuple[Any, ...]:
    """The columns of the log."""
    base[0] += 1
    now = datetime.now(UTC)
    return (
        base[0], stored.originator_id, stored.originator_version, stored.topic, 1, now,
        of.effective_date, of.entity, of.actor, of.command_id, of.command_id, None, "", "",
        stored.state,
    )  # fmt: skip
