"""Consolidated invoices: one document over several contracts, and the invoices it is made of."""

from datetime import date
from typing import Any
from uuid import UUID

from api.graphql.listing import Choice, listing
from api.graphql.nodes.client import Client
from api.graphql.noun import Money, Node, column, many, money, noun, one, said

OPEN = """
(SELECT d.*, p.open_amount
 FROM consolidated_invoices d
 CROSS JOIN LATERAL (
     SELECT sum(i.gross - i.retained - r.credited - r.paid - r.reduced) AS open_amount
     FROM invoices i JOIN invoice_reductions r ON r.invoice_id = i.id WHERE i.document_id = d.id
 ) p)
"""


@noun(OPEN)
class ConsolidatedInvoice(Node):
    """One number, one total; what is owed, credited and disputed is of its parts."""

    number: str
    file: str = column("'/e-invoices/' || {t}.number", "Where its e-invoice is: UBL, by this path")
    entity: str = said("Code of the billing entity")
    issued_on: date
    due_on: date
    currency: str = said("ISO 4217")
    total: Money | None = money("total", description="What its parts asked for")
    open_amount: Money | None = money("open_amount", description="What its parts have open")
    settled: bool = column("{t}.open_amount = 0", "Nothing is open")
    client: Client | None = one("client_id")
    parts: Any = many("Invoice", "document_id", "An invoice of each contract")


consolidated_invoices = listing(
    "Consolidated invoices.",
    client_id=UUID,
    number=str,
    settled=Choice(bool, "({t}.open_amount = 0) = {v}"),
)
