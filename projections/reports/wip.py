"""Work in progress by contract: what is earned, billed and spent, over- and underbilled.

In the books of the entity that sells, so that cost and revenue meet. Cost is that of the
contract's projects: labour with its burden, expenses, bills of vendors and accruals. Contracts
that were combined for revenue are one row. Over- and underbilling are never netted.
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

FIGURES = """
WITH figures AS (
    SELECT contract_id,
           CASE kind WHEN 'recognised' THEN functional ELSE 0 END AS earned,
           CASE kind WHEN 'billed' THEN -functional ELSE 0 END AS billed, 0 AS cost
    FROM position_moves WHERE effective_date <= %(effective)s AND position <= %(known)s
    UNION ALL
    SELECT p.contract_id, 0, 0, a.cost
    FROM actual_moves a JOIN projects p ON p.id = a.project_id
    WHERE p.contract_id IS NOT NULL AND a.effective_date <= %(effective)s
        AND a.position <= %(known)s
), sums AS (
    SELECT coalesce(g.into_id, f.contract_id) AS contract_id, sum(f.earned) AS earned,
           sum(f.billed) AS billed, sum(f.cost) AS cost
    FROM figures f LEFT JOIN combined_contracts g
        ON g.contract_id = f.contract_id AND g.position <= %(known)s
    GROUP BY 1
)
SELECT c.entity, k.code, c.name, e.currency, s.earned, s.billed,
       greatest(s.earned - s.billed, 0), greatest(s.billed - s.earned, 0), s.cost,
       s.earned - s.cost
FROM sums s JOIN contracts c ON c.id = s.contract_id JOIN clients k ON k.id = c.client_id
JOIN legal_entities e ON e.code = c.entity
WHERE (%(entity)s::text IS NULL OR c.entity = %(entity)s)
    AND (s.earned <> 0 OR s.billed <> 0 OR s.cost <> 0)
ORDER BY c.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C", c.id
"""
CENT = Decimal("0.01")


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a contract."""
    for row in conn.execute(FIGURES, {**asked, "known": as_of.known}).fetchall():
        earned, profit = row[4], row[9]
        pct = (profit * 100 / earned).quantize(CENT, ROUND_HALF_UP) if earned else None
        yield *row, pct


WIP = Report(
    name="wip",
    title="Work in progress",
    description="What contracts have earned, billed and cost; what is over- and underbilled.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract", "currency"),
        *amounts("earned", "billed", "under_billed", "over_billed", "cost", "profit"),
        Column("profit_pct", "number"),
    ),
    reads=("contract_position", "budget_vs_actual", "deals", "parties"),
    rows=rows,
)  # fmt: skip
