"""What was sold: opportunities, contracts, projects and milestones as they stand now."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.contracts.contract import Contract
from domain.delivery.project import Project
from domain.sales.opportunity import Opportunity
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

OPPORTUNITIES = Table(
    "opportunities",
    {
        "id": "uuid", "name": "text", "external_ref": "text", "entity": "text",
        "client_id": "uuid", "stage": "text", "value": "numeric", "currency": "text",
        "closed_on": "date?",
    },
    key=("id",),
    indexes=("entity, id", "client_id, id"),
)  # fmt: skip
CONTRACTS = Table(
    "contracts",
    {
        "id": "uuid", "name": "text", "entity": "text", "client_id": "uuid", "currency": "text",
        "value": "numeric", "billing_model": "text", "starts_on": "date", "ends_on": "date",
        "active": "boolean",
    },
    key=("id",),
    indexes=("entity, id", "client_id, id"),
)  # fmt: skip
PROJECTS = Table(
    "projects",
    {
        "id": "uuid", "code": "text", "name": "text", "entity": "text", "client_id": "uuid?",
        "contract_id": "uuid?", "currency": "text", "closed": "boolean",
        "on_hold": "boolean",
    },
    key=("id",),
    indexes=("entity, id", "code", "contract_id"),
)  # fmt: skip
MILESTONES = Table(
    "milestones",
    {
        "id": "uuid", "project_id": "uuid", "name": "text", "amount": "numeric", "due_on": "date",
        "state": "text",
    },
    key=("id",),
    indexes=("project_id",),
)  # fmt: skip


class Deals(Projection):
    """Current state; figures over time are other projections' business."""

    name = "deals"
    version = 2
    tables = (OPPORTUNITIES, CONTRACTS, PROJECTS, MILESTONES)

    @on(Opportunity.Opened)
    def opened(self, fact: Opportunity.Opened, at: Recorded, fold: Fold) -> None:
        """A possible deal."""
        fold.put(OPPORTUNITIES, id=at.stream_id, name=fact.name, external_ref=fact.external_ref,
                 entity=fact.entity, client_id=fact.client_id, stage="prospecting",
                 value=fact.terms.value, currency=fact.terms.currency, closed_on=None)  # fmt: skip

    @on(Opportunity.Updated)
    def updated(self, fact: Opportunity.Updated, at: Recorded, fold: Fold) -> None:
        """Terms or stage changed."""
        fold.patch(OPPORTUNITIES, at.stream_id, stage=fact.stage, value=fact.terms.value,
                   currency=fact.terms.currency)  # fmt: skip

    @on(Opportunity.ClosedWon)
    def won(self, fact: Opportunity.ClosedWon, at: Recorded, fold: Fold) -> None:
        """Sold."""
        self._closed(at.stream_id, "won", fact.closed_on, fold)

    @on(Opportunity.ClosedLost)
    def lost(self, fact: Opportunity.ClosedLost, at: Recorded, fold: Fold) -> None:
        """Not sold."""
        self._closed(at.stream_id, "lost", fact.closed_on, fold)

    @on(Opportunity.Reopened)
    def reopened(self, fact: Opportunity.Reopened, at: Recorded, fold: Fold) -> None:
        """A close taken back."""
        fold.patch(OPPORTUNITIES, at.stream_id, stage="engaging", closed_on=None,
                   value=fact.terms.value, currency=fact.terms.currency)  # fmt: skip

    def _closed(self, id_: UUID, stage: str, closed_on: date, fold: Fold) -> None:
        fold.patch(OPPORTUNITIES, id_, stage=stage, closed_on=closed_on)

    @on(Contract.Drafted)
    def drafted(self, fact: Contract.Drafted, at: Recorded, fold: Fold) -> None:
        """Written down."""
        fold.put(CONTRACTS, id=at.stream_id, name=fact.name, entity=fact.entity,
                 client_id=fact.client_id, currency=fact.currency, value=fact.value,
                 billing_model=fact.terms.model, starts_on=fact.starts_on, ends_on=fact.ends_on,
                 active=False)  # fmt: skip

    @on(Contract.Changed)
    def changed(self, fact: Contract.Changed, at: Recorded, fold: Fold) -> None:
        """Another price and end, by a change order."""
        fold.patch(CONTRACTS, at.stream_id, value=fact.value, ends_on=fact.ends_on)

    @on(Contract.Activated)
    def activated(self, fact: Contract.Activated, at: Recorded, fold: Fold) -> None:
        """In force."""
        del fact
        fold.patch(CONTRACTS, at.stream_id, active=True)

    @on(Project.Created)
    def created(self, fact: Project.Created, at: Recorded, fold: Fold) -> None:
        """Set up."""
        fold.put(PROJECTS, id=at.stream_id, code=fact.code, name=fact.name, entity=fact.entity,
                 client_id=fact.client_id, contract_id=fact.contract_id, currency=fact.currency,
                 closed=False, on_hold=False)  # fmt: skip

    @on(Project.Held)
    def held(self, fact: Project.Held, at: Recorded, fold: Fold) -> None:
        """Nobody works on it for now."""
        del fact
        fold.patch(PROJECTS, at.stream_id, on_hold=True)

    @on(Project.Resumed)
    def resumed(self, fact: Project.Resumed, at: Recorded, fold: Fold) -> None:
        """Work goes on."""
        del fact
        fold.patch(PROJECTS, at.stream_id, on_hold=False)

    @on(Project.Closed)
    def closed(self, fact: Project.Closed, at: Recorded, fold: Fold) -> None:
        """No more work."""
        del fact
        fold.patch(PROJECTS, at.stream_id, closed=True)

    @on(Project.Reopened)
    def opened_again(self, fact: Project.Reopened, at: Recorded, fold: Fold) -> None:
        """There was work left."""
        del fact
        fold.patch(PROJECTS, at.stream_id, closed=False)

    @on(Project.MilestonePlanned)
    def planned(self, fact: Project.MilestonePlanned, at: Recorded, fold: Fold) -> None:
        """To be accepted one day."""
        amount: Decimal = fact.amount
        fold.put(MILESTONES, id=fact.milestone_id, project_id=at.stream_id, name=fact.name,
                 amount=amount, due_on=fact.due_on, state="planned")  # fmt: skip

    @on(Project.MilestoneDropped)
    def dropped(self, fact: Project.MilestoneDropped, at: Recorded, fold: Fold) -> None:
        """Taken out of the plan."""
        del at
        fold.patch(MILESTONES, fact.milestone_id, state="dropped")

    @on(Project.MilestonesReplanned)
    def replanned(self, fact: Project.MilestonesReplanned, at: Recorded, fold: Fold) -> None:
        """Other amounts, or no longer in the plan."""
        for one in fact.milestones:
            fold.put(MILESTONES, id=one.id, project_id=at.stream_id, name=one.name,
                     amount=one.amount, due_on=one.due_on, state="planned")  # fmt: skip
        for id_ in fact.dropped:
            fold.patch(MILESTONES, id_, state="dropped")

    @on(Project.MilestoneRejected)
    def rejected(self, fact: Project.MilestoneRejected, at: Recorded, fold: Fold) -> None:
        """To be done better."""
        del at
        fold.patch(MILESTONES, fact.milestone_id, state="planned")

    @on(Project.MilestoneCompleted)
    def completed(self, fact: Project.MilestoneCompleted, at: Recorded, fold: Fold) -> None:
        """Done by delivery."""
        del at
        fold.patch(MILESTONES, fact.milestone_id, state="completed")

    @on(Project.MilestoneAccepted, Project.MilestonesRestored)
    def accepted(
        self,
        fact: Project.MilestoneAccepted | Project.MilestonesRestored,
        at: Recorded,
        fold: Fold,
    ) -> None:
        """Accepted by the client, perhaps again."""
        del at
        for id_ in getattr(fact, "milestone_ids", ()) or (fact.milestone_id,):  # type: ignore[union-attr]
            fold.patch(MILESTONES, id_, state="accepted")

    @on(Project.MilestonesBilled)
    def billed(self, fact: Project.MilestonesBilled, at: Recorded, fold: Fold) -> None:
        """On an invoice."""
        del at
        for id_ in fact.milestone_ids:
            fold.patch(MILESTONES, id_, state="billed")
