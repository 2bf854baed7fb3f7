"""Cash: payments received and the invoices they settle."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CASH, CONTROLLER
from domain.billing.consent import Consent, OtherClient, Side, consented
from domain.billing.documents import NothingToBill
from domain.billing.invoice import Invoice
from domain.billing.payment import Payment
from domain.billing.payment_refusals import ClientUnknown
from domain.command import Amount, Answer, Command
from domain.ledger.commands import require_open
from domain.money import CurrencyMismatch, Money
from domain.organisation.client import Client
from domain.organisation.commands import legal_entity
from domain.pricing.fx import quote
from domain.receivables.credit_account import owing
from domain.receivables.let_off import LetOff, let_off
from domain.receivables.policy_commands import policy_of
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

CASHIERS = frozenset({ADMIN, CASH, CONTROLLER})


class RecordPayment(Command):
    """Note money received from a client; it is a credit until it is applied.

    Where nobody knows the sender it waits in suspense until it is identified.
    """

    ROLES: ClassVar = CASHIERS
    payment_id: UUID
    client_id: UUID | None = Field(default=None, description="Left out: sender unknown")
    entity: str | None = Field(
        default=None, description="Whose bank account; needed where the sender is unknown"
    )
    received_on: date
    amount: Amount
    bank_reference: str = Field(min_length=1, max_length=140)

    def effective_on(self, today: date) -> date:
        """The value date."""
        del today
        return self.received_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken (also a bank reference used before), PeriodClosed, MissingRate.

        ClientUnknown without client or entity, OtherClient for a client of another entity.
        """
        client = work.read(Client, self.client_id) if self.client_id else None
        entity = legal_entity(work, self._entity(client))
        require_open(work, self, entity.code, self.received_on)
        if self.amount.amount <= 0:
            raise NothingToBill("a payment is positive", field="amount")
        if work.load_or_none(Payment, self.payment_id):
            raise AlreadyTaken(f"payment {self.payment_id} exists", field="payment_id")
        currency = self.amount.currency.code
        rate = quote(work, currency, entity.currency, self.received_on)
        payment = Payment(
            self.payment_id, entity.code, client.id if client else None,
            client.code if client else "", self.received_on, currency, self.amount.amount, rate,
            rate.convert(self.amount.amount), self.bank_reference,
        )  # fmt: skip
        return Answer(id=work.add(payment).id)

    def _entity(self, client: Client | None) -> str:
        if client is None:
            if self.entity is None:
                raise ClientUnknown("say whose bank account received it", field="entity")
            return self.entity
        if self.entity not in (None, client.entity):
            raise OtherClient(f"{client.code} is a client of {client.entity}", field="client_id")
        return client.entity


class ApplyPayment(Command):
    """Settle an invoice with money received; realised FX is booked."""

    ROLES: ClassVar = CASHIERS
    payment_id: UUID
    invoice_id: UUID
    amount: Amount
    applied_on: date
    paid: Amount | None = Field(
        default=None, description="What of the payment it takes, where that is in another currency"
    )
    take_discount: bool = Field(
        default=False, description="Let off what the client's early-payment terms offer"
    )
    close_difference: bool = Field(
        default=False, description="Let off the rest, where the entity tolerates it"
    )
    consent_by: str = Field(
        default="", max_length=140,
        description="Who of the payer agrees, by office, where another client owes the invoice",
    )  # fmt: skip
    consent_evidence: str = Field(
        default="", max_length=500, description="Where that consent is written"
    )

    def effective_on(self, today: date) -> date:
        """The day of the application."""
        del today
        return self.applied_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverApplied, OtherClient, CurrencyMismatch, PeriodClosed, NotFound.

        ClientUnknown, DiscountNotEarned, AboveTolerance; NothingToBill for no amount.
        Another client's invoice needs the payer's consent, within one entity, or is OtherClient.
        Of another currency: MissingRate, AlreadyUsed for an invoice that it settles in part.
        """
        payment = work.load(Payment, self.payment_id)
        legal_entity(work, payment.entity)
        require_open(work, self, payment.entity, self.applied_on)
        invoice = work.load(Invoice, self.invoice_id)
        consent = self._consent(payment, invoice)
        self._require_currencies(payment, invoice)
        if min(self.amount.amount, self._taken.amount) <= 0:
            raise NothingToBill("an applied amount is positive", field="amount")
        invoice.require_open_amount(self.amount.amount)
        off = self._let_off(work, payment, invoice)
        with owing(work, invoice):
            booked = invoice.apply(payment.id, self.applied_on, self.amount.amount)
            off.reduce(invoice, payment.id, self.applied_on)
        self._use(work, payment, invoice, booked, consent)
        return Answer(id=payment.id)

    @property
    def _taken(self) -> Money:
        """What of the payment it takes."""
        return self.amount if self.paid is None else self.paid

    def _require_currencies(self, payment: Payment, invoice: Invoice) -> None:
        given, taken = self.amount.currency.code, self._taken.currency.code
        if (given, taken) != (invoice.currency, payment.currency):
            raise CurrencyMismatch(
                "payment and invoice differ in currency: say what of each counts", field="amount"
            )
        if self.paid is not None and payment.currency == invoice.currency:
            raise CurrencyMismatch(f"both are in {payment.currency}: one amount", field="paid")

    def _use(
        self, work: UnitOfWork, payment: Payment, invoice: Invoice, booked: Decimal,
        consent: Consent | None,
    ) -> None:  # fmt: skip
        on, amount = self.applied_on, self.amount.amount
        if self.paid is None:
            payment.apply(invoice.id, invoice.number, on, amount, booked, consent)
            return
        if consent:
            raise OtherClient("another client's money settles in its own currency", field="paid")
        rate = quote(work, invoice.currency, payment.functional_currency, on)
        payment.apply_across(
            invoice.id, invoice.number, on, self.paid.amount, amount, booked, rate
        )

    def _consent(self, payment: Payment, invoice: Invoice) -> Consent | None:
        if payment.client_id is None:
            raise ClientUnknown("identify whose money it is first", field="payment_id")
        payer, party = Side(payment.entity, payment.client_id, payment.client_code), invoice.party
        debtor = Side(party.entity, party.client_id, party.client_code)
        return consented(payer, debtor, self.consent_by, self.consent_evidence)

    def _let_off(self, work: UnitOfWork, payment: Payment, invoice: Invoice) -> LetOff:
        if not (self.take_discount or self.close_difference):
            return LetOff()
        client = work.read(Client, invoice.party.client_id)
        policy = policy_of(work, payment.entity)
        return let_off(
            invoice, payment.received_on, self.amount.amount,
            client.early_terms_of(invoice.issued_on) if self.take_discount else None,
            policy.forgiven.for_document(invoice.quote) if self.close_difference else None,
            take_discount=self.take_discount,
        )  # fmt: skip
