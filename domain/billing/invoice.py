"""An invoice and what reduces it: credit memos and applied payments.

What is open is derived, in the invoice's currency and in the books; whoever takes the last of
the one takes the last of the other, so a settled invoice is zero in both.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.lines import InvoiceLine, credited_taxes, tax_engine_of
from domain.billing.totals import NOTHING_HELD, CreditLine, Held, PartOf, Party, Totals
from domain.errors import Refusal
from domain.money import quantize
from domain.pricing.fx import Quote
from domain.receivables.reduction import Owed, Reduction, ReductionKind, relieved


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
        part_of: PartOf | None = None
        class_version = 3

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Orders of clients came later."""
            state["purchase_order"] = ""

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            """Before consolidated invoices, and engines that determine taxes."""
            state["part_of"] = None

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
        tax_engine: str = ""
        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Engines that determine taxes came later."""
            state["tax_engine"] = ""

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

    class CreditTaken(Root.Event):
        """What a memo left owing to the client settles some of it."""

        TOPIC = "billing.invoice_settled_by_credit"
        memo_id: UUID
        applied_on: date
        amount: Decimal
        functional: Decimal

    class Reopened(Root.Event):
        """A payment or credit that settled it was taken off again."""

        TOPIC = "billing.invoice_reopened"
        source_id: UUID
        reopened_on: date
        amount: Decimal
        functional: Decimal

    class Reduced(Root.Event):
        """A discount was earned, a small difference forgiven, a bad debt given up."""

        TOPIC = "billing.invoice_reduced"
        reduction: Reduction

    class ReductionReversed(Root.Event):
        """It is asked for again; the amounts are those of the reduction."""

        TOPIC = "billing.invoice_reduction_reversed"
        reduction: Reduction

    @event(Issued)
    def __init__(
        self, id: UUID, number: str, sequence: int, series: str, party: Party, issued_on: date,
        due_on: date, currency: str, quote: Quote, lines: tuple[InvoiceLine, ...],
        totals: Totals, purchase_order: str = "", part_of: PartOf | None = None,
    ) -> None:  # fmt: skip
        del sequence, series
        self.number = number
        self.issued_on = issued_on
        self.due_on = due_on
        self.party = party
        self.currency = currency
        self.quote = quote
        self.purchase_order = purchase_order
        self.part_of = part_of
        self.lines = {line.no: line for line in lines}
        self.credited_net = dict.fromkeys(self.lines, Decimal(0))
        self.credited_tax = dict.fromkeys(self.lines, Decimal(0))
        self.credited_retained = dict.fromkeys(self.lines, Decimal(0))
        self.restored: set[int] = set()
        self.totals = totals
        self.open = totals.due
        self.functional_open = totals.functional
        self.owed: dict[UUID, Owed] = {}
        self.reductions: dict[UUID, tuple[Reduction, ...]] = {}

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
        again = no in self.restored or self._is_back(line)
        if taken > left or again or not (taken or line.asks_for_retainage):
            raise OverCredited(f"line {no} has {left} {self.currency} left", field="lines")
        if restore and taken != line.net:
            raise PartialRestore(f"line {no} is not credited in full", field="lines")
        return self._credit_line(line, taken, restore=restore)

    def _credit_line(self, line: InvoiceLine, taken: Decimal, *, restore: bool) -> CreditLine:
        before, no = self.credited_net[line.no], line.no
        taxes = credited_taxes(line, before, before + taken, self.currency)
        tax = sum((one.charged for one in taxes), Decimal(0)) if taxes else self._tax(line, taken)
        retained = self._part(line, line.retained, taken) - self.credited_retained[no]
        carried = line.carried if restore else Decimal(0)
        sources = line.sources if restore else ()
        return CreditLine(no, taken, tax, carried, line.kind, sources, taxes, retained)

    def _is_back(self, line: InvoiceLine) -> bool:
        return line.asks_for_retainage and self.credited_retained[line.no] == line.retained

    def _tax(self, line: InvoiceLine, taken: Decimal) -> Decimal:
        return self._part(line, line.tax, taken) - self.credited_tax[line.no]

    def _part(self, line: InvoiceLine, whole: Decimal, taken: Decimal) -> Decimal:
        """What goes back of a figure of the line in all, with ``taken`` of its net now."""
        if not line.net:
            return whole
        return quantize(whole * (self.credited_net[line.no] + taken) / line.net, self.currency)

    def credit(
        self, memo_id: UUID, number: str, sequence: int, series: str, issued_on: date, why: str,
        lines: tuple[CreditLine, ...], carried: Decimal | None = None,
        held: Held = NOTHING_HELD,
    ) -> None:  # fmt: skip
        """Issue a credit memo at the invoice's own rate; what exceeds the open amount is owed.

        ``carried`` is what the contract's position takes back where a revenue run earns, ``held``
        what the client keeps no more. Raises OverCredited for what a discount or write-off has
        given up already.
        """
        totals = replace(self.totals_of(lines), held=held)
        asked = totals.gross - sum(min(line.retained, Decimal(0)) for line in lines)
        if asked > (left := self.claim_left[0]):
            raise OverCredited(f"{left} {self.currency} are neither credited nor reduced")
        totals = totals if carried is None else replace(totals, carried=carried)
        from_open = min(totals.due, self.open)
        self._credited(
            memo_id, number, sequence, series, self.party, self.number, issued_on, why,
            self.currency, self.quote, lines, totals, from_open, self.relief(from_open),
            tax_engine_of(self.lines.values()),
        )  # fmt: skip

    def totals_of(self, lines: tuple[CreditLine, ...]) -> Totals:
        """Sums of credited lines, in the books at the invoice's rate."""
        net = sum((line.net for line in lines), Decimal(0))
        tax = sum((line.tax for line in lines), Decimal(0))
        carried = sum((line.carried for line in lines), Decimal(0))
        return Totals(net, tax, self.quote.convert(net), self.quote.convert(tax), carried)

    def apply(self, payment_id: UUID, applied_on: date, amount: Decimal) -> Decimal:
        """Settle some of it; answers what the books relieve. Raises OverApplied."""
        self.require_open_amount(amount)
        functional = self.relief(amount)
        self._payment_applied(payment_id, applied_on, amount, functional)
        return functional

    def relief(self, amount: Decimal) -> Decimal:
        """The books' part of an open amount; all of it with the last."""
        return relieved(amount, self.open, self.functional_open, self.quote.to)

    def settle_by_credit(self, memo_id: UUID, applied_on: date, amount: Decimal) -> Decimal:
        """Settle some of it by what we owe; answers what the books relieve. Raises OverApplied."""
        self.require_open_amount(amount)
        functional = self.relief(amount)
        self._credit_taken(memo_id, applied_on, amount, functional)
        return functional

    def require_open_amount(self, amount: Decimal) -> None:
        """Raises OverApplied where less than the amount is open."""
        if amount > self.open:
            raise OverApplied(
                f"invoice {self.number} has {self.open} {self.currency} open", field="amount"
            )

    def reopen(self, source_id: UUID, on: date, amount: Decimal, functional: Decimal) -> None:
        """Ask again for what a payment or credit had settled, and for what it was let off."""
        self._reopened(source_id, on, amount, functional)
        self.reverse_reductions(source_id, on)

    def reduce(
        self, kind: ReductionKind, id: UUID, on: date, amount: Decimal, why: str, *, tax: bool
    ) -> Reduction:
        """Give some of it up; with ``tax`` its share of the tax, too.

        Raises OverApplied, and OverCredited where a memo took it back and its credit stands.
        """
        self.require_open_amount(amount)
        gross, tax_left = self.claim_left
        if amount > gross:
            raise OverCredited(f"{gross} {self.currency} are neither credited nor reduced")
        share = quantize(tax_left * amount / gross, self.currency) if tax else Decimal(0)
        party = self.party
        found = Reduction(
            id, kind, party.entity, party.client_code, self.number, on, self.currency, amount,
            self.quote.to, self.relief(amount), share, self.quote.convert(share), why,
        )  # fmt: skip
        self._reduced(found)
        return found

    def reverse_reductions(self, id: UUID, on: date) -> None:
        """Take back what was given up with this id; nothing where nothing was."""
        for one in self.reductions.get(id, ()):
            self._reduction_reversed(replace(one, on=on))

    @property
    def creditable(self) -> tuple[int, ...]:
        """Numbers of the lines of which a memo can take something back."""
        return tuple(
            no for no, line in self.lines.items()
            if no not in self.restored and not self._is_back(line)
            and (line.net > self.credited_net[no] or line.asks_for_retainage)
        )  # fmt: skip

    @property
    def claim_left(self) -> tuple[Decimal, Decimal]:
        """What neither memo nor reduction took back, retained or not, and the tax in it."""
        given = [one for found in self.reductions.values() for one in found]
        credited = sum(self.credited_tax.values(), Decimal(0))
        tax = credited + sum((one.tax for one in given), Decimal(0))
        gross = credited + sum(self.credited_net.values(), Decimal(0))
        gross += sum((one.amount for one in given), Decimal(0))
        asked = [min(line.retained - self.credited_retained[line.no], Decimal(0))
                 for line in self.lines.values()]  # fmt: skip
        return self.totals.gross - gross - sum(asked), self.totals.tax - tax

    @event(Credited)
    def _credited(
        self, memo_id: UUID, number: str, sequence: int, series: str, party: Party,
        invoice_number: str, issued_on: date, why: str, currency: str, quote: Quote,
        lines: tuple[CreditLine, ...], totals: Totals, from_open: Decimal,
        functional_from_open: Decimal, tax_engine: str = "",
    ) -> None:  # fmt: skip
        del sequence, series, party, invoice_number, why, currency, tax_engine
        if owed := totals.due - from_open:
            self.owed[memo_id] = Owed(number, issued_on, owed, quote.convert(owed))
        for line in lines:
            self.credited_net[line.no] += line.net
            self.credited_tax[line.no] += line.tax
            self.credited_retained[line.no] += line.retained
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

    @event(CreditTaken)
    def _credit_taken(
        self, memo_id: UUID, applied_on: date, amount: Decimal, functional: Decimal
    ) -> None:
        del memo_id, applied_on
        self.open -= amount
        self.functional_open -= functional

    @event(Reopened)
    def _reopened(
        self, source_id: UUID, reopened_on: date, amount: Decimal, functional: Decimal
    ) -> None:
        del source_id, reopened_on
        self.open += amount
        self.functional_open += functional

    @event(Reduced)
    def _reduced(self, reduction: Reduction) -> None:
        self.reductions[reduction.id] = (*self.reductions.get(reduction.id, ()), reduction)
        self.open -= reduction.amount
        self.functional_open -= reduction.functional

    @event(ReductionReversed)
    def _reduction_reversed(self, reduction: Reduction) -> None:
        self.reductions.pop(reduction.id, None)
        self.open += reduction.amount
        self.functional_open += reduction.functional
