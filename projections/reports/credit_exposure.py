"""Credit exposure: what each client owes, billed and unbilled, against its limit, in the books.

Credits that settle nothing yet are not taken off: they may go back any day.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from domain.billing.settlement import credit_exposure
from projections.as_of import AsOf
from projections.packet import Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

SUMS = """
WITH owed AS (
    SELECT client_code, sum(functional) AS open FROM receivable_moves
    WHERE effective_date <= %(effective)s AND position <= %(known)s GROUP BY 1
), earned AS (
    SELECT c.client_id, sum(m.functional) AS unbilled
    FROM unbilled_moves m JOIN contracts c ON c.id = m.contract_id
    WHERE m.effective_date <= %(effective)s AND m.position <= %(known)s GROUP BY 1
), limits AS (
    SELECT DISTINCT ON (client_id) client_id, amount FROM credit_limits
    WHERE effective_date <= %(effective)s AND position <= %(known)s
    ORDER BY client_id, position DESC
)
SELECT k.entity, k.code, e.currency, l.amount, coalesce(o.open, 0), coalesce(u.unbilled, 0)
FROM clients k JOIN legal_entities e ON e.code = k.entity
LEFT JOIN owed o ON o.client_code = k.code LEFT JOIN earned u ON u.client_id = k.id
LEFT JOIN limits l ON l.client_id = k.id
WHERE (%(entity)s::text IS NULL OR k.entity = %(entity)s)
    AND (l.amount IS NOT NULL OR coalesce(o.open, 0) <> 0 OR coalesce(u.unbilled, 0) <> 0)
ORDER BY k.entity COLLATE "C", k.code COLLATE "C"
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a client that has a limit or owes anything."""
    for row in conn.execute(SUMS, {**asked, "known": as_of.known}).fetchall():
        entity, client, currency, limit, open_, unbilled = row
        found = credit_exposure(limit or Decimal(0), open_, unbilled, Decimal(0), currency)
        left = None if limit is None else found.available
        state = "no limit" if limit is None else "within" if found.within else "above"
        yield entity, client, currency, open_, unbilled, found.exposure, limit, left, state


CREDIT_EXPOSURE = Report(
    name="credit-exposure",
    title="Credit exposure",
    description="What clients owe, billed and unbilled, against their credit limits.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "currency"),
        *amounts("open", "unbilled", "exposure", "limit", "available"), *text("state"),
    ),
    reads=("receivables", "collection", "unbilled", "deals", "parties"),
    rows=rows,
)  # fmt: skip
