"""What is asked of the milestones a project keeps: planned, accepted, put on invoices.

The project records what these rules decide, by events of its own.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Root
from domain.consumption import BilledElsewhere, Share
from domain.delivery.milestone import Milestone, MilestoneNotReady, PlannedMilestone, found_in
from domain.pricing.fx import Quote
from domain.receivables.reduction import TooEarly


class MilestoneHolder(Root):
    """``milestones`` by id; billed under ``contract_id``, in ``currency``."""

    if TYPE_CHECKING:  # the library would make arguments of the first event of them
        code: str
        entity: str
        contract_id: UUID | None
        currency: str
        milestones: dict[UUID, Milestone]
        require_open: Callable[[], None]
        _milestone_dropped: Callable[..., None]
        _milestone_planned: Callable[..., None]
        _milestones_replanned: Callable[..., None]
        _milestone_rejected: Callable[..., None]
        _milestone_completed: Callable[..., None]
        _milestone_accepted: Callable[..., None]
        _milestones_billed: Callable[..., None]
        _milestones_restored: Callable[..., None]

    def planned(self, milestone_id: UUID) -> Milestone:
        """A milestone nobody works on yet. Raises UnknownMilestone, MilestoneNotReady."""
        return self._milestone_in(milestone_id, "planned")

    def drop_milestone(self, milestone_id: UUID, order_id: UUID) -> None:
        """Take it out of the plan. Raises UnknownMilestone, MilestoneNotReady."""
        self.planned(milestone_id)
        self._milestone_dropped(milestone_id, order_id)

    def plan_milestone(self, milestone_id: UUID, name: str, amount: Decimal, due_on: date) -> None:
        """Raises ProjectClosed, MilestoneNotReady where the id is taken."""
        self.require_open()
        if milestone_id in self.milestones:
            raise MilestoneNotReady("the milestone is planned already", field="milestone_id")
        self._milestone_planned(milestone_id, name, amount, due_on)

    @property
    def frozen(self) -> Decimal:
        """What milestones bill that are past planning."""
        past = ("completed", "accepted", "billed")
        return sum((m.amount for m in self.milestones.values() if m.state in past), Decimal(0))

    def replan(self, schedule_id: UUID, wanted: tuple[PlannedMilestone, ...]) -> None:
        """Have these planned and no others. Raises ProjectClosed, MilestoneNotReady."""
        self.require_open()
        known = tuple(one for one in wanted if one.id in self.milestones)
        for one in known:
            self.planned(one.id)
        keep = {one.id for one in known}
        dropped = tuple(
            m.id for m in self.milestones.values() if m.state == "planned" and m.id not in keep
        )
        if known or dropped:
            self._milestones_replanned(schedule_id, known, dropped)
        for one in wanted:
            if one.id not in keep:
                self.plan_milestone(one.id, one.name, one.amount, one.due_on)

    def reject_milestone(self, milestone_id: UUID, rejected_on: date, why: str) -> None:
        """Raises UnknownMilestone, MilestoneNotReady, TooEarly."""
        completed_on = self.completed(milestone_id).completed_on
        if completed_on and rejected_on < completed_on:
            raise TooEarly(f"it was completed on {completed_on}", field="rejected_on")
        self._milestone_rejected(milestone_id, rejected_on, why)

    def completed(self, milestone_id: UUID) -> Milestone:
        """One that waits for the client. Raises UnknownMilestone, MilestoneNotReady."""
        return self._milestone_in(milestone_id, "completed")

    def complete_milestone(self, milestone_id: UUID, completed_on: date) -> None:
        """Raises ProjectClosed, UnknownMilestone, MilestoneNotReady."""
        self.require_open()
        self._milestone_in(milestone_id, "planned")
        self._milestone_completed(milestone_id, completed_on)

    def accept_milestone(
        self,
        milestone_id: UUID,
        accepted_on: date,
        evidence: str,
        quote: Quote,
        *,
        earned: bool = True,
    ) -> None:
        """Raises UnknownMilestone, MilestoneNotReady."""
        found = self._milestone_in(milestone_id, "completed")
        assert self.contract_id is not None  # noqa: S101 -- milestones exist under contracts only
        self._milestone_accepted(
            milestone_id, found.name, accepted_on, evidence, self.entity, self.contract_id,
            self.currency, found.amount, quote, quote.convert(found.amount), earned,
        )  # fmt: skip

    def shares(self, ids: tuple[UUID, ...]) -> list[Share]:
        """What an invoice would consume. Raises UnknownMilestone, BilledElsewhere."""
        return [self._share(id_) for id_ in ids]

    def contract_of(self, id_: UUID) -> UUID | None:
        """The contract its milestones are billed under."""
        del id_
        return self.contract_id

    def bill(self, invoice_id: UUID, ids: tuple[UUID, ...]) -> None:
        """Put accepted milestones on an invoice. Raises as ``shares``."""
        self.shares(ids)
        self._milestones_billed(invoice_id, ids)

    def restore(self, memo_id: UUID, ids: tuple[UUID, ...]) -> None:
        """Make billed milestones billable again."""
        self._milestones_restored(memo_id, ids)

    def _share(self, milestone_id: UUID) -> Share:
        found = self._milestone_in(milestone_id)
        if found.state != "accepted":
            raise BilledElsewhere(f"milestone {found.name} is {found.state}", field="sources")
        return Share(self.id, found.id, "milestone", found.name, Decimal(1), found.amount,
                     found.amount, found.carried)  # fmt: skip

    def _milestone_in(self, milestone_id: UUID, *states: str) -> Milestone:
        return found_in(self.milestones, self.code, milestone_id, *states)
