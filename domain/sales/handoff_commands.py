"""Handing a deal off from sales to delivery."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, PROJECT_MANAGER
from domain.command import Answer, Command, Value
from domain.delivery.template_commands import template_of
from domain.request import AlreadyTaken
from domain.sales.commands import SELLERS
from domain.sales.handoff import EmptyChecklist, Gap, Handoff, UnknownItem
from domain.sales.opportunity import Opportunity
from domain.unit_of_work import UnitOfWork

Item = Annotated[str, Field(min_length=1, max_length=200)]
MANAGERS = frozenset({ADMIN, PROJECT_MANAGER})


class HandoffCommand(Command):
    """Something about one handoff."""

    handoff_id: UUID

    def handoff(self, work: UnitOfWork) -> Handoff:
        """Raises NotFound, WrongEntity."""
        handoff = work.load(Handoff, self.handoff_id)
        work.enter(handoff.entity)
        return handoff


class RequestHandoff(Command):
    """Hand a deal off, with the list of what delivery will need."""

    ROLES: ClassVar = SELLERS
    handoff_id: UUID
    opportunity_id: UUID
    checklist: tuple[Item, ...] = Field(
        default=(), max_length=100, description="Beside what the template of its package lists"
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, UnknownItem (an item twice), EmptyChecklist, NotFound.

        WrongEntity.
        """
        opportunity = work.read(Opportunity, self.opportunity_id)
        work.enter(opportunity.entity)
        if len(set(self.checklist)) != len(self.checklist):
            raise UnknownItem("an item stands twice", field="checklist")
        if work.load_or_none(Handoff, self.handoff_id):
            raise AlreadyTaken(f"handoff {self.handoff_id} exists", field="handoff_id")
        handoff = Handoff(
            self.handoff_id, opportunity.id, opportunity.entity, self._items(work, opportunity),
            work.actor.id,
        )  # fmt: skip
        return Answer(id=work.add(handoff).id)

    def _items(self, work: UnitOfWork, opportunity: Opportunity) -> tuple[str, ...]:
        template = template_of(work, opportunity.entity, opportunity.terms.package)
        listed = template.current.checklist if template else ()
        if not (found := tuple(dict.fromkeys((*listed, *self.checklist)))):
            raise EmptyChecklist("say what delivery needs", field="checklist")
        return found


class CompleteHandoffItem(HandoffCommand):
    """Say where an item of the checklist is found."""

    ROLES: ClassVar = SELLERS
    item: Item
    evidence: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises HandoffAccepted, UnknownItem, NotFound, WrongEntity."""
        handoff = self.handoff(work)
        handoff.complete(self.item, self.evidence)
        return Answer(id=handoff.id)


class GapInput(Value):
    """What is missing, and why what is there will not do."""

    item: Item
    why: str = Field(min_length=1, max_length=500)


class ReturnHandoff(HandoffCommand):
    """Give a handoff back: its gaps are open items again, or new ones."""

    ROLES: ClassVar = MANAGERS
    gaps: tuple[GapInput, ...] = Field(min_length=1, max_length=100)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises HandoffAccepted, NotFound, WrongEntity."""
        handoff = self.handoff(work)
        handoff.return_with(tuple(Gap(gap.item, gap.why) for gap in self.gaps))
        return Answer(id=handoff.id)


class AcceptHandoff(HandoffCommand):
    """Take a deal over from sales."""

    ROLES: ClassVar = MANAGERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises HandoffAccepted, OwnHandoff, ChecklistOpen, NotFound, WrongEntity."""
        handoff = self.handoff(work)
        handoff.accept(work.actor.id)
        return Answer(id=handoff.id)
