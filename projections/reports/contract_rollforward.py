"""The contract position by month, in the books: opening, recognised, billed, FX, closing.

Billed is at the documents' own rates; what the position carried otherwise is FX, and so is what
revaluations did. Months are those of the facts; the last closing balance is what account 1200
holds.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from domain.ledger.chart import POSITION
from domain.ledger.journal import MAIN_BOOK
from domain.ledger.period import month_of
from domain.ledger.revaluation_posting import NAMES
from domain.revenue.figures import ZERO
from domain.revenue.position import rollforward
from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Parameter, Report
from projections.table import Conn

MONTHS = """
SELECT entity, functional_currency, date_trunc('month', day)::date,
       coalesce(sum(functional) FILTER (WHERE kind = 'recognised'), 0),
       coalesce(-sum(functional) FILTER (WHERE kind = 'billed'), 0),
       coalesce(sum(carried - functional), 0), sum(carried)
FROM (
    SELECT entity, functional_currency, effective_date AS day, kind, functional, carried
    FROM position_moves WHERE effective_date <= %(effective)s AND position <= %(known)s
    UNION ALL
    SELECT entity, functional_currency, accounting_date, 'revalued', 0, functional
    FROM ledger_lines
    WHERE account = %(account)s AND book = %(book)s AND rule = ANY(%(rules)s)
        AND accounting_date <= %(effective)s AND position <= %(known)s
) AS moves
WHERE %(entity)s::text IS NULL OR entity = %(entity)s
GROUP BY 1, 2, 3 ORDER BY entity COLLATE "C", functional_currency COLLATE "C", 3
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an entity and month in which something moved."""
    first = month_of(asked["from"] or date.min)
    given = {**asked, "known": as_of.known, "account": POSITION, "book": MAIN_BOOK,
             "rules": list(NAMES)}  # fmt: skip
    found = conn.execute(MONTHS, given).fetchall()
    for (entity, books), months in groupby(found, lambda row: row[:2]):
        held = Decimal(0)
        for *_, month, recognised, billed, fx, moved in months:
            told = rollforward(
                held, recognised=recognised, billed=billed, fx=fx, closing=held + moved
            )
            held = told.closing
            if month >= first:
                yield (entity, month, books, told.opening, recognised, billed, fx, held,
                       max(held, ZERO), max(-held, ZERO))  # fmt: skip


CONTRACT_ROLLFORWARD = Report(
    name="contract-rollforward",
    title="Contract position by month",
    description="Opening, recognised, billed, FX and closing balance of account 1200.",
    parameters=(ENTITY, Parameter("from", date, "A day of the first month; left out: all")),
    columns=(
        *text("entity"), Column("month", "date"), *text("currency"),
        *amounts("opening", "recognised", "billed", "fx", "closing", "net_asset",
                 "net_liability"),
    ),
    reads=("contract_position", "ledger"),
    rows=rows,
)  # fmt: skip
