"""Providing for losses still to come and for refunds expected."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.command import Answer, Command
from domain.ledger.book_commands import books_of
from domain.ledger.commands import require_open
from domain.money import require_fine
from domain.pricing.fx import quote
from domain.revenue.commands import ACCOUNTANTS, Figure, revenue_of
from domain.revenue.contract import RevenueContract
from domain.revenue.onerous import LossEstimate, Provision, provide
from domain.revenue.policy import policy_on
from domain.revenue.progress import Costs, cost_to_cost
from domain.revenue.provisions import ContractProvisions, Owing, provisions_id
from domain.unit_of_work import UnitOfWork


def provisions_of(work: UnitOfWork, revenue: RevenueContract) -> ContractProvisions:
    """A contract's provisions, to change them; begun by the first."""
    id_ = provisions_id(revenue.contract_id)
    owing = Owing(revenue.contract_id, revenue.entity, revenue.currency, revenue.books)
    return work.load_or_none(ContractProvisions, id_) or work.add(ContractProvisions(id_, owing))


class LossCommand(Command):
    """A contract's cost as expected on a day; amounts in the books of its entity."""

    contract_id: UUID
    on: date
    total_cost: Figure = Field(description="Incremental and allocated direct cost, all of it")
    cost_to_date: Figure
    exit_cost: Figure | None = Field(default=None, description="Of leaving the contract instead")
    construction_type: bool = False

    def effective_on(self, today: date) -> date:
        """The day of the estimate."""
        del today
        return self.on

    def provision(
        self, work: UnitOfWork, revenue: RevenueContract, held: ContractProvisions
    ) -> tuple[Provision, str]:
        """What is to be provided under the entity's policy, its price at the day's rate."""
        require_open(work, self, revenue.entity, self.on)
        require_fine(self.total_cost, revenue.books, field="total_cost")
        rate = quote(work, revenue.currency, revenue.books, self.on)
        progress = cost_to_cost(Costs(self.cost_to_date, self.total_cost))
        price = rate.convert(revenue.require_price().total)
        expected = LossEstimate(
            price, self.total_cost, progress, self.exit_cost, self.construction_type
        )
        policy = policy_on(work, revenue.entity, self.on)
        return provide(expected, held.loss, revenue.books, policy.onerous), policy.name


class ProvideForLoss(LossCommand):
    """Provide at once for the loss still to come of an onerous contract."""

    ROLES: ClassVar = ACCOUNTANTS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NothingToProvide, PriceNotDetermined, PeriodClosed, NotFound."""
        revenue = revenue_of(work, self.contract_id)
        held = provisions_of(work, revenue)
        books = books_of(work, revenue.entity)
        absent = books.without_provision(construction=self.construction_type)
        held.provide(self.on, *self.provision(work, revenue, held), absent)
        return Answer(id=held.id)


class ReleaseLossProvision(LossCommand):
    """Use a provision as the work goes on, or release what is not needed any more."""

    ROLES: ClassVar = ACCOUNTANTS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NothingToRelease, PriceNotDetermined, PeriodClosed, NotFound."""
        revenue = revenue_of(work, self.contract_id)
        held = provisions_of(work, revenue)
        held.release(self.on, *self.provision(work, revenue, held))
        return Answer(id=held.id)


class RecordRefundLiability(Command):
    """Set what is expected to go back to the customer; it is no revenue."""

    ROLES: ClassVar = ACCOUNTANTS
    contract_id: UUID
    recorded_on: date
    expected: Figure = Field(description="In all, in the contract's currency")

    def effective_on(self, today: date) -> date:
        """The day of the estimate."""
        del today
        return self.recorded_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AmountTooFine, MissingRate, PeriodClosed, NotFound, WrongEntity."""
        revenue = revenue_of(work, self.contract_id)
        require_open(work, self, revenue.entity, self.recorded_on)
        require_fine(self.expected, revenue.currency, field="expected")
        rate = quote(work, revenue.currency, revenue.books, self.recorded_on)
        held = provisions_of(work, revenue)
        held.expect_refund(self.recorded_on, self.expected, rate)
        return Answer(id=held.id)
