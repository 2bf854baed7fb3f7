"""Invoices: what was billed, how it came about, and what of it is open."""

from datetime import date
from typing import Any
from uuid import UUID

from api.graphql.listing import Choice, listing
from api.graphql.nodes.client import Client
from api.graphql.nodes.consolidated_invoice import ConsolidatedInvoice
from api.graphql.nodes.contract import Contract
from api.graphql.noun import Money, Node, column, many, money, noun, one, said

OPEN = """
(SELECT i.*, r.credited, r.paid, r.reduced,
        i.gross - i.retained - r.credited - r.paid - r.reduced AS open_amount
 FROM invoices i JOIN invoice_reductions r ON r.invoice_id = i.id)
"""


@noun(OPEN)
class Invoice(Node):
    """An issued invoice."""

    number: str
    entity: str = said("Code of the billing entity")
    issued_on: date
    due_on: date
    currency: str = said("ISO 4217")
    net: Money | None = money("net")
    tax: Money | None = money("tax")
    gross: Money | None = money("gross")
    retained: Money | None = money(
        "retained", description="Retainage the client keeps; below zero: asked for"
    )
    credited: Money | None = money("credited", description="Taken off what was open by memos")
    paid: Money | None = money("paid")
    reduced: Money | None = money("reduced", description="Discounts, differences, write-offs")
    open_amount: Money | None = money("open_amount")
    file: str = column(
        "'/e-invoices/' || split_part({t}.number, '/', 1)",
        "Where the e-invoice of the document is: UBL, by this path",
    )
    settled: bool = column("{t}.open_amount = 0", "Nothing is open")
    client: Client | None = one("client_id")
    contract: Contract | None = one("contract_id")
    document: ConsolidatedInvoice | None = one(
        "document_id", "The consolidated invoice that it is a part of"
    )
    lines: Any = many("InvoiceLine", "invoice_id")
    credit_memos: Any = many("CreditMemo", "invoice_id")
    disputes: Any = many("Dispute", "invoice_id")
    reminders: Any = many("Reminder", "invoice_id")


invoices = listing(
    "Invoices.",
    client_id=UUID,
    contract_id=UUID,
    number=str,
    settled=Choice(bool, "({t}.open_amount = 0) = {v}"),
    due_until=Choice(date, "{t}.due_on <= {v}"),
)
