"""A payment received, and the invoices it settles.

Received money is a customer credit until it is applied; applying it brings out what the
exchange rate did between invoice and payment.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.invoice import OverApplied
from domain.errors import Refusal
from domain.money import quantize
from domain.pricing.fx import Quote


class OtherClient(Refusal):
    """The payment is another client's."""

    code = "OTHER_CLIENT"


class Payment(Root):
    """``left`` is not applied yet, in its currency and in the books."""

    class Recorded(Root.Created):
        """Money arrived."""

        TOPIC = "billing.payment_recorded"
        entity: str
        client_id: UUID
        client_code: str
        received_on: date
        currency: str
        amount: Decimal
        quote: Quote
        functional: Decimal
        bank_reference: str

        def claims(self) -> tuple[str, ...]:
            """A bank reference is booked once an entity."""
            return (f"bank reference {self.entity} {self.bank_reference}",)

    class Applied(Root.Event):
        """Some of it settles an invoice; ``paid - booked`` is realised FX gain."""

        TOPIC = "billing.payment_applied"
        entity: str
        client_code: str
        invoice_id: UUID
        invoice_number: str
        bank_reference: str
        applied_on: date
        currency: str
        amount: Decimal
        functional_currency: str
        booked: Decimal
        paid: Decimal

    @event(Recorded)
    def __init__(
        self,
        id: UUID,
        entity: str,
        client_id: UUID,
        client_code: str,
        received_on: date,
        currency: str,
        amount: Decimal,
        quote: Quote,
        functional: Decimal,
        bank_reference: str,
    ) -> None:
        del received_on
        self.entity = entity
        self.client_id = client_id
        self.client_code = client_code
        self.currency = currency
        self.functional_currency = quote.to
        self.bank_reference = bank_reference
        self.left = amount
        self.functional_left = functional

    def apply(
        self,
        invoice_id: UUID,
        invoice_number: str,
        applied_on: date,
        amount: Decimal,
        booked: Decimal,
    ) -> None:
        """Use some of it; ``booked`` is what the invoice relieves. Raises OverApplied."""
        if amount > self.left:
            raise OverApplied(f"payment has {self.left} {self.currency} left", field="amount")
        self._applied(
            self.entity, self.client_code, invoice_id, invoice_number, self.bank_reference,
            applied_on, self.currency, amount, self.functional_currency, booked,
            self._relief(amount),
        )  # fmt: skip

    def _relief(self, amount: Decimal) -> Decimal:
        if amount == self.left:
            return self.functional_left
        return quantize(self.functional_left * amount / self.left, self.functional_currency)

    @event(Applied)
    def _applied(
        self, entity: str, client_code: str, invoice_id: UUID, invoice_number: str,
        bank_reference: str, applied_on: date, currency: str, amount: Decimal,
        functional_currency: str, booked: Decimal, paid: Decimal,
    ) -> None:  # fmt: skip
        del entity, client_code, invoice_id, invoice_number, bank_reference, applied_on
        del currency, functional_currency, booked
        self.left -= amount
        self.functional_left -= paid
