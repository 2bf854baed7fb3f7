"""What becomes of money after it came: identified, taken off invoices, sent back, bounced."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ACCOUNTANT, ADMIN, CONTROLLER
from domain.billing.consent import OtherClient
from domain.billing.documents import NothingToBill
from domain.billing.invoice import Invoice
from domain.billing.payment import Payment
from domain.billing.payment_commands import CASHIERS
from domain.billing.settlement import write_off_small
from domain.command import Amount, Answer, Command
from domain.ledger.commands import require_open
from domain.money import CurrencyMismatch
from domain.organisation.client import Client
from domain.organisation.commands import legal_entity
from domain.organisation.legal_entity import LegalEntity
from domain.pricing.fx import quote
from domain.receivables.credit_account import owing
from domain.receivables.let_off import AboveTolerance
from domain.receivables.policy_commands import policy_of
from domain.receivables.reduction import TooEarly
from domain.unit_of_work import UnitOfWork

PAYERS = frozenset({ADMIN, ACCOUNTANT, CONTROLLER})
"""Who sends money out: not who notes what comes in."""


class PaymentCommand(Command):
    """Something about one payment, on a day of the books."""

    payment_id: UUID

    def payment(self, work: UnitOfWork, on: date) -> tuple[Payment, LegalEntity]:
        """The payment, to change it. Raises PeriodClosed, TooEarly, NotFound, WrongEntity."""
        found = work.load(Payment, self.payment_id)
        entity = legal_entity(work, found.entity)
        require_open(work, self, found.entity, on)
        if on < found.received_on:
            raise TooEarly(f"the payment came on {found.received_on}")
        return found, entity


class IdentifyPayment(PaymentCommand):
    """Say whose money it is that came from an unknown sender, or from somebody else."""

    ROLES: ClassVar = CASHIERS
    client_id: UUID
    identified_on: date

    def effective_on(self, today: date) -> date:
        """The day it became clear."""
        del today
        return self.identified_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyUsed, PaymentBounced, OtherClient, TooEarly, PeriodClosed, NotFound."""
        payment, _ = self.payment(work, self.identified_on)
        client = work.read(Client, self.client_id)
        if client.entity != payment.entity:
            raise OtherClient(f"{client.code} is a client of {client.entity}", field="client_id")
        payment.identify(client.id, client.code, self.identified_on)
        return Answer(id=payment.id)


class UnapplyPayment(PaymentCommand):
    """Take a payment off an invoice: all of it, with the FX, discount and rest it brought."""

    ROLES: ClassVar = CASHIERS
    invoice_id: UUID
    unapplied_on: date

    def effective_on(self, today: date) -> date:
        """The day it is taken off."""
        del today
        return self.unapplied_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotApplied, TooEarly, PeriodClosed, NotFound, WrongEntity."""
        payment, _ = self.payment(work, self.unapplied_on)
        invoice = work.load(Invoice, self.invoice_id)
        with owing(work, invoice):
            unapply(payment, invoice, self.unapplied_on)
        return Answer(id=payment.id)


def unapply(payment: Payment, invoice: Invoice, on: date) -> None:
    """Take all of a payment off an invoice. Raises NotApplied, TooEarly."""
    use = payment.unapply(invoice.id, on)
    invoice.reopen(payment.id, on, use.amount, use.booked)


class ReversePayment(PaymentCommand):
    """Undo a payment that bounced: it settles nothing, and the bank never had it."""

    ROLES: ClassVar = CASHIERS
    reversed_on: date
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day the bank took it back."""
        del today
        return self.reversed_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises PaymentBounced, AlreadyUsed, TooEarly, PeriodClosed, NotFound, WrongEntity.

        AlreadyUsed where some was sent back or kept: that stands.
        """
        payment, _ = self.payment(work, self.reversed_on)
        settled = work.load_all(Invoice, tuple(payment.uses))
        with owing(work, *settled):
            for invoice in settled:
                unapply(payment, invoice, self.reversed_on)
        payment.reverse(self.reversed_on, self.why)
        return Answer(id=payment.id)


class RefundPayment(PaymentCommand):
    """Send back some of a payment that settles nothing."""

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
        payment, entity = self.payment(work, self.refunded_on)
        if self.amount.currency.code != payment.currency:
            raise CurrencyMismatch(f"the payment is in {payment.currency}", field="amount")
        if self.amount.amount <= 0:
            raise NothingToBill("a refund is positive", field="amount")
        rate = quote(work, payment.currency, entity.currency, self.refunded_on)
        payment.refund(self.bank_reference, self.refunded_on, self.amount.amount, rate)
        return Answer(id=payment.id)


class KeepSmallOverpayment(PaymentCommand):
    """Keep what little a client paid too much, within the entity's tolerance."""

    ROLES: ClassVar = CASHIERS
    kept_on: date

    def effective_on(self, today: date) -> date:
        """The day it is kept."""
        del today
        return self.kept_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AboveTolerance, TooEarly, PeriodClosed, NotFound, WrongEntity.

        What was applied is the document: nothing applied, nothing kept.
        """
        payment, _ = self.payment(work, self.kept_on)
        tolerance = policy_of(work, payment.entity).forgiven.for_document(payment.quote)
        used = payment.applied
        found = write_off_small(-payment.left, used or payment.left, tolerance, payment.currency)
        if not used or not found.written_off:
            raise AboveTolerance(
                f"{found.allowed} {payment.currency} are kept", field="payment_id"
            )
        payment.keep_rest(self.kept_on)
        return Answer(id=payment.id)
