"""What clients owe: invoices, what reduced them, and ageing as of any date and position."""

from decimal import Decimal

from domain.billing.invoice import Invoice
from domain.billing.payment import Payment
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

INVOICES = Table(
    "invoices",
    {
        "id": "uuid", "number": "text", "entity": "text", "client_id": "uuid",
        "client_code": "text", "contract_id": "uuid", "issued_on": "date", "due_on": "date",
        "currency": "text", "net": "numeric", "tax": "numeric", "gross": "numeric",
        "functional_currency": "text",
    },
    key=("id",),
    indexes=("entity, id", "number", "client_id, id", "contract_id, id"),
)  # fmt: skip
REDUCTIONS = Table(
    "invoice_reductions",
    {
        "invoice_id": "uuid", "credited": "numeric DEFAULT 0", "paid": "numeric DEFAULT 0",
    },
    key=("invoice_id",),
)  # fmt: skip
LINES = Table(
    "invoice_lines",
    {
        "invoice_id": "uuid", "no": "int", "kind": "text", "text": "text", "quantity": "numeric",
        "unit_price": "numeric", "net": "numeric", "tax": "numeric",
    },
    key=("invoice_id", "no"),
)  # fmt: skip
MEMOS = Table(
    "credit_memos",
    {
        "id": "uuid", "number": "text", "invoice_id": "uuid", "entity": "text",
        "issued_on": "date", "currency": "text", "gross": "numeric", "why": "text",
    },
    key=("id",),
    indexes=("invoice_id",),
)  # fmt: skip
PAYMENTS = Table(
    "payments",
    {
        "id": "uuid", "entity": "text", "client_id": "uuid", "client_code": "text",
        "received_on": "date", "currency": "text", "amount": "numeric", "bank_reference": "text",
    },
    key=("id",),
    indexes=("entity, id", "client_id, id"),
)  # fmt: skip
USES = Table(
    "payment_uses",
    {"payment_id": "uuid", "applied": "numeric DEFAULT 0"},
    key=("payment_id",),
)
MOVES = Table(
    "receivable_moves",
    {
        "position": "bigint", "invoice_id": "uuid", "effective_date": "date", "entity": "text",
        "client_code": "text", "number": "text", "due_on": "date?", "currency": "text",
        "amount": "numeric", "functional_currency": "text", "functional": "numeric",
    },
    key=("position", "invoice_id"),
    indexes=("entity, effective_date", "invoice_id"),
)  # fmt: skip


class Receivables(Projection):
    """The sum of an invoice's moves is what it has open, in its currency and in the books."""

    name = "receivables"
    tables = (INVOICES, LINES, REDUCTIONS, MEMOS, PAYMENTS, USES, MOVES)

    @on(Invoice.Issued)
    def issued(self, fact: Invoice.Issued, at: Recorded, fold: Fold) -> None:
        """Owed."""
        party, totals = fact.party, fact.totals
        fold.put(
            INVOICES, id=at.stream_id, number=fact.number, entity=party.entity,
            client_id=party.client_id, client_code=party.client_code,
            contract_id=party.contract_id, issued_on=fact.issued_on, due_on=fact.due_on,
            currency=fact.currency, net=totals.net, tax=totals.tax, gross=totals.gross,
            functional_currency=fact.quote.to,
        )  # fmt: skip
        fold.add(REDUCTIONS, at.stream_id, paid=Decimal(0))
        for line in fact.lines:
            fold.append(LINES, at.stream_id, line.no, line.kind, line.text, line.quantity,
                        line.unit_price, line.net, line.tax)  # fmt: skip
        fold.append(MOVES, at.position, at.stream_id, fact.issued_on, party.entity,
                    party.client_code, fact.number, fact.due_on, fact.currency, totals.gross,
                    fact.quote.to, totals.functional)  # fmt: skip

    @on(Invoice.Credited)
    def credited(self, fact: Invoice.Credited, at: Recorded, fold: Fold) -> None:
        """Taken back."""
        party = fact.party
        fold.append(MEMOS, fact.memo_id, fact.number, at.stream_id, party.entity, fact.issued_on,
                    fact.currency, fact.totals.gross, fact.why)  # fmt: skip
        fold.add(REDUCTIONS, at.stream_id, credited=fact.from_open)
        fold.append(MOVES, at.position, at.stream_id, fact.issued_on, party.entity,
                    party.client_code, fact.invoice_number, None, fact.currency, -fact.from_open,
                    fact.quote.to, -fact.functional_from_open)  # fmt: skip

    @on(Payment.Recorded)
    def received(self, fact: Payment.Recorded, at: Recorded, fold: Fold) -> None:
        """Money came."""
        fold.put(PAYMENTS, id=at.stream_id, entity=fact.entity, client_id=fact.client_id,
                 client_code=fact.client_code, received_on=fact.received_on,
                 currency=fact.currency, amount=fact.amount,
                 bank_reference=fact.bank_reference)  # fmt: skip
        fold.add(USES, at.stream_id, applied=Decimal(0))

    @on(Payment.Applied)
    def applied(self, fact: Payment.Applied, at: Recorded, fold: Fold) -> None:
        """An invoice was settled, in part or whole."""
        fold.add(REDUCTIONS, fact.invoice_id, paid=fact.amount)
        fold.add(USES, at.stream_id, applied=fact.amount)
        fold.append(MOVES, at.position, fact.invoice_id, fact.applied_on, fact.entity,
                    fact.client_code, fact.invoice_number, None, fact.currency, -fact.amount,
                    fact.functional_currency, -fact.booked)  # fmt: skip
