"""Posting: which fact becomes which journal. One readable table of pure rules at the end.

Facts are complete, so a rule needs nothing but the fact: amounts, quotes and entities are
inside. Source of each pairing: the event-to-journal table of the accounting rules.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby
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
from domain.delivery.rating import RatedTime
from domain.delivery.timesheet import Timesheet
from domain.ledger import chart
from domain.ledger.entry import Entry, balanced, both
from domain.ledger.journal import Line
from domain.ledger.receivables_posting import RECEIVABLES_RULES, receipt_account
from domain.revenue.contract import RevenueContract
from domain.revenue.cost_asset import ContractCostAsset, CostOf
from domain.revenue.provisions import ContractProvisions

FIXED = frozenset({"milestone", "application"})
"""Kinds of things that bill a fixed fee."""

__all__ = ["RULES", "VERSION", "Entry", "balanced", "both", "entries_of"]


Rated = Timesheet.TimeApproved | Timesheet.TimeUnapproved | Timesheet.TimeReversed


def time_cost(fact: Rated) -> Iterable[Entry]:
    """Labour absorbed by projects, in the worker's entity: Dr 5000, Cr 5090."""

    def key(one: RatedTime) -> tuple[Any, ...]:
        return one.cost.entity, one.cost.currency, one.work_date, str(one.project_id)

    for _, group in groupby(sorted(fact.rated, key=key), key):
        entries = list(group)
        first = entries[0]
        amount = sum((one.cost.amount for one in entries), Decimal(0))
        lines = both(chart.LABOUR, chart.ABSORPTION, first.cost.currency, amount, amount,
                     first.project_id)  # fmt: skip
        yield Entry("time_cost", first.cost.entity, first.cost.currency, first.work_date,
                    "Labour on projects", "", lines)  # fmt: skip


def time_value(fact: Rated) -> Iterable[Entry]:
    """Time-and-materials value earned, in the contract's entity: Dr 1200, Cr 4000."""
    return value_entries(fact.rated)


def value_entries(rated: Iterable[RatedTime]) -> Iterable[Entry]:
    """One entry a day and project of what approval earned."""

    def key(one: RatedTime) -> tuple[Any, ...]:
        assert one.bill is not None  # noqa: S101 -- filtered below
        return one.bill.entity, one.bill.currency, one.work_date, str(one.project_id)

    billed = sorted((one for one in rated if one.bill and one.bill.earned), key=key)
    for _, group in groupby(billed, key):
        bills = [(one, one.bill) for one in group if one.bill]
        first, bill = bills[0]
        amount = sum((b.amount for _, b in bills), Decimal(0))
        functional = sum((b.functional for _, b in bills), Decimal(0))
        lines = both(chart.POSITION, chart.REVENUE_TIME, bill.currency, amount, functional,
                     first.project_id)  # fmt: skip
        yield Entry("time_value", bill.entity, bill.quote.to, first.work_date,
                    "Time earned", "", lines)  # fmt: skip


def time_undone(fact: Timesheet.TimeUnapproved | Timesheet.TimeReversed) -> Iterable[Entry]:
    """An approval taken back: the mirror of what it posted, on the days of the work."""
    for entry in (*time_cost(fact), *time_value(fact)):
        yield replace(entry, rule="time_undone", description=f"{entry.description}, undone",
                      lines=mirrored(entry.lines))  # fmt: skip


def mirrored(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The same lines on the other side."""
    return tuple(replace(line, amount=-line.amount, functional=-line.functional) for line in lines)


def time_rerated(fact: Timesheet.TimeReRated) -> Iterable[Entry]:
    """Other value of approved time: the old one's mirror, then the new one."""
    for figures, sign in ((fact.before, -1), (fact.after, 1)):
        for entry in value_entries(figures):
            yield replace(entry, rule="time_rerated", lines=tuple(
                replace(line, amount=sign * line.amount, functional=sign * line.functional)
                for line in entry.lines
            ))  # fmt: skip


def expense_cost(fact: Expense.Approved | Expense.Reversed) -> Iterable[Entry]:
    """The claim, in the spender's entity: Dr 5020, Dr 1420, Cr 2110."""
    spent, rated = fact.spending, fact.rated
    lines = (
        Line(chart.PROJECT_EXPENSES, spent.currency, spent.net, rated.cost_net, fact.project_id),
        Line(chart.INPUT_TAX, spent.currency, spent.tax, rated.cost_tax),
        Line(chart.EXPENSE_CLAIMS, spent.currency, -(spent.net + spent.tax),
             -(rated.cost_net + rated.cost_tax)),
    )  # fmt: skip
    books = rated.cost_quote.to
    yield Entry("expense_cost", rated.cost_entity, books, spent.spent_on, spent.category, "",
                balanced(lines, books))  # fmt: skip


def expense_undone(fact: Expense.Reversed) -> Iterable[Entry]:
    """An expense that does not count: the mirror of what its approval posted, on its day."""
    for entry in (*expense_cost(fact), *expense_value(fact)):
        yield replace(entry, rule="expense_undone", description=f"{entry.description}, undone",
                      lines=mirrored(entry.lines))  # fmt: skip


def expense_value(fact: Expense.Approved | Expense.Reversed) -> Iterable[Entry]:
    """A pass-through expense earned: Dr 1200, Cr 4030."""
    rated = fact.rated
    if not (rated.bill_amount and rated.earned):
        return
    lines = both(chart.POSITION, chart.REVENUE_EXPENSES, rated.bill_currency, rated.bill_amount,
                 rated.bill_functional, fact.project_id)  # fmt: skip
    yield Entry("expense_value", rated.bill_entity, rated.books, fact.spending.spent_on,
                fact.spending.category, "", lines)  # fmt: skip


def reimbursement(fact: Expense.Reimbursed) -> Iterable[Entry]:
    """A claim paid: Dr 2110 as it was booked, Cr 1000 at the rate of the day; the rest is FX."""
    books = fact.quote.to
    lines = (
        Line(chart.EXPENSE_CLAIMS, fact.currency, fact.amount, fact.booked),
        Line(chart.BANK, fact.currency, -fact.amount, -fact.quote.convert(fact.amount)),
    )
    rest = chart.ROUNDING if fact.currency == books else chart.FX_REALISED
    yield Entry("reimbursement", fact.entity, books, fact.paid_on, "Expense reimbursed",
                fact.reference, balanced(lines, books, rest))  # fmt: skip


def milestone_value(fact: Project.MilestoneAccepted) -> Iterable[Entry]:
    """A fixed-fee milestone accepted, an output measure: Dr 1200, Cr 4010."""
    if not fact.earned:
        return
    lines = both(chart.POSITION, chart.REVENUE_FIXED, fact.currency, fact.amount,
                 fact.functional, fact.originator_id)  # fmt: skip
    yield Entry("milestone_value", fact.entity, fact.quote.to, fact.accepted_on, fact.name, "",
                lines)  # fmt: skip


def commitment_value(fact: MinimumCommitment.TruedUp) -> Iterable[Entry]:
    """A month below its minimum earns the rest: Dr 1200, Cr 4020; the reverse if given back."""
    charge = fact.charge
    if not fact.earned:
        return
    lines = both(chart.POSITION, chart.REVENUE_RECURRING, fact.currency, charge.amount,
                 charge.functional, None)  # fmt: skip
    yield Entry("commitment_value", fact.entity, fact.quote.to, charge.due_on, charge.text, "",
                lines)  # fmt: skip


def usage_value(fact: UsageMeter.Charged) -> Iterable[Entry]:
    """A month's use is earned with its end: Dr 1200, Cr 4020; the reverse if taken back."""
    charge = fact.charge
    if not fact.earned:
        return
    lines = both(chart.POSITION, chart.REVENUE_RECURRING, fact.currency, charge.amount,
                 charge.functional, None)  # fmt: skip
    yield Entry("usage_value", fact.entity, fact.quote.to, charge.due_on, charge.text, "", lines)


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


def loss_provided(fact: ContractProvisions.LossProvided) -> Iterable[Entry]:
    """The loss still to come: Dr 5050, Cr 2240."""
    change = fact.provision.change
    lines = both(chart.ONEROUS_COST, chart.ONEROUS, fact.owing.books, change, change, None)
    yield Entry("loss_provided", fact.owing.entity, fact.owing.books, fact.provided_on,
                "Onerous contract", "", lines)  # fmt: skip


def loss_released(fact: ContractProvisions.LossReleased) -> Iterable[Entry]:
    """A provision used: Dr 2240, Cr 5050."""
    used = -fact.provision.change
    lines = both(chart.ONEROUS, chart.ONEROUS_COST, fact.owing.books, used, used, None)
    yield Entry("loss_released", fact.owing.entity, fact.owing.books, fact.released_on,
                "Onerous contract", "", lines)  # fmt: skip


def cost_capitalized(fact: ContractCostAsset.Capitalized) -> Iterable[Entry]:
    """Cost to obtain: Dr 1310, Cr 2100. Cost to fulfil, labour so far: Dr 1300, Cr 5000."""
    credit = chart.PAYROLL_OWED if fact.cost.nature == "obtain" else chart.LABOUR
    lines = both(cost_account(fact.cost), credit, fact.cost.books, fact.amount, fact.amount, None)
    yield Entry("cost_capitalized", fact.cost.entity, fact.cost.books, fact.capitalized_on,
                "Contract cost", "", lines)  # fmt: skip


def cost_amortized(fact: ContractCostAsset.Amortized) -> Iterable[Entry]:
    """Months of benefit: Dr 5060, Cr 1310 or 1300."""
    yield _written_off("cost_amortized", fact.cost, fact.amortized_on, fact.amount)


def cost_impaired(fact: ContractCostAsset.Impaired) -> Iterable[Entry]:
    """What will not come back: Dr 5060, Cr 1310 or 1300."""
    yield _written_off("cost_impaired", fact.cost, fact.impaired_on, fact.loss)


def _written_off(rule: str, cost: CostOf, on: date, amount: Decimal) -> Entry:
    lines = both(chart.CONTRACT_COST, cost_account(cost), cost.books, amount, amount, None)
    return Entry(rule, cost.entity, cost.books, on, "Contract cost", "", lines)


def cost_account(cost: CostOf) -> str:
    """Where an asset of this nature stands."""
    return chart.OBTAINING_COST if cost.nature == "obtain" else chart.FULFILMENT_COST


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
    RevenueContract.Recognized: (revenue,),
    RevenueContract.Reversed: (revenue,),
    ContractProvisions.RefundExpected: (refund_expected,),
    ContractProvisions.LossProvided: (loss_provided,),
    ContractProvisions.LossReleased: (loss_released,),
    ContractCostAsset.Capitalized: (cost_capitalized,),
    ContractCostAsset.Amortized: (cost_amortized,),
    ContractCostAsset.Impaired: (cost_impaired,),
}


def entries_of(fact: Any) -> list[Entry]:
    """The journals a fact becomes, in a fixed order; empty ones left out."""
    found = (entry for rule in RULES.get(type(fact), ()) for entry in rule(fact))
    return [
        entry for entry in found if any(line.functional or line.amount for line in entry.lines)
    ]
