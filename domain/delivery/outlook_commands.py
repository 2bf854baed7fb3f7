"""Looking ahead on a project: estimates, orders to vendors, progress, budget moved in the plan."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CONTROLLER, PROJECT_MANAGER, SYSTEM
from domain.command import Amount, Answer, Command, Exact, Value
from domain.delivery.budget import Place, Transfer
from domain.delivery.outlook import (
    EstimateLine,
    Measure,
    Outlook,
    ProgressReport,
    PurchaseOrder,
    outlook_id,
)
from domain.delivery.progress_feed import fed_by
from domain.delivery.project import Project
from domain.delivery.project_commands import MANAGERS, project_to_change
from domain.errors import Refusal
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.pricing.fx import quote
from domain.unit_of_work import UnitOfWork

PLANNERS = frozenset({ADMIN, PROJECT_MANAGER, CONTROLLER, SYSTEM})
CostCode = Annotated[str, Field(min_length=1, max_length=60)]
"""As in the budget: a role, ``expense``, or another."""
Hours = Annotated[Exact, Field(ge=0, max_digits=9, decimal_places=2)]
Cost = Annotated[
    Exact, Field(ge=0, max_digits=15, decimal_places=4, description="Entity's currency")
]
Quantity = Annotated[Exact, Field(ge=0, max_digits=18, decimal_places=4)]


class OrderNotPositive(Refusal):
    """An order is above zero."""

    code = "ORDER_NOT_POSITIVE"


class WholeNeeded(Refusal):
    """Units done are a share of all there are: say how many; a percentage has 100."""

    code = "WHOLE_NEEDED"


class OutlookCommand(Command):
    """Something about what is to come of one project."""

    project_id: UUID

    def outlook(self, work: UnitOfWork) -> tuple[Outlook, Project]:
        """The outlook to change, and its project. Raises NotFound, WrongEntity, ProjectClosed."""
        project = work.read(Project, self.project_id)
        books = legal_entity(work, project.entity).currency
        project.require_open()
        id_ = outlook_id(project.id)
        found = work.load_or_none(Outlook, id_)
        return found or work.add(Outlook(id_, project.id, project.entity, books)), project


class EstimateLineInput(Value):
    """What a cost code still takes in a month."""

    cost_code: CostCode
    month: date = Field(description="Any day of the month")
    hours: Hours = Decimal(0)
    cost: Cost

    def line(self) -> EstimateLine:
        """The line as the outlook keeps it."""
        return EstimateLine(self.cost_code, self.month.replace(day=1), self.hours, self.cost)


class ReforecastProject(OutlookCommand):
    """Say what the project still takes from a day on; no line: nothing more.

    It replaces the estimate before. Work done after that day uses it up.
    """

    ROLES: ClassVar = PLANNERS
    estimated_on: date = Field(description="Cost up to this day, it included, is past")
    lines: tuple[EstimateLineInput, ...] = Field(default=(), max_length=5000)
    why: str = Field(default="", max_length=500, description="What changed since the last one")

    def effective_on(self, today: date) -> date:
        """The day of the estimate."""
        del today
        return self.estimated_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises EstimateBackdated, EstimateOfPast, AmountTooFine, ProjectClosed, NotFound."""
        outlook, _ = self.outlook(work)
        for line in self.lines:
            require_fine(line.cost, outlook.books, field="lines")
        outlook.estimate(self.estimated_on, tuple(one.line() for one in self.lines), self.why)
        return Answer(id=outlook.id)


class CommitCost(OutlookCommand):
    """Note an order to a vendor: cost that will come."""

    ROLES: ClassVar = PLANNERS
    commitment_id: UUID
    cost_code: CostCode
    vendor: str = Field(min_length=1, max_length=100, description="Name or number of the vendor")
    reference: str = Field(min_length=1, max_length=60, description="Order's, once a vendor")
    amount: Amount = Field(description="Without tax, in the order's currency")
    committed_on: date

    def effective_on(self, today: date) -> date:
        """The day of the order."""
        del today
        return self.committed_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, OrderNotPositive, MissingRate, ProjectClosed, NotFound."""
        outlook, _ = self.outlook(work)
        if self.amount.amount <= 0:
            raise OrderNotPositive("an order is above zero", field="amount")
        rate = quote(work, self.amount.currency.code, outlook.books, self.committed_on)
        order = PurchaseOrder(
            self.commitment_id, self.cost_code, self.vendor, self.reference, self.committed_on,
            self.amount.amount, rate, rate.convert(self.amount.amount),
        )  # fmt: skip
        outlook.commit(order)
        return Answer(id=outlook.id)


class ReleaseCommitment(OutlookCommand):
    """Give up what is left of an order: it will not be delivered, or costs less."""

    ROLES: ClassVar = PLANNERS
    commitment_id: UUID
    released_on: date
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day it was given up."""
        del today
        return self.released_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownCommitment, NothingCommitted, ProjectClosed, NotFound."""
        outlook, _ = self.outlook(work)
        outlook.release(self.commitment_id, self.released_on, self.why)
        return Answer(id=outlook.id)


class ReportProgress(OutlookCommand):
    """Say how far the work is by a day, cumulative, in percent or in units delivered.

    Revenue of an obligation that is measured by units follows it.
    """

    ROLES: ClassVar = MANAGERS
    reported_on: date
    measure: Measure = "percent"
    done: Quantity = Field(description="To date")
    whole: Quantity | None = Field(
        default=None, description="All the units; not with a percentage"
    )
    evidence: str = Field(min_length=1, max_length=500, description="What shows it")

    def effective_on(self, today: date) -> date:
        """The day it was measured for."""
        del today
        return self.reported_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ProgressOutOfRange, ProgressFell, WholeNeeded, ProjectClosed, NotFound.

        Less than before needs the envelope's reason: ProgressFell.
        """
        outlook, project = self.outlook(work)
        if (self.measure == "units") != bool(self.whole):
            raise WholeNeeded("units have a whole above zero, a percentage none", field="whole")
        whole = self.whole or Decimal(100)
        report = ProgressReport(self.reported_on, self.measure, self.done, whole)
        outlook.report(report, self.evidence, self.reason, fed_by(work, project, report))
        return Answer(id=outlook.id)


class TransferBudget(Command):
    """Move planned hours and cost from one cost code and month to another; the price stays."""

    ROLES: ClassVar = PLANNERS
    project_id: UUID
    from_cost_code: CostCode
    from_month: date = Field(description="Any day of the month")
    to_cost_code: CostCode
    to_month: date = Field(description="Any day of the month")
    hours: Hours = Decimal(0)
    cost: Cost = Decimal(0)
    transferred_on: date
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day the plan changes."""
        del today
        return self.transferred_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ExceedsSource, NothingMoved, NoBaseline, AmountTooFine, ProjectClosed.

        What was spent there meanwhile is not asked: a plan is moved, not money. NotFound.
        """
        project = project_to_change(work, self.project_id)
        require_fine(self.cost, legal_entity(work, project.entity).currency, field="cost")
        source = Place(self.from_cost_code, self.from_month.replace(day=1))
        target = Place(self.to_cost_code, self.to_month.replace(day=1))
        transfer = Transfer(source, target, self.hours, self.cost)
        project.transfer_budget(transfer, self.transferred_on, self.why)
        return Answer(id=project.id)
