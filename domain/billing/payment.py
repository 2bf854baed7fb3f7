"""A payment received, and what becomes of it.

Money of an unknown sender waits in suspense. Once its client is known it is a customer credit
until it settles invoices or goes back; settling brings out what the exchange rate did between
invoice and payment. A payment that bounces takes back all it settled.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.consent import Consent
from domain.billing.invoice import OverApplied
from domain.billing.payment_refusals import AlreadyUsed, NotApplied, PaymentBounced
from domain.pricing.fx import Quote
from domain.receivables.across import Across
from domain.receivables.reduction import Use, relieved


class Payment(Root):
    """``left`` is not used yet, in its currency and in the books."""

    class Recorded(Root.Created):
        """Money arrived; ``client_id`` None: nobody knows from whom."""

        TOPIC = "billing.payment_recorded"
        entity: str
        client_id: UUID | None
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
        """Some of it settles an invoice; ``paid - booked`` is realised FX gain.

        ``consent`` where another client owes the invoice.
        """

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
        consent: Consent | None = None
        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Money settled only what its own client owed."""
            state["consent"] = None

    class Identified(Root.Event):
        """Its client is known; ``before`` is the code of whom it was ascribed to, or empty."""

        TOPIC = "billing.payment_identified"
        entity: str
        before: str
        client_id: UUID
        client_code: str
        bank_reference: str
        identified_on: date
        currency: str
        amount: Decimal
        functional_currency: str
        functional: Decimal

    class Unapplied(Root.Event):
        """All of it that settled an invoice was taken off; the amounts are the application's."""

        TOPIC = "billing.payment_unapplied"
        entity: str
        client_code: str
        invoice_id: UUID
        invoice_number: str
        bank_reference: str
        unapplied_on: date
        currency: str
        amount: Decimal
        functional_currency: str
        booked: Decimal
        paid: Decimal
        consent: Consent | None = None
        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Money settled only what its own client owed."""
            state["consent"] = None

    class AppliedAcross(Root.Event):
        """Some of it settles an invoice in another currency."""

        TOPIC = "billing.payment_applied_across"
        across: Across

    class UnappliedAcross(Root.Event):
        """It was taken off that invoice, at the amounts it was applied at."""

        TOPIC = "billing.payment_unapplied_across"
        across: Across
        unapplied_on: date

    class Refunded(Root.Event):
        """Some went back: ``functional`` leaves the bank, ``relieved`` is owed no more."""

        TOPIC = "billing.payment_refunded"
        entity: str
        client_code: str
        bank_reference: str
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

    class OverpaymentKept(Root.Event):
        """A little too much was paid, and nobody asks for it back."""

        TOPIC = "billing.small_overpayment_kept"
        entity: str
        client_code: str
        bank_reference: str
        kept_on: date
        currency: str
        amount: Decimal
        functional_currency: str
        functional: Decimal

    class Reversed(Root.Event):
        """It bounced: the bank took it back, at the amounts it came in at."""

        TOPIC = "billing.payment_reversed"
        entity: str
        client_code: str
        bank_reference: str
        reversed_on: date
        currency: str
        amount: Decimal
        functional_currency: str
        functional: Decimal
        why: str

    @event(Recorded)
    def __init__(
        self,
        id: UUID,
        entity: str,
        client_id: UUID | None,
        client_code: str,
        received_on: date,
        currency: str,
        amount: Decimal,
        quote: Quote,
        functional: Decimal,
        bank_reference: str,
    ) -> None:
        self.entity = entity
        self.client_id = client_id
        self.client_code = client_code
        self.received_on = received_on
        self.currency = currency
        self.functional_currency = quote.to
        self.bank_reference = bank_reference
        self.amount = self.left = amount
        self.functional = self.functional_left = functional
        self.uses: dict[UUID, Use] = {}
        self.across: dict[UUID, Across] = {}
        self.consents: dict[UUID, Consent] = {}
        self.spent = Decimal(0)
        self.reversed = False
        self.quote = quote

    def identify(self, client_id: UUID, client_code: str, on: date) -> None:
        """Say whose money it is; the same client again changes nothing.

        Raises AlreadyUsed where another's invoices are settled by it, PaymentBounced.
        """
        if client_id == self.client_id:
            return
        self.require_standing()
        if self.uses or self.spent:
            raise AlreadyUsed(f"payment {self.bank_reference} is used", field="payment_id")
        self._identified(
            self.entity, self.client_code, client_id, client_code, self.bank_reference, on,
            self.currency, self.amount, self.functional_currency, self.functional,
        )  # fmt: skip

    @property
    def applied(self) -> Decimal:
        """What of it settles invoices, in its own currency."""
        own = (use.amount for id_, use in self.uses.items() if id_ not in self.across)
        return sum((*own, *(one.paid_amount for one in self.across.values())), Decimal(0))

    def require_standing(self) -> None:
        """Raises PaymentBounced."""
        if self.reversed:
            raise PaymentBounced(f"payment {self.bank_reference} bounced", field="payment_id")

    def apply(
        self,
        invoice_id: UUID,
        invoice_number: str,
        applied_on: date,
        amount: Decimal,
        booked: Decimal,
        consent: Consent | None = None,
    ) -> None:
        """Use some of it; ``booked`` is what the invoice relieves. Raises OverApplied.

        ``consent`` is the client's where another owes the invoice.
        """
        self._applied(
            self.entity, self.client_code, invoice_id, invoice_number, self.bank_reference,
            applied_on, self.currency, amount, self.functional_currency, booked,
            self._relief(amount), consent,
        )  # fmt: skip

    def apply_across(
        self, invoice_id: UUID, invoice_number: str, on: date, paid_amount: Decimal,
        amount: Decimal, booked: Decimal, quote: Quote,
    ) -> None:  # fmt: skip
        """Use ``paid_amount`` of it for ``amount`` of an invoice in the quote's currency.

        Raises OverApplied, AlreadyUsed for an invoice that it settles in part already.
        """
        if invoice_id in self.uses:
            raise AlreadyUsed(f"it settles {invoice_number} already: take that off first")
        self._applied_across(Across(
            self.entity, self.client_code, invoice_id, invoice_number, self.bank_reference,
            quote.of, amount, booked, quote.convert(amount), self.currency, paid_amount,
            self._relief(paid_amount), self.functional_currency, on, quote,
        ))  # fmt: skip

    def _relief(self, amount: Decimal) -> Decimal:
        if amount > self.left:
            raise OverApplied(f"payment has {self.left} {self.currency} left", field="amount")
        return relieved(amount, self.left, self.functional_left, self.functional_currency)

    def unapply(self, invoice_id: UUID, on: date) -> Use:
        """Take off all that settles an invoice. Raises NotApplied, TooEarly."""
        use = self.uses.get(invoice_id)
        if use is None:
            raise NotApplied("nothing of it settles that invoice", field="invoice_id")
        use.require_after(on)
        if invoice_id in self.across:
            self._unapplied_across(self.across[invoice_id], on)
            return use
        self._unapplied(
            self.entity, self.client_code, invoice_id, use.number, self.bank_reference, on,
            self.currency, use.amount, self.functional_currency, use.booked, use.paid,
            self.consents.get(invoice_id),
        )  # fmt: skip
        return use

    def refund(self, reference: str, on: date, amount: Decimal, quote: Quote) -> None:
        """Send some of it back, at the day's rate. Raises OverApplied."""
        self._refunded(
            self.entity, self.client_code, self.bank_reference, reference, on, self.currency,
            amount, quote, quote.convert(amount), self._relief(amount),
        )  # fmt: skip

    def keep_rest(self, on: date) -> None:
        """Ask nobody whether they want it back; it is small."""
        self._overpayment_kept(
            self.entity, self.client_code, self.bank_reference, on, self.currency, self.left,
            self.functional_currency, self.functional_left,
        )  # fmt: skip

    def reverse(self, on: date, why: str) -> None:
        """Undo a receipt that bounced, once it settles nothing.

        Raises AlreadyUsed for what went back or was kept, PaymentBounced.
        """
        self.require_standing()
        if self.uses or self.spent:
            raise AlreadyUsed(f"payment {self.bank_reference} is used", field="payment_id")
        self._reversed(
            self.entity, self.client_code, self.bank_reference, on, self.currency, self.amount,
            self.functional_currency, self.functional, why,
        )  # fmt: skip

    @event(Applied)
    def _applied(
        self, entity: str, client_code: str, invoice_id: UUID, invoice_number: str,
        bank_reference: str, applied_on: date, currency: str, amount: Decimal,
        functional_currency: str, booked: Decimal, paid: Decimal,
        consent: Consent | None = None,
    ) -> None:  # fmt: skip
        del entity, client_code, bank_reference, currency, functional_currency
        before = self.uses.get(invoice_id)
        self.uses[invoice_id] = (
            before.more(amount, booked, paid, applied_on)
            if before
            else Use(invoice_number, amount, booked, paid, applied_on)
        )
        if consent:
            self.consents[invoice_id] = consent
        self.left -= amount
        self.functional_left -= paid

    @event(AppliedAcross)
    def _applied_across(self, across: Across) -> None:
        one = across
        self.uses[one.invoice_id] = Use(
            one.invoice_number, one.amount, one.booked, one.paid, one.applied_on
        )
        self.across[one.invoice_id] = one
        self.left -= one.paid_amount
        self.functional_left -= one.paid

    @event(UnappliedAcross)
    def _unapplied_across(self, across: Across, unapplied_on: date) -> None:
        del unapplied_on, self.uses[across.invoice_id], self.across[across.invoice_id]
        self.left += across.paid_amount
        self.functional_left += across.paid

    @event(Identified)
    def _identified(
        self, entity: str, before: str, client_id: UUID, client_code: str, bank_reference: str,
        identified_on: date, currency: str, amount: Decimal, functional_currency: str,
        functional: Decimal,
    ) -> None:  # fmt: skip
        del entity, before, bank_reference, identified_on, currency, amount, functional_currency
        del functional
        self.client_id = client_id
        self.client_code = client_code

    @event(Unapplied)
    def _unapplied(
        self, entity: str, client_code: str, invoice_id: UUID, invoice_number: str,
        bank_reference: str, unapplied_on: date, currency: str, amount: Decimal,
        functional_currency: str, booked: Decimal, paid: Decimal,
        consent: Consent | None = None,
    ) -> None:  # fmt: skip
        del entity, client_code, invoice_number, bank_reference, unapplied_on, currency
        del functional_currency, booked, consent
        del self.uses[invoice_id]
        self.consents.pop(invoice_id, None)
        self.left += amount
        self.functional_left += paid

    @event(Refunded)
    def _refunded(
        self, entity: str, client_code: str, bank_reference: str, refund_reference: str,
        refunded_on: date, currency: str, amount: Decimal, quote: Quote, functional: Decimal,
        relieved: Decimal,
    ) -> None:  # fmt: skip
        del entity, client_code, bank_reference, refund_reference, refunded_on, currency, quote
        del functional
        self.spent += amount
        self.left -= amount
        self.functional_left -= relieved

    @event(OverpaymentKept)
    def _overpayment_kept(
        self, entity: str, client_code: str, bank_reference: str, kept_on: date, currency: str,
        amount: Decimal, functional_currency: str, functional: Decimal,
    ) -> None:  # fmt: skip
        del entity, client_code, bank_reference, kept_on, currency, functional_currency
        self.spent += amount
        self.left -= amount
        self.functional_left -= functional

    @event(Reversed)
    def _reversed(
        self, entity: str, client_code: str, bank_reference: str, reversed_on: date,
        currency: str, amount: Decimal, functional_currency: str, functional: Decimal, why: str,
    ) -> None:  # fmt: skip
        del entity, client_code, bank_reference, reversed_on, currency, functional_currency, why
        self.reversed = True
        self.left -= amount
        self.functional_left -= functional
