"""The canonical bytes of a stored event: what is hashed, so what nobody can change unnoticed.

Every column of ``events`` counts, in this order: position, recorded_at, then the rest as the
table has them. The bytes are the number of columns (16 bits), then for each its length (32 bits,
-1 for NULL) and its value. Numbers are big-endian and signed: 64 bits for positions and for the
instant (microseconds since 1970-01-01 UTC), 32 for the version and the date (days since
1970-01-01), 16 for the schema version. Ids are their 16 bytes, texts UTF-8, the payload itself.
That is also how PostgreSQL's binary COPY sends a row, so history is read at the speed of the
wire; ``event_bytes`` says the same in Python, and a test holds the two together.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from struct import Struct
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection

PAGE = 5_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.date().toordinal()
_COUNT, _LENGTH = Struct(">h"), Struct(">i")
_INT16, _INT32, _INT64 = Struct(">h").pack, Struct(">i").pack, Struct(">q").pack
_HEAD: Callable[[bytes], tuple[int, int]] = Struct(">6xq4xq").unpack_from

# Dates without end have no number; they saturate, so that a forged one is a difference to be
# found and not an error that ends the search.
_READ = """
COPY (
    SELECT position,
           CASE recorded_at WHEN 'infinity' THEN 9223372036854775807
                            WHEN '-infinity' THEN -9223372036854775808
                            ELSE (extract(epoch FROM recorded_at) * 1000000)::int8 END,
           stream_id, version, topic, schema_version,
           CASE effective_date WHEN 'infinity' THEN 2147483647
                               WHEN '-infinity' THEN -2147483648
                               ELSE effective_date - DATE '1970-01-01' END,
           entity, actor, command_id, correlation_id, causation_id, trace, policies, payload
    FROM events WHERE position > %s AND position <= %s ORDER BY position
) TO STDOUT (FORMAT binary)
"""
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"


class EventRow(NamedTuple):
    """A row of ``events``, in the order of its columns."""

    position: int
    stream_id: UUID
    version: int
    topic: str
    schema_version: int
    recorded_at: datetime
    effective_date: date
    entity: str
    actor: str
    command_id: UUID
    correlation_id: UUID
    causation_id: int | None
    trace: str
    policies: str
    payload: bytes


def event_bytes(row: EventRow) -> bytes:
    """Bytes of a whole stored event; two events have the same only where they are the same."""
    values = (
        _INT64(row.position),
        _INT64((row.recorded_at - _EPOCH) // timedelta(microseconds=1)),
        row.stream_id.bytes,
        _INT32(row.version),
        row.topic.encode(),
        _INT16(row.schema_version),
        _INT32(row.effective_date.toordinal() - _EPOCH_DAY),
        row.entity.encode(),
        row.actor.encode(),
        row.command_id.bytes,
        row.correlation_id.bytes,
        None if row.causation_id is None else _INT64(row.causation_id),
        row.trace.encode(),
        row.policies.encode(),
        row.payload,
    )
    return _COUNT.pack(len(values)) + b"".join(map(_prefixed, values))


def _prefixed(value: bytes | None) -> bytes:
    return _LENGTH.pack(-1) if value is None else _LENGTH.pack(len(value)) + value


def position_and_time(event: bytes) -> tuple[int, int]:
    """Read position and recorded instant (microseconds since 1970 UTC) from canonical bytes."""
    return _HEAD(event)


def event_pages(
    conn: Connection[Any], after: int, through: int, page: int = PAGE
) -> Iterator[list[bytes]]:
    """Canonical bytes of the events past ``after`` up to ``through``, in order, in pages.

    A statement a page: no snapshot is held for longer, and memory does not grow with history.
    A page is a range of positions, since a limit tempts a planner without statistics to sort
    all that follows. Raises ValueError where the connection would not send texts as UTF-8.
    """
    if conn.info.encoding != "utf-8":
        raise ValueError(f"the log is read as utf-8, this connection speaks {conn.info.encoding}")
    while after < through:
        upto = min(after + page, through)
        if events := _read(conn, after, upto):
            yield events
        else:
            upto = _before_next(conn, after, through)
        after = upto


def _read(conn: Connection[Any], after: int, through: int) -> list[bytes]:
    """One page; PostgreSQL sends one message a row, the first one behind the header."""
    with conn.cursor() as cursor, cursor.copy(_READ, (after, through)) as copy:
        first, *others = map(bytes, copy)
    events = [first.removeprefix(_HEADER), *others]
    return [event for event in events if event and event != _TRAILER]


def _before_next(conn: Connection[Any], after: int, through: int) -> int:
    """Leap over a hole, however wide; the position in front of the next event."""
    sql = "SELECT coalesce(min(position) - 1, %s) FROM events WHERE position > %s"
    found: int = conn.execute(sql, (through, after)).fetchall()[0][0]
    return min(found, through)
