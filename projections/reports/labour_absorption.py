"""Labour absorption: what projects took of the payroll, month by month, and what they left.

Payroll is account 6000, what projects took is 5090 in credit; the rest is the bench, or a burden
that is too low or too high.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.ledger.chart import ABSORPTION, PAYROLL
from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import BOOK, ENTITY, Report
from projections.table import Conn

MONTHS = f"""
SELECT entity, date_trunc('month', accounting_date)::date AS month, functional_currency,
       coalesce(sum(functional) FILTER (WHERE account = '{PAYROLL}'), 0),
       coalesce(-sum(functional) FILTER (WHERE account = '{ABSORPTION}'), 0), sum(functional)
FROM ledger_lines
WHERE book = ANY(%(books)s) AND account IN ('{PAYROLL}', '{ABSORPTION}')
    AND accounting_date <= %(effective)s AND position <= %(known)s
    AND (%(entity)s::text IS NULL OR entity = %(entity)s)
GROUP BY 1, 2, 3 ORDER BY entity COLLATE "C", 2
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an entity and month; a layer book adds what it has otherwise."""
    given = {**asked, "known": as_of.known, "books": sorted({"main", asked["book"]})}
    return conn.execute(MONTHS, given).fetchall()


LABOUR_ABSORPTION = Report(
    name="labour-absorption",
    title="Labour absorption",
    description="Payroll against what projects took of it, by month, and the variance.",
    parameters=(ENTITY, BOOK),
    columns=(
        *text("entity"), Column("month", "date"), *text("currency"),
        *amounts("payroll", "absorbed", "variance"),
    ),
    reads=("ledger",),
    rows=rows,
)  # fmt: skip
