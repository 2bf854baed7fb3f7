"""A handoff: what sales owes delivery before a project manager takes a deal over."""

from dataclasses import dataclass
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal


class ChecklistOpen(Refusal):
    """Items of the checklist are open."""

    code = "CHECKLIST_OPEN"


class UnknownItem(Refusal):
    """The checklist has no such item, or has it twice."""

    code = "UNKNOWN_ITEM"


class EmptyChecklist(Refusal):
    """Nobody says what delivery needs: no item, and no template for the deal's package."""

    code = "EMPTY_CHECKLIST"


class HandoffAccepted(Refusal):
    """Delivery has taken the deal over."""

    code = "HANDOFF_ACCEPTED"


class OwnHandoff(Refusal):
    """A deal is taken over by somebody else than who hands it off."""

    code = "OWN_HANDOFF"


@dataclass(frozen=True)
class Gap:
    """Something missing: an item that is not good enough, or a new one."""

    item: str
    why: str


class Handoff(Root):
    """``open`` items are what is missing, ``done`` ones say where they are found."""

    class Requested(Root.Created):
        """Sales hands a deal off."""

        TOPIC = "sales.handoff_requested"
        opportunity_id: UUID
        entity: str
        checklist: tuple[str, ...]
        requested_by: str

        def claims(self) -> tuple[str, ...]:
            """A deal is handed off once; gaps return the handoff, they do not begin another."""
            return (f"handoff {self.opportunity_id}",)

    class ItemDone(Root.Event):
        """An item is there."""

        TOPIC = "sales.handoff_item_done"
        item: str
        evidence: str

    class Returned(Root.Event):
        """Delivery says what is missing."""

        TOPIC = "sales.handoff_returned"
        gaps: tuple[Gap, ...]

    class Accepted(Root.Event):
        """Delivery has it."""

        TOPIC = "sales.handoff_accepted"
        opportunity_id: UUID

    @event(Requested)
    def __init__(
        self, id: UUID, opportunity_id: UUID, entity: str, checklist: tuple[str, ...],
        requested_by: str,
    ) -> None:  # fmt: skip
        self.opportunity_id = opportunity_id
        self.entity = entity
        self.requested_by = requested_by
        self.open = dict.fromkeys(checklist)
        self.done: dict[str, str] = {}
        self.accepted = False

    def complete(self, item: str, evidence: str) -> None:
        """The same again changes nothing. Raises HandoffAccepted, UnknownItem."""
        self._refuse_accepted()
        if item not in self.open and item not in self.done:
            raise UnknownItem(f"no item {item!r}", field="item")
        if self.done.get(item) != evidence:
            self._item_done(item, evidence)

    def return_with(self, gaps: tuple[Gap, ...]) -> None:
        """Say what is missing. Raises HandoffAccepted."""
        self._refuse_accepted()
        self._returned(gaps)

    def accept(self, by: str) -> None:
        """Raises HandoffAccepted, OwnHandoff, ChecklistOpen."""
        self._refuse_accepted()
        if by == self.requested_by:
            raise OwnHandoff("somebody else than who hands it off takes it over")
        if self.open:
            raise ChecklistOpen(f"open: {', '.join(self.open)}", field="handoff_id")
        self._accepted(self.opportunity_id)

    def _refuse_accepted(self) -> None:
        if self.accepted:
            raise HandoffAccepted("delivery has taken over", field="handoff_id")

    @event(ItemDone)
    def _item_done(self, item: str, evidence: str) -> None:
        self.open.pop(item, None)
        self.done[item] = evidence

    @event(Returned)
    def _returned(self, gaps: tuple[Gap, ...]) -> None:
        for gap in gaps:
            self.done.pop(gap.item, None)
            self.open[gap.item] = None

    @event(Accepted)
    def _accepted(self, opportunity_id: UUID) -> None:
        del opportunity_id
        self.accepted = True
