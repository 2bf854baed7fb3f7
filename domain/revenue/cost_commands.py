"""Capitalising, amortising and impairing what a contract cost to win or to set up."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.command import Answer, Command
from domain.errors import Refusal
from domain.ledger.book_commands import books_of
from domain.ledger.commands import require_open
from domain.ledger.period import month_end, month_of
from domain.money import require_fine
from domain.request import AlreadyTaken
from domain.revenue.commands import ACCOUNTANTS, Figure, revenue_of
from domain.revenue.contract_cost import ContractCost, impair, treat
from domain.revenue.cost_asset import ContractCostAsset, CostOf, Nature
from domain.revenue.run_commands import first_open_day
from domain.unit_of_work import UnitOfWork


class CostIsExpense(Refusal):
    """The cost is an expense at once, no asset."""

    code = "COST_IS_EXPENSE"


class CapitalizeContractCost(Command):
    """Keep a cost to win or set up a contract as an asset."""

    ROLES: ClassVar = ACCOUNTANTS
    cost_id: UUID
    contract_id: UUID
    nature: Nature
    amount: Figure = Field(description="In the books of the entity")
    capitalized_on: date
    months: int = Field(ge=1, le=600, description="Of expected benefit")
    incremental: bool = Field(default=True, description="Not paid without the contract")
    future_resource: bool = Field(default=True, description="Serves work still to be done")
    recoverable: bool = True
    one_year_expedient: bool = False

    def effective_on(self, today: date) -> date:
        """The day it becomes an asset."""
        del today
        return self.capitalized_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises CostIsExpense, AlreadyTaken, AmountTooFine, PeriodClosed, NotFound."""
        revenue = revenue_of(work, self.contract_id)
        require_fine(self.amount, revenue.books)
        require_open(work, self, revenue.entity, self.capitalized_on)
        if work.load_or_none(ContractCostAsset, self.cost_id):
            raise AlreadyTaken("the cost is an asset already", field="cost_id")
        found = treat(
            ContractCost(
                self.nature, self.amount, self.months, self.incremental, self.future_resource,
                self.recoverable,
            ),
            one_year_expedient=self.one_year_expedient,
        )  # fmt: skip
        if not found.capitalised:
            raise CostIsExpense(found.steps[-1].text, field="amount")
        cost = CostOf(self.contract_id, revenue.entity, revenue.books, self.nature)
        asset = ContractCostAsset(
            self.cost_id, cost, found.capitalised, self.capitalized_on, self.months, found.steps,
            books_of(work, revenue.entity).without_cost_assets(),
        )  # fmt: skip
        return Answer(id=work.add(asset).id)


class AmortizeContractCost(Command):
    """Write off the months of benefit that have passed to the end of a month."""

    ROLES: ClassVar = ACCOUNTANTS
    cost_id: UUID
    month: date = Field(description="Any day of the month")

    def effective_on(self, today: date) -> date:
        """The last day of the month."""
        del today
        return month_end(self.month)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NothingToAmortize, PeriodNotOpen, NotFound, WrongEntity."""
        asset = work.load(ContractCostAsset, self.cost_id)
        work.enter(asset.cost.entity)
        day = first_open_day(work, asset.cost.entity, self.effective_on(work.today))
        asset.amortize(month_of(self.month), day)
        return Answer(id=asset.id)


class ImpairContractCost(Command):
    """Lower an asset to what is still to come from the customer less direct cost."""

    ROLES: ClassVar = ACCOUNTANTS
    cost_id: UUID
    impaired_on: date
    consideration: Figure = Field(description="Still expected, in the books")
    direct_costs: Figure

    def effective_on(self, today: date) -> date:
        """The day of the loss."""
        del today
        return self.impaired_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NothingToImpair, PeriodClosed, NotFound, WrongEntity."""
        asset = work.load(ContractCostAsset, self.cost_id)
        work.enter(asset.cost.entity)
        require_open(work, self, asset.cost.entity, self.impaired_on)
        found = impair(asset.carrying, self.consideration, self.direct_costs, asset.cost.books)
        asset.impair(self.impaired_on, found.loss, found.carrying, found.steps)
        return Answer(id=asset.id)
