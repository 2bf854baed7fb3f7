"""Cash: payments received and the invoices they settle."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CASH, CONTROLLER
from domain.billing.documents import NothingToBill
from domain.billing.invoice import Invoice
from domain.billing.payment import OtherClient, Payment
from domain.command import Amount, Answer, Command
from domain.ledger.commands import require_open
from domain.money import CurrencyMismatch
from domain.organisation.client import Client
from domain.organisation.commands import legal_entity
from domain.pricing.fx import quote
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

CASHIERS = frozenset({ADMIN, CASH, CONTROLLER})


class RecordPayment(Command):
    """Note money received from a client; it is a credit until it is applied."""

    ROLES: ClassVar = CASHIERS
    payment_id: UUID
    client_id: UUID
    received_on: date
    amount: Amount
    bank_reference: str = Field(min_length=1, max_length=140)

    def effective_on(self, today: date) -> date:
        """The value date."""
        del today
        return self.received_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken (also a bank reference used before), PeriodClosed, MissingRate."""
        client = work.read(Client, self.client_id)
        entity = legal_entity(work, client.entity)
        require_open(work, self, entity.code, self.received_on)
        if self.amount.amount <= 0:
            raise NothingToBill("a payment is positive", field="amount")
        if work.load_or_none(Payment, self.payment_id):
            raise AlreadyTaken(f"payment {self.payment_id} exists", field="payment_id")
        currency = self.amount.currency.code
        rate = quote(work, currency, entity.currency, self.received_on)
        payment = Payment(
            self.payment_id, entity.code, client.id, client.code, self.received_on, currency,
            self.amount.amount, rate, rate.convert(self.amount.amount), self.bank_reference,
        )  # fmt: skip
        return Answer(id=work.add(payment).id)


class ApplyPayment(Command):
    """Settle an invoice with money received; realised FX is booked."""

    ROLES: ClassVar = CASHIERS
    payment_id: UUID
    invoice_id: UUID
    amount: Amount
    applied_on: date

    def effective_on(self, today: date) -> date:
        """The day of the application."""
        del today
        return self.applied_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverApplied, OtherClient, CurrencyMismatch, PeriodClosed, NotFound."""
        payment = work.load(Payment, self.payment_id)
        legal_entity(work, payment.entity)
        require_open(work, self, payment.entity, self.applied_on)
        invoice = work.load(Invoice, self.invoice_id)
        if invoice.party.client_id != payment.client_id:
            raise OtherClient("the invoice is another client's", field="invoice_id")
        if not self.amount.currency.code == payment.currency == invoice.currency:
            raise CurrencyMismatch("payment and invoice differ in currency", field="amount")
        if self.amount.amount <= 0:
            raise NothingToBill("an applied amount is positive", field="amount")
        booked = invoice.apply(payment.id, self.applied_on, self.amount.amount)
        payment.apply(invoice.id, invoice.number, self.applied_on, self.amount.amount, booked)
        return Answer(id=payment.id)
