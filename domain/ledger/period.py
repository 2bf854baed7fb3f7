"""Periods: the months of an entity's books, open, soft-closed, hard-closed or locked.

Documents and manual journals need an open month; a soft-closed one takes a controller's with a
reason. What the rules derive from late facts goes to the first open day, its effective date
kept: a closed month never changes. Two controllers together reopen the last closed month, until
its year is closed: then it is locked.
"""

from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id
from domain.ledger.closing import BooksToClose, Seal, Waiver, seal

Status = Literal["open", "soft_closed", "hard_closed", "locked"]
FINAL: frozenset[Status] = frozenset({"hard_closed", "locked"})


class PeriodClosed(Refusal):
    """The month takes no such entry any more."""

    code = "PERIOD_CLOSED"


class PeriodNotOpen(Refusal):
    """The month has not been opened."""

    code = "PERIOD_NOT_OPEN"


class WrongOrder(Refusal):
    """Months open and close one after another."""

    code = "PERIOD_ORDER"


class PeriodLocked(Refusal):
    """The month belongs to a closed year."""

    code = "PERIOD_LOCKED"


class OwnReopening(Refusal):
    """A month is reopened by somebody else than who asked for it."""

    code = "OWN_REOPENING"


class NoReopening(Refusal):
    """Nobody asked to reopen the month."""

    code = "NO_REOPENING"


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
        """A month takes no entries: its figures are final, and sealed."""

        TOPIC = "ledger.period_hard_closed"
        class_version = 2
        entity: str
        month: date
        seal: Seal | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Before a close was held against a seal."""
            state["seal"] = None

        def tags(self) -> tuple[str, ...]:
            """A closing fact."""
            return (f"period {self.entity} {self.month}",)

    class ReopeningAsked(Root.Event):
        """A controller wants a closed month open again."""

        TOPIC = "ledger.period_reopening_asked"
        entity: str
        month: date
        why: str
        asked_by: str

    class PeriodReopened(Root.Event):
        """Another controller agreed: the month is soft-closed again."""

        TOPIC = "ledger.period_reopened"
        entity: str
        month: date
        why: str
        asked_by: str
        approved_by: str

        def tags(self) -> tuple[str, ...]:
            """A closing fact, taken back."""
            return (f"period {self.entity} {self.month}",)

    class FiscalYearClosed(Root.Event):
        """All months up to one are locked."""

        TOPIC = "ledger.fiscal_year_closed"
        entity: str
        through: date
        closed_by: str

    @event(Begun)
    def __init__(self, id: UUID, entity: str) -> None:
        self.entity = entity
        self.months: dict[date, Status] = {}
        self.reopenings: dict[date, tuple[str, str]] = {}

    def open(self, month: date) -> None:
        """Open the next month, or a soft-closed one again; an open month changes nothing.

        Raises WrongOrder, PeriodClosed.
        """
        if (status := self.months.get(month)) == "open":
            return
        if status in FINAL:
            raise PeriodClosed(f"{month:%Y-%m} is closed for good", field="month")
        expected = month_after(max(self.months)) if self.months else month
        if status is None and month != expected:
            raise WrongOrder(f"{expected:%Y-%m} opens next", field="month")
        self._period_opened(self.entity, month)

    def soft_close(self, month: date) -> None:
        """Raises PeriodNotOpen."""
        self._require(month, "open")
        self._period_soft_closed(self.entity, month)

    def hard_close(
        self, month: date, books: BooksToClose, waived: tuple[Waiver, ...], by: str
    ) -> None:
        """Seal a soft-closed month.

        Raises PeriodNotOpen unless soft-closed, WrongOrder while an earlier month is open,
        CloseTasksOpen, NotWaivable.
        """
        self._require(month, "soft_closed")
        earlier = [m for m, s in self.months.items() if m < month and s not in FINAL]
        if earlier:
            raise WrongOrder(f"{min(earlier):%Y-%m} is not closed", field="month")
        self._period_hard_closed(self.entity, month, seal(books, waived, by))

    def ask_reopening(self, month: date, why: str, by: str) -> None:
        """Asked again by the same person, for the same reason, changes nothing.

        Raises PeriodNotOpen, PeriodLocked, WrongOrder unless it is the last closed month.
        """
        self._require_last_closed(month)
        if self.reopenings.get(month) != (why, by):
            self._reopening_asked(self.entity, month, why, by)

    def reopen(self, month: date, by: str) -> None:
        """Raises NoReopening, OwnReopening, WrongOrder, PeriodLocked."""
        if month not in self.reopenings:
            raise NoReopening(f"nobody asked to reopen {month:%Y-%m}", field="month")
        self._require_last_closed(month)
        why, asked_by = self.reopenings[month]
        if asked_by == by:
            raise OwnReopening("somebody else agrees to a reopening", field="month")
        self._period_reopened(self.entity, month, why, asked_by, by)

    def close_year(self, through: date, by: str) -> None:
        """Lock every month up to one. Locked already changes nothing.

        Raises WrongOrder while one of them is not closed, PeriodNotOpen.
        """
        if through not in self.months:
            raise PeriodNotOpen(f"{through:%Y-%m} of {self.entity} is not open", field="through")
        statuses = {m: s for m, s in self.months.items() if m <= through}
        if pending := [m for m, s in statuses.items() if s not in FINAL]:
            raise WrongOrder(f"{min(pending):%Y-%m} is not closed", field="through")
        if statuses[through] != "locked":
            self._fiscal_year_closed(self.entity, through, by)

    def _require_last_closed(self, month: date) -> None:
        if self.months.get(month) == "locked":
            raise PeriodLocked(f"{month:%Y-%m} is in a closed year", field="month")
        self._require(month, "hard_closed")
        later = [m for m, s in self.months.items() if m > month and s in FINAL]
        if later:
            raise WrongOrder(f"{max(later):%Y-%m} is reopened first", field="month")

    def require_open(self, day: date, *, override: bool) -> None:
        """Whether a document may carry this date. Raises PeriodClosed, PeriodNotOpen."""
        status = self.months.get(month_of(day))
        if status is None:
            raise PeriodNotOpen(f"{day:%Y-%m} of {self.entity} is not open")
        if status in FINAL or (status == "soft_closed" and not override):
            raise PeriodClosed(f"{day:%Y-%m} of {self.entity} is {status.replace('_', '-')}")

    def first_open(self, day: date) -> date | None:
        """The day itself where its month is not closed for good, else the first open day after."""
        later = [m for m, s in self.months.items() if m >= month_of(day) and s not in FINAL]
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
    def _period_hard_closed(self, entity: str, month: date, seal: Seal | None) -> None:
        del entity, seal
        self.months[month] = "hard_closed"

    @event(ReopeningAsked)
    def _reopening_asked(self, entity: str, month: date, why: str, asked_by: str) -> None:
        del entity
        self.reopenings[month] = why, asked_by

    @event(PeriodReopened)
    def _period_reopened(
        self, entity: str, month: date, why: str, asked_by: str, approved_by: str
    ) -> None:
        del entity, why, asked_by, approved_by
        del self.reopenings[month]
        self.months[month] = "soft_closed"

    @event(FiscalYearClosed)
    def _fiscal_year_closed(self, entity: str, through: date, closed_by: str) -> None:
        del entity, closed_by
        self.months |= {month: "locked" for month in self.months if month <= through}
