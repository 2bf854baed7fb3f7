"""Periods: the months of an entity's books, open, soft-closed or hard-closed.

Documents and manual journals need an open month; a soft-closed one takes a controller's with a
reason. What the rules derive from late facts goes to the first open day, its effective date
kept: a closed month never changes.
"""

from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id

Status = Literal["open", "soft_closed", "hard_closed"]


class PeriodClosed(Refusal):
    """The month takes no such entry any more."""

    code = "PERIOD_CLOSED"


class PeriodNotOpen(Refusal):
    """The month has not been opened."""

    code = "PERIOD_NOT_OPEN"


class WrongOrder(Refusal):
    """Months open and close one after another."""

    code = "PERIOD_ORDER"


def calendar_id(entity: str) -> UUID:
    """The stream of an entity's periods."""
    return named_id("calendar", entity)


def month_of(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)


def month_end(day: date) -> date:
    """The last day of the day's month."""
    return month_after(month_of(day)) - timedelta(days=1)


def months_between(first: date, last: date) -> list[date]:
    """First days of the months from one day to another, both included; at least one."""
    count = (last.year - first.year) * 12 + last.month - first.month
    starts = [divmod(first.month - 1 + i, 12) for i in range(max(count, 0) + 1)]
    return [date(first.year + years, month + 1, 1) for years, month in starts]


class Calendar(Root):
    """Status of each month, keyed by its first day."""

    class Begun(Root.Created):
        """The books of an entity begin."""

        TOPIC = "ledger.calendar_begun"
        entity: str

    class PeriodOpened(Root.Event):
        """A month takes entries."""

        TOPIC = "ledger.period_opened"
        entity: str
        month: date

    class PeriodSoftClosed(Root.Event):
        """A month takes entries from controllers, with a reason."""

        TOPIC = "ledger.period_soft_closed"
        entity: str
        month: date

    class PeriodHardClosed(Root.Event):
        """A month takes no entries: its figures are final."""

        TOPIC = "ledger.period_hard_closed"
        entity: str
        month: date

        def tags(self) -> tuple[str, ...]:
            """A closing fact."""
            return (f"period {self.entity} {self.month}",)

    @event(Begun)
    def __init__(self, id: UUID, entity: str) -> None:
        self.entity = entity
        self.months: dict[date, Status] = {}

    def open(self, month: date) -> None:
        """Open the next month, or a soft-closed one again; an open month changes nothing.

        Raises WrongOrder, PeriodClosed.
        """
        if (status := self.months.get(month)) == "open":
            return
        if status == "hard_closed":
            raise PeriodClosed(f"{month:%Y-%m} is closed for good", field="month")
        expected = month_after(max(self.months)) if self.months else month
        if status is None and month != expected:
            raise WrongOrder(f"{expected:%Y-%m} opens next", field="month")
        self._period_opened(self.entity, month)

    def soft_close(self, month: date) -> None:
        """Raises PeriodNotOpen."""
        self._require(month, "open")
        self._period_soft_closed(self.entity, month)

    def hard_close(self, month: date) -> None:
        """Raises PeriodNotOpen unless soft-closed, WrongOrder while an earlier month is open."""
        self._require(month, "soft_closed")
        earlier = [m for m, s in self.months.items() if m < month and s != "hard_closed"]
        if earlier:
            raise WrongOrder(f"{min(earlier):%Y-%m} is not closed", field="month")
        self._period_hard_closed(self.entity, month)

    def require_open(self, day: date, *, override: bool) -> None:
        """Whether a document may carry this date. Raises PeriodClosed, PeriodNotOpen."""
        status = self.months.get(month_of(day))
        if status is None:
            raise PeriodNotOpen(f"{day:%Y-%m} of {self.entity} is not open")
        if status == "hard_closed" or (status == "soft_closed" and not override):
            raise PeriodClosed(f"{day:%Y-%m} of {self.entity} is {status.replace('_', '-')}")

    def first_open(self, day: date) -> date | None:
        """The day itself where its month is not hard-closed, else the first open day after."""
        later = [m for m, s in self.months.items() if m >= month_of(day) and s != "hard_closed"]
        return max(min(later), day) if later else None

    def _require(self, month: date, status: Status) -> None:
        if self.months.get(month) != status:
            wanted = status.replace("_", "-")
            raise PeriodNotOpen(f"{month:%Y-%m} of {self.entity} is not {wanted}", field="month")

    @event(PeriodOpened)
    def _period_opened(self, entity: str, month: date) -> None:
        del entity
        self.months[month] = "open"

    @event(PeriodSoftClosed)
    def _period_soft_closed(self, entity: str, month: date) -> None:
        del entity
        self.months[month] = "soft_closed"

    @event(PeriodHardClosed)
    def _period_hard_closed(self, entity: str, month: date) -> None:
        del entity
        self.months[month] = "hard_closed"
