"""Posting of receivables: what reduces, reopens and refunds; one table of pure rules at the end.

Undoing mirrors what was booked, realised FX included, at the amounts it was booked at.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from domain.aggregate import Root
from domain.billing.invoice import Invoice
from domain.billing.payment import Payment
from domain.ledger import chart
from domain.ledger.entry import Entry, balanced, both
from domain.ledger.journal import Line
from domain.ledger.period import month_end
from domain.receivables.across import Across
from domain.receivables.allowance import CreditLossAllowance
from domain.receivables.deposit import ContractDeposits
from domain.receivables.memo_credit import MemoCredit
from domain.receivables.reduction import Reduction
from domain.receivables.write_off import WriteOff

ACCOUNTS = {
    "discount": chart.DISCOUNTS,
    "difference": chart.ROUNDING,
    "write_off": chart.ALLOWANCE,
}
Settled = (
    Payment.Applied | Payment.Unapplied | MemoCredit.Applied | MemoCredit.Unapplied
    | ContractDeposits.Applied | ContractDeposits.Unapplied
)  # fmt: skip


def receipt_account(client_code: str) -> str:
    """Where money waits: with its client, or in suspense while nobody knows whose it is."""
    return chart.CUSTOMER_CREDITS if client_code else chart.SUSPENSE


def undone(entry: Entry, rule: str, description: str) -> Entry:
    """The mirror of an entry."""
    lines = tuple(line.mirrored() for line in entry.lines)
    return replace(entry, rule=rule, description=description, lines=lines)


def _settling(fact: Settled, on: Any, what: str, account: str = chart.CUSTOMER_CREDITS) -> Entry:
    books = fact.functional_currency
    lines = (
        Line(account, fact.currency, fact.amount, fact.paid),
        Line(chart.RECEIVABLES, fact.currency, -fact.amount, -fact.booked),
    )
    return Entry("credit_applied", fact.entity, books, on, f"{what} of {fact.invoice_number}",
                 fact.invoice_number, balanced(lines, books))  # fmt: skip


def payment_taken_off(fact: Payment.Unapplied) -> Iterable[Entry]:
    """Dr 1100, Cr 2230, and the realised FX back."""
    entry = _settling(fact, fact.unapplied_on, "Payment")
    yield undone(entry, "payment_taken_off", f"{entry.description}, taken off")


def applied_across(fact: Payment.AppliedAcross) -> Iterable[Entry]:
    """Dr 2230 in the payer's currency, Cr 1100 in the invoice's; each against 7000.

    What 7000 takes and gives of both currencies is what was realised, with the invoice's own
    difference between booking and this day.
    """
    yield _across(fact.across)


def across_taken_off(fact: Payment.UnappliedAcross) -> Iterable[Entry]:
    """The mirror, on the day it is taken off."""
    entry = replace(_across(fact.across), effective_date=fact.unapplied_on)
    yield undone(entry, "across_taken_off", f"{entry.description}, taken off")


def _across(one: Across) -> Entry:
    lines = (
        Line(chart.CUSTOMER_CREDITS, one.paid_currency, one.paid_amount, one.paid),
        Line(chart.FX_REALISED, one.paid_currency, -one.paid_amount, -one.paid),
        Line(chart.FX_REALISED, one.currency, one.amount, one.worth),
        Line(chart.RECEIVABLES, one.currency, -one.amount, -one.booked),
    )
    return Entry("applied_across", one.entity, one.books, one.applied_on,
                 f"Payment of {one.invoice_number}", one.invoice_number,
                 balanced(lines, one.books))  # fmt: skip


def credit_applied(fact: MemoCredit.Applied) -> Iterable[Entry]:
    """Dr 2230 at the memo's rate, Cr 1100 at the booking rate; the difference is realised."""
    yield _settling(fact, fact.applied_on, f"Credit {fact.number}")


def credit_taken_off(fact: MemoCredit.Unapplied) -> Iterable[Entry]:
    """Dr 1100, Cr 2230, and the realised FX back."""
    entry = _settling(fact, fact.unapplied_on, f"Credit {fact.number}")
    yield undone(entry, "credit_taken_off", f"{entry.description}, taken off")


def deposit(fact: ContractDeposits.Received) -> Iterable[Entry]:
    """Money that is owed back until invoices use it: Dr 1000, Cr 2210."""
    lines = both(chart.BANK, chart.DEPOSITS, fact.currency, fact.amount, fact.functional, None)
    yield Entry("deposit", fact.entity, fact.quote.to, fact.received_on,
                f"Deposit of {fact.client_code}", fact.bank_reference, lines)  # fmt: skip


def deposit_applied(fact: ContractDeposits.Applied) -> Iterable[Entry]:
    """Dr 2210 at the deposits' rates, Cr 1100 at the booking rate; the difference is realised."""
    entry = _settling(fact, fact.applied_on, "Deposit", chart.DEPOSITS)
    yield replace(entry, rule="deposit_applied")


def deposit_taken_off(fact: ContractDeposits.Unapplied) -> Iterable[Entry]:
    """Dr 1100, Cr 2210, and the realised FX back."""
    entry = _settling(fact, fact.unapplied_on, "Deposit", chart.DEPOSITS)
    yield undone(entry, "deposit_taken_off", f"{entry.description}, taken off")


def deposit_refunded(fact: ContractDeposits.Refunded) -> Iterable[Entry]:
    """Dr 2210 as carried, Cr 1000 at the day's rate; the difference is realised."""
    lines = (
        Line(chart.DEPOSITS, fact.currency, fact.amount, fact.relieved),
        Line(chart.BANK, fact.currency, -fact.amount, -fact.functional),
    )
    yield Entry("deposit_refunded", fact.entity, fact.quote.to, fact.refunded_on,
                f"Deposit back to {fact.client_code}", fact.refund_reference,
                balanced(lines, fact.quote.to))  # fmt: skip


def identification(fact: Payment.Identified) -> Iterable[Entry]:
    """Suspense becomes a customer credit: Dr 1020, Cr 2230. Another's credit stays in 2230."""
    if fact.before:
        return
    lines = both(chart.SUSPENSE, chart.CUSTOMER_CREDITS, fact.currency, fact.amount,
                 fact.functional, None)  # fmt: skip
    yield Entry("identification", fact.entity, fact.functional_currency, fact.identified_on,
                f"Payment is of {fact.client_code}", fact.bank_reference, lines)  # fmt: skip


def refund(fact: Payment.Refunded | MemoCredit.Refunded) -> Iterable[Entry]:
    """Dr 2230 (1020) as carried, Cr 1000 at the day's rate; the difference is realised."""
    books = fact.quote.to
    lines = (
        Line(receipt_account(fact.client_code), fact.currency, fact.amount, fact.relieved),
        Line(chart.BANK, fact.currency, -fact.amount, -fact.functional),
    )
    yield Entry("refund", fact.entity, books, fact.refunded_on,
                f"Refund to {fact.client_code or 'an unknown sender'}", fact.refund_reference,
                balanced(lines, books))  # fmt: skip


def overpayment_kept(fact: Payment.OverpaymentKept) -> Iterable[Entry]:
    """Dr 2230, Cr 6210."""
    lines = both(chart.CUSTOMER_CREDITS, chart.ROUNDING, fact.currency, fact.amount,
                 fact.functional, None)  # fmt: skip
    yield Entry("overpayment_kept", fact.entity, fact.functional_currency, fact.kept_on,
                f"Small overpayment of {fact.client_code}", fact.bank_reference,
                lines)  # fmt: skip


def bounced(fact: Payment.Reversed) -> Iterable[Entry]:
    """The receipt undone at its own amounts: Dr 2230 (1020), Cr 1000."""
    lines = both(receipt_account(fact.client_code), chart.BANK, fact.currency, fact.amount,
                 fact.functional, None)  # fmt: skip
    yield Entry("bounced", fact.entity, fact.functional_currency, fact.reversed_on,
                "Payment bounced", fact.bank_reference, lines)  # fmt: skip


def reduction(fact: Invoice.Reduced) -> Iterable[Entry]:
    """Dr 4090 (discount), 6210 (difference) or 1110 (write-off), and 2300 its tax; Cr 1100."""
    yield _reduction(fact.reduction)


def reduction_reversed(fact: Invoice.ReductionReversed) -> Iterable[Entry]:
    """The mirror of the reduction, on the day it is undone."""
    entry = _reduction(fact.reduction)
    yield undone(entry, "reduction_reversed", f"{entry.description}, undone")


def _reduction(one: Reduction) -> Entry:
    lines = (
        Line(ACCOUNTS[one.kind], one.currency, one.amount - one.tax,
             one.functional - one.functional_tax),
        Line(chart.OUTPUT_TAX, one.currency, one.tax, one.functional_tax),
        Line(chart.RECEIVABLES, one.currency, -one.amount, -one.functional),
    )  # fmt: skip
    words = one.kind.replace("_", "-").capitalize()
    return Entry("reduction", one.entity, one.functional_currency, one.on,
                 f"{words} of {one.number}", one.number,
                 balanced(lines, one.functional_currency))  # fmt: skip


def recovery(fact: WriteOff.Recovered) -> Iterable[Entry]:
    """Dr 1000 at the day's rate; Cr 2300 the tax as it was reclaimed, 1110 the rest."""
    books = fact.quote.to
    lines = (
        Line(chart.BANK, fact.currency, fact.amount, fact.functional),
        Line(chart.OUTPUT_TAX, fact.currency, -fact.tax, -fact.functional_tax),
        Line(chart.ALLOWANCE, fact.currency, -(fact.amount - fact.tax),
             -(fact.functional - fact.functional_tax)),
    )  # fmt: skip
    yield Entry("recovery", fact.entity, books, fact.received_on, f"Recovered of {fact.number}",
                fact.bank_reference, balanced(lines, books))  # fmt: skip


def allowance(fact: CreditLossAllowance.Booked) -> Iterable[Entry]:
    """What is needed beyond what is held: Dr 6200, Cr 1110; less than held: the mirror."""
    lines = both(chart.CREDIT_LOSSES, chart.ALLOWANCE, fact.currency, fact.change, fact.change,
                 None)  # fmt: skip
    yield Entry("allowance", fact.entity, fact.currency, month_end(fact.month),
                f"Credit-loss allowance {fact.month:%Y-%m}", "", lines)  # fmt: skip


RECEIVABLES_RULES: Mapping[type[Root.Event], tuple[Callable[[Any], Iterable[Entry]], ...]] = {
    Payment.Unapplied: (payment_taken_off,),
    Payment.AppliedAcross: (applied_across,),
    Payment.UnappliedAcross: (across_taken_off,),
    Payment.Identified: (identification,),
    Payment.Refunded: (refund,),
    Payment.OverpaymentKept: (overpayment_kept,),
    Payment.Reversed: (bounced,),
    ContractDeposits.Received: (deposit,),
    ContractDeposits.Applied: (deposit_applied,),
    ContractDeposits.Unapplied: (deposit_taken_off,),
    ContractDeposits.Refunded: (deposit_refunded,),
    MemoCredit.Applied: (credit_applied,),
    MemoCredit.Unapplied: (credit_taken_off,),
    MemoCredit.Refunded: (refund,),
    Invoice.Reduced: (reduction,),
    Invoice.ReductionReversed: (reduction_reversed,),
    WriteOff.Recovered: (recovery,),
    CreditLossAllowance.Booked: (allowance,),
}
