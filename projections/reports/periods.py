"""The months of the books as they stood at a position, each with what it was sealed with."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, text
from projections.report import ENTITY, Report
from projections.table import Conn

STANDING = """
WITH known AS (
    SELECT * FROM period_steps WHERE position <= %(known)s AND month <= %(effective)s
        AND (%(entity)s::text IS NULL OR entity = %(entity)s)
), last AS (
    SELECT DISTINCT ON (entity, month) * FROM known
    WHERE step NOT IN ('locked', 'reopening_asked') ORDER BY entity, month, position DESC
), sealed AS (
    SELECT DISTINCT ON (entity, month) * FROM known WHERE step = 'hard_closed'
    ORDER BY entity, month, position DESC
)
SELECT l.entity, l.month,
       CASE WHEN EXISTS (SELECT FROM known y WHERE y.step = 'locked' AND y.entity = l.entity
                AND y.month >= l.month) THEN 'locked'
            WHEN l.step = 'reopened' THEN 'soft_closed' ELSE l.step END,
       coalesce(s.who, ''), coalesce(s.trial_balance, ''),
       (SELECT count(*) FROM period_tasks t WHERE t.position = s.position AND t.waived <> ''),
       (SELECT count(*) FROM known r WHERE r.entity = l.entity AND r.month = l.month
           AND r.step = 'reopened'),
       s.books_position, s.log_size, s.log_root
FROM last l LEFT JOIN sealed s USING (entity, month)
ORDER BY l.entity COLLATE "C", l.month
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a month that was ever opened."""
    return conn.execute(STANDING, {**asked, "known": as_of.known}).fetchall()


PERIODS = Report(
    name="periods",
    title="Periods",
    description="Status of every month, who closed it, and the seal of its last close.",
    parameters=(ENTITY,),
    columns=(
        *text("entity"), Column("month", "date"), *text("status", "closed_by", "trial_balance"),
        Column("waived_tasks", "count"), Column("reopened", "count"),
        Column("books_position", "count", beside=True), Column("log_size", "count", beside=True),
        Column("log_root", beside=True),
    ),
    reads=("periods",),
    rows=rows,
)  # fmt: skip
