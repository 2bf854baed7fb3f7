"""Retainage by contract and invoice: held, or released and not yet asked for, by its age.

Held amounts are account 1210, released ones 1120; the age counts from the invoice's date.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.ledger.chart import RETAINAGE_DUE, RETAINAGE_HELD
from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

BUCKETS = {
    "days_0_90": "days <= 90",
    "days_91_180": "days BETWEEN 91 AND 180",
    "days_181_365": "days BETWEEN 181 AND 365",
    "days_366_up": "days > 365",
}
AGED = ", ".join(
    f"CASE WHEN {test} THEN held + released ELSE 0 END AS {name}" for name, test in BUCKETS.items()
)
HELD = f"""
WITH kept AS (
    SELECT entity, contract_id, invoice_id, number, issued_on, currency, functional_currency,
           %(effective)s::date - issued_on AS days,
           coalesce(sum(amount) FILTER (WHERE account = '{RETAINAGE_HELD}'), 0) AS held,
           coalesce(sum(amount) FILTER (WHERE account = '{RETAINAGE_DUE}'), 0) AS released,
           coalesce(sum(functional) FILTER (WHERE account = '{RETAINAGE_HELD}'), 0) AS books,
           coalesce(sum(functional) FILTER (WHERE account = '{RETAINAGE_DUE}'), 0) AS books_due
    FROM retainage_moves
    WHERE effective_date <= %(effective)s AND position <= %(known)s
        AND (%(entity)s::text IS NULL OR entity = %(entity)s)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
)
SELECT r.entity, k.code, c.name, r.number, r.issued_on, r.days, r.currency, r.held, r.released,
       {AGED}, r.functional_currency, r.books, r.books_due
FROM kept r JOIN contracts c ON c.id = r.contract_id JOIN clients k ON k.id = c.client_id
WHERE r.held <> 0 OR r.released <> 0 OR r.books <> 0 OR r.books_due <> 0
ORDER BY r.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C", c.id, r.issued_on,
    r.number COLLATE "C"
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a contract and invoice."""
    return conn.execute(HELD, {**asked, "known": as_of.known}).fetchall()


RETAINAGE_HELD_REPORT = Report(
    name="retainage-held",
    title="Retainage held",
    description="What clients keep of invoices, held or released and not yet billed, by age.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract", "invoice"), Column("issued_on", "date"),
        Column("days", "count"), *text("currency"),
        *amounts("held", "released", *BUCKETS), *text("functional_currency"),
        *amounts("functional_held", "functional_released", currency="functional_currency"),
    ),
    reads=("retainage", "deals", "parties"),
    rows=rows,
)  # fmt: skip
