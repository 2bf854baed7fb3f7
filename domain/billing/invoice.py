"""An invoice and what reduces it: credit memos and applied payments.

What is open is derived, in the invoice's currency and in the books; whoever takes the last of
the one takes the last of the other, so a settled invoice is zero in both.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.lines import InvoiceLine, Source
from domain.errors import Refusal
from domain.money import quantize
from domain.pricing.fx import Quote


class OverCredited(Refusal):
    """The memo credits more than the line has left."""

    code = "OVER_CREDITED"


class OverApplied(Refusal):
    """The amount is above what is open."""

    code = "OVER_APPLIED"


class UnknownLine(Refusal):
    """The invoice has no such line."""

    code = "UNKNOWN_LINE"


class PartialRestore(Refusal):
    """Only a line that is credited in full frees what it billed."""

    code = "PARTIAL_RESTORE"


@dataclass(frozen=True)
class Party:
    """Who bills whom under which contract; ``by_run``: a revenue run earns, no document does."""

    entity: str
    client_id: UUID
    contract_id: UUID
    client_code: str
    client_name: str
    by_run: bool = False


@dataclass(frozen=True)
class Totals:
    """``net + tax`` is what the client owes; the functional ones are at the invoice's quote."""

    net: Decimal
    tax: Decimal
    functional_net: Decimal
    functional_tax: Decimal
    carried: Decimal

    @property
    def gross(self) -> Decimal:
        """Net and tax."""
        return self.net + self.tax

    @property
    def functional(self) -> Decimal:
        """Net and tax in the books."""
        return self.functional_net + self.functional_tax


@dataclass(frozen=True)
class CreditLine:
    """Part of an invoice line taken back. ``restored`` sources may be billed again."""

    no: int
    net: Decimal
    tax: Decimal
    carried: Decimal
    kind: str
    restored: tuple[Source, ...]


class Invoice(Root):
    """Issued totals never change; what reduces them comes after."""

    class Issued(Root.Created):
        """The client was billed; the number is the next of its series."""

        TOPIC = "billing.invoice_issued"
        number: str
        sequence: int
        series: str
        party: Party
        issued_on: date
        due_on: date
        currency: str
        quote: Quote
        lines: tuple[InvoiceLine, ...]
        totals: Totals
        purchase_order: str = ""
        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Orders of clients came later."""
            state["purchase_order"] = ""

        def tags(self) -> tuple[str, ...]:
            """The head of its number series."""
            return (f"series {self.series}",)

    class Credited(Root.Event):
        """A credit memo took some of it back."""

        TOPIC = "billing.credit_memo_issued"
        memo_id: UUID
        number: str
        sequence: int
        series: str
        party: Party
        invoice_number: str
        issued_on: date
        why: str
        currency: str
        quote: Quote
        lines: tuple[CreditLine, ...]
        totals: Totals
        from_open: Decimal
        functional_from_open: Decimal

        def tags(self) -> tuple[str, ...]:
            """The head of its number series."""
            return (f"series {self.series}",)

        def claims(self) -> tuple[str, ...]:
            """A memo is issued once."""
            return (f"credit memo {self.memo_id}",)

    class PaymentApplied(Root.Event):
        """Money received settles some of it."""

        TOPIC = "billing.invoice_paid"
        payment_id: UUID
        applied_on: date
        amount: Decimal
        functional: Decimal

    @event(Issued)
    def __init__(
        self,
        id: UUID,
        number: str,
        sequence: int,
        series: str,
        party: Party,
        issued_on: date,
        due_on: date,
        currency: str,
        quote: Quote,
        lines: tuple[InvoiceLine, ...],
        totals: Totals,
        purchase_order: str = "",
    ) -> None:
        del sequence, series, issued_on, due_on
        self.number = number
        self.party = party
        self.currency = currency
        self.quote = quote
        self.purchase_order = purchase_order
        self.lines = {line.no: line for line in lines}
        self.credited_net = dict.fromkeys(self.lines, Decimal(0))
        self.credited_tax = dict.fromkeys(self.lines, Decimal(0))
        self.restored: set[int] = set()
        self.open = totals.gross
        self.functional_open = totals.functional

    def credit_line(self, no: int, net: Decimal | None, *, restore: bool) -> CreditLine:
        """What crediting some of a line takes back; ``net`` None is all that is left.

        Tax is that of all credited so far less what memos took: the last takes what is left.
        Raises UnknownLine, OverCredited, PartialRestore.
        """
        if no not in self.lines:
            raise UnknownLine(f"invoice {self.number} has no line {no}", field="lines")
        line = self.lines[no]
        left = line.net - self.credited_net[no]
        taken = left if net is None else net
        if taken > left or not taken or no in self.restored:
            raise OverCredited(f"line {no} has {left} {self.currency} left", field="lines")
        if restore and taken != line.net:
            raise PartialRestore(f"line {no} is not credited in full", field="lines")
        tax = self._tax(line, taken)
        carried = line.carried if restore else Decimal(0)
        return CreditLine(no, taken, tax, carried, line.kind, line.sources if restore else ())

    def _tax(self, line: InvoiceLine, taken: Decimal) -> Decimal:
        credited = self.credited_net[line.no] + taken
        return quantize(line.tax * credited / line.net, self.currency) - self.credited_tax[line.no]

    def credit(
        self, memo_id: UUID, number: str, sequence: int, series: str, issued_on: date, why: str,
        lines: tuple[CreditLine, ...], carried: Decimal | None = None,
    ) -> None:  # fmt: skip
        """Issue a credit memo at the invoice's own rate; what exceeds the open amount is owed.

        ``carried`` is what the contract's position takes back where a revenue run earns.
        """
        totals = self.totals_of(lines)
        totals = totals if carried is None else replace(totals, carried=carried)
        from_open = min(totals.gross, self.open)
        self._credited(
            memo_id, number, sequence, series, self.party, self.number, issued_on, why,
            self.currency, self.quote, lines, totals, from_open, self.relief(from_open),
        )  # fmt: skip

    def totals_of(self, lines: tuple[CreditLine, ...]) -> Totals:
        """Sums of credited lines, in the books at the invoice's rate."""
        net = sum((line.net for line in lines), Decimal(0))
        tax = sum((line.tax for line in lines), Decimal(0))
        carried = sum((line.carried for line in lines), Decimal(0))
        return Totals(net, tax, self.quote.convert(net), self.quote.convert(tax), carried)

    def apply(self, payment_id: UUID, applied_on: date, amount: Decimal) -> Decimal:
        """Settle some of it; answers what the books relieve. Raises OverApplied."""
        if amount > self.open:
            raise OverApplied(
                f"invoice {self.number} has {self.open} {self.currency} open", field="amount"
            )
        functional = self.relief(amount)
        self._payment_applied(payment_id, applied_on, amount, functional)
        return functional

    def relief(self, amount: Decimal) -> Decimal:
        """The books' part of an open amount; all of it with the last."""
        if amount == self.open:
            return self.functional_open
        return quantize(self.functional_open * amount / self.open, self.quote.to)

    @event(Credited)
    def _credited(
        self, memo_id: UUID, number: str, sequence: int, series: str, party: Party,
        invoice_number: str, issued_on: date, why: str, currency: str, quote: Quote,
        lines: tuple[CreditLine, ...], totals: Totals, from_open: Decimal,
        functional_from_open: Decimal,
    ) -> None:  # fmt: skip
        del memo_id, number, sequence, series, party, invoice_number, issued_on, why, currency
        del quote, totals
        for line in lines:
            self.credited_net[line.no] += line.net
            self.credited_tax[line.no] += line.tax
            if line.restored:
                self.restored.add(line.no)
        self.open -= from_open
        self.functional_open -= functional_from_open

    @event(PaymentApplied)
    def _payment_applied(
        self, payment_id: UUID, applied_on: date, amount: Decimal, functional: Decimal
    ) -> None:
        del payment_id, applied_on
        self.open -= amount
        self.functional_open -= functional
