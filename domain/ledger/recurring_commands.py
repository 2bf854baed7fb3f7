"""Planning journals that come every month, and posting a month of one."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.command import Answer, Command
from domain.ledger.commands import (
    ACCOUNTANTS,
    JournalLineInput,
    checked_lines,
    require_manual,
    require_open,
)
from domain.ledger.journal import MAIN_BOOK, Journal
from domain.ledger.period import month_of
from domain.ledger.policy import policy_of
from domain.ledger.recurring import (
    Plan,
    PlannedLine,
    RecurringJournal,
    posting_day,
    require_even,
    scheduled_journal_id,
)
from domain.money import CurrencyMismatch, require_fine
from domain.organisation.commands import legal_entity
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork


def _planned(given: JournalLineInput) -> PlannedLine:
    require_manual(given.account)
    amount = given.debit - given.credit
    require_fine(amount, given.currency, field="lines")
    if given.functional is not None:
        raise CurrencyMismatch("the day's rate says what it is in the books", field="lines")
    return PlannedLine(given.account, given.currency, amount, given.project_id,
                       given.dimensions())  # fmt: skip


class ScheduleRecurringJournal(Command):
    """Plan a journal for every month: rent, leases, a release of prepayments."""

    ROLES: ClassVar = ACCOUNTANTS
    schedule_id: UUID
    entity: str
    description: str = Field(min_length=1, max_length=500)
    lines: tuple[JournalLineInput, ...] = Field(min_length=2, max_length=500)
    day: int = Field(default=31, ge=1, le=31, description="Of the month; its last where shorter")
    first: date = Field(description="Any day of the first month")
    through: date | None = Field(default=None, description="Any day of the last month")

    def effective_on(self, today: date) -> date:
        """The first month."""
        del today
        return month_of(self.first)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, Unbalanced, ControlAccount, UnknownAccount, AmountTooFine.

        Amounts in the books are known on the day: CurrencyMismatch where one is given. By the
        entity's policy: ApprovalNeeded.
        """
        entity = legal_entity(work, self.entity)
        if work.load_or_none(RecurringJournal, self.schedule_id):
            raise AlreadyTaken(f"schedule {self.schedule_id} exists", field="schedule_id")
        planned = tuple(map(_planned, self.lines))
        require_even(planned)
        policy = policy_of(work, self.entity)
        if policy.approve_above is not None:
            on = posting_day(self.first, self.day)
            policy.require_small([line.at(work, entity.currency, on) for line in planned],
                                 entity.currency)  # fmt: skip
        through = month_of(self.through) if self.through else None
        plan = Plan(self.entity, self.description, planned, self.day, month_of(self.first),
                    through)  # fmt: skip
        return Answer(id=work.add(RecurringJournal(self.schedule_id, plan)).id)


class ScheduleCommand(Command):
    """A recurring journal."""

    schedule_id: UUID

    def schedule(self, work: UnitOfWork) -> RecurringJournal:
        """Raises NotFound, WrongEntity."""
        found = work.load(RecurringJournal, self.schedule_id)
        work.enter(found.plan.entity)
        return found


class PostScheduledJournal(ScheduleCommand):
    """Post the journal of a month, at the rates of its day."""

    ROLES: ClassVar = ACCOUNTANTS
    month: date = Field(description="Any day of the month")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotScheduled, AlreadyPosted, PeriodClosed, MissingRate, DimensionMissing."""
        schedule = self.schedule(work)
        entity = legal_entity(work, schedule.plan.entity)
        month = month_of(self.month)
        on = schedule.post(month)
        require_open(work, self, entity.code, on)
        work.effective_date = on
        lines = checked_lines(
            work, entity, (line.at(work, entity.currency, on) for line in schedule.plan.lines)
        )
        journal = Journal(
            scheduled_journal_id(schedule.id, month), entity.code, MAIN_BOOK, entity.currency, on,
            schedule.plan.description, "", lines, None, "recurring", 1, None,
        )  # fmt: skip
        return Answer(id=work.add(journal).id)


class EndRecurringJournal(ScheduleCommand):
    """Let no journal come after a month."""

    ROLES: ClassVar = ACCOUNTANTS
    through: date = Field(description="Any day of the last month")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyPosted, NotFound, WrongEntity."""
        schedule = self.schedule(work)
        schedule.end(month_of(self.through))
        return Answer(id=schedule.id)
