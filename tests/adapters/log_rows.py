"""Events for tests of the seal, and the forger who changes what cannot be changed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from adapters.postgres.event_bytes import EventRow

STARTED = datetime(2025, 1, 1, 8, 0, 0, 123456, tzinfo=UTC)
INSERT = f"INSERT INTO events VALUES ({', '.join(['%s'] * len(EventRow._fields))})"


def row(position: int, **other: Any) -> EventRow:
    """One event of an obviously fictional firm; ``other`` replaces columns."""
    plain = EventRow(
        position=position,
        stream_id=UUID(int=position),
        version=1,
        topic="billing.invoice_issued",
        schema_version=1,
        recorded_at=STARTED + timedelta(milliseconds=min(position, 1_000_000)),
        effective_date=date(2025, 1, 1),
        entity="northwind-fictional",
        actor="user:7",
        command_id=UUID(int=position << 64),
        correlation_id=UUID(int=7),
        causation_id=None if position % 2 else position - 1,
        trace="",
        policies="posting:1",
        payload=b'{"amount":"%d.00 EUR"}' % position,
    )
    return plain._replace(**other)


def append(conn: psycopg.Connection[Any], *rows: EventRow) -> None:
    """Insert rows as they are and commit."""
    with conn.cursor() as cursor:
        cursor.executemany(INSERT, rows)
    conn.commit()


def forge(conn: psycopg.Connection[Any], sql: str, *values: Any) -> None:
    """Run a statement as a superuser who turned the triggers off, and commit."""
    conn.execute("SET session_replication_role = replica")
    conn.execute(sql.encode(), values)
    conn.execute("RESET session_replication_role")
    conn.commit()


def empty(conn: psycopg.Connection[Any]) -> None:
    """Begin the log anew."""
    forge(conn, "DELETE FROM events")
    forge(conn, "DELETE FROM checkpoints")
