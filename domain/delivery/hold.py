"""Holds of a project: days on which nobody works on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.errors import Refusal


class ProjectOnHold(Refusal):
    """The project is on hold: no time is logged on these days."""

    code = "PROJECT_ON_HOLD"


class NotOnHold(Refusal):
    """The project is not on hold on that day."""

    code = "NOT_ON_HOLD"


@dataclass(frozen=True)
class Hold:
    """From a day on, up to and without ``until``; None while it lasts."""

    from_on: date
    why: str
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether nobody works on that day."""
        return self.from_on <= day and (self.until is None or day < self.until)

    def text(self) -> str:
        """As a person says it."""
        end = f" to {self.until}" if self.until else ""
        return f"on hold from {self.from_on}{end}: {self.why}"


def refuse_held(project: str, holds: Sequence[Hold], day: date) -> None:
    """Raises ProjectOnHold where the day lies in a hold, ended or not."""
    if hold := next((one for one in holds if one.covers(day)), None):
        raise ProjectOnHold(f"project {project} is {hold.text()}", field="work_date")


def refuse_second(project: str, holds: Sequence[Hold]) -> None:
    """Raises ProjectOnHold where a hold lasts."""
    if holds and holds[-1].until is None:
        raise ProjectOnHold(f"project {project} is {holds[-1].text()}", field="project_id")


def refuse_resumption(project: str, holds: Sequence[Hold], day: date) -> None:
    """Raises NotOnHold where no hold lasts, or the last one begins later."""
    if not holds or holds[-1].until is not None:
        raise NotOnHold(f"project {project} is not on hold", field="project_id")
    if day < (began := holds[-1].from_on):
        raise NotOnHold(f"project {project} is on hold from {began} on", field="resumed_on")
