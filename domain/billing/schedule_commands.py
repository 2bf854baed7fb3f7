"""Billing schedules: planned for a contract; milestones rejected, or accepted by silence."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CONTRACT_MANAGER, CONTROLLER, PROJECT_MANAGER, SYSTEM
from domain.billing.billing_schedule import (
    FROZEN,
    AcceptanceNotDue,
    BillingSchedule,
    NotFixedFee,
    OtherProject,
    PlannedBySchedule,
    PlannedEntry,
    planned,
    schedule_id,
)
from domain.billing.milestone import Entry, Schedule
from domain.billing.value_schedule import ValueSchedule, values_id
from domain.command import Answer, Command, Exact, Value
from domain.contracts.contract import Contract
from domain.delivery.milestone import PlannedMilestone
from domain.delivery.project import Project
from domain.delivery.project_commands import accept, project_to_change
from domain.organisation.commands import legal_entity
from domain.unit_of_work import UnitOfWork

PLANNERS = frozenset({ADMIN, CONTRACT_MANAGER, CONTROLLER, SYSTEM})


class EntryInput(Value):
    """A milestone of the schedule: an amount, or a percentage of the contract's price."""

    milestone_id: UUID = Field(description="A planned milestone, which changes, or a new one")
    name: str = Field(min_length=1, max_length=100, description="Unique in the schedule")
    due_on: date
    amount: Exact | None = Field(
        default=None, gt=0, max_digits=15, decimal_places=4, description="Contract's currency"
    )
    pct: Exact | None = Field(default=None, gt=0, le=100, decimal_places=6)


class ScheduleAnswer(Answer):
    """The amounts of the entries in their order, in the contract's currency."""

    price: Exact
    frozen: Exact = Field(description="Completed or accepted before; it stays as it was")
    amounts: tuple[Exact, ...]
    steps: tuple[str, ...]


class PlanBillingSchedule(Command):
    """Plan what a fixed fee bills by milestone; all that is not completed is planned anew.

    With what was completed or accepted before the entries are the contract's price. A planned
    milestone without an entry is dropped.
    """

    ROLES: ClassVar = PLANNERS
    ANSWER: ClassVar = ScheduleAnswer
    contract_id: UUID
    project_id: UUID = Field(description="Whose milestones they are; one project a contract")
    entries: tuple[EntryInput, ...] = Field(min_length=1, max_length=500)
    deemed_after_days: int | None = Field(
        default=None, ge=0, le=365, description="Silence accepts after so many days; else never"
    )

    def run(self, work: UnitOfWork) -> ScheduleAnswer:
        """Raises ScheduleMismatch, AmountOrPercent, UnknownScheduleEntry, AmountTooFine.

        NotFixedFee, OtherProject, ContractNotActive, ProjectClosed; PlannedBySchedule where
        values bill the price. An entry for a milestone that is completed or accepted:
        MilestoneNotReady; one of another project: AlreadyTaken.
        """
        contract = work.read(Contract, self.contract_id)
        legal_entity(work, contract.entity)
        contract.require_active()
        require_fixed_fee(contract)
        if work.find(ValueSchedule, values_id(contract.id)):
            raise PlannedBySchedule("values bill this price", field="contract_id")
        project = project_to_change(work, self.project_id)
        schedule = self._schedule(work, contract, project)
        entries = [Entry(one.name, one.amount, one.pct) for one in self.entries]
        found = planned(contract.value, project.frozen, entries, contract.currency)
        wanted = tuple(self._planned(found))
        project.replan(schedule.id, tuple(
            PlannedMilestone(one.milestone_id, one.name, one.amount, one.due_on) for one in wanted
        ))  # fmt: skip
        schedule.plan(found.price, project.frozen, wanted, self.deemed_after_days, found.steps)
        return ScheduleAnswer(
            id=schedule.id, price=found.price, frozen=project.frozen,
            amounts=tuple(one.amount for one in wanted),
            steps=tuple(step.text for step in found.steps),
        )  # fmt: skip

    def _schedule(self, work: UnitOfWork, contract: Contract, project: Project) -> BillingSchedule:
        id_ = schedule_id(contract.id)
        schedule = work.load_or_none(BillingSchedule, id_) or work.add(
            BillingSchedule(id_, contract.id, contract.entity, project.id, contract.currency)
        )
        if project.contract_id != contract.id or schedule.project_id != project.id:
            raise OtherProject(f"project {project.code} has another plan", field="project_id")
        return schedule

    def _planned(self, found: Schedule) -> list[PlannedEntry]:
        ours = [one for one in found.milestones if one.name != FROZEN]
        return [
            PlannedEntry(given.milestone_id, given.name, one.amount, given.pct, given.due_on)
            for given, one in zip(self.entries, ours, strict=True)
        ]


def require_fixed_fee(contract: Contract) -> None:
    """Raises NotFixedFee."""
    if contract.terms.model != "fixed_fee":
        raise NotFixedFee(f"{contract.name} is billed by time", field="contract_id")


class MilestoneCommand(Command):
    """A milestone of a project."""

    project_id: UUID
    milestone_id: UUID


class RejectMilestone(MilestoneCommand):
    """The client does not take what was completed: it is planned again, to be done better."""

    ROLES: ClassVar = PLANNERS | {PROJECT_MANAGER}
    rejected_on: date
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day the client said so."""
        del today
        return self.rejected_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownMilestone, MilestoneNotReady, TooEarly, NotFound, WrongEntity."""
        project = project_to_change(work, self.project_id)
        project.reject_milestone(self.milestone_id, self.rejected_on, self.why)
        return Answer(id=project.id)


class DeemAccepted(MilestoneCommand):
    """Accept a completed milestone because the client kept silent for the days agreed."""

    ROLES: ClassVar = frozenset({ADMIN, SYSTEM})
    accepted_on: date = Field(description="Silence lasted until then")

    def effective_on(self, today: date) -> date:
        """The day silence counts as acceptance."""
        del today
        return self.accepted_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AcceptanceNotDue, UnknownMilestone, MilestoneNotReady, MissingRate.

        A day still to come is AcceptanceNotDue: nobody knows that the client will keep silent.
        NotFound, WrongEntity.
        """
        project = project_to_change(work, self.project_id)
        completed_on = project.completed(self.milestone_id).completed_on
        assert completed_on is not None  # noqa: S101 -- a completed milestone has its day
        schedule = self._schedule(work, project)
        if schedule is None or self.accepted_on > work.today:
            raise AcceptanceNotDue("nothing is agreed of silence yet", field="accepted_on")
        days = schedule.require_silence(completed_on, self.accepted_on)
        evidence = f"no objection within {days} days of {completed_on}"
        accept(work, project, self.milestone_id, self.accepted_on, evidence)
        return Answer(id=project.id)

    def _schedule(self, work: UnitOfWork, project: Project) -> BillingSchedule | None:
        assert project.contract_id is not None  # noqa: S101 -- milestones are under contracts
        return work.find(BillingSchedule, schedule_id(project.contract_id))
