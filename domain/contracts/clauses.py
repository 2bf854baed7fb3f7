"""Clauses of a contract: what the parties agreed about caps, time and purchase orders."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from domain.errors import Refusal
from domain.pricing.time_rounding import RoundingTerms

HUNDRED = Decimal(100)


class OrderExpired(Refusal):
    """The contract's purchase order is no longer valid on that day."""

    code = "PO_EXPIRED"


class OrderExhausted(Refusal):
    """The purchase order does not cover the document."""

    code = "PO_EXHAUSTED"


class CapExceeded(Refusal):
    """A hard cap leaves nothing to bill."""

    code = "CAP_EXCEEDED"


@dataclass(frozen=True)
class Cap:
    """Not to exceed ``limit``, in the contract's currency or in hours.

    ``kinds`` of billable things it counts, all where empty. A hard cap cuts what goes beyond it;
    the other kind only tells when a threshold is reached.
    """

    name: str
    limit: Decimal
    measure: Literal["amount", "hours"] = "amount"
    hard: bool = True
    kinds: tuple[str, ...] = ()
    thresholds_pct: tuple[Decimal, ...] = (Decimal(75), Decimal(90), HUNDRED)


@dataclass(frozen=True)
class TimeTerms:
    """How hours worked from ``from_date`` on are priced.

    ``blended_rate`` (per hour) stands in place of the rate card; ``discount_pct`` is off the rate.
    """

    from_date: date
    rounding: RoundingTerms | None = None
    blended_rate: Decimal | None = None
    discount_pct: Decimal = Decimal(0)


@dataclass(frozen=True)
class PurchaseOrder:
    """The client's order: documents name it and stay within its limit, net of tax."""

    number: str
    limit: Decimal
    valid_until: date | None = None

    def require_valid(self, on: date) -> None:
        """Raises OrderExpired."""
        if self.valid_until is not None and on > self.valid_until:
            raise OrderExpired(
                f"order {self.number} was valid until {self.valid_until}", field="issued_on"
            )

    def require_room(self, used: Decimal, net: Decimal, currency: str) -> None:
        """Raises OrderExhausted where ``net`` is more than the order has left."""
        left = self.limit - used
        if net > left:
            raise OrderExhausted(
                f"order {self.number} has {left} {currency} left, {net} are asked for",
                field="sources",
            )
