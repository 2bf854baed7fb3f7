"""Expenses: recorded by those who spend, approved by somebody else, rated at approval."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import (
    ACCOUNTANT,
    ADMIN,
    CASH,
    INTEGRATION,
    PROJECT_MANAGER,
    RESOURCE,
    SYSTEM,
)
from domain.billing.drawing import DrawnAnswer, draw_approved, undo
from domain.command import Amount, Answer, Command, Exact
from domain.contracts.contract import Contract
from domain.delivery.expense import Expense, RatedExpense, Spending
from domain.delivery.outlook import Outlook, outlook_id, refuse_unknown
from domain.delivery.project import Project
from domain.delivery.time_commands import APPROVERS
from domain.delivery.time_correction_commands import refuse_parted
from domain.errors import Refusal
from domain.ledger.commands import require_open
from domain.money import CurrencyMismatch, quantize
from domain.organisation.commands import legal_entity
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.organisation.person import Person
from domain.pricing.fx import quote
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

PAYERS = frozenset({ADMIN, CASH, ACCOUNTANT})
SPENDERS = frozenset({ADMIN, RESOURCE, PROJECT_MANAGER, INTEGRATION, SYSTEM})


class NotPositive(Refusal):
    """Money spent is positive; a refund belongs to another document."""

    code = "NOT_POSITIVE"


class RecordExpense(Command):
    """Note money spent for a project."""

    ROLES: ClassVar = SPENDERS
    expense_id: UUID
    person_id: UUID
    project_id: UUID
    spent_on: date
    category: str = Field(min_length=1, max_length=60)
    net: Amount = Field(description="Without tax, as on the receipt")
    tax: Amount = Field(description="Tax on the receipt, in the same currency")
    billable: bool = True
    markup_pct: Exact = Field(default=Decimal(0), ge=0, le=1000, decimal_places=4)
    receipt_sha256: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    commitment_id: UUID | None = Field(default=None, description="Order of the project it pays")
    replaces: UUID | None = Field(
        default=None, description="A rejected or reversed expense of the same receipt"
    )

    def effective_on(self, today: date) -> date:
        """The day the money was spent."""
        del today
        return self.spent_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken (also a receipt used before), ProjectClosed, CurrencyMismatch.

        Money spent must be above zero, its tax not below: NotPositive. The order it pays is one
        of the project's: UnknownCommitment. What it replaces does not count: NotReplaceable.
        """
        person = work.read(Person, self.person_id)
        work.enter(person.entity)
        work.read(Project, self.project_id).require_open()
        self._check_order(work)
        if self.replaces is not None:
            work.read(Expense, self.replaces).refuse_replacement(self.receipt_sha256)
        if self.net.currency != self.tax.currency:
            raise CurrencyMismatch("net and tax differ in currency", field="tax")
        if self.net.amount <= 0 or self.tax.amount < 0:
            raise NotPositive("an expense is above zero", field="net")
        if work.load_or_none(Expense, self.expense_id):
            raise AlreadyTaken(f"expense {self.expense_id} exists", field="expense_id")
        expense = Expense(
            self.expense_id, person.id, self.project_id, self._spending(), self.receipt_sha256,
            work.actor.id, self.commitment_id, self.replaces,
        )  # fmt: skip
        return Answer(id=work.add(expense).id)

    def _check_order(self, work: UnitOfWork) -> None:
        if self.commitment_id is not None:
            refuse_unknown(work.find(Outlook, outlook_id(self.project_id)), self.commitment_id)

    def _spending(self) -> Spending:
        return Spending(
            self.spent_on, self.category, self.net.currency.code, self.net.amount,
            self.tax.amount, self.billable, self.markup_pct,
        )  # fmt: skip


class ApproveExpense(Command):
    """Agree to somebody else's expense; figures are frozen at the rates of its day."""

    ROLES: ClassVar = APPROVERS
    ANSWER: ClassVar = DrawnAnswer
    expense_id: UUID

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnWork, WrongState, MissingRate, NotFound, WrongEntity.

        Where the contract's retainer refuses work above its allowance: RetainerExhausted.
        """
        expense = work.load(Expense, self.expense_id)
        person = work.read(Person, expense.person_id)
        work.enter(person.entity)
        expense.refuse_own(work.actor.id, person.user)
        project = work.read(Project, expense.project_id)
        rated = rate(work, person, project, expense.spending)
        expense.approve(project.contract_id, rated)
        consume(work, expense)
        steps: tuple[str, ...] = ()
        if project.contract_id and rated.bill_amount and not rated.earned:
            share, on = expense.shares((expense.id,))[0], expense.spending.spent_on
            steps = draw_approved(work, [(project.contract_id, share, on)])
        return DrawnAnswer(id=expense.id, steps=steps)


class RejectExpense(Command):
    """Send somebody else's expense back."""

    ROLES: ClassVar = APPROVERS
    expense_id: UUID
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnWork, WrongState, NotFound, WrongEntity."""
        expense = work.load(Expense, self.expense_id)
        person = work.read(Person, expense.person_id)
        work.enter(person.entity)
        expense.refuse_own(work.actor.id, person.user)
        expense.reject(self.why)
        return Answer(id=expense.id)


class ReverseExpense(Command):
    """Undo an approved expense for good; what should stand instead is recorded anew."""

    ROLES: ClassVar = APPROVERS
    expense_id: UUID
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongState (not approved, billed, or paid back), OwnWork, SetApart, NotFound.

        An order it paid is open again by as much; what it drew from a retainer is given back.
        """
        expense = work.load(Expense, self.expense_id)
        person = work.read(Person, expense.person_id)
        work.enter(person.entity)
        work.actor.require_entity(work.read(Project, expense.project_id).entity)
        expense.refuse_own(work.actor.id, person.user)
        if expense.contract_id:
            undo(work, work.read(Contract, expense.contract_id), [expense.id], self.why)
        refuse_parted(work, expense.contract_id, expense.id)
        expense.reverse(self.why)
        if expense.commitment_id is not None:
            outlook = work.load(Outlook, outlook_id(expense.project_id))
            outlook.restore(expense.commitment_id, expense.id, expense.spending.spent_on)
        return Answer(id=expense.id)


class ReimburseExpense(Command):
    """Pay an approved expense back to who spent it, net and tax, in its currency."""

    ROLES: ClassVar = PAYERS
    expense_id: UUID
    paid_on: date
    bank_reference: str = Field(min_length=1, max_length=140, description="Of the transfer")

    def effective_on(self, today: date) -> date:
        """The day of the transfer."""
        del today
        return self.paid_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongState (not approved, or paid already), OwnWork, PeriodClosed, MissingRate.

        One transfer may pay several expenses. NotFound, WrongEntity.
        """
        expense = work.load(Expense, self.expense_id)
        person = work.read(Person, expense.person_id)
        home = legal_entity(work, person.entity)
        require_open(work, self, home.code, self.paid_on)
        expense.refuse_own(work.actor.id, person.user)
        paid = quote(work, expense.spending.currency, home.currency, self.paid_on)
        expense.reimburse(self.paid_on, paid, self.bank_reference)
        return Answer(id=expense.id)


def rate(work: UnitOfWork, person: Person, project: Project, spent: Spending) -> RatedExpense:
    """Figures of an expense, in the books of both entities. Raises WrongEntity, MissingRate."""
    work.actor.require_entity(project.entity)
    home = work.read(LegalEntity, entity_id(person.entity))
    cost = quote(work, spent.currency, home.currency, spent.spent_on)
    bill = _bill(work, project, spent) if spent.billable else Decimal(0)
    owner = work.read(LegalEntity, entity_id(project.entity))
    books = quote(work, project.currency, owner.currency, spent.spent_on)
    own = quote(work, spent.currency, owner.currency, spent.spent_on).convert(spent.net)
    return RatedExpense(
        home.code, cost, cost.convert(spent.net), cost.convert(spent.tax), owner.code,
        project.currency, bill, books.convert(bill), owner.currency, own,
        earned=is_earned(work, project),
    )  # fmt: skip


def consume(work: UnitOfWork, expense: Expense) -> None:
    """Take an approved expense off the order it pays. Raises MissingRate."""
    if expense.commitment_id is None:
        return
    outlook = work.load(Outlook, outlook_id(expense.project_id))
    order, spent = outlook.commitment(expense.commitment_id).order, expense.spending
    rate_ = quote(work, spent.currency, order.quote.of, spent.spent_on)
    outlook.consume(order.commitment_id, expense.id, rate_.convert(spent.net), spent.spent_on)


def is_earned(work: UnitOfWork, project: Project) -> bool:
    """Whether its approval earns revenue; internal work earns none either way."""
    contract_id = project.contract_id
    return contract_id is None or work.read(Contract, contract_id).terms.earned_at_once


def _bill(work: UnitOfWork, project: Project, spent: Spending) -> Decimal:
    """Net with mark-up in the contract's currency, where time and materials are billed."""
    if project.contract_id is None:
        return Decimal(0)
    if work.read(Contract, project.contract_id).terms.model != "time_and_materials":
        return Decimal(0)
    marked_up = spent.net * (100 + spent.markup_pct) / 100
    value = quote(work, spent.currency, project.currency, spent.spent_on).convert(marked_up)
    return quantize(value, project.currency)
