"""Recurring plans: agreed, changed, paused, ended, renewed, and charged as they fall due."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, BILLING, CONTRACT_MANAGER, CONTROLLER, SYSTEM
from domain.billing.proration import BillCycle, Span
from domain.billing.recurring import RecurringPlan
from domain.billing.subscription import PlanTerm, Subscription
from domain.command import Answer, Command, Exact
from domain.contracts.contract import Contract
from domain.errors import Refusal
from domain.organisation.commands import legal_entity
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

MANAGERS = frozenset({ADMIN, CONTRACT_MANAGER, CONTROLLER, SYSTEM})
ACCRUERS = frozenset({ADMIN, BILLING, CONTRACT_MANAGER, CONTROLLER, SYSTEM})


class EarnedOverTime(Refusal):
    """Recurring charges are earned over time: the contract is recognised by revenue runs."""

    code = "EARNED_OVER_TIME"


class SetRecurringPlan(Command):
    """Agree on a price per cycle of months, billed in advance or in arrears."""

    ROLES: ClassVar = MANAGERS
    plan_id: UUID
    contract_id: UUID
    name: str = Field(min_length=1, max_length=100)
    starts_on: date
    price: Exact = Field(ge=0, max_digits=15, description="Of a whole cycle and unit, net of tax")
    quantity: Exact = Field(default=Decimal(1), ge=0, max_digits=12)
    interval_months: int = Field(default=1, ge=1, le=60)
    anchor_day: int | None = Field(
        default=None, ge=1, le=31, description="Day cycles begin on; left out: that of the start"
    )
    in_advance: bool = True
    fixed_days_in_month: int = Field(default=0, ge=0, le=31, description="0: actual days")
    ends_before: date | None = Field(default=None, description="First day without service")

    def effective_on(self, today: date) -> date:
        """The first day of service."""
        del today
        return self.starts_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, EarnedOverTime, ContractNotActive, NotFound, WrongEntity."""
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        contract.require_active()
        if contract.terms.earned_at_once:
            raise EarnedOverTime(
                "a recurring plan needs a contract recognised by run", field="contract_id"
            )
        if work.load_or_none(RecurringPlan, self.plan_id):
            raise AlreadyTaken(f"recurring plan {self.plan_id} exists", field="plan_id")
        plan = RecurringPlan(self.plan_id, contract.id, entity.code, self.name,
                             self._plan(contract.currency))  # fmt: skip
        return Answer(id=work.add(plan).id)

    def _plan(self, currency: str) -> Subscription:
        cycle = BillCycle(
            self.anchor_day or self.starts_on.day, self.interval_months, self.in_advance,
            fixed_days_in_month=self.fixed_days_in_month,
        )  # fmt: skip
        terms = (PlanTerm(self.starts_on, self.price, self.quantity),)
        return Subscription(currency, cycle, self.starts_on, terms, self.ends_before)


class PlanCommand(Command):
    """A recurring plan."""

    plan_id: UUID

    def recurring_plan(self, work: UnitOfWork) -> RecurringPlan:
        """Raises NotFound, WrongEntity."""
        plan = work.load(RecurringPlan, self.plan_id)
        work.enter(plan.entity)
        return plan


class ChangeSubscription(PlanCommand):
    """Another price or quantity from a day on; the cycle it falls into is prorated."""

    ROLES: ClassVar = MANAGERS
    from_date: date
    price: Exact | None = Field(default=None, ge=0, max_digits=15, description="As it was")
    quantity: Exact | None = Field(default=None, ge=0, max_digits=12, description="As it was")
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The first day of the new terms."""
        del today
        return self.from_date

    def run(self, work: UnitOfWork) -> Answer:
        """Raises PlanEnded, BadPlan, NotFound, WrongEntity."""
        plan = self.recurring_plan(work)
        plan.change(self.from_date, self.price, self.quantity, self.why)
        return Answer(id=plan.id)


class PauseSubscription(PlanCommand):
    """No service and no charge between two days."""

    ROLES: ClassVar = MANAGERS
    from_date: date
    until: date = Field(description="First day of service again")
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises EmptySpan, PlanEnded, BadPlan, NotFound, WrongEntity."""
        plan = self.recurring_plan(work)
        plan.pause(Span(self.from_date, self.until), self.why)
        return Answer(id=plan.id)


class CancelSubscription(PlanCommand):
    """End a plan: before a day, its unused time credited, or with the cycle that is paid for."""

    ROLES: ClassVar = MANAGERS
    on: date = Field(description="First day without service, where unused time is credited")
    refund: bool = False
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises PlanEnded, OutsidePeriod, NotFound, WrongEntity."""
        plan = self.recurring_plan(work)
        plan.end(self.on, self.why, refund=self.refund)
        return Answer(id=plan.id)


class RenewSubscription(PlanCommand):
    """Let a plan that would end go on until a later day."""

    ROLES: ClassVar = MANAGERS
    ends_before: date
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises PlanEnded, NotFound, WrongEntity."""
        plan = self.recurring_plan(work)
        plan.renew(self.ends_before, self.why)
        return Answer(id=plan.id)


class AccrueCharges(PlanCommand):
    """Charge the cycles of a plan that are due through a day; twice charges once."""

    ROLES: ClassVar = ACCRUERS
    through: date

    def effective_on(self, today: date) -> date:
        """The day through which cycles count."""
        del today
        return self.through

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        plan = self.recurring_plan(work)
        plan.accrue(self.through)
        return Answer(id=plan.id)
