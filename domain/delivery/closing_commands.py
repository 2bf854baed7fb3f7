"""Stopping and ending the work of a project: on hold, resumed, closed, opened again."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CONTROLLER, PROJECT_MANAGER
from domain.command import Answer, Command
from domain.delivery.closing import refuse_open
from domain.delivery.project_commands import MANAGERS, project_to_change
from domain.unit_of_work import UnitOfWork


class HoldProject(Command):
    """Stop the work for now: no time is logged for days from then on."""

    ROLES: ClassVar = MANAGERS
    project_id: UUID
    held_on: date = Field(description="First day nobody works on it")
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The first day of the hold."""
        del today
        return self.held_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ProjectOnHold, ProjectClosed, NotFound, WrongEntity.

        Expenses and milestones go on: what was ordered still comes.
        """
        project = project_to_change(work, self.project_id)
        project.hold(self.held_on, self.why)
        return Answer(id=project.id)


class ResumeProject(Command):
    """Let the work go on; the days of the hold stay closed to time."""

    ROLES: ClassVar = MANAGERS
    project_id: UUID
    resumed_on: date = Field(description="First day of work again")

    def effective_on(self, today: date) -> date:
        """The first day of work again."""
        del today
        return self.resumed_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotOnHold, NotFound, WrongEntity."""
        project = project_to_change(work, self.project_id)
        project.resume(self.resumed_on)
        return Answer(id=project.id)


class CloseProject(Command):
    """End the work: no more time or expenses, nothing left to approve or to bill."""

    ROLES: ClassVar = MANAGERS
    project_id: UUID

    def run(self, work: UnitOfWork) -> Answer:
        """Raises MilestoneNotReady, WorkOpen, NotFound, WrongEntity.

        WorkOpen names the time and expenses that nobody approved, what is approved and not
        billed, and orders that are still to come.
        """
        project = project_to_change(work, self.project_id)
        if not project.closed:
            refuse_open(work, project)
        project.close()
        return Answer(id=project.id)


class ReopenProject(Command):
    """Take the close of a project back."""

    ROLES: ClassVar = frozenset({ADMIN, PROJECT_MANAGER, CONTROLLER})
    project_id: UUID
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ProjectOpen, NotFound, WrongEntity."""
        project = project_to_change(work, self.project_id)
        project.reopen(self.why)
        return Answer(id=project.id)
