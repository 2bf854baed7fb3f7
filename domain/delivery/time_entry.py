"""A note of time as its week keeps it, and which week that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from domain.consumption import BilledElsewhere, Share
from domain.delivery.rating import RatedTime
from domain.errors import Refusal
from domain.identity import named_id

MINUTES_PER_DAY = 24 * 60
State = Literal["logged", "submitted", "approved", "rejected", "billed", "reversed"]


class NothingToDo(Refusal):
    """No entry of the week is waiting for this step."""

    code = "NOTHING_TO_DO"


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def timesheet_id(person_id: UUID, day: date) -> UUID:
    """The stream of a person's week."""
    monday = monday_of(day)
    return named_id("timesheet", f"{person_id}:{monday}", monday)


@dataclass(frozen=True)
class Placement:
    """When in the day and on what: local time ``HH:MM``, and a work item of the project's plan.

    Either is empty where nobody said it.
    """

    starts_at: str = ""
    work_item: str = ""


def unplaced(state: dict[str, Any]) -> None:
    """Before notes had a time of day and a close looked for them."""
    state |= {"placement": {"starts_at": "", "work_item": ""}, "first": False}


def without_days_off(state: dict[str, Any]) -> None:
    """Before an entity could ask for time on every day."""
    state["days_off"] = []


@dataclass
class Entry:
    """One note of time."""

    id: UUID
    project_id: UUID
    work_date: date
    minutes: int
    activity: str
    billable: bool
    author: str
    state: State = "logged"
    rated: RatedTime | None = None
    billable_pct: Decimal = Decimal(100)
    hourly_rate: Decimal | None = None
    placement: Placement = Placement()

    @property
    def is_unapproved(self) -> bool:
        """Whether somebody has yet to submit, approve or take it back."""
        return self.state in ("logged", "submitted", "rejected")

    def share(self, sheet_id: UUID) -> Share:
        """What an invoice would consume of it. Raises BilledElsewhere."""
        bill = self.rated.bill if self.rated else None
        if self.state != "approved" or self.rated is None or bill is None:
            raise BilledElsewhere(f"entry of {self.work_date} is {self.state}", field="sources")
        text = " ".join(filter(None, (self.rated.role, self.rated.activity)))
        minutes = self.minutes if bill.billed_minutes is None else bill.billed_minutes
        hours = Decimal(minutes) / 60
        return Share(sheet_id, self.id, "time", text, hours, bill.hourly_rate, bill.amount,
                     bill.carried)  # fmt: skip


def waiting_in(entries: Iterable[Entry], state: State, monday: date) -> list[Entry]:
    """Those of a week in a state. Raises NothingToDo."""
    found = [entry for entry in entries if entry.state == state]
    if not found:
        raise NothingToDo(f"no entry of the week of {monday} is {state}")
    return found
