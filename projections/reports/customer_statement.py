"""Customer statement: what a client sees of its account, from one day to another.

Invoices and what reduces them, payments, refunds and credits; a settlement moves money from one
side of the account to the other and is not shown. A consolidated invoice is one line; the rows
``part`` below it say what it is made of and are in no sum.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import EARLIEST, ENTITY, BadParameter, Parameter, Report
from projections.table import Conn

ZERO = Decimal(0)
MOVES = """
WITH moves AS (
    SELECT m.entity, m.currency, effective_date, position, what, document, amount,
           d.number AS consolidated
    FROM receivable_moves m
        LEFT JOIN invoices i ON i.id = m.invoice_id AND m.what = 'invoice'
        LEFT JOIN consolidated_invoices d ON d.id = i.document_id
    WHERE m.client_code = %(client)s
    UNION ALL
    SELECT entity, currency, effective_date, position, what, document, -amount, NULL
    FROM client_credit_moves WHERE client_code = %(client)s
)
SELECT entity, currency, effective_date, min(what), min(document), sum(amount), min(consolidated)
FROM moves
WHERE effective_date <= %(effective)s AND position <= %(known)s
    AND (%(entity)s::text IS NULL OR entity = %(entity)s)
GROUP BY entity, currency, effective_date, position HAVING sum(amount) <> 0
ORDER BY entity COLLATE "C", currency COLLATE "C", effective_date, position
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """An opening balance, each document, and a closing balance, an entity and currency."""
    if asked["from"] > as_of.effective:
        raise BadParameter("from is after the last day", field="from")
    found = conn.execute(MOVES, {**asked, "known": as_of.known}).fetchall()
    for (entity, currency), group in groupby(found, itemgetter(0, 1)):
        for row in _account(list(group), asked["from"], as_of.effective):
            yield entity, currency, *row


def _account(moves: list[tuple[Any, ...]], first: date, last: date) -> Iterable[Row]:
    before = [row for row in moves if row[2] < first]
    balance = sum((row[5] for row in before), ZERO)
    yield "opening", first, "", "", ZERO, ZERO, balance
    for (on, number), group in groupby(moves[len(before) :], itemgetter(2, 6)):
        listed = list(group)
        if number:
            balance += (total := sum((row[5] for row in listed), ZERO))
            yield "line", on, "consolidated invoice", number, total, ZERO, balance
        for _, _, _, what, document, amount, _ in listed:
            balance += ZERO if number else amount
            debit, credit = max(amount, ZERO), max(-amount, ZERO)
            yield "part" if number else "line", on, what, document, debit, credit, balance
    yield "closing", last, "", "", ZERO, ZERO, balance


CUSTOMER_STATEMENT = Report(
    name="customer-statement",
    title="Customer statement",
    description="A client's documents and payments, and the balance they leave; parts of a"
    " consolidated invoice are told below it and are in no sum.",
    parameters=(
        Parameter("client", str, "Code of the client", required=True),
        Parameter("from", date, "First day shown; left out: the first of all", default=EARLIEST),
        ENTITY,
    ),
    columns=(
        *text("entity", "currency", "row"), Column("on", "date"), *text("what", "document"),
        *amounts("debit", "credit", "balance"),
    ),
    reads=("receivables",),
    rows=rows,
)  # fmt: skip
