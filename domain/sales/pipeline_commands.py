"""What else happens to a deal: who would be needed, and taking a close back."""

from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, SALES_MANAGER
from domain.command import Answer, Command, Exact, Value
from domain.contracts.account import ContractAccount, account_id
from domain.contracts.contract import Contract
from domain.errors import Refusal
from domain.policies import contract_id
from domain.sales.commands import SELLERS
from domain.sales.opportunity import Opportunity, RoleDemand
from domain.unit_of_work import UnitOfWork


class AlreadyBilled(Refusal):
    """Something was billed under the deal's contract; change it by a change order."""

    code = "ALREADY_BILLED"


class DemandInput(Value):
    """Hours of a role wanted in a week."""

    role: str = Field(min_length=1, max_length=60)
    week: date = Field(description="Any day of the week")
    hours: Exact = Field(gt=0, max_digits=9, decimal_places=2)

    def demand(self) -> RoleDemand:
        """The demand as the deal keeps it, by its Monday."""
        return RoleDemand(self.role, self.week - timedelta(self.week.weekday()), self.hours)


class AttachDemandPlan(Command):
    """Say who would be needed in which weeks, if an open deal is won."""

    ROLES: ClassVar = SELLERS
    opportunity_id: UUID
    demand: tuple[DemandInput, ...] = Field(min_length=1, max_length=5000)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyClosed, NotFound, WrongEntity."""
        opportunity = work.load(Opportunity, self.opportunity_id)
        work.enter(opportunity.entity)
        opportunity.plan_demand(tuple(one.demand() for one in self.demand))
        return Answer(id=opportunity.id)


class ReopenOpportunity(Command):
    """Take a close back: a won deal's contract is suspended, and the next win has its own."""

    ROLES: ClassVar = frozenset({ADMIN, SALES_MANAGER})
    opportunity_id: UUID
    reopened_on: date
    why: str = Field(min_length=1, max_length=400)

    def effective_on(self, today: date) -> date:
        """The day it is taken back."""
        del today
        return self.reopened_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotClosed, AlreadyBilled, ContractNotActive, NotFound, WrongEntity."""
        opportunity = work.load(Opportunity, self.opportunity_id)
        work.enter(opportunity.entity)
        if opportunity.stage == "won":
            self._suspend(work, contract_id(opportunity.id, opportunity.reopened))
        opportunity.reopen(self.reopened_on, self.why)
        return Answer(id=opportunity.id)

    def _suspend(self, work: UnitOfWork, contract: UUID) -> None:
        account = work.find(ContractAccount, account_id(contract))
        if account and (account.amounts or account.into):
            raise AlreadyBilled("documents stand under the contract", field="opportunity_id")
        work.load(Contract, contract).suspend(f"deal reopened: {self.why}")
