"""Orders to vendors: what was ordered for projects, what came of it and what is left."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Parameter, Report
from projections.table import Conn

ORDERS = """
SELECT o.entity, p.code, o.cost_code, o.vendor, o.reference, o.committed_on, o.currency,
       o.amount, coalesce(-sum(m.amount) FILTER (WHERE m.kind IN ('consumed', 'restored')), 0),
       coalesce(-sum(m.amount) FILTER (WHERE m.kind = 'released'), 0), sum(m.amount),
       e.currency, sum(m.cost)
FROM purchase_orders o JOIN commitment_moves m ON m.commitment_id = o.id
JOIN projects p ON p.id = o.project_id JOIN legal_entities e ON e.code = o.entity
WHERE o.position <= %(known)s AND o.committed_on <= %(effective)s
    AND m.position <= %(known)s AND m.effective_on <= %(effective)s
    AND (%(entity)s::text IS NULL OR o.entity = %(entity)s)
    AND (%(project)s::text IS NULL OR p.code = %(project)s)
GROUP BY o.id, 1, 2, 3, 4, 5, 6, 7, 8, e.currency
ORDER BY o.entity COLLATE "C", p.code COLLATE "C", o.vendor COLLATE "C", o.reference COLLATE "C"
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an order."""
    return conn.execute(ORDERS, {**asked, "known": as_of.known}).fetchall()


COMMITMENTS = Report(
    name="commitments",
    title="Orders to vendors",
    description="What was ordered for projects, what came of it, what was given up and what is "
                "left, in the order's currency and in the books.",
    parameters=(ENTITY, Parameter("project", str, "Code of one project; left out: all")),
    columns=(
        *text("entity", "project", "cost_code", "vendor", "reference"),
        Column("committed_on", "date"), *text("currency"),
        *amounts("ordered", "consumed", "released", "open"), *text("functional_currency"),
        *amounts("functional_open", currency="functional_currency"),
    ),
    reads=("project_outlook", "deals", "parties"),
    rows=rows,
)  # fmt: skip
