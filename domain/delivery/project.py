"""A project: the work under a contract, its budget and its milestones."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.aggregate import Root, event
from domain.delivery.budget import BudgetLine, BudgetPlan, Transfer
from domain.delivery.hold import Hold, refuse_held, refuse_resumption, refuse_second
from domain.delivery.milestone import Milestone, MilestoneNotReady, PlannedMilestone
from domain.delivery.milestone_holder import MilestoneHolder
from domain.errors import Refusal
from domain.payables.cost_line import Treatment
from domain.pricing.fx import Quote


class ProjectClosed(Refusal):
    """No more work is booked on this project."""

    code = "PROJECT_CLOSED"


class ProjectOpen(Refusal):
    """The project is not closed."""

    code = "PROJECT_OPEN"


class BudgetExists(Refusal):
    """The project has a baseline; a change of it is a change order."""

    code = "BUDGET_EXISTS"


class Project(MilestoneHolder):
    """``contract_id`` is None for internal work."""

    class Created(Root.Created):
        """A project was set up."""

        TOPIC = "delivery.project_created"
        code: str
        name: str
        entity: str
        client_id: UUID | None
        contract_id: UUID | None
        currency: str

        def claims(self) -> tuple[str, ...]:
            """Project codes are unique."""
            return (f"project {self.code}",)

    class BudgetBaselined(Root.Event):
        """The plan that actuals are measured against."""

        TOPIC = "delivery.budget_baselined"
        lines: tuple[BudgetLine, ...]

    class BudgetChanged(Root.Event):
        """A change order moved the plan by ``lines``; what it takes off is negative.

        The baseline is version one. What held before ``effective_on`` stays what it was.
        """

        TOPIC = "delivery.budget_changed"
        version: int
        change_order_id: UUID
        effective_on: date
        lines: tuple[BudgetLine, ...]

    class BudgetTransferred(Root.Event):
        """Hours and cost moved within the plan: one line takes off, one puts on."""

        TOPIC = "delivery.budget_transferred"
        version: int
        effective_on: date
        lines: tuple[BudgetLine, ...]
        why: str

    class Held(Root.Event):
        """Nobody works on it from a day on."""

        TOPIC = "delivery.project_held"
        from_on: date
        why: str

    class Resumed(Root.Event):
        """Work goes on from this day."""

        TOPIC = "delivery.project_resumed"
        resumed_on: date

    class MilestoneDropped(Root.Event):
        """A change order took it out of the plan."""

        TOPIC = "delivery.milestone_dropped"
        milestone_id: UUID
        change_order_id: UUID

    class MilestonePlanned(Root.Event):
        """Something the client will accept and pay for."""

        TOPIC = "delivery.milestone_planned"
        milestone_id: UUID
        name: str
        amount: Decimal
        due_on: date

        def claims(self) -> tuple[str, ...]:
            """Milestone ids are unique among all projects."""
            return (f"milestone {self.milestone_id}",)

    class MilestonesReplanned(Root.Event):
        """The billing schedule gave planned ones another amount, or has them no more."""

        TOPIC = "delivery.milestones_replanned"
        schedule_id: UUID
        milestones: tuple[PlannedMilestone, ...]
        dropped: tuple[UUID, ...]

    class MilestoneRejected(Root.Event):
        """The client does not take it: it is planned again."""

        TOPIC = "delivery.milestone_rejected"
        milestone_id: UUID
        rejected_on: date
        why: str

    class MilestoneCompleted(Root.Event):
        """Delivery says it is done."""

        TOPIC = "delivery.milestone_completed"
        milestone_id: UUID
        completed_on: date

    class MilestoneAccepted(Root.Event):
        """The client agrees: the amount is earned, at the rate of the day."""

        TOPIC = "delivery.milestone_accepted"
        milestone_id: UUID
        name: str
        accepted_on: date
        evidence: str
        entity: str
        contract_id: UUID
        currency: str
        amount: Decimal
        quote: Quote
        functional: Decimal
        earned: bool = True
        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Before there were revenue runs, acceptance earned."""
            state["earned"] = True

    class MilestonesBilled(Root.Event):
        """They stand on an invoice."""

        TOPIC = "delivery.milestones_billed"
        invoice_id: UUID
        milestone_ids: tuple[UUID, ...]

    class MilestonesRestored(Root.Event):
        """A credit memo freed them to be billed again."""

        TOPIC = "delivery.milestones_restored"
        memo_id: UUID
        milestone_ids: tuple[UUID, ...]

    class Closed(Root.Event):
        """No more work."""

        TOPIC = "delivery.project_closed"

        def tags(self) -> tuple[str, ...]:
            """A closing fact."""
            return (f"project closed {self.originator_id}",)

    class Reopened(Root.Event):
        """There was work left after all."""

        TOPIC = "delivery.project_reopened"
        why: str

    class ExpenditureClassified(Root.Event):
        """Work from a day on makes something that lasts, or does no longer."""

        TOPIC = "delivery.expenditure_classified"
        code: str
        name: str
        entity: str
        from_date: date
        treatment: Treatment
        why: str

    @event(Created)
    def __init__(
        self, id: UUID, code: str, name: str, entity: str, client_id: UUID | None,
        contract_id: UUID | None, currency: str,
    ) -> None:  # fmt: skip
        self.code = code
        self.name = name
        self.entity = entity
        self.client_id = client_id
        self.contract_id = contract_id
        self.currency = currency
        self.plan = BudgetPlan()
        self.budget = self.plan.sums
        self.holds: list[Hold] = []
        self.treatments: dict[date, Treatment] = {}
        self.closed = False
        self.milestones: dict[UUID, Milestone] = {}

    @property
    def budgeted(self) -> bool:
        """Whether it has a baseline."""
        return self.plan.version > 0

    def classify(self, from_date: date, treatment: Treatment, why: str) -> None:
        """What work is from a day on; of the same day the later word counts."""
        self._classified(self.code, self.name, self.entity, from_date, treatment, why)

    def treatment_on(self, day: date) -> Treatment:
        """A cost, where nothing is said."""
        starts = [start for start in self.treatments if start <= day]
        return self.treatments[max(starts)] if starts else "opex"

    def require_open(self) -> None:
        """Raises ProjectClosed."""
        if self.closed:
            raise ProjectClosed(f"project {self.code} is closed", field="project_id")

    def require_workable(self, day: date) -> None:
        """Whether time may be logged for a day. Raises ProjectClosed, ProjectOnHold."""
        self.require_open()
        refuse_held(self.code, self.holds, day)

    def hold(self, from_on: date, why: str) -> None:
        """Stop work for now. Raises ProjectClosed, ProjectOnHold where it is stopped already."""
        self.require_open()
        refuse_second(self.code, self.holds)
        self._held(from_on, why)

    def resume(self, resumed_on: date) -> None:
        """Let work go on. Raises NotOnHold, also before the day the hold began."""
        refuse_resumption(self.code, self.holds, resumed_on)
        self._resumed(resumed_on)

    def baseline(self, lines: tuple[BudgetLine, ...]) -> None:
        """Raises BudgetExists, ProjectClosed."""
        self.require_open()
        if self.budgeted:
            raise BudgetExists(f"project {self.code} has a baseline")
        self._budget_baselined(lines)

    def change_budget(
        self, order_id: UUID, effective_on: date, lines: tuple[BudgetLine, ...]
    ) -> None:
        """Move the plan. Raises ProjectClosed, NoBaseline, BudgetBelowZero."""
        self.require_open()
        self.plan.refuse_below_zero(self.code, lines)
        self._budget_changed(self.plan.version + 1, order_id, effective_on, lines)

    def transfer_budget(self, transfer: Transfer, effective_on: date, why: str) -> None:
        """Move hours and cost within the plan. Raises ProjectClosed, NoBaseline, ExceedsSource."""
        self.require_open()
        self.plan.refuse_more(self.code, transfer)
        self._budget_transferred(self.plan.version + 1, effective_on, transfer.lines(), why)

    def close(self) -> None:
        """Twice changes nothing. Raises MilestoneNotReady while one awaits its invoice."""
        if self.closed:
            return
        if any(m.state in ("completed", "accepted") for m in self.milestones.values()):
            raise MilestoneNotReady(f"project {self.code} has unbilled milestones")
        self._closed()

    def reopen(self, why: str) -> None:
        """Take the close back. Raises ProjectOpen."""
        if not self.closed:
            raise ProjectOpen(f"project {self.code} is open", field="project_id")
        self._reopened(why)

    @event(BudgetBaselined)
    def _budget_baselined(self, lines: tuple[BudgetLine, ...]) -> None:
        self.plan.add(lines)

    @event(BudgetChanged)
    def _budget_changed(
        self, version: int, change_order_id: UUID, effective_on: date,
        lines: tuple[BudgetLine, ...],
    ) -> None:  # fmt: skip
        del version, change_order_id, effective_on
        self.plan.add(lines)

    @event(BudgetTransferred)
    def _budget_transferred(
        self, version: int, effective_on: date, lines: tuple[BudgetLine, ...], why: str
    ) -> None:
        del version, effective_on, why
        self.plan.add(lines)

    @event(MilestoneDropped)
    def _milestone_dropped(self, milestone_id: UUID, change_order_id: UUID) -> None:
        del change_order_id
        self.milestones[milestone_id].state = "dropped"

    @event(MilestonePlanned)
    def _milestone_planned(
        self, milestone_id: UUID, name: str, amount: Decimal, due_on: date
    ) -> None:
        del due_on
        self.milestones[milestone_id] = Milestone(milestone_id, name, amount)

    @event(MilestonesReplanned)
    def _milestones_replanned(
        self, schedule_id: UUID, milestones: tuple[PlannedMilestone, ...],
        dropped: tuple[UUID, ...],
    ) -> None:  # fmt: skip
        del schedule_id
        for one in milestones:
            self.milestones[one.id] = Milestone(one.id, one.name, one.amount)
        for id_ in dropped:
            self.milestones[id_].state = "dropped"

    @event(MilestoneRejected)
    def _milestone_rejected(self, milestone_id: UUID, rejected_on: date, why: str) -> None:
        del rejected_on, why
        self.milestones[milestone_id].state = "planned"
        self.milestones[milestone_id].completed_on = None

    @event(MilestoneCompleted)
    def _milestone_completed(self, milestone_id: UUID, completed_on: date) -> None:
        self.milestones[milestone_id].state = "completed"
        self.milestones[milestone_id].completed_on = completed_on

    @event(MilestoneAccepted)
    def _milestone_accepted(
        self, milestone_id: UUID, name: str, accepted_on: date, evidence: str, entity: str,
        contract_id: UUID, currency: str, amount: Decimal, quote: Quote, functional: Decimal,
        earned: bool = True,
    ) -> None:  # fmt: skip
        del name, accepted_on, evidence, entity, contract_id, currency, amount, quote
        self.milestones[milestone_id].state = "accepted"
        self.milestones[milestone_id].carried = functional if earned else Decimal(0)

    @event(MilestonesBilled)
    def _milestones_billed(self, invoice_id: UUID, milestone_ids: tuple[UUID, ...]) -> None:
        del invoice_id
        for id_ in milestone_ids:
            self.milestones[id_].state = "billed"

    @event(MilestonesRestored)
    def _milestones_restored(self, memo_id: UUID, milestone_ids: tuple[UUID, ...]) -> None:
        del memo_id
        for id_ in milestone_ids:
            self.milestones[id_].state = "accepted"

    @event(Held)
    def _held(self, from_on: date, why: str) -> None:
        self.holds.append(Hold(from_on, why))

    @event(Resumed)
    def _resumed(self, resumed_on: date) -> None:
        self.holds[-1] = replace(self.holds[-1], until=resumed_on)

    @event(Closed)
    def _closed(self) -> None:
        self.closed = True

    @event(Reopened)
    def _reopened(self, why: str) -> None:
        del why
        self.closed = False

    @event(ExpenditureClassified)
    def _classified(
        self, code: str, name: str, entity: str, from_date: date, treatment: Treatment, why: str
    ) -> None:
        del code, name, entity, why
        self.treatments[from_date] = treatment
