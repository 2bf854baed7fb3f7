"""Imports by COPY: many commands in one transaction, under the same lock as every append."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection
from psycopg.rows import TupleRow

from adapters.postgres.mapper import Stored
from domain.request import AlreadyTaken, Conflict, Request

Item = tuple[Request, Sequence[Stored]]

COLUMNS = (
    "position, stream_id, version, topic, schema_version, recorded_at, effective_date, entity,"
    " actor, command_id, correlation_id, causation_id, trace, policies, payload"
)
COPY_EVENTS = f"COPY events ({COLUMNS}) FROM STDIN (FORMAT BINARY)"
EVENT_TYPES = [
    "int8",
    "uuid",
    "int4",
    "text",
    "int2",
    "timestamptz",
    "date",
    "text",
    "text",
    "uuid",
    "uuid",
    "int8",
    "text",
    "text",
    "bytea",
]
COPY_TAGS = "COPY event_tags (tag, position) FROM STDIN (FORMAT BINARY)"
COPY_COMMANDS = (
    "COPY commands (command_id, request_hash, position, answer) FROM STDIN (FORMAT BINARY)"
)
TAKEN = "SELECT min(tag) FROM event_tags WHERE tag = ANY(%b)"
NOW = "SELECT greatest(clock_timestamp(), (SELECT recorded_at FROM events WHERE position = %b))"
CLASHES = "SELECT import_clashes(%b::text[], %b::bigint[], %b::uuid[], %b::int[], %b::uuid[])"


def copy_in(conn: Connection[TupleRow], batch: Sequence[Item]) -> int:
    """Append a batch inside the caller's transaction; the last position.

    Raises Conflict, AlreadyTaken: for all of the batch.
    """
    last, now = _lock(conn)
    if _clashes(conn, batch):
        raise Conflict
    claims = [claim for _, stored in batch for event in stored for claim in event.claims]
    if claims and (taken := find_taken(conn, claims)):
        raise AlreadyTaken(f"{taken} is taken")
    return _copy(conn, batch, last, now)


def find_taken(conn: Connection[TupleRow], claims: Sequence[str]) -> str | None:
    """One of these natural keys that belongs to a record already, if any does."""
    found = conn.execute(TAKEN, [list(claims)]).fetchone()
    return found[0] if found else None


def command_columns(request: Request) -> tuple[Any, ...]:
    """What the log keeps of a command: key, hash, answer, and its part of the envelope."""
    cause = request.cause
    return (
        request.command_id, request.request_hash, request.answer, request.actor,
        cause.correlation_id or request.command_id, cause.causation_id, cause.trace, "",
    )  # fmt: skip


def _lock(conn: Connection[TupleRow]) -> tuple[int, Any]:
    """Take the append lock; the last position, and a moment no earlier than that fact's.

    Two questions: what the first one waited for is seen only by the second.
    """
    last = conn.execute("SELECT append_lock()").fetchone()
    now = conn.execute(NOW, last).fetchone()
    assert last is not None  # noqa: S101 -- a function always answers
    assert now is not None  # noqa: S101 -- the same
    return last[0], now[0]


def _clashes(conn: Connection[TupleRow], batch: Sequence[Item]) -> bool:
    heads: dict[Any, int] = {}
    guards: dict[str, int] = {}
    for request, stored in batch:
        guards = {**request.guards, **guards}
        for event in stored:
            heads.setdefault(event.originator_id, event.originator_version)
        for id_, version in request.consulted.items():
            heads.setdefault(id_, version + 1)
    known = [request.command_id for request, _ in batch]
    arguments = [list(guards), list(guards.values()), list(heads), list(heads.values()), known]
    found = conn.execute(CLASHES, arguments).fetchone()
    return bool(found and found[0])


def _copy(conn: Connection[TupleRow], batch: Sequence[Item], last: int, now: Any) -> int:
    position, tags, commands = last, [], []
    with conn.cursor().copy(COPY_EVENTS) as copy:
        copy.set_types(EVENT_TYPES)
        for request, stored in batch:
            id_, request_hash, answer, actor, correlation, causation, trace, policies = (
                command_columns(request)
            )
            tail = (actor, id_, correlation, causation, trace, policies)
            for event in stored:
                position += 1
                copy.write_row((
                    position, event.originator_id, event.originator_version, event.topic,
                    event.schema_version, now, request.effective_date, request.entity, *tail,
                    event.state,
                ))  # fmt: skip
                tags += [(tag, position) for tag in (*event.claims, *event.tags)]
            commands.append((id_, request_hash, position, answer))
    _copy_rows(conn, COPY_TAGS, "text int8", tags)
    _copy_rows(conn, COPY_COMMANDS, "uuid bytea int8 bytea", commands)
    return position


def _copy_rows(
    conn: Connection[TupleRow], statement: str, types: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    if not rows:
        return
    with conn.cursor().copy(statement) as copy:
        copy.set_types(types.split())
        for row in rows:
            copy.write_row(row)
