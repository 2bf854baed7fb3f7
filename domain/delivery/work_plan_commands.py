"""Planning the work items of a project."""

from decimal import Decimal
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from domain.command import Answer, Command
from domain.delivery.project import Project
from domain.delivery.project_commands import MANAGERS
from domain.delivery.timesheet import Timesheet
from domain.delivery.work_plan import WorkPlan, work_plan_id
from domain.delivery.work_tag import work_tag
from domain.errors import Refusal
from domain.organisation.commands import legal_entity
from domain.unit_of_work import UnitOfWork

ItemCode = Annotated[str, Field(min_length=1, max_length=60)]
Parent = Annotated[str, Field(max_length=60, description="Code of the item above; empty: none")]


class OpenTime(Refusal):
    """Time of the work item is not approved yet."""

    code = "OPEN_TIME"


class WorkItemCommand(Command):
    """Something about a work item of one project."""

    project_id: UUID
    work_item: ItemCode

    def plan(self, work: UnitOfWork) -> WorkPlan:
        """The project's items, to change them. Raises NotFound, WrongEntity, ProjectClosed."""
        project = work.read(Project, self.project_id)
        legal_entity(work, project.entity)
        project.require_open()
        id_ = work_plan_id(project.id)
        return work.load_or_none(WorkPlan, id_) or work.add(WorkPlan(id_, project.id))


class AddWorkItem(WorkItemCommand):
    """Plan something to do, perhaps as part of another item."""

    ROLES: ClassVar = MANAGERS
    name: str = Field(min_length=1, max_length=200)
    parent: Parent = ""

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WorkItemExists, UnknownWorkItem, WorkItemClosed, ProjectClosed, NotFound.

        The item above is there and open: UnknownWorkItem, WorkItemClosed.
        """
        plan = self.plan(work)
        plan.add(self.work_item, self.name, self.parent)
        return Answer(id=plan.id)


class MoveWorkItem(WorkItemCommand):
    """Put an item, with all under it, elsewhere in the tree."""

    ROLES: ClassVar = MANAGERS
    parent: Parent

    def run(self, work: UnitOfWork) -> Answer:
        """Raises WorkItemLoop, UnknownWorkItem, WorkItemClosed, ProjectClosed, NotFound."""
        plan = self.plan(work)
        plan.move(self.work_item, self.parent)
        return Answer(id=plan.id)


class CloseWorkItem(WorkItemCommand):
    """Say that an item is done: no more time names it."""

    ROLES: ClassVar = MANAGERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OpenTime, WorkItemsOpen, UnknownWorkItem, ProjectClosed, NotFound."""
        plan = self.plan(work)
        plan.close(self.work_item)
        if minutes := self._unapproved(work):
            hours = (Decimal(minutes) / 60).quantize(Decimal("0.01"))
            raise OpenTime(
                f"{hours} hours of {self.work_item} are not approved", field="work_item"
            )
        return Answer(id=plan.id)

    def _unapproved(self, work: UnitOfWork) -> int:
        return sum(
            entry.minutes
            for sheet in work.tagged(Timesheet, work_tag(self.project_id))
            for entry in sheet.entries.values()
            if entry.project_id == self.project_id
            and entry.placement.work_item == self.work_item
            and entry.is_unapproved
        )
