"""The billing plan: milestones by the day they are planned for, and where each stands."""

from decimal import Decimal
from uuid import UUID

from domain.billing.billing_schedule import BillingSchedule
from domain.delivery.project import Project
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

STEPS = Table(
    "milestone_steps",
    {
        "position": "bigint", "milestone_id": "uuid", "effective_date": "date",
        "project_id": "uuid", "state": "text", "name": "text?", "due_on": "date?",
        "amount": "numeric?",
    },
    key=("position", "milestone_id"),
    indexes=("milestone_id, position", "project_id"),
)  # fmt: skip
SCHEDULES = Table(
    "billing_schedules",
    {
        "id": "uuid", "contract_id": "uuid", "project_id": "uuid", "entity": "text",
        "deemed_after_days": "int?",
    },
    key=("id",),
    indexes=("entity", "project_id"),
)  # fmt: skip
Moved = Project.MilestonesBilled | Project.MilestonesRestored


class BillingPlan(Projection):
    """The last step up to a date and position says the state, the last with a name the plan."""

    name = "billing_plan"
    tables = (STEPS, SCHEDULES)

    @on(BillingSchedule.Opened)
    def opened(self, fact: BillingSchedule.Opened, at: Recorded, fold: Fold) -> None:
        """A schedule of one project."""
        fold.put(SCHEDULES, id=at.stream_id, contract_id=fact.contract_id,
                 project_id=fact.project_id, entity=fact.entity,
                 deemed_after_days=None)  # fmt: skip

    @on(BillingSchedule.Planned)
    def agreed(self, fact: BillingSchedule.Planned, at: Recorded, fold: Fold) -> None:
        """What is agreed of silence."""
        fold.patch(SCHEDULES, at.stream_id, deemed_after_days=fact.deemed_after_days)

    @on(Project.MilestonePlanned)
    def planned(self, fact: Project.MilestonePlanned, at: Recorded, fold: Fold) -> None:
        """In the plan."""
        amount: Decimal = fact.amount
        fold.append(STEPS, at.position, fact.milestone_id, at.effective_date, at.stream_id,
                    "planned", fact.name, fact.due_on, amount)  # fmt: skip

    @on(Project.MilestonesReplanned)
    def replanned(self, fact: Project.MilestonesReplanned, at: Recorded, fold: Fold) -> None:
        """Other amounts, or in the plan no more."""
        for one in fact.milestones:
            fold.append(STEPS, at.position, one.id, at.effective_date, at.stream_id, "planned",
                        one.name, one.due_on, one.amount)  # fmt: skip
        for id_ in fact.dropped:
            self._step(id_, "dropped", at, fold)

    @on(Project.MilestoneDropped)
    def dropped(self, fact: Project.MilestoneDropped, at: Recorded, fold: Fold) -> None:
        """A change order took it out."""
        self._step(fact.milestone_id, "dropped", at, fold)

    @on(Project.MilestoneCompleted)
    def completed(self, fact: Project.MilestoneCompleted, at: Recorded, fold: Fold) -> None:
        """Done by delivery."""
        self._step(fact.milestone_id, "completed", at, fold)

    @on(Project.MilestoneRejected)
    def rejected(self, fact: Project.MilestoneRejected, at: Recorded, fold: Fold) -> None:
        """To be done better."""
        self._step(fact.milestone_id, "planned", at, fold)

    @on(Project.MilestoneAccepted)
    def accepted(self, fact: Project.MilestoneAccepted, at: Recorded, fold: Fold) -> None:
        """To be billed."""
        self._step(fact.milestone_id, "accepted", at, fold)

    @on(Project.MilestonesBilled, Project.MilestonesRestored)
    def billed(self, fact: Moved, at: Recorded, fold: Fold) -> None:
        """On an invoice, or freed by a memo."""
        state = "billed" if isinstance(fact, Project.MilestonesBilled) else "accepted"
        for id_ in fact.milestone_ids:
            self._step(id_, state, at, fold)

    def _step(self, milestone_id: UUID, state: str, at: Recorded, fold: Fold) -> None:
        fold.append(STEPS, at.position, milestone_id, at.effective_date, at.stream_id, state,
                    None, None, None)  # fmt: skip
