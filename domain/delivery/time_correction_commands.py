"""Putting approved time right: by taking the approval back, or by reversal and a new note.

What is billed is corrected by a credit memo first; nothing approved is ever edited.
"""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, APPROVER, PROJECT_MANAGER
from domain.billing.drawing import DrawnAnswer, undo
from domain.command import Answer, Exact
from domain.contracts.account import ContractAccount, account_id
from domain.contracts.contract import Contract
from domain.delivery.project import Project
from domain.delivery.time_commands import EntryAnswer, WeekFields
from domain.delivery.time_entry import Entry, Placement
from domain.delivery.time_rating import draw_time, rerate_all
from domain.delivery.timesheet import Timesheet
from domain.errors import Refusal
from domain.group.time_recharge import recharge_anew, take_back
from domain.organisation.person import Person
from domain.unit_of_work import UnitOfWork

CORRECTORS = frozenset({ADMIN, APPROVER, PROJECT_MANAGER})


class SetApart(Refusal):
    """The thing is held, or written down or up: undo that first."""

    code = "SET_APART"


class ApprovedFields(WeekFields):
    """Approved, unbilled time of one person's week."""

    entry_ids: tuple[UUID, ...] = Field(min_length=1, max_length=500)
    why: str = Field(min_length=1, max_length=500)

    def approved(self, work: UnitOfWork) -> tuple[Timesheet, Person]:
        """The week, for somebody with a reach to every project of the entries.

        Raises UnknownEntry, OwnWork, SetApart, NotFound, WrongEntity.
        """
        sheet, person = self.sheet(work)
        entries = [sheet.entry(id_) for id_ in self.entry_ids]
        sheet.refuse_own(work.actor.id, person.user, entries)
        for entry in entries:
            work.actor.require_entity(work.read(Project, entry.project_id).entity)
            give_back(work, sheet, entry.id, self.why)
            refuse_set_apart(work, sheet, entry.id)
        return sheet, person


def give_back(work: UnitOfWork, sheet: Timesheet, entry_id: UUID, why: str) -> None:
    """Return what an entry drew from its contract's retainer, where it did."""
    if contract_id := sheet.contract_of(entry_id):
        undo(work, work.read(Contract, contract_id), [entry_id], why)


def refuse_set_apart(work: UnitOfWork, sheet: Timesheet, entry_id: UUID) -> None:
    """Raises SetApart where the entry is held or written down: that comes off first."""
    refuse_parted(work, sheet.contract_of(entry_id), entry_id)


def refuse_parted(work: UnitOfWork, contract_id: UUID | None, item_id: UUID) -> None:
    """As ``refuse_set_apart``, of any billable thing of a contract. Raises SetApart."""
    account = contract_id and work.find(ContractAccount, account_id(contract_id))
    if account and account.is_set_apart(item_id):
        raise SetApart("it is held, or written down or up", field="entry_ids")


class UnapproveTime(ApprovedFields):
    """Take an approval back: the entries wait for approval again, their figures are undone."""

    ROLES: ClassVar = CORRECTORS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnWork, UnknownEntry, SetApart, WrongState (billed, or not approved)."""
        sheet, _ = self.approved(work)
        sheet.unapprove(self.entry_ids, self.why)
        take_back(work, sheet, self.entry_ids, self.why)
        return Answer(id=sheet.id)


class ReverseTime(ApprovedFields):
    """Undo approved time for good; what should stand instead is noted anew."""

    ROLES: ClassVar = CORRECTORS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnWork, UnknownEntry, SetApart, WrongState (billed, or not approved)."""
        sheet, _ = self.approved(work)
        sheet.reverse(self.entry_ids, self.why)
        take_back(work, sheet, self.entry_ids, self.why)
        return Answer(id=sheet.id)


class ReRateTime(ApprovedFields):
    """Price approved, unbilled time anew, after a rate or a clause was put right.

    Its cost stays as it was.
    """

    ROLES: ClassVar = CORRECTORS
    ANSWER: ClassVar = DrawnAnswer

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnWork, UnknownEntry, SetApart, WrongState (billed, or not approved).

        What it drew from a retainer is drawn anew: RetainerExhausted. So is what the project's
        entity is charged for it: NoTransferPrice.
        """
        sheet, person = self.approved(work)
        entries = [sheet.entry(id_) for id_ in dict.fromkeys(self.entry_ids)]
        sheet.require_approved(self.entry_ids)
        after = rerate_all(work, person, entries)
        sheet.rerate(tuple(after), self.why)
        recharge_anew(work, sheet, after, self.why)
        return DrawnAnswer(id=sheet.id, steps=draw_time(work, sheet, after))


class SetBillability(WeekFields):
    """Say how much of an entry may be billed, before it is approved."""

    ROLES: ClassVar = frozenset({ADMIN, PROJECT_MANAGER})
    entry_id: UUID
    billable_pct: Exact = Field(ge=0, le=100, decimal_places=2)
    hourly_rate: Exact | None = Field(
        default=None, ge=0, max_digits=12, description="Of this entry alone; contract's currency"
    )
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises UnknownEntry, WrongState, NotFound, WrongEntity."""
        sheet, _ = self.sheet(work)
        entry = sheet.entry(self.entry_id)
        work.actor.require_entity(work.read(Project, entry.project_id).entity)
        sheet.set_billability(self.entry_id, self.billable_pct, self.hourly_rate, self.why)
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
        """Raises OwnWork, UnknownEntry, SetApart, WrongState, ProjectClosed, ProjectOnHold."""
        target = work.read(Project, self.project_id)
        work.actor.require_entity(target.entity)
        sheet, _ = self.approved(work)
        old = sheet.entry(self.entry_ids[0])
        target.require_workable(old.work_date)
        sheet.reverse(self.entry_ids, self.why)
        take_back(work, sheet, self.entry_ids, self.why)
        new = Entry(self.command_id, target.id, old.work_date, old.minutes, old.activity,
                    old.billable, work.actor.id,
                    placement=Placement(old.placement.starts_at))  # fmt: skip
        sheet.log(new, "", f"transfer {old.id}")
        sheet.submit()
        return EntryAnswer(id=sheet.id, entry_id=new.id)
