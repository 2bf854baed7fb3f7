"""Realised exchange differences by document: what account 7000 is made of."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from domain.ledger.chart import FX_REALISED
from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import BOOK, ENTITY, Parameter, Report
from projections.table import Conn

DIFFERENCES = """
SELECT entity, accounting_date, document, description, functional_currency, -sum(functional)
FROM ledger_lines
WHERE account = %(account)s AND book = %(book)s AND position <= %(known)s
    AND (%(entity)s::text IS NULL OR entity = %(entity)s)
    AND accounting_date <= %(effective)s
    AND (%(from)s::date IS NULL OR accounting_date >= %(from)s)
GROUP BY 1, 2, 3, 4, 5 HAVING sum(functional) <> 0
ORDER BY entity COLLATE "C", accounting_date, document COLLATE "C", description COLLATE "C"
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a document, day and reason; a gain is positive."""
    given = {**asked, "known": as_of.known, "account": FX_REALISED}
    return conn.execute(DIFFERENCES, given).fetchall()


REALISED_FX = Report(
    name="realised-fx",
    title="Realised exchange differences",
    description="What settling in other currencies gained or lost, by document.",
    parameters=(
        ENTITY, BOOK, Parameter("from", date, "First day; left out: from the beginning"),
    ),
    columns=(
        Column("entity"), Column("accounting_date", "date"),
        *text("document", "description", "currency"), *amounts("gain"),
    ),
    reads=("ledger",),
    rows=rows,
)  # fmt: skip
