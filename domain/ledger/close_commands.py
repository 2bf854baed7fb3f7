"""Closing months for good, reopening them by two people, locking years."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from domain.command import Answer, Value
from domain.ledger.closing import BooksToClose, CloseTask, Waiver
from domain.ledger.commands import CONTROLLERS, PeriodCommand
from domain.ledger.period import month_of
from domain.unit_of_work import UnitOfWork


class WaiverInput(Value):
    """A task of the checklist that is left undone, and why."""

    task: str = Field(max_length=60)
    why: str = Field(min_length=1, max_length=500)


class TaskAnswer(Value):
    """A task of the checklist; ``left`` is empty where it is done."""

    name: str
    must: bool = Field(description="Nobody may waive it")
    left: str

    @staticmethod
    def of(task: CloseTask) -> "TaskAnswer":
        """As it is answered."""
        return TaskAnswer(name=task.name, must=task.must, left=task.left)


class CloseAnswer(Answer):
    """The checklist as the close found it, and the digest it is sealed with."""

    tasks: tuple[TaskAnswer, ...]
    trial_balance: str = Field(description="SHA-256 of the trial balance at the month's end")


class HardClosePeriod(PeriodCommand):
    """Close a month for good: its checklist is done or waived, its figures are sealed."""

    ROLES: ClassVar = CONTROLLERS
    ANSWER: ClassVar = CloseAnswer
    GATHERED: ClassVar = frozenset({"books"})
    waived: tuple[WaiverInput, ...] = Field(
        default=(), max_length=40, description="Tasks left undone, where the books allow it"
    )
    books: BooksToClose | None = None

    def run(self, work: UnitOfWork) -> CloseAnswer:
        """Raises PeriodNotOpen, WrongOrder, CloseTasksOpen, NotWaivable, NotFound, WrongEntity."""
        assert self.books is not None  # noqa: S101 -- gathered
        calendar = self.calendar(work)
        waived = tuple(Waiver(given.task, given.why) for given in self.waived)
        calendar.hard_close(month_of(self.month), self.books, waived, work.actor.id)
        tasks = tuple(map(TaskAnswer.of, self.books.tasks))
        return CloseAnswer(id=calendar.id, tasks=tasks, trial_balance=self.books.trial_balance)


class RequestReopening(PeriodCommand):
    """Ask for a closed month to be opened again; another controller must agree."""

    ROLES: ClassVar = CONTROLLERS
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises PeriodNotOpen, PeriodLocked, WrongOrder, NotFound, WrongEntity."""
        calendar = self.calendar(work)
        calendar.ask_reopening(month_of(self.month), self.why, work.actor.id)
        return Answer(id=calendar.id)


class ReopenPeriod(PeriodCommand):
    """Agree to reopen a month that another controller asked for; it is soft-closed then."""

    ROLES: ClassVar = CONTROLLERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NoReopening, OwnReopening, WrongOrder, PeriodLocked, NotFound, WrongEntity."""
        calendar = self.calendar(work)
        calendar.reopen(month_of(self.month), work.actor.id)
        return Answer(id=calendar.id)


class CloseFiscalYear(PeriodCommand):
    """Lock every month up to one: nobody reopens them any more."""

    ROLES: ClassVar = CONTROLLERS
    month: date = Field(description="Any day of the year's last month")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises PeriodNotOpen, WrongOrder, NotFound, WrongEntity."""
        calendar = self.calendar(work)
        calendar.close_year(month_of(self.month), work.actor.id)
        return Answer(id=calendar.id)
