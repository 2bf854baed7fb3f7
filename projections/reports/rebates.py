"""Volume rebates: turnover and rate of each contract, what is owed back, and what was given."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

STANDING = """
WITH moves AS (
    SELECT * FROM rebate_moves WHERE effective_date <= %(effective)s AND position <= %(known)s
        AND (%(entity)s::text IS NULL OR entity = %(entity)s)
), last AS (
    SELECT DISTINCT ON (contract_id) contract_id, effective_date, what, turnover, expected, pct
    FROM moves ORDER BY contract_id, position DESC
), sums AS (
    SELECT contract_id, entity, currency, books, sum(amount) AS owed, sum(functional) AS booked,
           sum(given) AS given
    FROM moves GROUP BY 1, 2, 3, 4
)
SELECT s.entity, k.code, c.name, l.what, l.effective_date, l.pct, s.currency, l.turnover,
       l.expected, s.owed, s.given, s.books, s.booked
FROM sums s JOIN last l ON l.contract_id = s.contract_id
JOIN contracts c ON c.id = s.contract_id JOIN clients k ON k.id = c.client_id
ORDER BY s.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C", s.contract_id
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a contract with a rebate accrued or given."""
    return conn.execute(STANDING, {**asked, "known": as_of.known}).fetchall()


REBATES = Report(
    name="rebates",
    title="Volume rebates",
    description="What is owed back of contracts' turnover, and what credit memos gave back.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract", "last_step"), Column("since", "date"),
        Column("pct", "number"), *text("currency"),
        *amounts("turnover", "expected", "owed_back", "given"), *text("functional_currency"),
        *amounts("booked", currency="functional_currency"),
    ),
    reads=("rebates", "deals", "parties"),
    rows=rows,
)  # fmt: skip
