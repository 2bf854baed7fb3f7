"""Sync health: how far documents got at each connection, and what readers gave up on."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, text
from projections.report import Report
from projections.table import Conn

COUNTS = """
SELECT 'connection ' || connection, kind, state, count(*), min(enqueued_at),
       coalesce(max(error) FILTER (WHERE state <> 'delivered'), '')
FROM deliveries d JOIN events e ON e.position = d.position
WHERE d.position <= %(known)s AND e.effective_date <= %(effective)s
GROUP BY 1, 2, 3
UNION ALL
SELECT 'reader ' || reader, 'event', 'dead', count(*), min(failed_at), max(d.error)
FROM dead_letters d JOIN events e ON e.position = d.position
WHERE d.position <= %(known)s AND e.effective_date <= %(effective)s
GROUP BY 1
UNION ALL
SELECT 'reader ' || slot, 'reader', 'halted', 1, NULL, halted
FROM projections WHERE live AND halted IS NOT NULL
ORDER BY 1, 2, 3
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a connection, kind and state; one a reader with dead letters or halted."""
    return conn.execute(COUNTS, {**asked, "known": as_of.known}).fetchall()


SYNC_HEALTH = Report(
    name="sync-health",
    title="Sync health",
    description="Documents of each connection by state, and dead letters, as they stand now.",
    parameters=(),
    columns=(
        *text("where", "kind", "state"), Column("documents", "count"),
        Column("since", "time", beside=True), Column("error", beside=True),
    ),
    reads=("outbox",),
    rows=rows,
    live=True,
)  # fmt: skip
