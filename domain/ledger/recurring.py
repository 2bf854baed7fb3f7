"""A journal that comes every month: planned once, posted a month at a time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id
from domain.ledger.dimensions import Dimensions
from domain.ledger.journal import Line, Unbalanced
from domain.ledger.period import month_end, month_of, months_between
from domain.pricing.fx import quote
from domain.unit_of_work import UnitOfWork


class NotScheduled(Refusal):
    """The schedule has no journal in this month."""

    code = "NOT_SCHEDULED"


class AlreadyPosted(Refusal):
    """The month's journal of the schedule is posted."""

    code = "ALREADY_POSTED"


@dataclass(frozen=True)
class PlannedLine:
    """A line in its own currency; what it is in the books is known on the day it is posted."""

    account: str
    currency: str
    amount: Decimal
    project_id: UUID | None
    dimensions: Dimensions | None

    def at(self, work: UnitOfWork, books: str, on: date) -> Line:
        """The line at the rate of a day. Raises MissingRate."""
        functional = quote(work, self.currency, books, on).convert(self.amount)
        return Line(self.account, self.currency, self.amount, functional, self.project_id,
                    self.dimensions)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """``day`` of each month, its last where the month is shorter; ``through``: the last month."""

    entity: str
    description: str
    lines: tuple[PlannedLine, ...]
    day: int
    first: date
    through: date | None


def posting_day(month: date, day: int) -> date:
    """A day of the month, its last where it is shorter."""
    return month.replace(day=min(day, month_end(month).day))


def require_even(lines: Iterable[PlannedLine]) -> None:
    """Raises Unbalanced unless each currency balances by itself."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.currency] += line.amount
    for currency, total in sums.items():
        if total:
            raise Unbalanced(f"{currency} is off by {total}", field="lines")


def scheduled_journal_id(schedule_id: UUID, month: date) -> UUID:
    """The journal of a month."""
    return named_id("scheduled journal", f"{schedule_id}:{month}")


class RecurringJournal(Root):
    """``posted`` holds the months that have their journal."""

    class Scheduled(Root.Created):
        """A journal of every month was planned."""

        TOPIC = "ledger.recurring_journal_scheduled"
        plan: Plan

    class MonthPosted(Root.Event):
        """A month's journal is in the books."""

        TOPIC = "ledger.recurring_journal_posted"
        entity: str
        month: date
        journal_id: UUID

    class Ended(Root.Event):
        """No journal after this month."""

        TOPIC = "ledger.recurring_journal_ended"
        entity: str
        through: date

    @event(Scheduled)
    def __init__(self, id: UUID, plan: Plan) -> None:
        self.plan = plan
        self.through = plan.through
        self.posted: set[date] = set()

    def post(self, month: date) -> date:
        """The day of the month's journal, once. Raises NotScheduled, AlreadyPosted."""
        first, through = month_of(self.plan.first), self.through
        if month < first or (through is not None and month > month_of(through)):
            raise NotScheduled(f"nothing is planned for {month:%Y-%m}", field="month")
        if month in self.posted:
            raise AlreadyPosted(f"{month:%Y-%m} is posted", field="month")
        self._month_posted(self.plan.entity, month, scheduled_journal_id(self.id, month))
        return posting_day(month, self.plan.day)

    def end(self, through: date) -> None:
        """The same month again changes nothing. Raises AlreadyPosted for a later one's journal."""
        if later := [month for month in self.posted if month > through]:
            raise AlreadyPosted(f"{max(later):%Y-%m} is posted", field="through")
        if self.through != through:
            self._ended(self.plan.entity, through)

    def due(self, month: date) -> list[date]:
        """Months up to one that have no journal yet."""
        last = min(month, month_of(self.through)) if self.through else month
        first = month_of(self.plan.first)
        months = months_between(first, last) if last >= first else []
        return [one for one in months if one not in self.posted]

    @event(MonthPosted)
    def _month_posted(self, entity: str, month: date, journal_id: UUID) -> None:
        del entity, journal_id
        self.posted.add(month)

    @event(Ended)
    def _ended(self, entity: str, through: date) -> None:
        del entity
        self.through = through
