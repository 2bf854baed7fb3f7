"""Unbilled work in progress: what is approved or accepted and on no invoice, by project."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

SUMS = """
WITH held AS (
    SELECT m.item_id, m.entity, m.contract_id, m.currency, sum(m.amount) AS amount,
           sum(m.functional) AS functional
    FROM unbilled_moves m
    WHERE m.effective_date <= %(effective)s AND m.position <= %(known)s
        AND (%(entity)s::text IS NULL OR m.entity = %(entity)s)
    GROUP BY 1, 2, 3, 4 HAVING sum(m.amount) <> 0 OR sum(m.functional) <> 0
)
SELECT h.entity, k.code, c.name, coalesce(p.code, ''), h.currency, sum(h.amount), e.currency,
       sum(h.functional), count(*), min(b.earned_on)
FROM held h CROSS JOIN LATERAL (
    SELECT o.project_id, o.earned_on FROM billable_origins o
    WHERE o.item_id = h.item_id AND o.position <= %(known)s ORDER BY o.position DESC LIMIT 1) b
LEFT JOIN projects p ON p.id = b.project_id
JOIN contracts c ON c.id = h.contract_id JOIN clients k ON k.id = c.client_id
JOIN legal_entities e ON e.code = h.entity
GROUP BY h.entity, k.code, c.id, c.name, p.id, p.code, h.currency, e.currency
ORDER BY h.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C",
    coalesce(p.code, '') COLLATE "C", h.currency COLLATE "C"
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a contract, project and currency; what no project earns has no project."""
    return conn.execute(SUMS, {**asked, "known": as_of.known}).fetchall()


UNBILLED = Report(
    name="unbilled",
    title="Unbilled work in progress",
    description="Approved time and expenses and accepted milestones that are on no invoice.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract", "project", "currency"), *amounts("amount"),
        *text("functional_currency"), *amounts("functional", currency="functional_currency"),
        Column("items", "count"), Column("oldest_on", "date"),
    ),
    reads=("unbilled", "deals", "parties"),
    rows=rows,
)  # fmt: skip
