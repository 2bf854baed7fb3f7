"""What we owe vendors: their bills and what moves them, as of any date.

``payable_moves`` are moves of account 2000, what is payable, and 2020, what is held back; a credit
is negative, as in the ledger. A release of retainage is due by a day of its own, so each payable
move that adds to what is owed carries the day it is due.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from domain.ledger.chart import PAYABLES, RETAINAGE_PAYABLE
from domain.payables.bill import Bill
from domain.payables.vendor import Vendor
from domain.payables.vendor_bill import VendorBill
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

VENDORS = Table(
    "vendors",
    {
        "id": "uuid", "code": "text", "name": "text", "entity": "text", "currency": "text",
        "payment_terms_days": "int", "retainage_pct": "numeric",
    },
    key=("id",),
    indexes=("entity, code",),
)  # fmt: skip
BILLS = Table(
    "vendor_bills",
    {
        "id": "uuid", "position": "bigint", "entity": "text", "vendor_id": "uuid",
        "vendor_code": "text", "number": "text", "billed_on": "date", "due_on": "date",
        "currency": "text", "net": "numeric", "tax": "numeric", "retained": "numeric",
        "functional_currency": "text", "state": "text",
    },
    key=("id",),
    indexes=("entity, id", "vendor_id, id"),
)  # fmt: skip
MOVES = Table(
    "payable_moves",
    {
        "position": "bigint", "account": "text", "bill_id": "uuid", "effective_date": "date",
        "entity": "text", "vendor_code": "text", "number": "text", "due_on": "date?",
        "currency": "text", "amount": "numeric", "functional_currency": "text",
        "functional": "numeric", "what": "text", "document": "text",
    },
    key=("position", "account"),
    indexes=("entity, effective_date", "bill_id", "vendor_code"),
)  # fmt: skip
Kept = VendorBill.RetainageWithheld | VendorBill.RetainageReleased


class Payables(Projection):
    """The sum of a bill's moves is what it has open and what is held back of it."""

    name = "payables"
    tables = (VENDORS, BILLS, MOVES)

    @on(Vendor.Registered)
    def registered(self, fact: Vendor.Registered, at: Recorded, fold: Fold) -> None:
        """Somebody to buy from."""
        fold.put(VENDORS, id=at.stream_id, code=fact.code, name=fact.name, entity=fact.entity,
                 currency=fact.currency, payment_terms_days=fact.payment_terms_days,
                 retainage_pct=fact.retainage_pct)  # fmt: skip

    @on(VendorBill.Recorded)
    def recorded(self, fact: VendorBill.Recorded, at: Recorded, fold: Fold) -> None:
        """Noted, not owed yet."""
        bill = fact.bill
        net = sum((line.net for line in bill.lines), Decimal(0))
        fold.put(BILLS, id=at.stream_id, position=at.position, entity=bill.entity,
                 vendor_id=bill.vendor_id, vendor_code=bill.vendor_code, number=bill.number,
                 billed_on=bill.billed_on, due_on=bill.due_on, currency=bill.currency, net=net,
                 tax=bill.gross - net, retained=bill.retained, functional_currency=bill.books,
                 state="recorded")  # fmt: skip

    @on(VendorBill.Approved)
    def approved(self, fact: VendorBill.Approved, at: Recorded, fold: Fold) -> None:
        """Owed."""
        fold.patch(BILLS, at.stream_id, state="approved")
        self._owed(fact.bill, at, fold, fact.bill.billed_on, 1, "bill")

    @on(VendorBill.Voided)
    def voided(self, fact: VendorBill.Voided, at: Recorded, fold: Fold) -> None:
        """It does not count."""
        fold.patch(BILLS, at.stream_id, state="void")
        if fact.was_owed:
            self._owed(fact.bill, at, fold, fact.voided_on, -1, "void")

    def _owed(self, bill: Bill, at: Recorded, fold: Fold, day: date, sign: int, what: str) -> None:
        open_, books = bill.gross - bill.retained, bill.functional - bill.functional_retained
        for account, amount, functional in (
            (PAYABLES, open_, books),
            (RETAINAGE_PAYABLE, bill.retained, bill.functional_retained),
        ):
            self._move(bill, bill.books, at, fold, account, day, bill.due_on, -sign * amount,
                       -sign * functional, what, bill.number)  # fmt: skip

    @on(VendorBill.Paid)
    def paid(self, fact: VendorBill.Paid, at: Recorded, fold: Fold) -> None:
        """Owed less."""
        paid = fact.payment
        self._move(fact, paid.quote.to, at, fold, PAYABLES, paid.paid_on, None, paid.amount,
                   paid.booked, "payment", paid.bank_reference)  # fmt: skip

    @on(VendorBill.PaymentReversed)
    def came_back(self, fact: VendorBill.PaymentReversed, at: Recorded, fold: Fold) -> None:
        """Owed again."""
        paid = fact.payment
        self._move(fact, paid.quote.to, at, fold, PAYABLES, fact.reversed_on, None, -paid.amount,
                   -paid.booked, "payment, came back", paid.bank_reference)  # fmt: skip

    @on(VendorBill.Credited)
    def credited(self, fact: VendorBill.Credited, at: Recorded, fold: Fold) -> None:
        """Asked for less."""
        credit = fact.credit
        self._move(fact.bill, fact.bill.books, at, fold, PAYABLES, credit.credited_on, None,
                   credit.gross, credit.booked, "credit", credit.number)  # fmt: skip

    @on(VendorBill.RetainageWithheld)
    def withheld(self, fact: VendorBill.RetainageWithheld, at: Recorded, fold: Fold) -> None:
        """Held back."""
        self._kept(fact, at, fold, fact.withheld_on, None, 1)

    @on(VendorBill.RetainageReleased)
    def released(self, fact: VendorBill.RetainageReleased, at: Recorded, fold: Fold) -> None:
        """Payable, by a day of its own."""
        self._kept(fact, at, fold, fact.released_on, fact.due_on, -1)

    def _kept(
        self, fact: Kept, at: Recorded, fold: Fold, day: date, due: date | None, sign: int
    ) -> None:
        what = "retainage held" if sign > 0 else "retainage released"
        for account, side in ((PAYABLES, sign), (RETAINAGE_PAYABLE, -sign)):
            self._move(fact, fact.books, at, fold, account, day, due, side * fact.amount,
                       side * fact.functional, what, fact.number)  # fmt: skip

    def _move(
        self, of: Any, books: str, at: Recorded, fold: Fold, account: str, day: date,
        due: date | None, amount: Decimal, functional: Decimal, what: str, document: str,
    ) -> None:  # fmt: skip
        if amount or functional:
            fold.append(MOVES, at.position, account, at.stream_id, day, of.entity, of.vendor_code,
                        of.number, due, of.currency, amount, books, functional, what,
                        document)  # fmt: skip
