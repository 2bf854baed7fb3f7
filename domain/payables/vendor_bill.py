"""A vendor's bill from the day it is noted to the day nothing of it is owed.

Noted by one person and approved by another; approval books it. What is owed leaves the books at
the rate it came in at, so a bill that is settled is zero in both currencies.
"""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.delivery.timesheet import OwnWork, WrongState
from domain.errors import Refusal
from domain.payables.bill import ZERO, Bill, VendorCredit, VendorPayment, less, part_of
from domain.payables.cost_line import CostLine
from domain.pricing.fx import Quote
from domain.receivables.reduction import TooEarly, relieved

BillState = Literal["recorded", "approved", "void"]


class AboveOpen(Refusal):
    """More than the bill has open, held back, or left on the line."""

    code = "ABOVE_OPEN"


class BillUsed(Refusal):
    """Some of the bill is paid, credited or released: it cannot be voided."""

    code = "BILL_USED"


class UnknownBillLine(Refusal):
    """The bill has no such line."""

    code = "UNKNOWN_BILL_LINE"


class NotCapital(Refusal):
    """It is no asset: too small, too short-lived, or booked as a cost."""

    code = "NOT_CAPITAL"


class UnknownVendorPayment(Refusal):
    """The bill has no such payment, or it was reversed."""

    code = "UNKNOWN_VENDOR_PAYMENT"


class VendorBill(Root):
    """recorded -> approved, or void. ``open`` is payable, ``held`` is kept back."""

    class Recorded(Root.Created):
        """Somebody noted what a vendor asks for."""

        TOPIC = "payables.bill_recorded"
        bill: Bill
        author: str
        replaces: UUID | None

        def claims(self) -> tuple[str, ...]:
            """A vendor's number comes once, and once more after a bill that was voided."""
            after = f" after {self.replaces}" if self.replaces else ""
            return (f"vendor bill {self.bill.vendor_id} {self.bill.number}{after}",)

    class Approved(Root.Event):
        """Somebody else agrees: it is owed."""

        TOPIC = "payables.bill_approved"
        bill: Bill

    class Voided(Root.Event):
        """It does not count; ``was_owed`` where it had been approved."""

        TOPIC = "payables.bill_voided"
        bill: Bill
        voided_on: date
        was_owed: bool
        why: str

    class Paid(Root.Event):
        """Some of it was paid; ``booked - functional`` is realised FX gain."""

        TOPIC = "payables.bill_paid"
        entity: str
        vendor_code: str
        number: str
        currency: str
        payment: VendorPayment

        def claims(self) -> tuple[str, ...]:
            """A payment is made once; one transfer may pay several bills."""
            transfer = f"{self.entity} {self.payment.bank_reference} {self.originator_id}"
            return f"vendor payment {self.payment.payment_id}", f"vendor transfer {transfer}"

    class PaymentReversed(Root.Event):
        """The money came back: owed again, at the amounts it was paid at."""

        TOPIC = "payables.payment_reversed"
        entity: str
        vendor_code: str
        number: str
        currency: str
        payment: VendorPayment
        reversed_on: date
        why: str

    class Credited(Root.Event):
        """The vendor asks for less."""

        TOPIC = "payables.bill_credited"
        bill: Bill
        credit: VendorCredit

        def claims(self) -> tuple[str, ...]:
            """A vendor's number comes once."""
            return (f"vendor credit {self.bill.vendor_id} {self.credit.number}",)

    class RetainageWithheld(Root.Event):
        """Some of what was payable is held back."""

        TOPIC = "payables.retainage_withheld"
        entity: str
        vendor_code: str
        number: str
        currency: str
        books: str
        withheld_on: date
        amount: Decimal
        functional: Decimal
        why: str

    class RetainageReleased(Root.Event):
        """Some of what was held back is payable, by a new day."""

        TOPIC = "payables.retainage_released"
        entity: str
        vendor_code: str
        number: str
        currency: str
        books: str
        released_on: date
        due_on: date
        amount: Decimal
        functional: Decimal
        why: str

    class LineCapitalized(Root.Event):
        """What is left of a line became an asset."""

        TOPIC = "payables.bill_line_capitalized"
        no: int
        asset_id: UUID

    @event(Recorded)
    def __init__(self, id: UUID, bill: Bill, author: str, replaces: UUID | None) -> None:
        del replaces
        self.bill = bill
        self.author = author
        self.state: BillState = "recorded"
        self.open = self.open_books = ZERO
        self.held = self.held_books = ZERO
        self.lines: dict[int, CostLine] = {line.no: line for line in bill.lines}
        self.payments: dict[UUID, VendorPayment] = {}
        self.capitalized: dict[int, UUID] = {}
        self.used = False

    def approve(self, actor: str) -> None:
        """Owe it. Raises WrongState, OwnWork."""
        self._require("recorded")
        if actor == self.author:
            raise OwnWork("somebody else approves a bill", field="bill_id")
        self._approved(self.bill)

    def void(self, on: date, why: str) -> None:
        """Let it not count. Raises WrongState, BillUsed, TooEarly."""
        if self.state == "void":
            raise WrongState(f"bill {self.bill.number} is void", field="bill_id")
        if self.used or self.payments:
            raise BillUsed(f"bill {self.bill.number} is paid, credited or an asset in part")
        self.require_after(on)
        self._voided(self.bill, on, self.state == "approved", why)

    def pay(self, payment_id: UUID, on: date, amount: Decimal, quote: Quote, ref: str) -> None:
        """Pay some of what is open. Raises WrongState, AboveOpen, TooEarly."""
        self.require_owed(on)
        booked = self._relief(amount)
        paid = VendorPayment(payment_id, on, amount, quote, quote.convert(amount), booked, ref)
        bill = self.bill
        self._paid(bill.entity, bill.vendor_code, bill.number, bill.currency, paid)

    def reverse_payment(self, payment_id: UUID, on: date, why: str) -> None:
        """Owe a payment that came back. Raises UnknownVendorPayment, TooEarly."""
        found = self.payments.get(payment_id)
        if found is None:
            raise UnknownVendorPayment("the bill has no such payment", field="payment_id")
        if on < found.paid_on:
            raise TooEarly(f"it was paid on {found.paid_on}", field="reversed_on")
        bill = self.bill
        self._reversed(bill.entity, bill.vendor_code, bill.number, bill.currency, found, on, why)

    def credit(
        self, number: str, on: date, parts: dict[int, tuple[Decimal, Decimal]], why: str
    ) -> VendorCredit:
        """Owe less, by line: net and tax. Raises WrongState, AboveOpen, UnknownBillLine, TooEarly.

        What is paid already is not credited here: the vendor pays it back first.
        """
        self.require_owed(on)
        lines = tuple(self._part(no, *part) for no, part in sorted(parts.items()))
        taken = VendorCredit(number, on, lines, ZERO, why)
        credit = VendorCredit(number, on, lines, self._relief(taken.gross), why)
        self._credited(self.bill, credit)
        return credit

    def _part(self, no: int, net: Decimal, tax: Decimal) -> CostLine:
        line = self.line(no)
        if net > line.net or tax > line.tax:
            raise AboveOpen(f"line {no} has {line.net} and {line.tax} tax left", field="lines")
        if no in self.capitalized:
            raise BillUsed(f"line {no} is an asset by now", field="lines")
        return part_of(line, net, tax, self.bill.books)

    def line(self, no: int) -> CostLine:
        """What is left of a line. Raises UnknownBillLine."""
        if no not in self.lines:
            raise UnknownBillLine(f"bill {self.bill.number} has no line {no}", field="line")
        return self.lines[no]

    def capitalize(self, no: int, asset_id: UUID, on: date) -> CostLine:
        """Make an asset of a line. Raises what it refuses: NotCapital, BillUsed."""
        self.require_owed(on)
        line = self.line(no)
        if line.treatment != "capex" or not line.net:
            raise NotCapital(f"line {no} buys nothing that lasts", field="line")
        if no in self.capitalized:
            raise BillUsed(f"line {no} is an asset already", field="line")
        self._capitalized(no, asset_id)
        return line

    def withhold(self, on: date, amount: Decimal, why: str) -> None:
        """Hold back some of what is open. Raises WrongState, AboveOpen, TooEarly."""
        self.require_owed(on)
        functional, bill = self._relief(amount), self.bill
        self._withheld(bill.entity, bill.vendor_code, bill.number, bill.currency, bill.books, on,
                       amount, functional, why)  # fmt: skip

    def release(self, on: date, due_on: date, amount: Decimal, why: str) -> None:
        """Make some of what is held back payable. Raises WrongState, AboveOpen, TooEarly."""
        self.require_owed(on)
        if amount > self.held:
            raise AboveOpen(f"{self.held} {self.bill.currency} are held back", field="amount")
        bill = self.bill
        functional = relieved(amount, self.held, self.held_books, bill.books)
        self._released(bill.entity, bill.vendor_code, bill.number, bill.currency, bill.books, on,
                       due_on, amount, functional, why)  # fmt: skip

    def require_owed(self, on: date) -> None:
        """Raises WrongState, TooEarly."""
        self._require("approved")
        self.require_after(on)

    def require_void(self) -> None:
        """Raises WrongState."""
        self._require("void")

    def require_after(self, on: date) -> None:
        """Raises TooEarly for a day before the bill's."""
        if on < self.bill.billed_on:
            raise TooEarly(f"bill {self.bill.number} is of {self.bill.billed_on}")

    def _require(self, state: BillState) -> None:
        if self.state != state:
            raise WrongState(f"bill {self.bill.number} is {self.state}", field="bill_id")

    def _relief(self, amount: Decimal) -> Decimal:
        if amount > self.open:
            raise AboveOpen(f"{self.open} {self.bill.currency} are open", field="amount")
        return relieved(amount, self.open, self.open_books, self.bill.books)

    @event(Approved)
    def _approved(self, bill: Bill) -> None:
        self.state = "approved"
        self.held, self.held_books = bill.retained, bill.functional_retained
        self.open = bill.gross - bill.retained
        self.open_books = bill.functional - bill.functional_retained

    @event(Voided)
    def _voided(self, bill: Bill, voided_on: date, was_owed: bool, why: str) -> None:
        del bill, voided_on, was_owed, why
        self.state = "void"
        self.open = self.open_books = self.held = self.held_books = ZERO

    @event(Paid)
    def _paid(
        self, entity: str, vendor_code: str, number: str, currency: str, payment: VendorPayment
    ) -> None:
        del entity, vendor_code, number, currency
        self.payments[payment.payment_id] = payment
        self._owe(-payment.amount, -payment.booked)

    @event(PaymentReversed)
    def _reversed(
        self, entity: str, vendor_code: str, number: str, currency: str, payment: VendorPayment,
        reversed_on: date, why: str,
    ) -> None:  # fmt: skip
        del entity, vendor_code, number, currency, reversed_on, why
        del self.payments[payment.payment_id]
        self._owe(payment.amount, payment.booked)

    @event(Credited)
    def _credited(self, bill: Bill, credit: VendorCredit) -> None:
        del bill
        self.used = True
        for part in credit.lines:
            self.lines[part.no] = less(self.lines[part.no], part)
        self._owe(-credit.gross, -credit.booked)

    @event(RetainageWithheld)
    def _withheld(
        self, entity: str, vendor_code: str, number: str, currency: str, books: str,
        withheld_on: date, amount: Decimal, functional: Decimal, why: str,
    ) -> None:  # fmt: skip
        del entity, vendor_code, number, currency, books, withheld_on, why
        self._keep(amount, functional)

    @event(RetainageReleased)
    def _released(
        self, entity: str, vendor_code: str, number: str, currency: str, books: str,
        released_on: date, due_on: date, amount: Decimal, functional: Decimal, why: str,
    ) -> None:  # fmt: skip
        del entity, vendor_code, number, currency, books, released_on, due_on, why
        self._keep(-amount, -functional)

    @event(LineCapitalized)
    def _capitalized(self, no: int, asset_id: UUID) -> None:
        self.used = True
        self.capitalized[no] = asset_id

    def _keep(self, amount: Decimal, functional: Decimal) -> None:
        self.used = True
        self.held += amount
        self.held_books += functional
        self._owe(-amount, -functional)

    def _owe(self, amount: Decimal, functional: Decimal) -> None:
        self.open += amount
        self.open_books += functional
