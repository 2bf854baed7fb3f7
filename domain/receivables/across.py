"""An invoice settled by money of another currency: what of each side counts, and what is realised.

The bank's own figures say what arrived and what of the invoice it is taken for; no rate decides
that. Between both stands the invoice's currency at the day's rate: what it moved since the
invoice is the one difference, what the payer's currency was worth beside it the other.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.pricing.fx import Quote


@dataclass(frozen=True)
class Across:
    """``amount`` of the invoice, in ``currency``, for ``paid_amount`` of ``paid_currency``.

    In the books: ``booked`` the invoice gives up, ``paid`` the payment does, ``worth`` is the
    amount at the day's ``quote``.
    """

    entity: str
    client_code: str
    invoice_id: UUID
    invoice_number: str
    bank_reference: str
    currency: str
    amount: Decimal
    booked: Decimal
    worth: Decimal
    paid_currency: str
    paid_amount: Decimal
    paid: Decimal
    books: str
    applied_on: date
    quote: Quote

    @property
    def by_invoice(self) -> Decimal:
        """Gain (positive) of the invoice's currency between its booking and this day."""
        return self.worth - self.booked

    @property
    def by_payment(self) -> Decimal:
        """Gain (positive) of having been paid in another currency."""
        return self.paid - self.worth
