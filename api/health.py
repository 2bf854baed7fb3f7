"""Health: whether the process lives, and whether it should get requests."""

from collections.abc import Callable, Sequence
from typing import Any

from psycopg import Error

from api.reads import ReadPool

MOST_BEHIND = 10_000
STATE = """
SELECT coalesce((SELECT max(position) FROM events), 0)
       - coalesce((SELECT min(position) FROM projections WHERE live AND name = ANY(%s)), 0),
       coalesce((SELECT array_agg(slot) FROM projections WHERE live AND halted IS NOT NULL), '{}')
"""


def readiness(
    reads: ReadPool, projections: Sequence[str], pending: Callable[[], Sequence[str]]
) -> tuple[bool, dict[str, Any]]:
    """Ready where the database answers, migrations are current and projections keep up.

    A halted reader is named; it does not stop the rest from being served.
    """
    try:
        waiting = list(pending())
        with reads.connection(timeout=2) as conn:
            row = conn.execute(STATE, [list(projections)]).fetchone()
    except Error as error:
        return False, {"ready": False, "database": type(error).__name__}
    assert row is not None  # noqa: S101 -- a query without FROM has one row
    behind, halted = row
    ready = not waiting and behind <= MOST_BEHIND
    return ready, {
        "ready": ready, "pending_migrations": waiting, "events_behind": behind, "halted": halted,
    }  # fmt: skip
