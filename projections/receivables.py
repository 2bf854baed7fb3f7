"""What clients owe and have with us: invoices, what reduced them, and credits, as of any date.

``receivable_moves`` sum to what is open, ``client_credit_moves`` to what clients have with us: in
suspense (1020) or as their credit (2230). A settlement is a move of each at one position, so both
together are what a client sees.
"""

from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.billing.consolidated import ConsolidatedInvoice
from domain.billing.invoice import Invoice
from domain.billing.lines import TaxBasis
from domain.billing.payment import Payment
from domain.ledger.chart import CUSTOMER_CREDITS, SUSPENSE
from domain.ledger.receivables_posting import receipt_account
from domain.receivables.across import Across
from domain.receivables.deposit import ContractDeposits
from domain.receivables.memo_credit import MemoCredit
from domain.receivables.reduction import Reduction
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
        "retained": "numeric", "functional_currency": "text", "document_id": "uuid?",
    },
    key=("id",),
    indexes=("entity, id", "number", "client_id, id", "contract_id, id", "document_id"),
)  # fmt: skip
CONSOLIDATED = Table(
    "consolidated_invoices",
    {
        "id": "uuid", "number": "text", "entity": "text", "client_id": "uuid",
        "issued_on": "date", "due_on": "date", "currency": "text", "total": "numeric",
    },
    key=("id",),
    indexes=("entity, id", "number", "client_id, id"),
)  # fmt: skip
REDUCTIONS = Table(
    "invoice_reductions",
    {
        "invoice_id": "uuid", "credited": "numeric DEFAULT 0", "paid": "numeric DEFAULT 0",
        "reduced": "numeric DEFAULT 0",
    },
    key=("invoice_id",),
)  # fmt: skip
LINES = Table(
    "invoice_lines",
    {
        "invoice_id": "uuid", "no": "int", "kind": "text", "text": "text", "quantity": "numeric",
        "unit_price": "numeric", "net": "numeric", "tax": "numeric", "discount": "numeric",
        "tax_rate_pct": "numeric", "tax_code": "text", "tax_note": "text",
        "tax_evidence": "text",
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
    indexes=("invoice_id", "number"),
)  # fmt: skip
PAYMENTS = Table(
    "payments",
    {
        "id": "uuid", "entity": "text", "client_id": "uuid?", "client_code": "text",
        "received_on": "date", "currency": "text", "amount": "numeric", "bank_reference": "text",
    },
    key=("id",),
    indexes=("entity, id", "client_id, id"),
)  # fmt: skip
USES = Table(
    "payment_uses",
    {
        "payment_id": "uuid", "applied": "numeric DEFAULT 0", "returned": "numeric DEFAULT 0",
    },
    key=("payment_id",),
)  # fmt: skip
MOVES = Table(
    "receivable_moves",
    {
        "position": "bigint", "invoice_id": "uuid", "effective_date": "date", "entity": "text",
        "client_code": "text", "number": "text", "due_on": "date?", "currency": "text",
        "amount": "numeric", "functional_currency": "text", "functional": "numeric",
        "what": "text", "document": "text",
    },
    key=("position", "invoice_id"),
    indexes=("entity, effective_date", "invoice_id", "client_code"),
)  # fmt: skip
CREDITS = Table(
    "client_credit_moves",
    {
        "position": "bigint", "source_id": "uuid", "account": "text", "client_code": "text",
        "effective_date": "date", "entity": "text", "currency": "text", "amount": "numeric",
        "functional_currency": "text", "functional": "numeric", "what": "text",
        "document": "text",
    },
    key=("position", "source_id", "account", "client_code"),
    indexes=("entity, effective_date", "client_code"),
)  # fmt: skip
Settled = Payment.Applied | MemoCredit.Applied
Unsettled = Payment.Unapplied | MemoCredit.Unapplied


class Receivables(Projection):
    """The sum of an invoice's moves is what it has open, in its currency and in the books."""

    name = "receivables"
    version = 6
    tables = (INVOICES, CONSOLIDATED, LINES, REDUCTIONS, MEMOS, PAYMENTS, USES, MOVES, CREDITS)

    @on(Invoice.Issued)
    def issued(self, fact: Invoice.Issued, at: Recorded, fold: Fold) -> None:
        """Owed."""
        party, totals = fact.party, fact.totals
        fold.put(
            INVOICES, id=at.stream_id, number=fact.number, entity=party.entity,
            client_id=party.client_id, client_code=party.client_code,
            contract_id=party.contract_id, issued_on=fact.issued_on, due_on=fact.due_on,
            currency=fact.currency, net=totals.net, tax=totals.tax, gross=totals.gross,
            retained=totals.held.amount,
            functional_currency=fact.quote.to,
            document_id=fact.part_of.document_id if fact.part_of else None,
        )  # fmt: skip
        fold.add(REDUCTIONS, at.stream_id, paid=Decimal(0))
        for line in fact.lines:
            fold.append(LINES, at.stream_id, line.no, line.kind, line.text, line.quantity,
                        line.unit_price, line.net, line.tax, line.discount, line.tax_rate_pct,
                        *_taxed(line.tax_basis))  # fmt: skip
        fold.append(MOVES, at.position, at.stream_id, fact.issued_on, party.entity,
                    party.client_code, fact.number, fact.due_on, fact.currency, totals.due,
                    fact.quote.to, totals.functional, "invoice", fact.number)  # fmt: skip

    @on(ConsolidatedInvoice.Issued)
    def consolidated(self, fact: ConsolidatedInvoice.Issued, at: Recorded, fold: Fold) -> None:
        """Several invoices are one document; what is owed is theirs."""
        fold.put(
            CONSOLIDATED, id=at.stream_id, number=fact.number, entity=fact.entity,
            client_id=fact.client_id, issued_on=fact.issued_on, due_on=fact.due_on,
            currency=fact.currency, total=fact.total,
        )  # fmt: skip

    @on(Invoice.Credited)
    def credited(self, fact: Invoice.Credited, at: Recorded, fold: Fold) -> None:
        """Taken back; what was paid already is the client's."""
        party, books = fact.party, fact.quote.to
        fold.append(MEMOS, fact.memo_id, fact.number, at.stream_id, party.entity, fact.issued_on,
                    fact.currency, fact.totals.gross, fact.why)  # fmt: skip
        fold.add(REDUCTIONS, at.stream_id, credited=fact.from_open)
        fold.append(MOVES, at.position, at.stream_id, fact.issued_on, party.entity,
                    party.client_code, fact.invoice_number, None, fact.currency, -fact.from_open,
                    books, -fact.functional_from_open, "credit memo", fact.number)  # fmt: skip
        if owed := fact.totals.due - fact.from_open:
            fold.append(CREDITS, at.position, fact.memo_id, CUSTOMER_CREDITS, party.client_code,
                        fact.issued_on, party.entity, fact.currency, owed, books,
                        fact.quote.convert(owed), "credit memo", fact.number)  # fmt: skip

    @on(Invoice.Reduced)
    def reduced(self, fact: Invoice.Reduced, at: Recorded, fold: Fold) -> None:
        """A discount, a small difference, a bad debt."""
        self._reduction(fact.reduction, at, fold, -1)

    @on(Invoice.ReductionReversed)
    def reduction_reversed(
        self, fact: Invoice.ReductionReversed, at: Recorded, fold: Fold
    ) -> None:
        """Asked for again."""
        self._reduction(fact.reduction, at, fold, 1)

    def _reduction(self, one: Reduction, at: Recorded, fold: Fold, sign: int) -> None:
        fold.add(REDUCTIONS, at.stream_id, reduced=-sign * one.amount)
        what = one.kind.replace("_", "-") + (", undone" if sign > 0 else "")
        fold.append(MOVES, at.position, at.stream_id, one.on, one.entity, one.client_code,
                    one.number, None, one.currency, sign * one.amount, one.functional_currency,
                    sign * one.functional, what, one.number)  # fmt: skip

    @on(Payment.Recorded)
    def received(self, fact: Payment.Recorded, at: Recorded, fold: Fold) -> None:
        """Money came."""
        fold.put(PAYMENTS, id=at.stream_id, entity=fact.entity, client_id=fact.client_id,
                 client_code=fact.client_code, received_on=fact.received_on,
                 currency=fact.currency, amount=fact.amount,
                 bank_reference=fact.bank_reference)  # fmt: skip
        fold.add(USES, at.stream_id, applied=Decimal(0))
        fold.append(CREDITS, at.position, at.stream_id, receipt_account(fact.client_code),
                    fact.client_code, fact.received_on, fact.entity, fact.currency, fact.amount,
                    fact.quote.to, fact.functional, "payment", fact.bank_reference)  # fmt: skip

    @on(Payment.Identified)
    def identified(self, fact: Payment.Identified, at: Recorded, fold: Fold) -> None:
        """Whose money it is."""
        fold.patch(PAYMENTS, at.stream_id, client_id=fact.client_id, client_code=fact.client_code)
        for code, sign in ((fact.before, -1), (fact.client_code, 1)):
            self._credit(fact, at, fold, fact.identified_on, sign * fact.amount,
                         sign * fact.functional, "payment", fact.bank_reference,
                         code)  # fmt: skip

    @on(Payment.Applied, MemoCredit.Applied)
    def applied(self, fact: Settled, at: Recorded, fold: Fold) -> None:
        """An invoice was settled, in part or whole."""
        self._settle(fact, at, fold, fact.applied_on, -1)

    @on(Payment.Unapplied, MemoCredit.Unapplied)
    def unapplied(self, fact: Unsettled, at: Recorded, fold: Fold) -> None:
        """It is open again."""
        self._settle(fact, at, fold, fact.unapplied_on, 1)

    def _settle(
        self, fact: Settled | Unsettled, at: Recorded, fold: Fold, day: Any, sign: int
    ) -> None:
        by_payment = isinstance(fact, Payment.Applied | Payment.Unapplied)
        what = "payment" if by_payment else "credit"
        what += ", applied" if sign < 0 else ", taken off"
        fold.add(REDUCTIONS, fact.invoice_id, paid=-sign * fact.amount)
        if by_payment:
            fold.add(USES, at.stream_id, applied=-sign * fact.amount)
        consent = getattr(fact, "consent", None)
        debtor = consent.client_code if consent else fact.client_code
        fold.append(MOVES, at.position, fact.invoice_id, day, fact.entity, debtor,
                    fact.invoice_number, None, fact.currency, sign * fact.amount,
                    fact.functional_currency, sign * fact.booked, what,
                    fact.invoice_number)  # fmt: skip
        self._credit(fact, at, fold, day, sign * fact.amount, sign * fact.paid, what,
                     fact.invoice_number)  # fmt: skip

    @on(Payment.AppliedAcross)
    def applied_across(self, fact: Payment.AppliedAcross, at: Recorded, fold: Fold) -> None:
        """An invoice was settled by money of another currency."""
        self._across(fact.across, at, fold, fact.across.applied_on, -1, "payment, applied")

    @on(Payment.UnappliedAcross)
    def across_taken_off(self, fact: Payment.UnappliedAcross, at: Recorded, fold: Fold) -> None:
        """It is open again."""
        self._across(fact.across, at, fold, fact.unapplied_on, 1, "payment, taken off")

    def _across(
        self, one: Across, at: Recorded, fold: Fold, day: Any, sign: int, what: str
    ) -> None:
        fold.add(REDUCTIONS, one.invoice_id, paid=-sign * one.amount)
        fold.add(USES, at.stream_id, applied=-sign * one.paid_amount)
        fold.append(MOVES, at.position, one.invoice_id, day, one.entity, one.client_code,
                    one.invoice_number, None, one.currency, sign * one.amount, one.books,
                    sign * one.booked, what, one.invoice_number)  # fmt: skip
        fold.append(CREDITS, at.position, at.stream_id, CUSTOMER_CREDITS, one.client_code, day,
                    one.entity, one.paid_currency, sign * one.paid_amount, one.books,
                    sign * one.paid, what, one.invoice_number)  # fmt: skip

    @on(ContractDeposits.Applied)
    def deposit_applied(self, fact: ContractDeposits.Applied, at: Recorded, fold: Fold) -> None:
        """A deposit settled an invoice; it is held apart from the client's credits."""
        self._by_deposit(fact, at, fold, fact.applied_on, -1, "deposit, applied")

    @on(ContractDeposits.Unapplied)
    def deposit_taken_off(
        self, fact: ContractDeposits.Unapplied, at: Recorded, fold: Fold
    ) -> None:
        """It is open again."""
        self._by_deposit(fact, at, fold, fact.unapplied_on, 1, "deposit, taken off")

    def _by_deposit(
        self, fact: ContractDeposits.Applied | ContractDeposits.Unapplied, at: Recorded,
        fold: Fold, day: Any, sign: int, what: str,
    ) -> None:  # fmt: skip
        fold.add(REDUCTIONS, fact.invoice_id, paid=-sign * fact.amount)
        fold.append(MOVES, at.position, fact.invoice_id, day, fact.entity, fact.client_code,
                    fact.invoice_number, None, fact.currency, sign * fact.amount,
                    fact.functional_currency, sign * fact.booked, what,
                    fact.invoice_number)  # fmt: skip

    @on(Payment.Refunded, MemoCredit.Refunded)
    def refunded(
        self, fact: Payment.Refunded | MemoCredit.Refunded, at: Recorded, fold: Fold
    ) -> None:
        """Money went back."""
        if isinstance(fact, Payment.Refunded):
            fold.add(USES, at.stream_id, returned=fact.amount)
        fold.append(CREDITS, at.position, at.stream_id, receipt_account(fact.client_code),
                    fact.client_code, fact.refunded_on, fact.entity, fact.currency, -fact.amount,
                    fact.quote.to, -fact.relieved, "refund", fact.refund_reference)  # fmt: skip

    @on(Payment.OverpaymentKept)
    def kept(self, fact: Payment.OverpaymentKept, at: Recorded, fold: Fold) -> None:
        """A little too much."""
        fold.add(USES, at.stream_id, returned=fact.amount)
        self._credit(fact, at, fold, fact.kept_on, -fact.amount, -fact.functional, "difference",
                     fact.bank_reference)  # fmt: skip

    @on(Payment.Reversed)
    def bounced(self, fact: Payment.Reversed, at: Recorded, fold: Fold) -> None:
        """The bank took it back."""
        fold.add(USES, at.stream_id, returned=fact.amount)
        self._credit(fact, at, fold, fact.reversed_on, -fact.amount, -fact.functional,
                     "payment, bounced", fact.bank_reference)  # fmt: skip

    def _credit(
        self, fact: Any, at: Recorded, fold: Fold, day: Any, amount: Decimal, books: Decimal,
        what: str, document: str, code: str | None = None,
    ) -> None:  # fmt: skip
        client = fact.client_code if code is None else code
        source: UUID = at.stream_id
        fold.append(CREDITS, at.position, source, CUSTOMER_CREDITS if client else SUSPENSE,
                    client, day, fact.entity, fact.currency, amount, fact.functional_currency,
                    books, what, document)  # fmt: skip


def _taxed(basis: TaxBasis | None) -> tuple[str, str, str]:
    """The code of a line, why not all of its tax is charged, on what evidence it is another."""
    if basis is None:
        return "", "", ""
    notes = dict.fromkeys(tax.note for tax in basis.taxes if tax.note)
    evidence = f"{basis.override.why}: {basis.override.evidence}" if basis.override else ""
    if by := basis.determined:
        evidence = f"{by.engine} {by.reference}: {', '.join(by.jurisdictions)}"
    return basis.code, "; ".join(notes), evidence
