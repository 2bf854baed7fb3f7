"""A milestone of a project: what the client will accept and pay for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.errors import Refusal


class UnknownMilestone(Refusal):
    """The project has no such milestone."""

    code = "UNKNOWN_MILESTONE"


class MilestoneNotReady(Refusal):
    """The milestone is not in the state this step needs."""

    code = "MILESTONE_NOT_READY"


@dataclass
class Milestone:
    """Planned, completed by delivery, accepted by the client, billed: in that order."""

    id: UUID
    name: str
    amount: Decimal
    state: Literal["planned", "completed", "accepted", "billed", "dropped"] = "planned"
    carried: Decimal = Decimal(0)
    completed_on: date | None = None


@dataclass(frozen=True)
class PlannedMilestone:
    """What a billing schedule says of a milestone."""

    id: UUID
    name: str
    amount: Decimal
    due_on: date


def found_in(
    milestones: Mapping[UUID, Milestone], project: str, milestone_id: UUID, *states: str
) -> Milestone:
    """A milestone of a project, in one of the states where any are given.

    Raises UnknownMilestone, MilestoneNotReady.
    """
    found = milestones.get(milestone_id)
    if found is None:
        raise UnknownMilestone(f"project {project} has no such milestone", field="milestone_id")
    if states and found.state not in states:
        raise MilestoneNotReady(f"milestone {found.name} is {found.state}", field="milestone_id")
    return found
