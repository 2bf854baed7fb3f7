"""What a project manager does: set up, plan, complete, have accepted, close."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CONTROLLER, PROJECT_MANAGER, SYSTEM
from domain.billing.billing_schedule import BillingSchedule, PlannedBySchedule, schedule_id
from domain.billing.value_schedule import ValueSchedule, values_id
from domain.command import Answer, Command, Exact, Value
from domain.contracts.contract import Contract, ContractNotActive
from domain.contracts.fixed_rate import price_quote
from domain.delivery.budget import BudgetLine
from domain.delivery.project import Project
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

MANAGERS = frozenset({ADMIN, PROJECT_MANAGER, SYSTEM})


def project_to_change(work: UnitOfWork, project_id: UUID) -> Project:
    """Load a project and act for its entity. Raises NotFound, WrongEntity."""
    project = work.load(Project, project_id)
    work.enter(project.entity)
    return project


class CreateProject(Command):
    """Set up the work under a contract, or internal work without one."""

    ROLES: ClassVar = MANAGERS
    project_id: UUID
    code: str = Field(min_length=1, max_length=100)
    name: str = Field(min_length=1, max_length=200)
    contract_id: UUID | None = None
    entity: str = Field(default="", description="Needed for internal work only")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, ContractNotActive, NotFound, WrongEntity."""
        contract = work.read(Contract, self.contract_id) if self.contract_id else None
        entity = legal_entity(work, contract.entity if contract else self.entity)
        if contract:
            contract.require_active()
        if work.load_or_none(Project, self.project_id):
            raise AlreadyTaken(f"project {self.project_id} exists", field="project_id")
        project = Project(
            self.project_id, self.code, self.name, entity.code,
            contract.client_id if contract else None, self.contract_id,
            contract.currency if contract else entity.currency,
        )  # fmt: skip
        return Answer(id=work.add(project).id)


class BudgetLineInput(Value):
    """Plan of a role in a month."""

    role: str = Field(min_length=1, max_length=60)
    month: date = Field(description="Any day of the month")
    hours: Exact = Field(ge=0, max_digits=9, decimal_places=2)
    cost: Exact = Field(ge=0, max_digits=15, decimal_places=2, description="Entity's currency")
    revenue: Exact = Field(
        ge=0, max_digits=15, decimal_places=4, description="Contract's currency"
    )

    def line(self) -> BudgetLine:
        """The line as the project keeps it."""
        return BudgetLine(
            self.role, self.month.replace(day=1), self.hours, self.cost, self.revenue
        )


class BaselineBudget(Command):
    """Fix the plan that actuals are measured against."""

    ROLES: ClassVar = frozenset({ADMIN, CONTROLLER, SYSTEM})
    project_id: UUID
    lines: tuple[BudgetLineInput, ...] = Field(min_length=1, max_length=5000)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises BudgetExists, ProjectClosed, NotFound, WrongEntity."""
        project = project_to_change(work, self.project_id)
        project.baseline(tuple(line.line() for line in self.lines))
        return Answer(id=project.id)


class PlanMilestone(Command):
    """Plan something the client will accept and pay for."""

    ROLES: ClassVar = MANAGERS
    project_id: UUID
    milestone_id: UUID
    name: str = Field(min_length=1, max_length=100)
    amount: Exact = Field(gt=0, max_digits=15, decimal_places=4, description="Contract's currency")
    due_on: date

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ProjectClosed, MilestoneNotReady, ContractNotActive, NotFound, WrongEntity.

        PlannedBySchedule where a schedule plans the contract's price. A milestone is paid for,
        so internal work has none: ContractNotActive. Its amount fits the contract's currency:
        AmountTooFine. Its id is used once: AlreadyTaken.
        """
        project = project_to_change(work, self.project_id)
        if project.contract_id is None:
            raise ContractNotActive("internal work has no milestones", field="project_id")
        work.read(Contract, project.contract_id).require_active()
        refuse_planned(work, project.contract_id)
        require_fine(self.amount, project.currency)
        project.plan_milestone(self.milestone_id, self.name, self.amount, self.due_on)
        return Answer(id=project.id)


def refuse_planned(work: UnitOfWork, contract_id: UUID) -> None:
    """Raises PlannedBySchedule where a schedule, of milestones or of values, is the price."""
    if work.find(BillingSchedule, schedule_id(contract_id)):
        raise PlannedBySchedule("its billing schedule plans it", field="project_id")
    if work.find(ValueSchedule, values_id(contract_id)):
        raise PlannedBySchedule("its schedule of values bills it", field="project_id")


class CompleteMilestone(Command):
    """Delivery says a milestone is done."""

    ROLES: ClassVar = MANAGERS
    project_id: UUID
    milestone_id: UUID
    completed_on: date

    def effective_on(self, today: date) -> date:
        """The day of completion."""
        del today
        return self.completed_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownMilestone, MilestoneNotReady, ProjectClosed, NotFound, WrongEntity."""
        project = project_to_change(work, self.project_id)
        project.complete_milestone(self.milestone_id, self.completed_on)
        return Answer(id=project.id)


class AcceptMilestone(Command):
    """The client accepts a completed milestone: its amount is earned and may be billed."""

    ROLES: ClassVar = MANAGERS
    project_id: UUID
    milestone_id: UUID
    accepted_on: date
    evidence: str = Field(min_length=1, max_length=500, description="What shows the acceptance")

    def effective_on(self, today: date) -> date:
        """The day of acceptance."""
        del today
        return self.accepted_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownMilestone, MilestoneNotReady, MissingRate, NotFound, WrongEntity.

        PlannedBySchedule where a schedule of values bills the price: it would be billed twice.
        """
        project = project_to_change(work, self.project_id)
        accept(work, project, self.milestone_id, self.accepted_on, self.evidence)
        return Answer(id=project.id)


def accept(
    work: UnitOfWork, project: Project, milestone_id: UUID, on: date, evidence: str
) -> None:
    """Accept a completed milestone at the rate of the day.

    Raises UnknownMilestone, MilestoneNotReady, MissingRate, PlannedBySchedule.
    """
    entity, under = legal_entity(work, project.entity), project.contract_id
    rate = price_quote(work, under, project.currency, entity.currency, on)
    if under and work.find(ValueSchedule, values_id(under)):
        raise PlannedBySchedule("its schedule of values bills it", field="project_id")
    earned = under is None or work.read(Contract, under).terms.earned_at_once
    project.accept_milestone(milestone_id, on, evidence, rate, earned=earned)
