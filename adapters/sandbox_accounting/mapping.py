"""Canonical documents in the words of the sandbox accounting system; pure."""

from typing import Any

from adapters.delivery_port import Unsupported
from adapters.documents import CreditMemo, Invoice, Line, Payment
from domain.billing.readiness import lacking

# Where each kind lives, and may be searched by reference.
PATHS = {"invoice": "/invoices", "credit_memo": "/credit-notes", "payment": "/payments"}


def contact(invoice: Invoice) -> dict[str, Any]:
    """Say who is billed; its path carries the code. Raises Unsupported.

    The same rule refuses the invoice before it is issued, so only older ones can be at fault.
    """
    if lacks := lacking(invoice.client_code, invoice.client_name):
        raise Unsupported("; ".join(lacks))
    return {"name": invoice.client_name}


def invoice(document: Invoice, key: str, contact_id: str) -> dict[str, Any]:
    """Say an invoice to a contact the vendor knows."""
    return _sale(document, key) | {
        "contact_id": contact_id,
        "due_date": document.due_on.isoformat(),
    }


def credit_note(document: CreditMemo, key: str, invoice_id: str) -> dict[str, Any]:
    """Say a credit memo of an invoice the vendor knows."""
    return _sale(document, key) | {"invoice_id": invoice_id, "reason": document.reason}


def payment(document: Payment, key: str, invoice_id: str) -> dict[str, Any]:
    """Say a payment of an invoice the vendor knows."""
    return {
        "reference": key,
        "invoice_id": invoice_id,
        "date": document.received_on.isoformat(),
        "amount": str(document.amount),
        "currency": document.currency,
        "bank_reference": document.bank_reference,
    }


def _sale(document: Invoice | CreditMemo, key: str) -> dict[str, Any]:
    return {
        "reference": key,
        "number": document.number,
        "date": document.issued_on.isoformat(),
        "currency": document.currency,
        "lines": [_line(line) for line in document.lines],
        "subtotal": str(document.net),
        "total_tax": str(document.tax),
        "total": str(document.total),
    }


def _line(line: Line) -> dict[str, str]:
    return {
        "description": line.description,
        "quantity": str(line.quantity),
        "unit_amount": str(line.unit_price),
        "line_amount": str(line.net),
        "tax_amount": str(line.tax),
    }
