"""Drafting, submitting and deciding on change orders.

An approval moves contract, budget, billing plan, caps, the client's order and, through the outbox,
the CRM's deal in one append: there is no moment at which they disagree.
"""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CONTRACT_MANAGER, CONTROLLER, PROJECT_MANAGER
from domain.billing.value_schedule import ValueSchedule, values_id
from domain.command import Answer, Command, Exact, Value
from domain.contracts.account import ContractAccount, account_id
from domain.contracts.change_order import (
    AddedMilestone,
    Change,
    ChangeOrder,
    HoursChange,
    LimitChange,
    LimitSource,
    budget_change,
)
from domain.contracts.contract import Contract
from domain.contracts.moved_limits import move_limits, moved_by_price, require_limits
from domain.delivery.project import Project
from domain.errors import Refusal
from domain.ledger.period import months_between
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

DRAFTERS = frozenset({ADMIN, PROJECT_MANAGER, CONTRACT_MANAGER})
FINANCE = frozenset({ADMIN, CONTROLLER})


class OtherContract(Refusal):
    """The project is not the contract's."""

    code = "OTHER_CONTRACT"


class HoursInput(Value):
    """More hours of a role, or fewer where negative."""

    role: str = Field(min_length=1, max_length=60)
    hours: Exact = Field(max_digits=9, decimal_places=2)


class MilestoneInput(Value):
    """A milestone of the added price, in the contract's currency."""

    milestone_id: UUID
    name: str = Field(min_length=1, max_length=100)
    amount: Exact = Field(gt=0, max_digits=15, decimal_places=4)
    due_on: date


class LimitInput(Value):
    """A cap by its name, or the client's order by its number, and by how much it moves."""

    source: LimitSource
    name: str = Field(min_length=1, max_length=60)
    by: Exact = Field(max_digits=15, decimal_places=4, description="Signed, in the limit's unit")


class OrderCommand(Command):
    """Something about one change order."""

    change_order_id: UUID

    def order(self, work: UnitOfWork) -> ChangeOrder:
        """Raises NotFound, WrongEntity."""
        order = work.load(ChangeOrder, self.change_order_id)
        work.enter(order.entity)
        return order


class DraftChangeOrder(Command):
    """Write down what a client wants otherwise: scope, price, cost, hours, time, milestones."""

    ROLES: ClassVar = DRAFTERS
    change_order_id: UUID
    contract_id: UUID
    project_id: UUID = Field(description="Whose budget and milestones change")
    name: str = Field(min_length=1, max_length=60, description="Unique in the contract")
    scope: str = Field(min_length=1, max_length=4000)
    price: Exact = Field(
        default=Decimal(0), max_digits=15, decimal_places=4, description="Signed, the contract's"
    )
    cost: Exact = Field(
        default=Decimal(0), max_digits=15, decimal_places=4, description="Signed, the entity's"
    )
    days: int = Field(default=0, ge=-3650, le=3650, description="Moves the contract's end")
    takes_effect_on: date = Field(description="From when it holds; may lie in closed months")
    hours: tuple[HoursInput, ...] = Field(default=(), max_length=100)
    added: tuple[MilestoneInput, ...] = Field(default=(), max_length=100)
    dropped: tuple[UUID, ...] = Field(default=(), max_length=100)
    limits: tuple[LimitInput, ...] | None = Field(
        default=None, max_length=100,
        description="Left out: caps on all amounts and the client's order move by the price",
    )  # fmt: skip

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NothingChanged, PlanNotPrice, OtherContract, ContractNotActive, AmountTooFine.

        A dropped milestone is a planned one: UnknownMilestone, MilestoneNotReady; a limit is one
        of the contract's: UnknownLimit. AlreadyTaken where the contract has an order of that name.
        """
        contract = work.read(Contract, self.contract_id)
        books = legal_entity(work, contract.entity).currency
        contract.require_active()
        change = self._change(contract)
        change.require_something()
        require_fine(change.cost, books, field="cost")
        for amount in (change.price, *(one.amount for one in change.added)):
            require_fine(amount, contract.currency, field="price")
        require_limits(contract, change.limits)
        check_plan(work, contract, work.read(Project, self.project_id), change)
        if work.load_or_none(ChangeOrder, self.change_order_id):
            raise AlreadyTaken(f"{self.change_order_id} exists", field="change_order_id")
        order = ChangeOrder(
            self.change_order_id, contract.id, contract.entity, self.name, contract.currency,
            books, change, work.actor.id,
        )  # fmt: skip
        return Answer(id=work.add(order).id)

    def _change(self, contract: Contract) -> Change:
        given = self.limits
        if given is None:
            limits = moved_by_price(contract, self.price)
        else:
            limits = tuple(LimitChange(one.source, one.name, one.by) for one in given if one.by)
        return Change(
            self.project_id, self.scope, self.price, self.cost, self.days, self.takes_effect_on,
            tuple(HoursChange(one.role, one.hours) for one in self.hours if one.hours),
            tuple(AddedMilestone(*vars(one).values()) for one in self.added),
            tuple(dict.fromkeys(self.dropped)), limits,
        )  # fmt: skip


def check_plan(work: UnitOfWork, contract: Contract, project: Project, change: Change) -> None:
    """Whether milestones and price go together; a schedule of values takes the price alone.

    Raises OtherContract, PlanNotPrice, UnknownMilestone, MilestoneNotReady.
    """
    if project.contract_id != contract.id:
        raise OtherContract(f"project {project.code} is another's", field="project_id")
    dropped = sum((project.planned(id_).amount for id_ in change.dropped), Decimal(0))
    if work.find(ValueSchedule, values_id(contract.id)):
        change.require_no_plan()
    elif contract.terms.model == "fixed_fee":
        change.require_plan(dropped)


def add_value(work: UnitOfWork, order: ChangeOrder) -> None:
    """A change of price is a line of the contract's schedule of values. Raises UnknownItem."""
    change = order.change
    values = work.load_or_none(ValueSchedule, values_id(order.contract_id))
    if values and change.price:
        values.add_change(order.id, order.name, change.scope[:200], change.price)


class SubmitChangeOrder(OrderCommand):
    """Put a change order before finance and the client."""

    ROLES: ClassVar = DRAFTERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongOrderState, NotFound, WrongEntity."""
        order = self.order(work)
        order.submit(work.actor.id)
        return Answer(id=order.id)


class ChangeAnswer(Answer):
    """What the contract is after the change."""

    value: Decimal = Field(description="Contract's currency")
    ends_on: date


class ApproveChangeOrder(OrderCommand):
    """Let a change hold: contract, budget, billing plan, limits and the CRM's deal together."""

    ROLES: ClassVar = FINANCE
    ANSWER: ClassVar = ChangeAnswer
    approved_on: date = Field(description="Day of the decision; the change has its own")
    client_reference: str = Field(
        default="", max_length=100, description="The client's order; needed where a price changes"
    )

    def effective_on(self, today: date) -> date:
        """The day of the decision; facts carry the day the change takes effect."""
        del today
        return self.approved_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongOrderState, OwnChangeOrder, ClientReferenceNeeded, BelowBilled, OutsideTerm.

        AlreadyTerminated, ProjectClosed, NoBaseline, BudgetBelowZero, MilestoneNotReady and
        UnknownLimit where things have moved on; a milestone of that id elsewhere: AlreadyTaken;
        UnknownItem where the contract's schedule of values has a line of its name.
        """
        order = self.order(work)
        order.require_decidable(work.actor.id)
        order.require_reference(self.client_reference)
        change = order.change
        contract = work.load(Contract, order.contract_id)
        project = work.load(Project, change.project_id)
        check_plan(work, contract, project, change)
        account = work.find(ContractAccount, account_id(contract.id))
        contract.change(
            order.id, change.price, change.days, change.effective_on,
            account.billed if account else Decimal(0),
        )  # fmt: skip
        move_limits(contract, account, change.limits)
        change_project(order, project, contract.ends_on)
        add_value(work, order)
        order.approve(self.client_reference, self.approved_on, contract.value, contract.ends_on)
        return ChangeAnswer(id=order.id, value=contract.value, ends_on=contract.ends_on)


def change_project(order: ChangeOrder, project: Project, ends_on: date) -> None:
    """Move budget and billing plan.

    Raises ProjectClosed, NoBaseline, BudgetBelowZero, MilestoneNotReady.
    """
    project.require_open()
    change = order.change
    if change.moves_budget:
        months = months_between(change.effective_on, ends_on)
        lines = budget_change(change, months, order.currency, order.books)
        project.change_budget(order.id, change.effective_on, lines)
    for id_ in change.dropped:
        project.drop_milestone(id_, order.id)
    for one in change.added:
        project.plan_milestone(one.id, one.name, one.amount, one.due_on)


class RejectChangeOrder(OrderCommand):
    """Say no to a change order."""

    ROLES: ClassVar = FINANCE
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongOrderState, OwnChangeOrder, NotFound, WrongEntity."""
        order = self.order(work)
        order.reject(work.actor.id, self.why)
        return Answer(id=order.id)


class WithdrawChangeOrder(OrderCommand):
    """Take a change order back before it is decided on."""

    ROLES: ClassVar = DRAFTERS
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WrongOrderState, NotFound, WrongEntity."""
        order = self.order(work)
        order.withdraw(self.why)
        return Answer(id=order.id)
