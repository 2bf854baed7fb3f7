"""Putting approved time right: by taking the approval back, or by reversal and a new note.

What is billed is corrected by a credit memo first; nothing approved is ever edited.
"""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, APPROVER, PROJECT_MANAGER
from domain.command import Answer
from domain.delivery.project import Project
from domain.delivery.time_commands import EntryAnswer, WeekFields
from domain.delivery.timesheet import Entry, Timesheet
from domain.organisation.person import Person
from domain.unit_of_work import UnitOfWork

CORRECTORS = frozenset({ADMIN, APPROVER, PROJECT_MANAGER})


class ApprovedFields(WeekFields):
    """Approved, unbilled time of one person's week."""

    entry_ids: tuple[UUID, ...] = Field(min_length=1, max_length=500)
    why: str = Field(min_length=1, max_length=500)

    def approved(self, work: UnitOfWork) -> tuple[Timesheet, Person]:
        """The week, for somebody with a reach to every project of the entries.

        Raises UnknownEntry, OwnWork, NotFound, WrongEntity.
        """
        sheet, person = self.sheet(work)
        entries = [sheet.entry(id_) for id_ in self.entry_ids]
        sheet.refuse_own(work.actor.id, person.user, entries)
        for entry in entries:
            work.actor.require_entity(work.read(Project, entry.project_id).entity)
        return sheet, person


class UnapproveTime(ApprovedFields):
    """Take an approval back: the entries wait for approval again, their figures are undone."""

    ROLES: ClassVar = CORRECTORS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnWork, UnknownEntry, WrongState (billed, or not approved)."""
        sheet, _ = self.approved(work)
        sheet.unapprove(self.entry_ids, self.why)
        return Answer(id=sheet.id)


class ReverseTime(ApprovedFields):
    """Undo approved time for good; what should stand instead is noted anew."""

    ROLES: ClassVar = CORRECTORS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnWork, UnknownEntry, WrongState (billed, or not approved)."""
        sheet, _ = self.approved(work)
        sheet.reverse(self.entry_ids, self.why)
        return Answer(id=sheet.id)


class TransferTime(ApprovedFields):
    """Move one approved entry to another project: reversed here, to be approved anew there.

    The new entry's id is the command's.
    """

    ROLES: ClassVar = CORRECTORS
    ANSWER: ClassVar = EntryAnswer
    entry_ids: tuple[UUID, ...] = Field(min_length=1, max_length=1)
    project_id: UUID = Field(description="Where the time belongs")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnWork, UnknownEntry, WrongState, ProjectClosed, NotFound, WrongEntity."""
        target = work.read(Project, self.project_id)
        work.actor.require_entity(target.entity)
        target.require_open()
        sheet, _ = self.approved(work)
        old = sheet.entry(self.entry_ids[0])
        sheet.reverse(self.entry_ids, self.why)
        new = Entry(self.command_id, target.id, old.work_date, old.minutes, old.activity,
                    old.billable, work.actor.id)  # fmt: skip
        sheet.log(new, "", f"transfer {old.id}")
        sheet.submit()
        return EntryAnswer(id=sheet.id, entry_id=new.id)
