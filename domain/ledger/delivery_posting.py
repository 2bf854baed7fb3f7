"""Posting rules of delivery: what time, expenses and milestones cost and earn."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from domain.delivery.expense import Expense
from domain.delivery.project import Project
from domain.delivery.rating import RatedTime
from domain.delivery.timesheet import Timesheet
from domain.ledger import chart
from domain.ledger.entry import Entry, balanced, both
from domain.ledger.journal import Line

Rated = Timesheet.TimeApproved | Timesheet.TimeUnapproved | Timesheet.TimeReversed


def time_cost(fact: Rated) -> Iterable[Entry]:
    """Labour absorbed, in the worker's entity: Dr 5000, or 1620 where it lasts; Cr 5090."""

    def key(one: RatedTime) -> tuple[Any, ...]:
        cost = one.cost
        return cost.entity, cost.currency, one.work_date, str(one.project_id), one.capital

    for _, group in groupby(sorted(fact.rated, key=key), key):
        entries = list(group)
        first = entries[0]
        debit = chart.INTANGIBLES if first.capital else chart.LABOUR
        amount = sum((one.cost.amount for one in entries), Decimal(0))
        lines = both(debit, chart.ABSORPTION, first.cost.currency, amount, amount,
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
    return tuple(line.mirrored() for line in lines)


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
