"""A timesheet: one person's time of one week, from the note to the invoice.

Each entry moves logged -> submitted -> approved -> billed; rejected entries can be amended and
submitted again, a credit memo makes billed ones approved again. What is approved is never edited:
the approval is taken back, or the entry is reversed for good and noted anew.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from domain.aggregate import PERSONAL, Root, event
from domain.consumption import Share
from domain.delivery.rating import RatedTime
from domain.delivery.time_entry import (
    Entry,
    Placement,
    State,
    unplaced,
    waiting_in,
    without_days_off,
)
from domain.delivery.work_tag import work_tag
from domain.delivery.working_day import refuse_day
from domain.errors import Refusal


class UnknownEntry(Refusal):
    """The week holds no such entry."""

    code = "UNKNOWN_ENTRY"


class WrongState(Refusal):
    """The entry is not in the state this step needs."""

    code = "WRONG_STATE"


class OwnWork(Refusal):
    """Nobody approves what they entered or did themselves."""

    code = "OWN_WORK"


class Timesheet(Root):
    """Entries of ``person_id`` in the week that begins on ``monday``; ``minutes`` by day."""

    class Opened(Root.Created):
        """The first note of a week."""

        TOPIC = "delivery.timesheet_opened"
        person_id: UUID
        monday: date

    class TimeLogged(Root.Event):
        """Somebody worked."""

        TOPIC = "delivery.time_logged"
        SUBJECT = "person_id"
        entry_id: UUID
        person_id: UUID
        project_id: UUID
        work_date: date
        minutes: int
        activity: str
        billable: bool
        note: Annotated[str, PERSONAL]
        author: str
        external_ref: str = ""
        placement: Placement = Placement()
        first: bool = False
        class_version = 2
        upcast_v1_v2 = staticmethod(unplaced)

        def tags(self) -> tuple[str, ...]:
            """A close of the project finds each week by its first note."""
            return (work_tag(self.project_id),) if self.first else ()

    class TimeAmended(Root.Event):
        """A note was put right before approval."""

        TOPIC = "delivery.time_amended"
        entry_id: UUID
        project_id: UUID
        work_date: date
        minutes: int
        activity: str
        billable: bool
        author: str
        placement: Placement = Placement()
        first: bool = False
        class_version = 2
        upcast_v1_v2 = staticmethod(unplaced)

        def tags(self) -> tuple[str, ...]:
            """As of a first note."""
            return (work_tag(self.project_id),) if self.first else ()

    class TimeWithdrawn(Root.Event):
        """A note was taken back before approval."""

        TOPIC = "delivery.time_withdrawn"
        entry_id: UUID

    class BillabilitySet(Root.Event):
        """How much of an entry may be billed, perhaps at a rate of its own."""

        TOPIC = "delivery.billability_set"
        entry_id: UUID
        billable_pct: Decimal
        hourly_rate: Decimal | None
        why: str

    class Submitted(Root.Event):
        """The person says these are complete."""

        TOPIC = "delivery.timesheet_submitted"
        entry_ids: tuple[UUID, ...]
        days_off: tuple[date, ...] = ()
        class_version = 2
        upcast_v1_v2 = staticmethod(without_days_off)

    class TimeApproved(Root.Event):
        """Somebody else agrees; figures are frozen."""

        TOPIC = "delivery.time_approved"
        person_id: UUID
        rated: tuple[RatedTime, ...]

    class TimeRejected(Root.Event):
        """Somebody else does not agree."""

        TOPIC = "delivery.time_rejected"
        entry_ids: tuple[UUID, ...]
        why: str

    class TimeUnapproved(Root.Event):
        """An approval was taken back; the figures it froze are undone."""

        TOPIC = "delivery.time_unapproved"
        person_id: UUID
        rated: tuple[RatedTime, ...]
        why: str

    class TimeReversed(Root.Event):
        """Approved entries do not count, for good."""

        TOPIC = "delivery.time_reversed"
        person_id: UUID
        rated: tuple[RatedTime, ...]
        why: str

    class TimeReRated(Root.Event):
        """Approved, unbilled entries are worth something else; what they cost stays."""

        TOPIC = "delivery.time_re_rated"
        person_id: UUID
        before: tuple[RatedTime, ...]
        after: tuple[RatedTime, ...]
        why: str

    class TimeBilled(Root.Event):
        """Entries stand on an invoice."""

        TOPIC = "delivery.time_billed"
        invoice_id: UUID
        entry_ids: tuple[UUID, ...]

    class TimeRestored(Root.Event):
        """A credit memo freed entries to be billed again."""

        TOPIC = "delivery.time_restored"
        memo_id: UUID
        entry_ids: tuple[UUID, ...]

    @event(Opened)
    def __init__(self, id: UUID, person_id: UUID, monday: date) -> None:
        self.person_id = person_id
        self.monday = monday
        self.entries: dict[UUID, Entry] = {}
        self.minutes: dict[date, int] = {}

    def log(self, entry: Entry, note: str, external_ref: str) -> None:
        """Raises WrongState where the id is taken, and as ``refuse_day``."""
        if entry.id in self.entries:
            raise WrongState("an entry with this id exists", field="entry_id")
        self._refuse_day(entry)
        self._time_logged(
            entry.id, self.person_id, entry.project_id, entry.work_date, entry.minutes,
            entry.activity, entry.billable, note, entry.author, external_ref, entry.placement,
            self._is_first(entry.project_id),
        )  # fmt: skip

    def amend(self, entry: Entry) -> None:
        """Put an unapproved entry right. Raises UnknownEntry, WrongState, as ``refuse_day``."""
        self._require(entry.id, "logged", "rejected")
        self._refuse_day(entry)
        self._time_amended(
            entry.id, entry.project_id, entry.work_date, entry.minutes, entry.activity,
            entry.billable, entry.author, entry.placement, self._is_first(entry.project_id),
        )  # fmt: skip

    def withdraw(self, entry_id: UUID) -> None:
        """Take an unapproved entry back. Raises UnknownEntry, WrongState."""
        self._require(entry_id, "logged", "rejected", "submitted")
        self._time_withdrawn(entry_id)

    def set_billability(
        self, entry_id: UUID, billable_pct: Decimal, hourly_rate: Decimal | None, why: str
    ) -> None:
        """Before approval only. Raises UnknownEntry, WrongState."""
        self._require(entry_id, "logged", "submitted", "rejected")
        self._billability_set(entry_id, billable_pct, hourly_rate, why)

    def submit(self, days_off: tuple[date, ...] = ()) -> None:
        """Submit all that is logged. Raises NothingToDo."""
        self._submitted(tuple(e.id for e in self._waiting("logged")), days_off)

    def waiting(self, entry_ids: tuple[UUID, ...]) -> list[Entry]:
        """Submitted entries: those named, or all. Raises UnknownEntry, WrongState, NothingToDo."""
        if entry_ids:
            return [self._require(id_, "submitted") for id_ in entry_ids]
        return self._waiting("submitted")

    def refuse_own(self, approver: str, user: str, entries: list[Entry]) -> None:
        """Raises OwnWork where the approver is the person or wrote one of the entries."""
        if approver in {user, *(entry.author for entry in entries)} - {""}:
            raise OwnWork("time is approved by somebody else than its author")

    def approve(self, rated: tuple[RatedTime, ...]) -> None:
        """Freeze the figures of submitted entries. Raises UnknownEntry, WrongState."""
        for one in rated:
            self._require(one.entry_id, "submitted")
        self._time_approved(self.person_id, rated)

    def reject(self, entry_ids: tuple[UUID, ...], why: str) -> None:
        """Send submitted entries back. Raises UnknownEntry, WrongState."""
        for id_ in entry_ids:
            self._require(id_, "submitted")
        self._time_rejected(entry_ids, why)

    def unapprove(self, entry_ids: tuple[UUID, ...], why: str) -> None:
        """Take an approval back while nothing is billed. Raises UnknownEntry, WrongState."""
        self._time_unapproved(self.person_id, self._frozen(entry_ids), why)

    def reverse(self, entry_ids: tuple[UUID, ...], why: str) -> None:
        """Undo approved entries for good while nothing is billed. Raises as ``unapprove``."""
        self._time_reversed(self.person_id, self._frozen(entry_ids), why)

    def require_approved(self, entry_ids: tuple[UUID, ...]) -> None:
        """Raises UnknownEntry, WrongState where one is not approved, or is billed."""
        self._frozen(entry_ids)

    def rerate(self, after: tuple[RatedTime, ...], why: str) -> None:
        """Other bill figures for approved entries; equal ones change nothing.

        Raises UnknownEntry, WrongState.
        """
        before = self._frozen(tuple(one.entry_id for one in after))
        changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
        if changed:
            olds, news = zip(*changed, strict=True)
            self._time_re_rated(self.person_id, olds, news, why)

    def _frozen(self, entry_ids: tuple[UUID, ...]) -> tuple[RatedTime, ...]:
        entries = [self._require(id_, "approved") for id_ in dict.fromkeys(entry_ids)]
        return tuple(entry.rated for entry in entries if entry.rated)

    def shares(self, ids: tuple[UUID, ...]) -> list[Share]:
        """What an invoice would consume. Raises UnknownEntry, BilledElsewhere."""
        return [self.entry(id_).share(self.id) for id_ in ids]

    def contract_of(self, id_: UUID) -> UUID | None:
        """The contract an approved entry is billed under. Raises UnknownEntry."""
        rated = self.entry(id_).rated
        return rated.contract_id if rated else None

    def bill(self, invoice_id: UUID, ids: tuple[UUID, ...]) -> None:
        """Put approved entries on an invoice. Raises as ``shares``."""
        self.shares(ids)
        self._time_billed(invoice_id, ids)

    def restore(self, memo_id: UUID, ids: tuple[UUID, ...]) -> None:
        """Make billed entries billable again."""
        self._time_restored(memo_id, ids)

    def _refuse_day(self, new: Entry) -> None:
        refuse_day(self.entries.values(), self.minutes.get(new.work_date, 0), new)

    def _is_first(self, project_id: UUID) -> bool:
        return all(one.project_id != project_id for one in self.entries.values())

    def entry(self, entry_id: UUID) -> Entry:
        """One note of the week. Raises UnknownEntry."""
        if entry_id not in self.entries:
            raise UnknownEntry("the week holds no such entry", field="entry_id")
        return self.entries[entry_id]

    def _require(self, entry_id: UUID, *states: State) -> Entry:
        entry = self.entry(entry_id)
        if entry.state not in states:
            raise WrongState(f"entry of {entry.work_date} is {entry.state}", field="entry_id")
        return entry

    def _waiting(self, state: State) -> list[Entry]:
        return waiting_in(self.entries.values(), state, self.monday)

    @event(TimeLogged)
    def _time_logged(
        self, entry_id: UUID, person_id: UUID, project_id: UUID, work_date: date, minutes: int,
        activity: str, billable: bool, note: str, author: str, external_ref: str,
        placement: Placement, first: bool,
    ) -> None:  # fmt: skip
        del person_id, note, external_ref, first
        self._put(Entry(entry_id, project_id, work_date, minutes, activity, billable, author,
                        placement=placement))  # fmt: skip

    @event(TimeAmended)
    def _time_amended(
        self, entry_id: UUID, project_id: UUID, work_date: date, minutes: int, activity: str,
        billable: bool, author: str, placement: Placement, first: bool,
    ) -> None:  # fmt: skip
        del first
        self._remove(entry_id)
        self._put(Entry(entry_id, project_id, work_date, minutes, activity, billable, author,
                        placement=placement))  # fmt: skip

    @event(TimeWithdrawn)
    def _time_withdrawn(self, entry_id: UUID) -> None:
        self._remove(entry_id)

    @event(BillabilitySet)
    def _billability_set(
        self, entry_id: UUID, billable_pct: Decimal, hourly_rate: Decimal | None, why: str
    ) -> None:
        del why
        self.entries[entry_id].billable_pct = billable_pct
        self.entries[entry_id].hourly_rate = hourly_rate

    @event(Submitted)
    def _submitted(self, entry_ids: tuple[UUID, ...], days_off: tuple[date, ...]) -> None:
        del days_off
        self._move(entry_ids, "submitted")

    @event(TimeApproved)
    def _time_approved(self, person_id: UUID, rated: tuple[RatedTime, ...]) -> None:
        del person_id
        for one in rated:
            self.entries[one.entry_id].rated = one
            self.entries[one.entry_id].state = "approved"

    @event(TimeRejected)
    def _time_rejected(self, entry_ids: tuple[UUID, ...], why: str) -> None:
        del why
        self._move(entry_ids, "rejected")

    @event(TimeUnapproved)
    def _time_unapproved(self, person_id: UUID, rated: tuple[RatedTime, ...], why: str) -> None:
        del person_id, why
        self._move(tuple(one.entry_id for one in rated), "submitted")

    @event(TimeReversed)
    def _time_reversed(self, person_id: UUID, rated: tuple[RatedTime, ...], why: str) -> None:
        del person_id, why
        for one in rated:
            self.minutes[one.work_date] -= one.minutes
        self._move(tuple(one.entry_id for one in rated), "reversed")

    @event(TimeReRated)
    def _time_re_rated(
        self, person_id: UUID, before: tuple[RatedTime, ...], after: tuple[RatedTime, ...],
        why: str,
    ) -> None:  # fmt: skip
        del person_id, before, why
        for one in after:
            self.entries[one.entry_id].rated = one

    @event(TimeBilled)
    def _time_billed(self, invoice_id: UUID, entry_ids: tuple[UUID, ...]) -> None:
        del invoice_id
        self._move(entry_ids, "billed")

    @event(TimeRestored)
    def _time_restored(self, memo_id: UUID, entry_ids: tuple[UUID, ...]) -> None:
        del memo_id
        self._move(entry_ids, "approved")

    def _put(self, entry: Entry) -> None:
        self.entries[entry.id] = entry
        self.minutes[entry.work_date] = self.minutes.get(entry.work_date, 0) + entry.minutes

    def _remove(self, entry_id: UUID) -> None:
        entry = self.entries.pop(entry_id)
        self.minutes[entry.work_date] -= entry.minutes

    def _move(self, entry_ids: tuple[UUID, ...], state: State) -> None:
        for id_ in entry_ids:
            self.entries[id_].state = state
