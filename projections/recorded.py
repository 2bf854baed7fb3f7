"""An event as readers see it: the fact with its envelope; and how pages of them are read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from projections.table import Conn

Decode = Callable[[str, UUID, int, int, datetime, bytes], Any]
"""Makes a fact of topic, stream, version, schema version, recording time and payload."""

PAGE = """
SELECT position, stream_id, version, topic, schema_version, recorded_at, effective_date, entity,
       actor, command_id, correlation_id, causation_id, payload
FROM events WHERE position > %b AND position <= %b ORDER BY position
"""
END = 2**62


@dataclass(slots=True)
class Recorded:
    """A fact and where, when and by whom it was recorded."""

    position: int
    stream_id: UUID
    version: int
    topic: str
    recorded_at: datetime
    effective_date: date
    entity: str
    actor: str
    command_id: UUID
    correlation_id: UUID
    causation_id: int | None
    fact: Any


def read_page(
    conn: Conn, decode: Decode, after: int, limit: int, until: int = END
) -> list[Recorded]:
    """Events after a position, in order, decoded once for all readers.

    A page is a range: positions have no gaps, and without statistics a limit reads the whole log.
    """
    rows = conn.execute(PAGE, [after, min(after + limit, until)], binary=True).fetchall()
    return [_recorded(decode, row) for row in rows]


def _recorded(decode: Decode, row: Sequence[Any]) -> Recorded:
    (
        position, stream, version, topic, schema, recorded_at, effective, entity, actor, command,
        correlation, causation, payload,
    ) = row  # fmt: skip
    fact = decode(topic, stream, version, schema, recorded_at, payload)
    return Recorded(
        position, stream, version, topic, recorded_at, effective, entity, actor, command,
        correlation, causation, fact,
    )  # fmt: skip
