"""A client: whom an entity bills, in which currency and on which terms."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Personal, Root, event
from domain.errors import Refusal
from domain.organisation.details import FirmDetails, of_day
from domain.pricing.rebate import EarlyPaymentTerms


class ClientInactive(Refusal):
    """No new business with this client."""

    code = "INACTIVE_REFERENCE"


class Client(Root):
    """``entity`` is the billing entity; the contact's data is personal and encrypted."""

    class Registered(Root.Created):
        """A client was taken on."""

        TOPIC = "organisation.client_registered"
        code: str
        name: str
        entity: str
        currency: str
        payment_terms_days: int
        contact_name: Personal
        contact_email: Personal

        def claims(self) -> tuple[str, ...]:
            """Client codes are unique."""
            return (f"client {self.code}",)

    class Deactivated(Root.Event):
        """No new business with this client."""

        TOPIC = "organisation.client_deactivated"

    class Parked(Root.Event):
        """Billing runs pass the client over."""

        TOPIC = "organisation.client_parked"
        why: str

    class Unparked(Root.Event):
        """Billing runs take the client up again."""

        TOPIC = "organisation.client_unparked"

    class ConsolidationSet(Root.Event):
        """Billing runs put what they bill the client on one document, or do so no more."""

        TOPIC = "organisation.client_consolidation_set"
        consolidate: bool

    class CreditLimitSet(Root.Event):
        """How much the client may owe, in its entity's currency; None is no limit."""

        TOPIC = "organisation.client_credit_limit_set"
        entity: str
        currency: str
        amount: Decimal | None

    class EarlyPaymentTermsSet(Root.Event):
        """What who pays early may keep, of invoices issued from a day on."""

        TOPIC = "organisation.client_early_payment_terms_set"
        from_date: date
        terms: EarlyPaymentTerms
        reduces_tax: bool

    class DetailsSet(Root.Event):
        """Address and numbers on documents from a day on, and what they refer to."""

        TOPIC = "organisation.client_details_set"
        entity: str
        from_date: date
        details: FirmDetails
        buyer_reference: str

    @event(Registered)
    def __init__(
        self,
        id: UUID,
        code: str,
        name: str,
        entity: str,
        currency: str,
        payment_terms_days: int,
        contact_name: str,
        contact_email: str,
    ) -> None:
        self.code = code
        self.name = name
        self.entity = entity
        self.currency = currency
        self.payment_terms_days = payment_terms_days
        self.contact_name = contact_name
        self.contact_email = contact_email
        self.active = True
        self.parked = ""
        self.consolidate = False
        self.credit_limit: Decimal | None = None
        self.early_terms: dict[date, tuple[EarlyPaymentTerms, bool]] = {}
        self.details: dict[date, tuple[FirmDetails, str]] = {}

    def set_details(self, from_date: date, details: FirmDetails, buyer_reference: str) -> None:
        """The same again changes nothing; others of the same day replace them."""
        if self.details.get(from_date) != (details, buyer_reference):
            self._details_set(self.entity, from_date, details, buyer_reference)

    def details_on(self, day: date) -> tuple[FirmDetails, str]:
        """What a document of that day says, and the reference the client asked for."""
        return of_day(self.details, day, (FirmDetails(), ""))

    def set_credit_limit(self, currency: str, amount: Decimal | None) -> None:
        """The same again changes nothing."""
        if amount != self.credit_limit:
            self._credit_limit_set(self.entity, currency, amount)

    def set_early_terms(
        self, from_date: date, terms: EarlyPaymentTerms, *, reduces_tax: bool
    ) -> None:
        """The same again changes nothing; others of the same day replace them."""
        if self.early_terms.get(from_date) != (terms, reduces_tax):
            self._early_payment_terms_set(from_date, terms, reduces_tax)

    def early_terms_of(self, issued_on: date) -> tuple[EarlyPaymentTerms, bool] | None:
        """Terms of an invoice of that day, and whether its tax follows; None without any."""
        days = [day for day in self.early_terms if day <= issued_on]
        return self.early_terms[max(days)] if days else None

    def deactivate(self) -> None:
        """Twice changes nothing."""
        if self.active:
            self._deactivated()

    def require_active(self) -> None:
        """Raises ClientInactive."""
        if not self.active:
            raise ClientInactive(f"client {self.code} is inactive", field="client_id")

    def park(self, why: str) -> None:
        """Twice changes nothing."""
        if not self.parked:
            self._parked(why)

    def unpark(self) -> None:
        """A client who is not parked stays as is."""
        if self.parked:
            self._unparked()

    def set_consolidation(self, *, consolidate: bool) -> None:
        """The same again changes nothing."""
        if consolidate != self.consolidate:
            self._consolidation_set(consolidate)

    @event(ConsolidationSet)
    def _consolidation_set(self, consolidate: bool) -> None:
        self.consolidate = consolidate

    @event(Parked)
    def _parked(self, why: str) -> None:
        self.parked = why

    @event(Unparked)
    def _unparked(self) -> None:
        self.parked = ""

    @event(Deactivated)
    def _deactivated(self) -> None:
        self.active = False

    @event(CreditLimitSet)
    def _credit_limit_set(self, entity: str, currency: str, amount: Decimal | None) -> None:
        del entity, currency
        self.credit_limit = amount

    @event(EarlyPaymentTermsSet)
    def _early_payment_terms_set(
        self, from_date: date, terms: EarlyPaymentTerms, reduces_tax: bool
    ) -> None:
        self.early_terms[from_date] = terms, reduces_tax

    @event(DetailsSet)
    def _details_set(
        self, entity: str, from_date: date, details: FirmDetails, buyer_reference: str
    ) -> None:
        del entity
        self.details[from_date] = details, buyer_reference
