"""Starting and stopping a timer. When that happens is said, never read from a clock."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field

from domain.command import Answer, Command
from domain.delivery.project import Project
from domain.delivery.time_commands import LOGGERS, EntryAnswer, LogTime, require_done, require_item
from domain.delivery.timer import Running, Span, Timer, instant, spans, timer_id, utc
from domain.identity import named_id
from domain.organisation.commands import legal_entity
from domain.organisation.legal_entity import LegalEntity
from domain.organisation.person import Person
from domain.pricing.business_date import business_date
from domain.unit_of_work import UnitOfWork


def _said(text: str) -> str:
    instant(text)
    return text


Instant = Annotated[
    str,
    Field(min_length=17, max_length=35, description="ISO 8601 with the offset from UTC"),
    AfterValidator(_said),
]


class TimerFields(Command):
    """A person's timer."""

    person_id: UUID

    def timer(self, work: UnitOfWork) -> tuple[Timer, LegalEntity]:
        """The timer, to change it, and the person's entity. Raises NotFound, WrongEntity."""
        person = work.read(Person, self.person_id)
        entity = legal_entity(work, person.entity)
        id_ = timer_id(self.person_id)
        return work.load_or_none(Timer, id_) or work.add(Timer(id_, self.person_id)), entity


class StartTimer(TimerFields):
    """Begin to work on a project."""

    ROLES: ClassVar = LOGGERS
    project_id: UUID
    activity: str = Field(default="", max_length=60)
    billable: bool = True
    work_item: str = Field(default="", max_length=60, description="Code in the project's plan")
    started_at: Instant

    def effective_on(self, today: date) -> date:
        """The day as it was said."""
        del today
        return instant(self.started_at).date()

    def run(self, work: UnitOfWork) -> Answer:
        """Raises TimerRuns, FutureDate, ProjectClosed, ProjectOnHold, UnknownWorkItem.

        WorkItemClosed, NotFound, WrongEntity.
        """
        timer, entity = self.timer(work)
        started = instant(self.started_at)
        day = business_date(started, entity.zone)
        require_done(work, day)
        work.read(Project, self.project_id).require_workable(day)
        require_item(work, self.project_id, self.work_item)
        timer.start(
            Running(self.project_id, self.activity, self.billable, utc(started), self.work_item)
        )
        return Answer(id=timer.id)


class StopTimer(TimerFields):
    """Stop working: what the timer took is noted, by the local days of the person's entity.

    The first entry has the command's id; one of the day after midnight has an id of its own.
    """

    ROLES: ClassVar = LOGGERS
    ANSWER: ClassVar = EntryAnswer
    stopped_at: Instant
    note: str = Field(default="", max_length=2000, description="Personal data")

    def effective_on(self, today: date) -> date:
        """The day as it was said."""
        del today
        return instant(self.stopped_at).date()

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NoTimerRuns, StoppedEarly and what LogTime raises: TooManyHours, TimeOverlaps.

        Also FutureDate, ProjectClosed, ProjectOnHold and WorkItemClosed; a timer that cannot be
        noted is discarded. NotFound, WrongEntity.
        """
        timer, entity = self.timer(work)
        running = timer.require_running()
        stopped = instant(self.stopped_at)
        found = spans(instant(running.started_at), stopped, entity.zone)
        notes = [self._log(running, no, span) for no, span in enumerate(found)]
        answers = [note.run(work) for note in notes]
        timer.stop(stopped, tuple(note.command_id for note in notes))
        return answers[0]

    def _log(self, running: Running, no: int, span: Span) -> LogTime:
        id_ = named_id("timer entry", f"{self.command_id}:{no}") if no else self.command_id
        return LogTime(
            command_id=id_, person_id=self.person_id, project_id=running.project_id,
            work_date=span.work_date, minutes=span.minutes, activity=running.activity,
            billable=running.billable, starts_at=span.starts_at, note=self.note,
            work_item=running.work_item,
        )  # fmt: skip


class DiscardTimer(TimerFields):
    """Let a timer go that ran for nothing; no time is noted."""

    ROLES: ClassVar = LOGGERS
    why: str = Field(default="", max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NoTimerRuns, NotFound, WrongEntity."""
        timer, _ = self.timer(work)
        timer.discard(self.why)
        return Answer(id=timer.id)
