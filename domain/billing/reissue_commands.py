"""Taking a whole invoice back: void, or void and billed again. Never an edit, never a deletion.

Both are a credit memo with a number of its own that frees all the invoice billed; the ledger gets
the mirror of the invoice. Billed again, the same work takes the contract's terms of today: its
taxes, order, discount and limits.
"""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.billing.credit_commands import CreditAnswer, CreditLineInput, IssueCreditMemo
from domain.billing.documents import BILLERS, NothingToBill
from domain.billing.holders import BillableRef
from domain.billing.invoice import Invoice
from domain.billing.invoice_commands import (
    CreditFields,
    DiscountFields,
    InvoiceAnswer,
    IssueInvoice,
)
from domain.command import Command
from domain.errors import Refusal
from domain.unit_of_work import UnitOfWork


class InvoiceTouched(Refusal):
    """Something was paid, credited or given up of the invoice: a credit memo takes the rest."""

    code = "INVOICE_TOUCHED"


class VoidTooLate(Refusal):
    """An invoice is voided in its own month; later a credit memo of that day takes it back."""

    code = "VOID_TOO_LATE"


class TakeBack(Command):
    """An invoice that is taken back as a whole by a memo."""

    invoice_id: UUID
    memo_id: UUID
    issued_on: date
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The date of what replaces it."""
        del today
        return self.issued_on

    def untouched(self, work: UnitOfWork) -> Invoice:
        """Raises NotFound, WrongEntity, InvoiceTouched."""
        invoice = work.read(Invoice, self.invoice_id)
        work.enter(invoice.party.entity)
        if invoice.open != invoice.totals.due:
            raise InvoiceTouched(
                f"invoice {invoice.number} has {invoice.open} of {invoice.totals.due} open",
                field="invoice_id",
            )
        return invoice

    def credited(self, work: UnitOfWork, invoice: Invoice) -> CreditAnswer:
        """Take back every line, and free what it billed."""
        memo = IssueCreditMemo(
            memo_id=self.memo_id, invoice_id=self.invoice_id, issued_on=self.issued_on,
            why=self.why, reason=self.reason,
            lines=tuple(CreditLineInput(no=no, restore=True) for no in invoice.lines),
        )  # fmt: skip
        return memo.run(work)


class VoidInvoice(TakeBack):
    """Take back an unpaid invoice in its own month; what it billed may be billed again."""

    ROLES: ClassVar = BILLERS
    ANSWER: ClassVar = CreditAnswer

    def run(self, work: UnitOfWork) -> CreditAnswer:
        """Raises InvoiceTouched, VoidTooLate, PeriodClosed, AlreadyTaken, NotFound."""
        invoice = self.untouched(work)
        asked, issued = self.issued_on, invoice.issued_on
        if (asked.year, asked.month) != (issued.year, issued.month) or asked < issued:
            raise VoidTooLate(f"invoice {invoice.number} is of {issued}", field="issued_on")
        return self.credited(work, invoice)


class RebillAnswer(InvoiceAnswer):
    """The new invoice, and the number of the memo that took back the old one."""

    memo_number: str


class RebillInvoice(TakeBack, DiscountFields, CreditFields):
    """Take back an unpaid invoice and bill the same work again by the terms of today, at once."""

    ROLES: ClassVar = BILLERS
    ANSWER: ClassVar = RebillAnswer
    new_invoice_id: UUID

    def run(self, work: UnitOfWork) -> RebillAnswer:
        """Raises InvoiceTouched, PeriodClosed, AlreadyTaken and what issuing an invoice raises.

        NothingToBill for an invoice of retainage alone: that is voided and billed again.
        """
        invoice = self.untouched(work)
        if not (refs := tuple(_refs(invoice))):
            raise NothingToBill("void it, and bill the retainage again", field="invoice_id")
        memo = self.credited(work, invoice)
        again = IssueInvoice(
            invoice_id=self.new_invoice_id, contract_id=invoice.party.contract_id,
            issued_on=self.issued_on, sources=refs, reason=self.reason,
            discount_pct=self.discount_pct, discount_amount=self.discount_amount,
            discount_why=self.discount_why, over_limit_why=self.over_limit_why,
        )  # fmt: skip
        issued = again.run(work).model_dump()
        return RebillAnswer(**issued, memo_number=memo.number)


def _refs(invoice: Invoice) -> Iterator[BillableRef]:
    """Where the invoice's work is held, each holder once."""
    held: dict[tuple[str, UUID], list[UUID]] = {}
    for line in invoice.lines.values():
        for source in line.sources:
            held.setdefault((line.kind, source.holder_id), []).append(source.id)
    for (kind, holder_id), ids in held.items():
        yield BillableRef.model_validate({"kind": kind, "holder_id": holder_id, "ids": ids})
