"""Unrealised exchange differences: each month's foreign balances at their closing rates."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

STANDING = """
WITH standing AS (
    SELECT DISTINCT ON (entity, month) entity, month, position FROM revaluation_runs
    WHERE position <= %(known)s AND month <= %(effective)s
        AND (%(entity)s::text IS NULL OR entity = %(entity)s)
    ORDER BY entity, month, position DESC
)
SELECT s.entity, to_char(s.month, 'YYYY-MM'), r.account, r.counterparty, r.currency, sum(r.amount),
       r.rate, r.source, r.quoted_on, r.books, sum(r.booked), sum(r.value),
       sum(r.value - r.booked), CASE WHEN r.put_back THEN 'put back' ELSE 'stays' END
FROM standing s JOIN revaluation_rows r USING (position)
GROUP BY s.entity, s.month, r.account, r.counterparty, r.currency, r.rate, r.source, r.quoted_on,
    r.books, r.put_back
ORDER BY s.entity COLLATE "C", s.month, r.account COLLATE "C", r.counterparty COLLATE "C",
    r.currency COLLATE "C", r.put_back
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an entity, month, account and currency: contracts in debit are one."""
    return conn.execute(STANDING, {**asked, "known": as_of.known}).fetchall()


UNREALISED_FX = Report(
    name="unrealised-fx",
    title="Unrealised exchange differences",
    description="Foreign balances of each month that was revalued, at its closing rates.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "month", "account", "counterparty", "currency"), *amounts("balance"),
        Column("rate", "number"), Column("source"), Column("quoted_on", "date"), Column("books"),
        *amounts("booked", "value", "difference", currency="books"), Column("afterwards"),
    ),
    reads=("revaluations",),
    rows=rows,
)  # fmt: skip
