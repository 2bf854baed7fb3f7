"""Contract positions: earned less billed, asset or liability, and what the client owes."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

POSITIONS = """
SELECT m.entity, coalesce(g.into_id, m.contract_id) AS contract_id, m.currency,
       m.functional_currency,
       coalesce(sum(m.amount) FILTER (WHERE m.kind = 'recognised'), 0) AS recognised,
       coalesce(-sum(m.amount) FILTER (WHERE m.kind = 'billed'), 0) AS billed,
       sum(m.amount) AS net, sum(m.carried) AS functional
FROM position_moves m LEFT JOIN combined_contracts g
    ON g.contract_id = m.contract_id AND g.position <= %(known)s
WHERE m.effective_date <= %(effective)s AND m.position <= %(known)s
    AND (%(entity)s::text IS NULL OR m.entity = %(entity)s)
GROUP BY 1, 2, 3, 4
"""
SUMS = f"""
WITH positions AS ({POSITIONS}), owed AS (
    SELECT coalesce(g.into_id, i.contract_id) AS contract_id, sum(r.amount) AS amount
    FROM receivable_moves r JOIN invoices i ON i.id = r.invoice_id
    LEFT JOIN combined_contracts g ON g.contract_id = i.contract_id AND g.position <= %(known)s
    WHERE r.effective_date <= %(effective)s AND r.position <= %(known)s
    GROUP BY 1
)
SELECT p.entity, k.code, c.name, p.currency, p.recognised, p.billed, greatest(p.net, 0),
       greatest(-p.net, 0), coalesce(o.amount, 0), p.functional_currency, p.functional
FROM positions p JOIN contracts c ON c.id = p.contract_id JOIN clients k ON k.id = c.client_id
LEFT JOIN owed o ON o.contract_id = p.contract_id
ORDER BY p.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C", p.currency COLLATE "C",
    p.recognised, p.billed
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a contract."""
    return conn.execute(SUMS, {**asked, "known": as_of.known}).fetchall()


CONTRACT_POSITION = Report(
    name="contract-position",
    title="Contract positions",
    description="Recognised less billed by contract, as asset or liability; what is receivable.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract", "currency"),
        *amounts("recognised", "billed", "asset", "liability", "receivable"),
        *text("functional_currency"), *amounts("functional", currency="functional_currency"),
    ),
    reads=("contract_position", "receivables", "deals", "parties"),
    rows=rows,
)  # fmt: skip
