"""The billing plan of fixed fees: milestones by the day they are due, billed or still to come."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

PLAN = """
WITH standing AS (
    SELECT milestone_id, project_id,
           (array_agg(state ORDER BY position DESC))[1] AS state,
           (array_agg(name ORDER BY position DESC) FILTER (WHERE name IS NOT NULL))[1] AS name,
           (array_agg(due_on ORDER BY position DESC)
               FILTER (WHERE due_on IS NOT NULL))[1] AS due_on,
           (array_agg(amount ORDER BY position DESC)
               FILTER (WHERE amount IS NOT NULL))[1] AS amount
    FROM milestone_steps
    WHERE effective_date <= %(effective)s AND position <= %(known)s
    GROUP BY 1, 2
), figures AS (
    SELECT s.*, CASE WHEN state = 'billed' THEN amount ELSE 0 END AS billed
    FROM standing s WHERE state <> 'dropped' AND name IS NOT NULL
)
SELECT p.entity, k.code, c.name, p.code, f.due_on, f.name, f.state, p.currency, f.amount,
       f.billed, f.amount - f.billed,
       sum(f.amount - f.billed) OVER (PARTITION BY c.id, p.currency
           ORDER BY f.due_on, f.name COLLATE "C", f.milestone_id)
FROM figures f JOIN projects p ON p.id = f.project_id
JOIN contracts c ON c.id = p.contract_id JOIN clients k ON k.id = c.client_id
WHERE %(entity)s::text IS NULL OR p.entity = %(entity)s
ORDER BY p.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C", c.id, f.due_on,
    f.name COLLATE "C", f.milestone_id
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a milestone."""
    return conn.execute(PLAN, {**asked, "known": as_of.known}).fetchall()


BILLING_PLAN = Report(
    name="billing-plan",
    title="Billing plan",
    description="Milestones by due date: planned, billed, remaining, and the contract's remaining "
                "up to that date.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract", "project"), Column("due_on", "date"),
        *text("milestone", "state", "currency"),
        *amounts("planned", "billed", "remaining", "remaining_to_date"),
    ),
    reads=("billing_plan", "deals", "parties"),
    rows=rows,
)  # fmt: skip
