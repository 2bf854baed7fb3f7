"""What a vendor asks for, as values: a bill, a payment of some of it, a credit against it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.money import quantize
from domain.payables.cost_line import CostLine
from domain.pricing.fx import Quote
from domain.receivables.reduction import relieved

ZERO = Decimal(0)


@dataclass(frozen=True)
class Bill:
    """A vendor's document at the rate of its day; ``retained`` is held back until released."""

    entity: str
    vendor_id: UUID
    vendor_code: str
    number: str
    billed_on: date
    due_on: date
    currency: str
    quote: Quote
    lines: tuple[CostLine, ...]
    retained: Decimal
    functional_retained: Decimal

    @property
    def books(self) -> str:
        """The currency of the entity's books."""
        return self.quote.to

    @property
    def gross(self) -> Decimal:
        """Net and tax."""
        return gross_of(self.lines)

    @property
    def functional(self) -> Decimal:
        """Net and tax in the books: the sum of the lines, so nothing is left over."""
        return functional_of(self.lines)


@dataclass(frozen=True)
class VendorPayment:
    """``functional`` leaves the bank, ``booked`` is what the books owed for it."""

    payment_id: UUID
    paid_on: date
    amount: Decimal
    quote: Quote
    functional: Decimal
    booked: Decimal
    bank_reference: str


@dataclass(frozen=True)
class VendorCredit:
    """Lines taken back at the bill's rate; ``booked`` is what the books owe less."""

    number: str
    credited_on: date
    lines: tuple[CostLine, ...]
    booked: Decimal
    why: str

    @property
    def gross(self) -> Decimal:
        """Net and tax."""
        return gross_of(self.lines)


def gross_of(lines: Iterable[CostLine]) -> Decimal:
    """Net and tax, in the document's currency."""
    return sum((line.net + line.tax for line in lines), ZERO)


def functional_of(lines: Iterable[CostLine]) -> Decimal:
    """Net and tax, in the books."""
    return sum((line.functional_net + line.functional_tax for line in lines), ZERO)


def retained_of(lines: Iterable[CostLine], pct: Decimal, currency: str) -> Decimal:
    """What is held back of a bill: a percentage of its net."""
    net = sum((line.net for line in lines), ZERO)
    return quantize(net * pct / 100, currency)


def part_of(line: CostLine, net: Decimal, tax: Decimal, books: str) -> CostLine:
    """Some of a line: the last of it takes the last in the books."""
    return replace(
        line, net=net, tax=tax,
        functional_net=relieved(net, line.net, line.functional_net, books) if net else ZERO,
        functional_tax=relieved(tax, line.tax, line.functional_tax, books) if tax else ZERO,
    )  # fmt: skip


def less(line: CostLine, taken: CostLine) -> CostLine:
    """What is left of a line."""
    return replace(
        line, net=line.net - taken.net, tax=line.tax - taken.tax,
        functional_net=line.functional_net - taken.functional_net,
        functional_tax=line.functional_tax - taken.functional_tax,
    )  # fmt: skip
