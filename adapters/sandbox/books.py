"""The books of the sandbox accounting system: what it stores and what it refuses."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from hashlib import sha256

from pydantic import BaseModel, ConfigDict

from adapters.sandbox.records import Record, Records


class Wrong(Exception):
    """The request is understood and refused."""

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.status = status


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Contact(_Body):
    name: str


class _Line(_Body):
    description: str
    quantity: Decimal
    unit_amount: Decimal
    line_amount: Decimal
    tax_amount: Decimal


class _Sale(_Body):
    reference: str
    number: str
    date: date
    currency: str
    lines: list[_Line]
    subtotal: Decimal
    total_tax: Decimal
    total: Decimal

    def check(self) -> None:
        net = sum((line.line_amount for line in self.lines), Decimal())
        if net != self.subtotal or self.subtotal + self.total_tax != self.total:
            raise Wrong("the lines do not add up to the total")


class _Invoice(_Sale):
    contact_id: str
    due_date: date


class _CreditNote(_Sale):
    invoice_id: str
    reason: str


class _Payment(_Body):
    reference: str
    invoice_id: str
    date: date
    amount: Decimal
    currency: str
    bank_reference: str


class Books:
    """What the accounting system knows; every method is one request, done in one go."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def put_contact(self, code: str, body: bytes) -> Record:
        """Create or rename a contact; its code is unique."""
        said = {"code": code, **_Contact.model_validate_json(body).model_dump()}
        known = self.records.find("contact", code)
        if known:
            return self.records.replace(known[0] | said)
        return self.records.add("contact", code, said)

    def post_invoice(self, body: bytes) -> Record:
        """Create an invoice; nobody looks whether its reference is new."""
        invoice = _Invoice.model_validate_json(body)
        invoice.check()
        if self.records.get("contact", invoice.contact_id) is None:
            raise Wrong("no such contact")
        open_ = {"credited": "0", "paid": "0", "due": str(invoice.total)}
        return self.records.add(
            "invoice", invoice.reference, invoice.model_dump(mode="json") | open_
        )

    def post_credit_note(self, body: bytes) -> Record:
        """Create a credit note against an invoice's open amount."""
        note = _CreditNote.model_validate_json(body)
        note.check()
        self._reduce(note.invoice_id, "credited", note.total, note.currency)
        return self.records.add("credit_note", note.reference, note.model_dump(mode="json"))

    def post_payment(self, body: bytes) -> Record:
        """Create a payment of an invoice's open amount."""
        payment = _Payment.model_validate_json(body)
        self._reduce(payment.invoice_id, "paid", payment.amount, payment.currency)
        return self.records.add("payment", payment.reference, payment.model_dump(mode="json"))

    def _reduce(self, invoice_id: str, by: str, amount: Decimal, currency: str) -> None:
        invoice = self.records.get("invoice", invoice_id)
        if invoice is None:
            raise Wrong("no such invoice")
        if invoice["currency"] != currency:
            raise Wrong(f"the invoice is in {invoice['currency']}")
        due = Decimal(invoice["due"]) - amount
        if due < 0:
            raise Wrong("more than is due")
        changed = {by: str(Decimal(invoice[by]) + amount), "due": str(due)}
        self.records.replace(invoice | changed)

    def totals(self) -> Record:
        """Sum invoices by currency."""
        sums: dict[str, dict[str, Decimal]] = {}
        for invoice in self.records.find("invoice"):
            of = sums.setdefault(invoice["currency"], {})
            for column in ("total", "credited", "paid", "due"):
                of[column] = of.get(column, Decimal()) + Decimal(invoice[column])
        return {
            currency: {column: str(amount) for column, amount in of.items()}
            for currency, of in sorted(sums.items())
        }

    def once(self, key: str, body: bytes, post: Callable[[bytes], Record], kind: str) -> Record:
        """Answer a remembered key with the record of its first request."""
        request = sha256(body).hexdigest()
        first = self.records.recall(key) if key else None
        if first is None:
            record = post(body)
            if key:
                self.records.remember(key, request, record["id"])
            return record
        if first[0] != request:
            raise Wrong("this idempotency key came with another request", 400)
        return self.records.get(kind, first[1]) or {}
