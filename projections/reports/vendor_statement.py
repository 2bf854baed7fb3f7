"""Vendor statement: our account with a vendor, document by document, from one day to another.

What is held back of bills is owed, too: a release changes nothing here.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import EARLIEST, ENTITY, BadParameter, Parameter, Report
from projections.reports.customer_statement import account_rows
from projections.table import Conn

MOVES = """
SELECT entity, currency, effective_date, min(what), min(document), -sum(amount), NULL
FROM payable_moves
WHERE vendor_code = %(vendor)s AND effective_date <= %(effective)s AND position <= %(known)s
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
        for row in account_rows(list(group), asked["from"], as_of.effective):
            yield entity, currency, *row


VENDOR_STATEMENT = Report(
    name="vendor-statement",
    title="Vendor statement",
    description="A vendor's bills, credits and our payments, and the balance they leave.",
    parameters=(
        Parameter("vendor", str, "Code of the vendor", required=True),
        Parameter("from", date, "First day shown; left out: the first of all", default=EARLIEST),
        ENTITY,
    ),
    columns=(
        *text("entity", "currency", "row"), Column("on", "date"), *text("what", "document"),
        *amounts("credit", "debit", "balance"),
    ),
    reads=("payables",),
    rows=rows,
)  # fmt: skip
