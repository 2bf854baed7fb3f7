"""Time: logged by those who work, approved by somebody else, rated at approval."""

from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, APPROVER, INTEGRATION, PROJECT_MANAGER, RESOURCE, SYSTEM
from domain.billing.drawing import DrawnAnswer
from domain.command import Answer, Command
from domain.delivery.project import Project
from domain.delivery.time_entry import MINUTES_PER_DAY, Entry, Placement, monday_of, timesheet_id
from domain.delivery.time_policy import TimePolicy, time_policy_id
from domain.delivery.time_rating import draw_time, rate_all
from domain.delivery.timesheet import Timesheet
from domain.delivery.work_plan import WorkPlan, refuse_unknown_item, work_plan_id
from domain.errors import Refusal
from domain.group.time_recharge import recharge
from domain.organisation.person import Person
from domain.unit_of_work import UnitOfWork

DAYS_AHEAD = 7
LOGGERS = frozenset({ADMIN, RESOURCE, PROJECT_MANAGER, INTEGRATION, SYSTEM})
APPROVERS = frozenset({ADMIN, APPROVER, PROJECT_MANAGER})


class FutureDate(Refusal):
    """The work lies too far ahead to have been done."""

    code = "FUTURE_DATE"


class EntryAnswer(Answer):
    """The timesheet that holds the entry, and the entry."""

    entry_id: UUID


class TimeFields(Command):
    """What a note of time says."""

    person_id: UUID
    project_id: UUID
    work_date: date = Field(description="Local date of the work")
    minutes: int = Field(gt=0, le=MINUTES_PER_DAY)
    activity: str = Field(default="", max_length=60)
    billable: bool = True
    starts_at: str = Field(
        default="", pattern="^(([01][0-9]|2[0-3]):[0-5][0-9])?$", description="Local time, HH:MM"
    )
    work_item: str = Field(default="", max_length=60, description="Code in the project's plan")

    def effective_on(self, today: date) -> date:
        """The day of the work."""
        del today
        return self.work_date

    def entry(self, entry_id: UUID, author: str) -> Entry:
        """The entry as the timesheet keeps it."""
        return Entry(
            entry_id, self.project_id, self.work_date, self.minutes, self.activity, self.billable,
            author, placement=Placement(self.starts_at, self.work_item),
        )  # fmt: skip

    def check(self, work: UnitOfWork) -> Person:
        """Raises FutureDate, ProjectClosed, ProjectOnHold, UnknownWorkItem, WorkItemClosed.

        NotFound, WrongEntity.
        """
        person = work.read(Person, self.person_id)
        work.enter(person.entity)
        work.read(Project, self.project_id).require_workable(self.work_date)
        require_done(work, self.work_date)
        require_item(work, self.project_id, self.work_item)
        return person


def require_item(work: UnitOfWork, project_id: UUID, item: str) -> None:
    """Whether time may name the item, if it does. Raises UnknownWorkItem, WorkItemClosed."""
    if item:
        plan = work.find(WorkPlan, work_plan_id(project_id))
        refuse_unknown_item(plan, item)
        assert plan is not None  # noqa: S101 -- refused above
        plan.require_open(item)


def require_done(work: UnitOfWork, day: date) -> None:
    """Whether work of that day can have been done, wherever it was. Raises FutureDate."""
    if day > work.today + timedelta(days=DAYS_AHEAD):
        raise FutureDate(f"{day} lies ahead", field="work_date")


class LogTime(TimeFields):
    """Note work done on a project. The entry's id is the command's, so it is nobody else's."""

    ROLES: ClassVar = LOGGERS
    ANSWER: ClassVar = EntryAnswer
    note: str = Field(default="", max_length=2000, description="Personal data")
    external_ref: str = Field(default="", max_length=200)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises TooManyHours, FutureDate, ProjectClosed, ProjectOnHold, NotFound, WrongEntity.

        With a time of day: TimeOverlaps with another note, PastMidnight where it goes on after
        that. A work item it names is planned and open: UnknownWorkItem, WorkItemClosed.
        """
        self.check(work)
        id_ = timesheet_id(self.person_id, self.work_date)
        sheet = work.load_or_none(Timesheet, id_) or work.add(
            Timesheet(id_, self.person_id, monday_of(self.work_date))
        )
        entry = self.entry(self.command_id, work.actor.id)
        sheet.log(entry, self.note, self.external_ref)
        return EntryAnswer(id=sheet.id, entry_id=entry.id)


class AmendTime(TimeFields):
    """Put a note right before it is approved; it stays in its week."""

    ROLES: ClassVar = LOGGERS
    ANSWER: ClassVar = EntryAnswer
    entry_id: UUID

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownEntry, WrongState, TooManyHours and what LogTime raises."""
        self.check(work)
        sheet = work.load(Timesheet, timesheet_id(self.person_id, self.work_date))
        sheet.amend(self.entry(self.entry_id, work.actor.id))
        return EntryAnswer(id=sheet.id, entry_id=self.entry_id)


class WeekFields(Command):
    """One person's week."""

    person_id: UUID
    week: date = Field(description="Any day of the week")

    def effective_on(self, today: date) -> date:
        """The last day of the week, or today before it has ended."""
        return min(monday_of(self.week) + timedelta(days=6), today)

    def sheet(self, work: UnitOfWork) -> tuple[Timesheet, Person]:
        """Raises NotFound, WrongEntity."""
        person = work.read(Person, self.person_id)
        work.enter(person.entity)
        return work.load(Timesheet, timesheet_id(self.person_id, self.week)), person


class WithdrawTime(WeekFields):
    """Take a note back before it is approved."""

    ROLES: ClassVar = LOGGERS
    entry_id: UUID

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownEntry, WrongState, NotFound, WrongEntity."""
        sheet, _ = self.sheet(work)
        sheet.withdraw(self.entry_id)
        return Answer(id=sheet.id)


class SubmitTimesheet(WeekFields):
    """Say that a week's notes are complete."""

    ROLES: ClassVar = LOGGERS
    days_off: tuple[date, ...] = Field(
        default=(), max_length=7, description="Days without work, where the entity asks for each"
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NothingToDo, MissingDays by the entity's policy, NotFound, WrongEntity.

        Of a week that is not over, the days up to today are asked for.
        """
        sheet, person = self.sheet(work)
        if policy := work.find(TimePolicy, time_policy_id(person.entity)):
            policy.refuse_missing(sheet.monday, work.today, sheet.minutes, self.days_off)
        sheet.submit(self.days_off)
        return Answer(id=sheet.id)


class ApproveTime(WeekFields):
    """Agree to submitted time of somebody else; rates are looked up by work date and frozen."""

    ROLES: ClassVar = APPROVERS
    ANSWER: ClassVar = DrawnAnswer
    entry_ids: tuple[UUID, ...] = Field(default=(), max_length=500, description="None: all")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnWork, NoCostRate, NoBillRate, MissingRate, NothingToDo, WrongState.

        Where the contract's retainer refuses work above its allowance: RetainerExhausted. Work
        for another entity is charged to it by their rule: NoTransferPrice.
        """
        sheet, person = self.sheet(work)
        entries = sheet.waiting(self.entry_ids)
        sheet.refuse_own(work.actor.id, person.user, entries)
        rated = rate_all(work, person, entries)
        sheet.approve(rated)
        recharge(work, sheet, rated)
        return DrawnAnswer(id=sheet.id, steps=draw_time(work, sheet, rated))


class RejectTime(WeekFields):
    """Send submitted time of somebody else back."""

    ROLES: ClassVar = APPROVERS
    entry_ids: tuple[UUID, ...] = Field(default=(), max_length=500, description="None: all")
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnWork, NothingToDo, UnknownEntry, WrongState."""
        sheet, person = self.sheet(work)
        entries = sheet.waiting(self.entry_ids)
        sheet.refuse_own(work.actor.id, person.user, entries)
        sheet.reject(tuple(entry.id for entry in entries), self.why)
        return Answer(id=sheet.id)
