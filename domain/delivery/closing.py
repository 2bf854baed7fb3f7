"""What a project still has open: nobody closes it before that is done.

Every sheet of time and every expense that names the project carries its tag, so all of them are
found, and one that comes meanwhile makes the command decide again (ADR 0029).
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from domain.billing.retainage_account import RetainageAccount, retainage_id
from domain.contracts.account import ContractAccount, account_id
from domain.delivery.expense import Expense
from domain.delivery.outlook import Outlook, outlook_id
from domain.delivery.project import Project
from domain.delivery.time_entry import Entry
from domain.delivery.timesheet import Timesheet
from domain.delivery.work_tag import work_tag
from domain.errors import Refusal
from domain.unit_of_work import UnitOfWork

ZERO = Decimal(0)
Open = tuple[str, str]
"""What is open, and the unit it is counted in."""


class WorkOpen(Refusal):
    """Something of the project is not approved, not billed, or still to come."""

    code = "WORK_OPEN"


def refuse_open(work: UnitOfWork, project: Project) -> None:
    """Raises WorkOpen, which names everything and how much of it."""
    sums: dict[Open, Decimal] = defaultdict(Decimal)
    for what, amount in open_of(work, project):
        sums[what] += amount
    if sums:
        said = ", ".join(f"{sums[what]:f} {what[1]} of {what[0]}" for what in sorted(sums))
        raise WorkOpen(f"project {project.code} has open: {said}", field="project_id")


def open_of(work: UnitOfWork, project: Project) -> Iterator[tuple[Open, Decimal]]:
    """Everything open, one by one."""
    tag, written = work_tag(project.id), Written(work, project)
    for sheet in work.tagged(Timesheet, tag):
        for entry in sheet.entries.values():
            if entry.project_id == project.id:
                yield from _time(entry, written)
    for expense in work.tagged(Expense, tag):
        yield from _expense(expense, written)
    yield from _retained(work, project)
    outlook = work.find(Outlook, outlook_id(project.id))
    for held in outlook.commitments.values() if outlook else ():
        if held.amount:
            yield ("orders to vendors", held.order.quote.of), held.amount


def _retained(work: UnitOfWork, project: Project) -> Iterator[tuple[Open, Decimal]]:
    of = project.contract_id
    kept = work.find(RetainageAccount, retainage_id(of)) if of else None
    if kept and (amount := kept.standing("held") + kept.standing("released")):
        yield ("retainage", project.currency), amount


class Written:
    """What was written down, or drawn from a retainer, of things of a project's contract."""

    def __init__(self, work: UnitOfWork, project: Project) -> None:
        of = project.contract_id
        self._account = work.find(ContractAccount, account_id(of)) if of else None

    def off(self, item_id: UUID) -> Decimal:
        """How much; below zero where it was written up."""
        if self._account is None:
            return ZERO
        written, _ = self._account.written.get(item_id, (ZERO, ZERO))
        return written + self._account.covered.get(item_id, ZERO)


def _time(entry: Entry, written: Written) -> Iterator[tuple[Open, Decimal]]:
    if entry.is_unapproved:
        hours = (Decimal(entry.minutes) / 60).quantize(Decimal("0.01"))
        yield ("unapproved time", "hours"), hours
    bill = entry.rated.bill if entry.rated else None
    if entry.state == "approved" and bill and (left := bill.amount - written.off(entry.id)) > 0:
        yield ("unbilled time", bill.currency), left


def _expense(expense: Expense, written: Written) -> Iterator[tuple[Open, Decimal]]:
    spent, rated = expense.spending, expense.rated
    if expense.state == "recorded":
        yield ("unapproved expenses", spent.currency), spent.net
    if expense.state == "approved" and rated:
        left = rated.bill_amount - written.off(expense.id)
        if left > 0:
            yield ("unbilled expenses", rated.bill_currency), left
