"""Receivables ageing: what clients owe by how long it is overdue, from the due date on.

Disputed amounts are part of the total; credits that settle nothing yet are not taken off it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.ledger.chart import CUSTOMER_CREDITS
from projections.as_of import AsOf
from projections.packet import Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

BUCKETS = {
    "current": "late <= 0",
    "days_1_30": "late BETWEEN 1 AND 30",
    "days_31_60": "late BETWEEN 31 AND 60",
    "days_61_90": "late BETWEEN 61 AND 90",
    "days_91_up": "late > 90",
    "total": "true",
}
SUMS = ", ".join(
    f"coalesce(sum({amount}) FILTER (WHERE {test}), 0) AS {amount}_{name}"
    for amount in ("amount", "functional")
    for name, test in BUCKETS.items()
)
NAMES = ", ".join(
    f"coalesce({amount}_{name}, 0)" for amount in ("amount", "functional") for name in BUCKETS
)
# A first move carries the due date, even where it is dated after the as-of day.
AGED = f"""
WITH disputed AS (
    SELECT invoice_id FROM dispute_moves
    WHERE effective_date <= %(effective)s AND position <= %(known)s
    GROUP BY 1 HAVING sum(change) > 0
), held AS (
    SELECT m.invoice_id, m.entity, m.client_code, m.currency, m.functional_currency,
           %(effective)s::date - max(m.due_on) AS late,
           sum(m.amount) FILTER (WHERE m.effective_date <= %(effective)s) AS amount,
           sum(m.functional) FILTER (WHERE m.effective_date <= %(effective)s) AS functional
    FROM receivable_moves m
    WHERE m.position <= %(known)s AND (%(entity)s::text IS NULL OR m.entity = %(entity)s)
    GROUP BY 1, 2, 3, 4, 5
), owed AS (
    SELECT entity, client_code, currency, functional_currency, {SUMS},
           coalesce(sum(amount) FILTER (WHERE d.invoice_id IS NOT NULL), 0) AS disputed
    FROM held LEFT JOIN disputed d USING (invoice_id)
    WHERE amount <> 0 OR functional <> 0
    GROUP BY 1, 2, 3, 4
), credit AS (
    SELECT entity, client_code, currency, functional_currency, sum(amount) AS credits
    FROM client_credit_moves
    WHERE account = '{CUSTOMER_CREDITS}' AND effective_date <= %(effective)s
        AND position <= %(known)s AND (%(entity)s::text IS NULL OR entity = %(entity)s)
    GROUP BY 1, 2, 3, 4 HAVING sum(amount) <> 0
)
SELECT entity, client_code, currency, functional_currency, {NAMES}, coalesce(disputed, 0),
       coalesce(credits, 0)
FROM owed FULL JOIN credit USING (entity, client_code, currency, functional_currency)
ORDER BY entity COLLATE "C", client_code COLLATE "C", currency COLLATE "C"
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a client and currency; the same buckets again in the books."""
    for row in conn.execute(AGED, {**asked, "known": as_of.known}).fetchall():
        entity, client, currency, books, *sums, disputed, credits_ = row
        half = len(BUCKETS)
        yield entity, client, currency, *sums[:half], books, *sums[half:], disputed, credits_


RECEIVABLES_AGEING = Report(
    name="receivables-ageing",
    title="Receivables ageing",
    description="What clients owe, by days past the due date.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "currency"), *amounts(*BUCKETS), *text("functional_currency"),
        *amounts(*(f"functional_{name}" for name in BUCKETS), currency="functional_currency"),
        *amounts("disputed", "credits"),
    ),
    reads=("receivables", "collection"),
    rows=rows,
)  # fmt: skip
