"""A term: from one instant to another, in months and days of its own zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.revenue.progress import Progress, elapsed_days


@dataclass(frozen=True)
class Term:
    """From an instant on, up to and without another; months and days are those of ``zone``."""

    starts_at: datetime
    ends_at: datetime
    zone: str = "UTC"

    @classmethod
    def of_days(cls, first: date, last: date, zone: str = "UTC") -> "Term":
        """Both days inclusive."""
        return cls.until(first, last + timedelta(days=1), zone)

    @classmethod
    def until(cls, first: date, end: date, zone: str = "UTC") -> "Term":
        """Half-open: ``end`` is the first day after it."""
        return cls(midnight(first, zone), midnight(end, zone), zone)

    @property
    def first(self) -> date:
        """The local day it begins."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def end(self) -> date:
        """The local day it ends on, which by day is no longer part of it."""
        return self.ends_at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def last(self) -> date:
        """The last local day it touches."""
        return (self.ends_at - timedelta(microseconds=1)).astimezone(ZoneInfo(self.zone)).date()

    @property
    def days(self) -> int:
        """Actual local days, leap days included. Raises TermReversed."""
        return int(self.through(self.first).whole)

    def through(self, on: date) -> Progress:
        """Days given by the end of ``on``: none before the term, all of them after it."""
        return elapsed_days(self.first, self.last, on)

    def before(self, on: date) -> Progress:
        """Days given before ``on`` began: what a change on that day finds done."""
        return self.through(on - timedelta(days=1))


def midnight(on: date, zone: str) -> datetime:
    """When a local day begins, in UTC."""
    return datetime.combine(on, time(), ZoneInfo(zone)).astimezone(UTC)
