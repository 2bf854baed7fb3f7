"""The delivery table as its owners see it: fill it, count it, look at what stopped, replay it.

Filling happens inside the caller's transaction (the outbox moves its own position in it), so a
document is there exactly when its event has been read. A known key is left alone: replaying all
of history enqueues nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, Cursor
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from adapters.documents import Document

# A lane that waits, is held or has stopped keeps its own time; the row is locked all the same,
# so a settlement that runs meanwhile looks again after us.
_ENQUEUE = """
WITH new AS (
    INSERT INTO deliveries (connection, key, lane, position, kind, document)
    SELECT * FROM unnest(%(connections)s::text[], %(keys)s::text[], %(lanes)s::text[],
        %(positions)s::bigint[], %(kinds)s::text[], %(documents)s::jsonb[])
    ON CONFLICT DO NOTHING RETURNING connection, lane),
lanes AS (
    INSERT INTO delivery_lanes AS l (connection, lane, due_at)
    SELECT DISTINCT connection, lane, now() FROM new ORDER BY connection, lane
    ON CONFLICT (connection, lane) DO UPDATE SET due_at = excluded.due_at
    WHERE l.due_at IS NULL AND l.stopped_by IS NULL)
SELECT count(*) FROM new
"""
_PENDING = """
SELECT connection, state, count(*) AS documents, min(enqueued_at) AS oldest_at
FROM deliveries WHERE state <> 'delivered' GROUP BY connection, state ORDER BY connection, state
"""
_STOPPED = """
SELECT d.connection, d.lane, d.key, d.kind, d.error, d.settled_at AS stopped_at, (
    SELECT count(*) FROM deliveries b
    WHERE b.connection = d.connection AND b.lane = d.lane AND b.state = 'waiting') AS behind
FROM delivery_lanes l
JOIN deliveries d ON d.connection = l.connection AND d.key = l.stopped_by
WHERE l.stopped_by IS NOT NULL ORDER BY d.settled_at, d.connection, d.key LIMIT %s
"""
_REPLAY = """
WITH freed AS (
    UPDATE delivery_lanes SET stopped_by = NULL, due_at = now()
    WHERE connection = %(connection)s AND stopped_by = %(key)s RETURNING stopped_by)
UPDATE deliveries SET state = 'uncertain', attempts = 0, generation = generation + 1,
    settled_at = NULL
WHERE connection = %(connection)s AND key = %(key)s AND EXISTS (SELECT FROM freed)
"""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A document for a connection; ``position`` is that of its source event."""

    connection: str
    position: int
    document: Document


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How many documents of a connection are in an open state, and since when."""

    connection: str
    state: str
    documents: int
    oldest_at: datetime


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """A dead delivery and how many documents of its lane wait behind it."""

    connection: str
    lane: str
    key: str
    kind: str
    error: str
    stopped_at: datetime
    behind: int


def enqueue(cursor: Cursor[Any], rows: Iterable[Outgoing]) -> int:
    """Add documents that are not there yet, in the caller's transaction; return how many."""
    page = list(rows)
    terms = {
        "connections": [row.connection for row in page],
        "keys": [row.document.key for row in page],
        "lanes": [row.document.lane for row in page],
        "positions": [row.position for row in page],
        "kinds": [row.document.kind for row in page],
        "documents": [Jsonb(row.document.model_dump(mode="json")) for row in page],
    }
    found = cursor.execute(_ENQUEUE, terms).fetchone()
    return int(found[0]) if found else 0


def pending(connection: Connection[Any]) -> list[Backlog]:
    """Count open documents (waiting, uncertain, dead) by connection and state."""
    return connection.cursor(row_factory=class_row(Backlog)).execute(_PENDING).fetchall()


def stopped(connection: Connection[Any], *, limit: int = 100) -> list[Stopped]:
    """List the dead letters that stop a lane, longest first."""
    return connection.cursor(row_factory=class_row(Stopped)).execute(_STOPPED, (limit,)).fetchall()


def replay_dead(connection: Connection[Any], name: str, key: str) -> bool:
    """Let a dead delivery of connection ``name`` try again; False where it is not dead.

    It is looked up before it is sent, so what a person entered by hand meanwhile is adopted.
    """
    return connection.execute(_REPLAY, {"connection": name, "key": key}).rowcount == 1


def next_due(connection: Connection[Any], name: str) -> datetime | None:
    """Answer when the drain has work again: a back-off, a lease or a hold ends. None: never."""
    row = connection.execute(
        "SELECT greatest(min(l.due_at), min(c.held_until)) FROM delivery_lanes l"
        " LEFT JOIN delivery_circuits c USING (connection)"
        " WHERE l.connection = %s AND l.due_at IS NOT NULL",
        (name,),
    ).fetchone()
    return row[0] if row else None
