"""Posting: which fact becomes which journal. One readable table of pure rules at the end.

Facts are complete, so a rule needs nothing but the fact: amounts, quotes and entities are
inside. Source of each pairing: the event-to-journal table of the accounting rules.
"""

from collections.abc import Callable, Iterable
from typing import Any

from domain.aggregate import Root
from domain.billing.invoice import Invoice
from domain.billing.minimum import MinimumCommitment
from domain.billing.payment import Payment
from domain.billing.rebate import RebateAgreement
from domain.billing.retainage_account import RetainageAccount
from domain.billing.totals import Held
from domain.billing.usage import UsageMeter
from domain.billing.value_schedule import ValueSchedule
from domain.contracts.account import ContractAccount
from domain.delivery.expense import Expense
from domain.delivery.project import Project
from domain.delivery.timesheet import Timesheet
from domain.ledger import chart
from domain.ledger.allocation_posting import ALLOCATION_RULES
from domain.ledger.assets_posting import ASSETS_RULES
from domain.ledger.delivery_posting import (
    expense_cost,
    expense_undone,
    expense_value,
    milestone_value,
    reimbursement,
    time_cost,
    time_rerated,
    time_undone,
    time_value,
)
from domain.ledger.entry import Entry, balanced, both
from domain.ledger.group_posting import GROUP_RULES
from domain.ledger.intercompany_posting import INTERCOMPANY_RULES
from domain.ledger.journal import Line
from domain.ledger.payables_posting import PAYABLES_RULES
from domain.ledger.receivables_posting import RECEIVABLES_RULES, receipt_account
from domain.ledger.revaluation_posting import REVALUATION_RULES
from domain.ledger.standards_posting import STANDARDS_RULES
from domain.revenue.contract import RevenueContract
from domain.revenue.provisions import ContractProvisions

FIXED = frozenset({"milestone", "application"})
"""Kinds of things that bill a fixed fee."""

__all__ = ["RULES", "VERSION", "Entry", "balanced", "both", "entries_of"]


def commitment_value(fact: MinimumCommitment.TruedUp) -> Iterable[Entry]:
    """A month below its minimum earns the rest: Dr 1200, Cr 4020; the reverse if given back."""
    return charge_entries("commitment_value", fact)


def usage_value(fact: UsageMeter.Charged) -> Iterable[Entry]:
    """A month's use is earned with its end: Dr 1200, Cr 4020; the reverse if taken back."""
    return charge_entries("usage_value", fact)


def charge_entries(
    rule: str, fact: MinimumCommitment.TruedUp | UsageMeter.Charged
) -> Iterable[Entry]:
    """What a month's charge earns, where no revenue run does."""
    charge = fact.charge
    if not fact.earned:
        return
    lines = both(chart.POSITION, chart.REVENUE_RECURRING, fact.currency, charge.amount,
                 charge.functional, None)  # fmt: skip
    yield Entry(rule, fact.entity, fact.quote.to, charge.due_on, charge.text, "", lines)


def certificate_value(fact: ValueSchedule.Certified) -> Iterable[Entry]:
    """Work of a fixed fee that its certificate earns, all of it: Dr 1200, Cr 4010."""
    found = fact.certified
    if not found.earned:
        return
    lines = both(chart.POSITION, chart.REVENUE_FIXED, fact.currency, found.amount,
                 found.functional, None)  # fmt: skip
    yield Entry("certificate_value", fact.entity, found.quote.to, found.certified_on, fact.text,
                found.paper, lines)  # fmt: skip


def retainage_released(fact: RetainageAccount.Released) -> Iterable[Entry]:
    """What was held waits for its invoice alone: Dr 1120, Cr 1210."""
    lines = both(chart.RETAINAGE_DUE, chart.RETAINAGE_HELD, fact.currency, fact.amount,
                 fact.functional, None)  # fmt: skip
    yield Entry("retainage_released", fact.entity, fact.books, fact.released_on,
                f"Retainage released by {fact.client_code}", "", lines)  # fmt: skip


def write_down(fact: ContractAccount.WrittenDown) -> Iterable[Entry]:
    """Unbilled worth given up: Dr 4090, Cr 1200 as the books carried it.

    What a revenue run earns is carried at nothing, and no document decides its revenue.
    """
    given = fact.write_down
    if not given.carried:
        return
    lines = both(chart.DISCOUNTS, chart.POSITION, given.currency, given.amount, given.carried,
                 None)  # fmt: skip
    yield Entry("write_down", given.entity, given.books, given.written_on, given.why, "", lines)


def invoice(fact: Invoice.Issued) -> Iterable[Entry]:
    """Dr 1100 what is due, Dr 1210 retained; Cr 1200 as carried, Cr 2300; the rest is FX.

    What a lower rate gives back leaves 1210, retainage that was released 1120.
    """
    totals, books = fact.totals, fact.quote.to
    lines = (
        Line(chart.RECEIVABLES, fact.currency, totals.due, totals.functional),
        retained(fact.currency, totals.held, 1),
        Line(chart.POSITION, fact.currency, -totals.net, -totals.carried),
        Line(chart.OUTPUT_TAX, fact.currency, -totals.tax, -totals.functional_tax),
    )
    yield Entry("invoice", fact.party.entity, books, fact.issued_on,
                f"Invoice to {fact.party.client_code}", fact.number,
                balanced(lines, books))  # fmt: skip


def retained(currency: str, held: Held, sign: int) -> Line:
    """What a document adds to retainage: held until it is released, or due with its release."""
    account = chart.RETAINAGE_DUE if held.released else chart.RETAINAGE_HELD
    return Line(account, currency, sign * held.amount, sign * held.carried)


def credit_memo(fact: Invoice.Credited) -> Iterable[Entry]:
    """Cr 1100 what was open, 1210 what was retained, 2230 the rest; Dr 2300 and what was credited.

    Freed work goes back to 1200 as carried, a price cut to 4090 (time, expenses) or 4010 (fixed
    fee), all at the invoice's rate. Where a revenue run earns, all goes back to 1200 at what the
    contract's position takes: the price of the contract decides revenue, not the document.
    """
    books, quote, totals = fact.quote.to, fact.quote, fact.totals
    owed = totals.due - fact.from_open
    lines = [
        Line(chart.RECEIVABLES, fact.currency, -fact.from_open, -fact.functional_from_open),
        Line(chart.CUSTOMER_CREDITS, fact.currency, -owed, -quote.convert(owed)),
        Line(chart.OUTPUT_TAX, fact.currency, totals.tax, totals.functional_tax),
        retained(fact.currency, totals.held, -1),
    ]
    if fact.party.by_run:
        lines.append(Line(chart.POSITION, fact.currency, totals.net, totals.carried))
    for line in () if fact.party.by_run else fact.lines:
        account = chart.REVENUE_FIXED if line.kind in FIXED else chart.DISCOUNTS
        value = line.carried if line.restored else quote.convert(line.net)
        account = chart.POSITION if line.restored else account
        lines.append(Line(account, fact.currency, line.net, value))
    rest = chart.ROUNDING if fact.currency == books else chart.FX_REALISED
    yield Entry("credit_memo", fact.party.entity, books, fact.issued_on,
                f"Credit memo for {fact.invoice_number}", fact.number,
                balanced(lines, books, rest))  # fmt: skip


def payment(fact: Payment.Recorded) -> Iterable[Entry]:
    """Money received is a customer credit until applied: Dr 1000, Cr 2230, or 1020 in suspense."""
    lines = both(chart.BANK, receipt_account(fact.client_code), fact.currency, fact.amount,
                 fact.functional, None)  # fmt: skip
    yield Entry("payment", fact.entity, fact.quote.to, fact.received_on,
                f"Payment of {fact.client_code or 'an unknown sender'}", fact.bank_reference,
                lines)  # fmt: skip


def application(fact: Payment.Applied) -> Iterable[Entry]:
    """Dr 2230 at the payment's rate, Cr 1100 at the booking rate; the difference is realised."""
    books = fact.functional_currency
    lines = (
        Line(chart.CUSTOMER_CREDITS, fact.currency, fact.amount, fact.paid),
        Line(chart.RECEIVABLES, fact.currency, -fact.amount, -fact.booked),
    )
    yield Entry("application", fact.entity, books, fact.applied_on,
                f"Payment of {fact.invoice_number}", fact.invoice_number,
                balanced(lines, books))  # fmt: skip


def revenue(fact: RevenueContract.Recognized | RevenueContract.Reversed) -> Iterable[Entry]:
    """Revenue of a run, or a run taken back, by obligation: Dr 1200, Cr its revenue account."""
    run = fact.run
    lines: tuple[Line, ...] = ()
    for line in fact.lines:
        lines += both(chart.POSITION, line.account, fact.currency, line.delta, line.functional,
                      line.project_id)  # fmt: skip
    yield Entry("revenue", fact.entity, fact.quote.to, run.on, f"Revenue of {run.period:%Y-%m}",
                "", lines)  # fmt: skip


def refund_expected(fact: ContractProvisions.RefundExpected) -> Iterable[Entry]:
    """What is expected to go back is no revenue: Dr 4090, Cr 2220."""
    owing = fact.owing
    lines = both(chart.DISCOUNTS, chart.REFUNDS_OWED, owing.currency, fact.change,
                 fact.functional, None)  # fmt: skip
    yield Entry("refund_expected", owing.entity, owing.books, fact.recorded_on,
                "Refunds expected", "", lines)  # fmt: skip


def rebate_accrued(fact: RebateAgreement.Accrued) -> Iterable[Entry]:
    """What of the turnover is expected to go back is no revenue: Dr 4090, Cr 2220."""
    lines = both(chart.DISCOUNTS, chart.REFUNDS_OWED, fact.currency, fact.change,
                 fact.functional, None)  # fmt: skip
    yield Entry("rebate_accrued", fact.entity, fact.quote.to, fact.accrued_on, "Volume rebate",
                "", lines)  # fmt: skip


def rebate_settled(fact: RebateAgreement.Settled) -> Iterable[Entry]:
    """A memo gave it back, out of 4090: Dr 2220, Cr 4090 as it was booked."""
    lines = both(chart.REFUNDS_OWED, chart.DISCOUNTS, fact.currency, fact.released,
                 fact.functional, None)  # fmt: skip
    yield Entry("rebate_settled", fact.entity, fact.books, fact.settled_on, "Volume rebate",
                "", lines)  # fmt: skip


Rule = Callable[[Any], Iterable[Entry]]
VERSION = 1

RULES: dict[type[Root.Event], tuple[Rule, ...]] = {
    Timesheet.TimeApproved: (time_cost, time_value),
    Timesheet.TimeUnapproved: (time_undone,),
    Timesheet.TimeReversed: (time_undone,),
    Timesheet.TimeReRated: (time_rerated,),
    Expense.Approved: (expense_cost, expense_value),
    Expense.Reversed: (expense_undone,),
    Expense.Reimbursed: (reimbursement,),
    Project.MilestoneAccepted: (milestone_value,),
    MinimumCommitment.TruedUp: (commitment_value,),
    UsageMeter.Charged: (usage_value,),
    RebateAgreement.Accrued: (rebate_accrued,),
    RebateAgreement.Settled: (rebate_settled,),
    ValueSchedule.Certified: (certificate_value,),
    RetainageAccount.Released: (retainage_released,),
    ContractAccount.WrittenDown: (write_down,),
    Invoice.Issued: (invoice,),
    Invoice.Credited: (credit_memo,),
    Payment.Recorded: (payment,),
    Payment.Applied: (application,),
    **RECEIVABLES_RULES,
    **PAYABLES_RULES,
    **ASSETS_RULES,
    **INTERCOMPANY_RULES,
    **GROUP_RULES,
    **ALLOCATION_RULES,
    **REVALUATION_RULES,
    RevenueContract.Recognized: (revenue,),
    RevenueContract.Reversed: (revenue,),
    ContractProvisions.RefundExpected: (refund_expected,),
    **STANDARDS_RULES,
}


def entries_of(fact: Any) -> list[Entry]:
    """The journals a fact becomes, in a fixed order; empty ones left out."""
    found = (entry for rule in RULES.get(type(fact), ()) for entry in rule(fact))
    return [
        entry for entry in found if any(line.functional or line.amount for line in entry.lines)
    ]
