"""Change orders by contract: what they change, from when, and where they stand."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

STANDING = """
WITH standing AS (
    SELECT DISTINCT ON (change_order_id) change_order_id, status, approved_on, client_reference
    FROM change_order_steps
    WHERE counts_from <= %(effective)s AND position <= %(known)s
    ORDER BY change_order_id, position DESC
)
SELECT o.entity, k.code, c.name, p.code, o.name, s.status, o.currency, o.price, o.books, o.cost,
       o.days, o.effective_on, s.approved_on, s.client_reference
FROM standing s JOIN change_orders o ON o.id = s.change_order_id
JOIN contracts c ON c.id = o.contract_id JOIN clients k ON k.id = c.client_id
JOIN projects p ON p.id = o.project_id
WHERE %(entity)s::text IS NULL OR o.entity = %(entity)s
ORDER BY o.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C", p.code COLLATE "C",
    o.name COLLATE "C"
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a change order."""
    return conn.execute(STANDING, {**asked, "known": as_of.known}).fetchall()


CHANGE_ORDERS = Report(
    name="change-orders",
    title="Change orders",
    description="What change orders change in price, cost and time, and where they stand.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract", "project", "change_order", "status", "currency"),
        *amounts("price"), *text("functional_currency"),
        *amounts("cost", currency="functional_currency"), Column("days", "count"),
        Column("effective_on", "date"), Column("approved_on", "date"), *text("client_reference"),
    ),
    reads=("change_orders", "deals", "parties"),
    rows=rows,
)  # fmt: skip
