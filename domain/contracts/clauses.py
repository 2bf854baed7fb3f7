"""Clauses of a contract: what the parties agreed about caps, time, orders, taxes, discounts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.billing.retainage import RetainageTerms
from domain.errors import Refusal
from domain.pricing.rebate import VolumeMode, VolumeStep
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
class KindTax:
    """The tax code of one kind of billable thing."""

    kind: str
    tax_code_id: UUID
    code: str


@dataclass(frozen=True)
class TaxClause:
    """The tax code of the contract's lines, in place of a fixed percentage.

    ``by_kind`` names those that have another. ``per_document``: each tax is rounded once a
    document and not once a line.
    """

    tax_code_id: UUID
    code: str
    per_document: bool = False
    by_kind: tuple[KindTax, ...] = ()

    def of(self, kind: str) -> UUID:
        """The code that taxes a kind of thing."""
        own = (one.tax_code_id for one in self.by_kind if one.kind == kind)
        return next(own, self.tax_code_id)


@dataclass(frozen=True)
class TaxSource:
    """The engine that says the taxes of documents, and the place of supply in its words."""

    engine: str
    place: str


@dataclass(frozen=True)
class VolumeTerms:
    """A discount on every invoice by the volume it reaches; one step from 0 is a flat one.

    ``to_date``: the volume is all that was billed under the contract, the invoice included, net
    of discounts and tax; else it is the invoice's own.
    """

    steps: tuple[VolumeStep, ...]
    mode: VolumeMode = "volume"
    to_date: bool = False


@dataclass(frozen=True)
class RetainageClause:
    """What a client keeps of certified work, and what its release waits for.

    ``tax_on``: tax is asked for with the invoice, on all of the work, or with the release for
    what is kept. Without ``terms`` nothing is kept.
    """

    terms: RetainageTerms | None = None
    tax_on: Literal["invoice", "release"] = "invoice"
    conditions: tuple[str, ...] = ()

    @property
    def defers_tax(self) -> bool:
        """Whether what is kept is taxed when it is released."""
        return self.tax_on == "release"

    def in_force(self, currency: str) -> RetainageTerms:
        """The terms; nothing is kept where there are none."""
        return self.terms or RetainageTerms(currency, ())


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
