"""Setting an entity's policy for time."""

from typing import Annotated, ClassVar

from pydantic import Field

from domain.access.roles import ADMIN, CONTROLLER
from domain.command import Answer, Command
from domain.delivery.time_policy import TimePolicy, time_policy_id
from domain.organisation.commands import legal_entity
from domain.unit_of_work import UnitOfWork

Weekday = Annotated[int, Field(ge=1, le=7)]


class RequireWeekdays(Command):
    """Say which days of a week have time before a person may submit it; none: any."""

    ROLES: ClassVar = frozenset({ADMIN, CONTROLLER})
    entity: str
    weekdays: tuple[Weekday, ...] = Field(max_length=7, description="Monday is 1, Sunday 7")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        legal_entity(work, self.entity)
        id_ = time_policy_id(self.entity)
        policy = work.load_or_none(TimePolicy, id_) or work.add(TimePolicy(id_, self.entity))
        policy.require(self.weekdays)
        return Answer(id=policy.id)
