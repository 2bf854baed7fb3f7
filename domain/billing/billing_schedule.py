"""The billing schedule of a fixed-fee contract: its milestones sum to the price, always.

Amounts and percentages come from :mod:`domain.billing.milestone`. What delivery has completed or
the client accepted is frozen: a new plan shares what is left of the price.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.milestone import Entry, Schedule, plan
from domain.errors import Refusal
from domain.explanation import Step
from domain.identity import named_id

FROZEN = "completed or accepted before"
"""Entry that stands for what the plan can no longer move."""


class NotFixedFee(Refusal):
    """Only a fixed fee is billed by a schedule or by values."""

    code = "NOT_FIXED_FEE"


class PlannedBySchedule(Refusal):
    """The contract's price is planned by a billing schedule, or by a schedule of values."""

    code = "PLANNED_BY_SCHEDULE"


class OtherProject(Refusal):
    """The project is not the contract's, or the schedule is another project's."""

    code = "OTHER_PROJECT"


class AcceptanceNotDue(Refusal):
    """Silence counts as acceptance only after the days agreed."""

    code = "ACCEPTANCE_NOT_DUE"


@dataclass(frozen=True)
class PlannedEntry:
    """A milestone and what it bills; ``pct`` of the price where it was planned as a share."""

    milestone_id: UUID
    name: str
    amount: Decimal
    pct: Decimal | None
    due_on: date


def schedule_id(contract_id: UUID) -> UUID:
    """The billing schedule of a contract."""
    return named_id("billing schedule", str(contract_id))


def planned(price: Decimal, frozen: Decimal, entries: list[Entry], currency: str) -> Schedule:
    """Amounts of the entries; with what is frozen they are the price.

    Raises ScheduleMismatch, AmountOrPercent, UnknownScheduleEntry, AmountTooFine.
    """
    held = [Entry(FROZEN, frozen)] if frozen else []
    return plan(price, [*held, *entries], currency)


class BillingSchedule(Root):
    """``deemed_after_days`` None: silence never accepts."""

    class Opened(Root.Created):
        """A contract's price is billed by the milestones of one project."""

        TOPIC = "billing.schedule_opened"
        contract_id: UUID
        entity: str
        project_id: UUID
        currency: str

    class Planned(Root.Event):
        """What is billed when; ``frozen`` was completed or accepted and stays."""

        TOPIC = "billing.schedule_planned"
        price: Decimal
        frozen: Decimal
        entries: tuple[PlannedEntry, ...]
        deemed_after_days: int | None
        steps: tuple[Step, ...]

    @event(Opened)
    def __init__(
        self, id: UUID, contract_id: UUID, entity: str, project_id: UUID, currency: str
    ) -> None:
        self.contract_id = contract_id
        self.entity = entity
        self.project_id = project_id
        self.currency = currency
        self.deemed_after_days: int | None = None

    def plan(
        self, price: Decimal, frozen: Decimal, entries: tuple[PlannedEntry, ...],
        deemed_after_days: int | None, steps: tuple[Step, ...],
    ) -> None:  # fmt: skip
        """Take down a plan that was worked out by ``planned``."""
        self._planned(price, frozen, entries, deemed_after_days, steps)

    def require_silence(self, completed_on: date, on: date) -> int:
        """The days agreed, where they have passed. Raises AcceptanceNotDue."""
        days = self.deemed_after_days
        if days is None:
            raise AcceptanceNotDue("the schedule says nothing of silence", field="accepted_on")
        due = completed_on + timedelta(days=days)
        if on < due:
            raise AcceptanceNotDue(f"silence counts from {due} on", field="accepted_on")
        return days

    @event(Planned)
    def _planned(
        self, price: Decimal, frozen: Decimal, entries: tuple[PlannedEntry, ...],
        deemed_after_days: int | None, steps: tuple[Step, ...],
    ) -> None:  # fmt: skip
        del price, frozen, entries, steps
        self.deemed_after_days = deemed_after_days
