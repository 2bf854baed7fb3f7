"""What a credit memo left owing to a client, and what becomes of it.

A memo's credit never grows: the stream begins when some of it is first used.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.invoice import OverApplied
from domain.billing.payment_refusals import NotApplied
from domain.identity import named_id
from domain.pricing.fx import Quote
from domain.receivables.reduction import Use, relieved


def memo_credit_id(memo_id: UUID) -> UUID:
    """The stream of what a memo left owing."""
    return named_id("memo credit", str(memo_id))


class MemoCredit(Root):
    """``left`` is owed still, in the memo's currency and in the books."""

    class Begun(Root.Created):
        """A client's credit is used for the first time."""

        TOPIC = "receivables.memo_credit_begun"
        memo_id: UUID
        number: str
        entity: str
        client_id: UUID
        client_code: str
        currency: str
        functional_currency: str
        amount: Decimal
        functional: Decimal

    class Applied(Root.Event):
        """Some of it settles an invoice; ``paid - booked`` is realised FX gain."""

        TOPIC = "receivables.credit_applied"
        entity: str
        client_code: str
        number: str
        invoice_id: UUID
        invoice_number: str
        applied_on: date
        currency: str
        amount: Decimal
        functional_currency: str
        booked: Decimal
        paid: Decimal

    class Unapplied(Root.Event):
        """All of it that settled an invoice was taken off; the amounts are the application's."""

        TOPIC = "receivables.credit_unapplied"
        entity: str
        client_code: str
        number: str
        invoice_id: UUID
        invoice_number: str
        unapplied_on: date
        currency: str
        amount: Decimal
        functional_currency: str
        booked: Decimal
        paid: Decimal

    class Refunded(Root.Event):
        """Some was paid out: ``functional`` leaves the bank, ``relieved`` is owed no more."""

        TOPIC = "receivables.credit_refunded"
        entity: str
        client_code: str
        number: str
        refund_reference: str
        refunded_on: date
        currency: str
        amount: Decimal
        quote: Quote
        functional: Decimal
        relieved: Decimal

        def claims(self) -> tuple[str, ...]:
            """A bank reference is booked once an entity."""
            return (f"bank reference {self.entity} {self.refund_reference}",)

    @event(Begun)
    def __init__(
        self,
        id: UUID,
        memo_id: UUID,
        number: str,
        entity: str,
        client_id: UUID,
        client_code: str,
        currency: str,
        functional_currency: str,
        amount: Decimal,
        functional: Decimal,
    ) -> None:
        self.memo_id = memo_id
        self.number = number
        self.entity = entity
        self.client_id = client_id
        self.client_code = client_code
        self.currency = currency
        self.functional_currency = functional_currency
        self.left = amount
        self.functional_left = functional
        self.uses: dict[UUID, Use] = {}

    def apply(
        self, invoice_id: UUID, invoice_number: str, on: date, amount: Decimal, booked: Decimal
    ) -> None:
        """Use some of it; ``booked`` is what the invoice relieves. Raises OverApplied."""
        self._applied(
            self.entity, self.client_code, self.number, invoice_id, invoice_number, on,
            self.currency, amount, self.functional_currency, booked, self._relief(amount),
        )  # fmt: skip

    def _relief(self, amount: Decimal) -> Decimal:
        if amount > self.left:
            raise OverApplied(
                f"{self.number} has {self.left} {self.currency} left", field="amount"
            )
        return relieved(amount, self.left, self.functional_left, self.functional_currency)

    def unapply(self, invoice_id: UUID, on: date) -> Use:
        """Take off all that settles an invoice. Raises NotApplied, TooEarly."""
        use = self.uses.get(invoice_id)
        if use is None:
            raise NotApplied("nothing of it settles that invoice", field="to_invoice_id")
        use.require_after(on)
        self._unapplied(
            self.entity, self.client_code, self.number, invoice_id, use.number, on,
            self.currency, use.amount, self.functional_currency, use.booked, use.paid,
        )  # fmt: skip
        return use

    def refund(self, reference: str, on: date, amount: Decimal, quote: Quote) -> None:
        """Pay some of it out, at the day's rate. Raises OverApplied."""
        self._refunded(
            self.entity, self.client_code, self.number, reference, on, self.currency, amount,
            quote, quote.convert(amount), self._relief(amount),
        )  # fmt: skip

    @event(Applied)
    def _applied(
        self, entity: str, client_code: str, number: str, invoice_id: UUID, invoice_number: str,
        applied_on: date, currency: str, amount: Decimal, functional_currency: str,
        booked: Decimal, paid: Decimal,
    ) -> None:  # fmt: skip
        del entity, client_code, number, currency, functional_currency
        before = self.uses.get(invoice_id)
        self.uses[invoice_id] = (
            before.more(amount, booked, paid, applied_on)
            if before
            else Use(invoice_number, amount, booked, paid, applied_on)
        )
        self.left -= amount
        self.functional_left -= paid

    @event(Unapplied)
    def _unapplied(
        self, entity: str, client_code: str, number: str, invoice_id: UUID, invoice_number: str,
        unapplied_on: date, currency: str, amount: Decimal, functional_currency: str,
        booked: Decimal, paid: Decimal,
    ) -> None:  # fmt: skip
        del entity, client_code, number, invoice_number, unapplied_on, currency
        del functional_currency, booked
        del self.uses[invoice_id]
        self.left += amount
        self.functional_left += paid

    @event(Refunded)
    def _refunded(
        self, entity: str, client_code: str, number: str, refund_reference: str,
        refunded_on: date, currency: str, amount: Decimal, quote: Quote, functional: Decimal,
        relieved: Decimal,
    ) -> None:  # fmt: skip
        del entity, client_code, number, refund_reference, refunded_on, currency, quote
        del functional
        self.left -= amount
        self.functional_left -= relieved
