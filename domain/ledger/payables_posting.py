"""Posting of payables: bills, what is paid, credited and held back, and accruals.

What is owed leaves 2000 as it was booked; the rate of the day of payment is the bank's, and the
difference is realised.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.aggregate import Root
from domain.ledger import chart
from domain.ledger.entry import Entry, balanced, both
from domain.ledger.journal import Line
from domain.ledger.receivables_posting import undone
from domain.payables.accrual import Accrual
from domain.payables.bill import Bill
from domain.payables.cost_line import CostLine
from domain.payables.vendor_bill import VendorBill


def vendor_bill(fact: VendorBill.Approved) -> Iterable[Entry]:
    """Dr 5010, 5020, 6010 or 1600, and 1420; Cr 2000, and 2020 what is held back."""
    yield _bill_entry(fact.bill)


def vendor_bill_voided(fact: VendorBill.Voided) -> Iterable[Entry]:
    """An approved bill that does not count: its mirror, on the day it is taken back."""
    if fact.was_owed:
        entry = undone(_bill_entry(fact.bill), "vendor_bill_voided", f"Void {fact.bill.number}")
        yield replace(entry, effective_date=fact.voided_on)


def _bill_entry(bill: Bill) -> Entry:
    lines = (
        *cost_lines(bill.lines, bill.currency, 1),
        Line(chart.PAYABLES, bill.currency, -(bill.gross - bill.retained),
             -(bill.functional - bill.functional_retained)),
        Line(chart.RETAINAGE_PAYABLE, bill.currency, -bill.retained, -bill.functional_retained),
    )  # fmt: skip
    return Entry("vendor_bill", bill.entity, bill.books, bill.billed_on,
                 f"Bill of {bill.vendor_code}", bill.number,
                 balanced(lines, bill.books))  # fmt: skip


def cost_lines(lines: Iterable[CostLine], currency: str, sign: int) -> Iterable[Line]:
    """What lines cost by what they are for, and their input tax."""
    tax, functional_tax = Decimal(0), Decimal(0)
    for one in lines:
        debit = one.debit(currency)
        yield debit if sign > 0 else debit.mirrored()
        tax, functional_tax = tax + one.tax, functional_tax + one.functional_tax
    yield Line(chart.INPUT_TAX, currency, sign * tax, sign * functional_tax)


def vendor_payment(fact: VendorBill.Paid) -> Iterable[Entry]:
    """Dr 2000 as it was booked, Cr 1000 at the rate of the day; the difference is realised."""
    yield _payment_entry(fact)


def vendor_payment_reversed(fact: VendorBill.PaymentReversed) -> Iterable[Entry]:
    """The money came back at the amounts it was paid at, realised FX included."""
    entry = undone(_payment_entry(fact), "vendor_payment_reversed", "Payment came back")
    yield replace(entry, effective_date=fact.reversed_on)


def _payment_entry(fact: VendorBill.Paid | VendorBill.PaymentReversed) -> Entry:
    paid, books = fact.payment, fact.payment.quote.to
    lines = (
        Line(chart.PAYABLES, fact.currency, paid.amount, paid.booked),
        Line(chart.BANK, fact.currency, -paid.amount, -paid.functional),
    )
    return Entry("vendor_payment", fact.entity, books, paid.paid_on,
                 f"Paid to {fact.vendor_code}", fact.number,
                 balanced(lines, books, _rest(fact.currency, books)))  # fmt: skip


def _rest(currency: str, books: str) -> str:
    return chart.ROUNDING if currency == books else chart.FX_REALISED


def vendor_credit(fact: VendorBill.Credited) -> Iterable[Entry]:
    """Dr 2000, Cr what the lines cost and their input tax, at the bill's rate."""
    bill, credit = fact.bill, fact.credit
    lines = (
        Line(chart.PAYABLES, bill.currency, credit.gross, credit.booked),
        *cost_lines(credit.lines, bill.currency, -1),
    )
    yield Entry("vendor_credit", bill.entity, bill.books, credit.credited_on,
                f"Credit of {bill.vendor_code} for {bill.number}", credit.number,
                balanced(lines, bill.books, _rest(bill.currency, bill.books)))  # fmt: skip


def vendor_retainage_withheld(fact: VendorBill.RetainageWithheld) -> Iterable[Entry]:
    """Held back later than its bill: Dr 2000, Cr 2020."""
    yield _kept(fact, "withheld", fact.withheld_on, chart.PAYABLES, chart.RETAINAGE_PAYABLE)


def vendor_retainage_released(fact: VendorBill.RetainageReleased) -> Iterable[Entry]:
    """Payable now: Dr 2020, Cr 2000."""
    yield _kept(fact, "released", fact.released_on, chart.RETAINAGE_PAYABLE, chart.PAYABLES)


def _kept(
    fact: VendorBill.RetainageWithheld | VendorBill.RetainageReleased, what: str, on: date,
    debit: str, credit: str,
) -> Entry:  # fmt: skip
    lines = both(debit, credit, fact.currency, fact.amount, fact.functional, None)
    return Entry(f"vendor_retainage_{what}", fact.entity, fact.books, on,
                 f"Retainage of {fact.vendor_code} {what}", fact.number, lines)  # fmt: skip


def accrual(fact: Accrual.Made) -> Iterable[Entry]:
    """Dr the cost, Cr 2010; and the mirror on the first day of the next month."""
    accrued, line = fact.accrued, fact.accrued.line
    lines = (
        Line(line.account, accrued.quote.of, line.net, line.functional_net, line.project_id,
             line.dimensions),
        Line(chart.ACCRUALS, accrued.quote.of, -line.net, -line.functional_net),
    )  # fmt: skip
    entry = Entry("accrual", accrued.entity, accrued.quote.to, accrued.accrued_on,
                  accrued.description, "", lines)  # fmt: skip
    yield entry
    back = undone(entry, "accrual", f"{accrued.description}, taken back")
    yield replace(back, effective_date=accrued.reverses_on)


PAYABLES_RULES: Mapping[type[Root.Event], tuple[Callable[[Any], Iterable[Entry]], ...]] = {
    VendorBill.Approved: (vendor_bill,),
    VendorBill.Voided: (vendor_bill_voided,),
    VendorBill.Paid: (vendor_payment,),
    VendorBill.PaymentReversed: (vendor_payment_reversed,),
    VendorBill.Credited: (vendor_credit,),
    VendorBill.RetainageWithheld: (vendor_retainage_withheld,),
    VendorBill.RetainageReleased: (vendor_retainage_released,),
    Accrual.Made: (accrual,),
}
