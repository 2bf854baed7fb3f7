"""A note of time as its week keeps it, and which week that is."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.delivery.rating import RatedTime
from domain.identity import named_id

MINUTES_PER_DAY = 24 * 60
State = Literal["logged", "submitted", "approved", "rejected", "billed", "reversed"]


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def timesheet_id(person_id: UUID, day: date) -> UUID:
    """The stream of a person's week."""
    monday = monday_of(day)
    return named_id("timesheet", f"{person_id}:{monday}", monday)


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
