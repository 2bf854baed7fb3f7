"""An e-invoice as a value: what EN 16931 asks of a document, before it is any syntax.

A document bills one part, or several at once, each a billing of its own; its totals are sums
over all their lines. Amounts are in the document's currency unless they say otherwise.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from domain.errors import Refusal
from domain.organisation.details import FirmDetails

ZERO = Decimal(0)
Category = Literal["S", "Z", "E", "AE"]
"""VAT categories (UNCL 5305): standard, zero rated, exempt, reverse charge."""


class EInvoiceIncomplete(Refusal):
    """Something that the standard requires is not known; the message names all of it."""

    code = "EINVOICE_INCOMPLETE"


class EInvoiceUnsayable(Refusal):
    """The document holds something that EN 16931 has no words for."""

    code = "EINVOICE_UNSAYABLE"


@dataclass(frozen=True)
class Firm:
    """Seller or buyer."""

    name: str
    details: FirmDetails


@dataclass(frozen=True)
class Vat:
    """What taxes a line: ``rate_pct`` is 0 unless ``category`` is S; ``reason`` for E and AE."""

    category: Category
    rate_pct: Decimal
    reason: str = ""


@dataclass(frozen=True)
class Change:
    """Taken off a line, or put on it where below zero."""

    amount: Decimal
    reason: str


@dataclass(frozen=True)
class Line:
    """``net`` is ``quantity * price / base_quantity`` rounded, less ``changes``.

    ``tax`` is what is charged of it; ``unit`` a code of UN/ECE Rec 20.
    """

    text: str
    quantity: Decimal
    unit: str
    price: Decimal
    base_quantity: Decimal
    net: Decimal
    vat: Vat
    tax: Decimal
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Part:
    """One billing within a document. ``order`` is the client's, empty where there is none.

    ``tax_accounting`` is its tax in the accounting currency; ``notes`` say what figures cannot.
    """

    order: str
    lines: tuple[Line, ...]
    tax_accounting: Decimal
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subtotal:
    """All of a document under one category and rate."""

    vat: Vat
    taxable: Decimal
    tax: Decimal


@dataclass(frozen=True)
class EInvoice:
    """``corrects`` names the invoice (number, date) where this is a credit note.

    ``prepaid`` was paid before the document was issued. Amounts of a credit note are positive.
    """

    number: str
    issued_on: date
    due_on: date | None
    currency: str
    accounting_currency: str
    seller: Firm
    buyer: Firm
    buyer_reference: str
    parts: tuple[Part, ...]
    corrects: tuple[str, date] | None = None
    prepaid: Decimal = ZERO

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Lines of all parts, in order."""
        return tuple(line for part in self.parts for line in part.lines)

    @property
    def orders(self) -> tuple[str, ...]:
        """Orders of the client that it bills, each once."""
        return tuple(dict.fromkeys(part.order for part in self.parts if part.order))

    @cached_property
    def subtotals(self) -> tuple[Subtotal, ...]:
        """One a category and rate, in the order they first appear; their reasons joined."""
        return tuple(subtotals_of(self.lines))

    @property
    def net(self) -> Decimal:
        """Sum of the lines."""
        return sum((line.net for line in self.lines), ZERO)

    @property
    def tax(self) -> Decimal:
        """Sum of the subtotals."""
        return sum((one.tax for one in self.subtotals), ZERO)

    @property
    def payable(self) -> Decimal:
        """With tax, less what was paid before (BR-CO-16)."""
        return self.net + self.tax - self.prepaid

    @property
    def tax_accounting(self) -> Decimal:
        """The tax in the accounting currency (BT-111)."""
        return sum((part.tax_accounting for part in self.parts), ZERO)


def subtotals_of(lines: Iterable[Line]) -> Iterable[Subtotal]:
    """One a category and rate, in the order they first appear."""
    found: dict[tuple[str, Decimal], list[Line]] = defaultdict(list)
    for line in lines:
        found[line.vat.category, line.vat.rate_pct].append(line)
    for group in found.values():
        reasons = dict.fromkeys(line.vat.reason for line in group if line.vat.reason)
        yield Subtotal(
            replace(group[0].vat, reason="; ".join(reasons)),
            sum((line.net for line in group), ZERO), sum((line.tax for line in group), ZERO),
        )  # fmt: skip


def missing(document: EInvoice) -> Iterable[str]:
    """What the standard requires and is not known, in words.

    Source: EN 16931 BR-06 to BR-11, BR-S-02, BR-AE-02; Peppol BIS Billing 3 R003, R010, R020.
    """
    seller, buyer = document.seller, document.buyer
    yield from (f"the seller's {what}" for what in _lacking(seller))
    yield from (f"the buyer's {what}" for what in _lacking(buyer))
    if not seller.details.vat_id:
        yield "the seller's VAT number"
    reverse = any(line.vat.category == "AE" for line in document.lines)
    if reverse and not (buyer.details.vat_id or buyer.details.registration_id):
        yield "the buyer's VAT number, for reverse charge"
    if not (document.buyer_reference or len(document.orders) == 1):
        yield "the buyer's reference, or an order of the buyer"


def _lacking(firm: Firm) -> Iterable[str]:
    if not firm.name.strip():
        yield "name"
    if not firm.details.country:
        yield "country"
    if not (firm.details.endpoint and firm.details.endpoint_scheme):
        yield "electronic address"
