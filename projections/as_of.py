"""As of: the two axes of every report, and one snapshot of the projections that answer it.

``effective`` is a date: what had happened by then. ``known`` is a position of the log: what had
been recorded by then; a time stands for the last position recorded at that time. With both fixed
a report never changes, so a position that is not there yet is refused, never guessed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from domain.errors import Refusal
from projections.table import Conn

APPEND_LOCK = 7310101  # of migrations/0002_append.sql
NEWEST_UP_TO = """
SELECT recorded_at FROM events WHERE position <= %s ORDER BY position DESC LIMIT 1
"""


class UnknownPosition(Refusal):
    """The log does not reach as far."""

    code = "UNKNOWN_POSITION"


class NotYetRead(Refusal):
    """The projections have not read as far; ask again in a moment."""

    code = "NOT_YET_READ"


@dataclass(frozen=True)
class AsOf:
    """``effective`` is the last day that counts, ``known`` the last position that does."""

    effective: date
    known: int


def log_end(conn: Conn) -> int:
    """The last position of the log; 0 where it is empty."""
    row = conn.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()
    return int(row[0]) if row else 0


def time_of(text: str) -> datetime:
    """A time as people write it: ISO 8601, UTC where no zone is given; a date means its end.

    Raises ValueError.
    """
    if len(text) == len("2025-01-31"):
        return datetime.combine(date.fromisoformat(text), time.max, UTC)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def position_at(conn: Conn, moment: datetime) -> int:
    """The last position recorded at or before a time (aware). Raises UnknownPosition.

    Waits for an append that is going on, so that the answer is final. Recorded times never
    decrease with the position, so a few probes of the log find it.
    """
    conn.execute("SELECT pg_advisory_xact_lock_shared(%s)", [APPEND_LOCK])
    row = conn.execute("SELECT clock_timestamp() < %s", [moment]).fetchone()
    if row and row[0]:
        raise UnknownPosition(f"{moment.isoformat()} is still to come", field="known")
    low, high = 0, log_end(conn)
    while low < high:
        middle = (low + high + 1) // 2
        found = conn.execute(NEWEST_UP_TO, [middle]).fetchone()
        low, high = (middle, high) if found and found[0] <= moment else (low, middle - 1)
    return low


def known_position(conn: Conn, given: int | datetime | None) -> int | None:
    """A position from a position or a time; None stays None. Raises UnknownPosition."""
    if given is None:
        return None
    if isinstance(given, datetime):
        return position_at(conn, given)
    if given > log_end(conn) or given < 0:
        raise UnknownPosition(f"the log ends before position {given}", field="known")
    return given


@contextmanager
def snapshot(conn: Conn, projections: Sequence[str]) -> Iterator[int]:
    """One state of the live builds of these projections; yields the position all have reached.

    Tables are read from the builds themselves, not through the views: a build that is switched
    meanwhile must not show half of each. The connection is not in a transaction.
    """
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        rows = conn.execute(
            "SELECT slot, position FROM projections WHERE live AND name = ANY(%s)",
            [list(projections)],
        ).fetchall()
        path = ", ".join([*(slot for slot, _ in rows), "public"])
        conn.execute(f"SET LOCAL search_path = {path}")
        yield min((position for _, position in rows), default=0)


def within(reached: int, known: int | None) -> int:
    """The position asked for, or else all that was reached. Raises NotYetRead."""
    if known is not None and known > reached:
        raise NotYetRead(f"read up to {reached}, asked for {known}", field="known")
    return reached if known is None else known
