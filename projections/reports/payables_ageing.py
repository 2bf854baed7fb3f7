"""Payables ageing: what vendors are owed by how long it is overdue, and what is held back.

The buckets are those of receivables. What of retainage was released is due by its own day; what
is paid or credited settles what was due first.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.ledger.chart import PAYABLES, RETAINAGE_PAYABLE
from projections.as_of import AsOf
from projections.packet import Row, amounts, text
from projections.report import ENTITY, Report
from projections.reports.receivables_ageing import BUCKETS
from projections.table import Conn

SUMS = ", ".join(
    f"coalesce(sum(amount) FILTER (WHERE {test}), 0) AS {name}" for name, test in BUCKETS.items()
)
# Each due day's share: what is owed in all, less what is due later.
AGED = f"""
WITH moves AS (
    SELECT bill_id, entity, vendor_code, currency, functional_currency, account, due_on,
           -amount AS amount, -functional AS functional, position, what
    FROM payable_moves
    WHERE effective_date <= %(effective)s AND position <= %(known)s
        AND (%(entity)s::text IS NULL OR entity = %(entity)s)
), owed AS (
    SELECT bill_id, entity, vendor_code, currency, functional_currency,
           sum(amount) FILTER (WHERE account = '{PAYABLES}') AS amount,
           sum(functional) FILTER (WHERE account = '{PAYABLES}') AS functional,
           sum(amount) FILTER (WHERE account = '{RETAINAGE_PAYABLE}') AS held
    FROM moves GROUP BY 1, 2, 3, 4, 5
), due AS (
    SELECT bill_id, due_on, sum(amount) AS amount,
           coalesce(sum(sum(amount)) OVER (
               PARTITION BY bill_id ORDER BY due_on DESC
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS later
    FROM moves WHERE account = '{PAYABLES}' AND due_on IS NOT NULL AND amount > 0
    GROUP BY 1, 2
), parts AS (
    SELECT o.entity, o.vendor_code, o.currency, o.functional_currency,
           %(effective)s::date - d.due_on AS late,
           greatest(least(d.amount, o.amount - d.later), 0) AS amount
    FROM due d JOIN owed o USING (bill_id)
), aged AS (
    SELECT entity, vendor_code, currency, functional_currency, {SUMS} FROM parts
    GROUP BY 1, 2, 3, 4
), sums AS (
    SELECT entity, vendor_code, currency, functional_currency, sum(functional) AS functional,
           coalesce(sum(held), 0) AS held
    FROM owed GROUP BY 1, 2, 3, 4
)
SELECT entity, vendor_code, currency, {", ".join(f"coalesce({name}, 0)" for name in BUCKETS)},
       functional_currency, coalesce(functional, 0), held
FROM sums LEFT JOIN aged USING (entity, vendor_code, currency, functional_currency)
WHERE total <> 0 OR functional <> 0 OR held <> 0
ORDER BY entity COLLATE "C", vendor_code COLLATE "C", currency COLLATE "C"
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a vendor and currency."""
    return conn.execute(AGED, {**asked, "known": as_of.known}).fetchall()


PAYABLES_AGEING = Report(
    name="payables-ageing",
    title="Payables ageing",
    description="What vendors are owed, by days past the due date, and what is held back.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "vendor", "currency"), *amounts(*BUCKETS), *text("functional_currency"),
        *amounts("functional_total", currency="functional_currency"), *amounts("held_back"),
    ),
    reads=("payables",),
    rows=rows,
)  # fmt: skip
