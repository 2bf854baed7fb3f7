"""What becomes of money that credit memos left owing: it settles invoices or is paid out."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.billing.consent import OtherClient
from domain.billing.documents import NothingToBill
from domain.billing.invoice import Invoice, OverApplied
from domain.billing.payment_commands import CASHIERS
from domain.billing.payment_correction_commands import PAYERS
from domain.command import Amount, Answer, Command
from domain.ledger.commands import require_open
from domain.money import CurrencyMismatch
from domain.organisation.commands import legal_entity
from domain.organisation.legal_entity import LegalEntity
from domain.pricing.fx import quote
from domain.receivables.credit_account import owing
from domain.receivables.memo_credit import MemoCredit, memo_credit_id
from domain.receivables.reduction import TooEarly
from domain.unit_of_work import UnitOfWork


class CreditCommand(Command):
    """Something about what a memo left owing, on a day of the books."""

    invoice_id: UUID = Field(description="The invoice that the memo credited")
    memo_id: UUID

    def credit(self, work: UnitOfWork, on: date) -> tuple[MemoCredit, LegalEntity]:
        """The credit, to change it.

        Raises OverApplied where the memo left nothing owing, PeriodClosed, TooEarly, NotFound.
        """
        invoice = work.read(Invoice, self.invoice_id)
        party = invoice.party
        entity = legal_entity(work, party.entity)
        require_open(work, self, party.entity, on)
        owed = invoice.owed.get(self.memo_id)
        if owed is None:
            raise OverApplied(f"no such memo of {invoice.number} is owed", field="memo_id")
        if on < owed.on:
            raise TooEarly(f"{owed.number} was issued on {owed.on}")
        id_ = memo_credit_id(self.memo_id)
        found = work.load_or_none(MemoCredit, id_) or work.add(
            MemoCredit(
                id_, self.memo_id, owed.number, party.entity, party.client_id, party.client_code,
                invoice.currency, entity.currency, owed.amount, owed.functional,
            )
        )  # fmt: skip
        return found, entity


def require_positive(amount: Amount, currency: str) -> None:
    """Raises CurrencyMismatch, NothingToBill."""
    if amount.currency.code != currency:
        raise CurrencyMismatch(f"the credit is in {currency}", field="amount")
    if amount.amount <= 0:
        raise NothingToBill("an amount is positive", field="amount")


class ApplyCredit(CreditCommand):
    """Settle an invoice with what a memo left owing; realised FX is booked."""

    ROLES: ClassVar = CASHIERS
    to_invoice_id: UUID
    amount: Amount
    applied_on: date

    def effective_on(self, today: date) -> date:
        """The day of the application."""
        del today
        return self.applied_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverApplied, OtherClient, CurrencyMismatch, NothingToBill, TooEarly.

        PeriodClosed, NotFound, WrongEntity.
        """
        credit, _ = self.credit(work, self.applied_on)
        invoice = work.load(Invoice, self.to_invoice_id)
        if invoice.party.client_id != credit.client_id:
            raise OtherClient("the invoice is another client's", field="to_invoice_id")
        require_positive(self.amount, credit.currency)
        require_positive(self.amount, invoice.currency)
        with owing(work, invoice):
            booked = invoice.settle_by_credit(self.memo_id, self.applied_on, self.amount.amount)
        credit.apply(invoice.id, invoice.number, self.applied_on, self.amount.amount, booked)
        return Answer(id=credit.id)


class UnapplyCredit(CreditCommand):
    """Take a credit off an invoice: all of it, with the FX it brought."""

    ROLES: ClassVar = CASHIERS
    to_invoice_id: UUID
    unapplied_on: date

    def effective_on(self, today: date) -> date:
        """The day it is taken off."""
        del today
        return self.unapplied_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotApplied, OverApplied, TooEarly, PeriodClosed, NotFound, WrongEntity."""
        credit, _ = self.credit(work, self.unapplied_on)
        invoice = work.load(Invoice, self.to_invoice_id)
        use = credit.unapply(invoice.id, self.unapplied_on)
        with owing(work, invoice):
            invoice.reopen(self.memo_id, self.unapplied_on, use.amount, use.booked)
        return Answer(id=credit.id)


class RefundCredit(CreditCommand):
    """Pay out some of what a memo left owing."""

    ROLES: ClassVar = PAYERS
    amount: Amount
    refunded_on: date
    bank_reference: str = Field(min_length=1, max_length=140, description="Of the transfer out")

    def effective_on(self, today: date) -> date:
        """The value date."""
        del today
        return self.refunded_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverApplied, CurrencyMismatch, NothingToBill, TooEarly, MissingRate.

        PeriodClosed; a bank reference used before is AlreadyTaken.
        """
        credit, entity = self.credit(work, self.refunded_on)
        require_positive(self.amount, credit.currency)
        rate = quote(work, credit.currency, entity.currency, self.refunded_on)
        credit.refund(self.bank_reference, self.refunded_on, self.amount.amount, rate)
        return Answer(id=credit.id)
