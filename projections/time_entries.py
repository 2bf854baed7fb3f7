"""Every time entry and expense: state, figures and how they came about."""

from collections.abc import Iterable
from uuid import UUID

from domain.delivery.expense import Expense
from domain.delivery.rating import RatedTime
from domain.delivery.timesheet import Timesheet
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

TIME_ENTRIES = Table(
    "time_entries",
    {
        "id": "uuid", "timesheet_id": "uuid", "person_id": "uuid", "project_id": "uuid",
        "entity": "text", "work_date": "date", "minutes": "int", "activity": "text",
        "billable": "boolean", "state": "text", "currency": "text?", "amount": "numeric?",
        "cost_currency": "text?", "cost": "numeric?", "explanation": "text",
        "external_ref": "text", "starts_at": "text", "work_item": "text",
    },
    key=("id",),
    indexes=("project_id, id", "entity, id", "person_id, id"),
)  # fmt: skip
EXPENSES = Table(
    "expenses",
    {
        "id": "uuid", "person_id": "uuid", "project_id": "uuid", "entity": "text",
        "spent_on": "date", "category": "text", "currency": "text", "net": "numeric",
        "tax": "numeric", "state": "text", "reimbursed_on": "date?",
    },
    key=("id",),
    indexes=("project_id, id", "entity, id", "person_id, id"),
)  # fmt: skip
NOTES = Table(
    "work_notes",
    {
        "position": "bigint", "entry_id": "uuid", "project_id": "uuid?", "work_date": "date?",
    },
    key=("position", "entry_id"),
    indexes=("project_id", "entry_id, position"),
)  # fmt: skip


class TimeEntries(Projection):
    """Notes are personal and stay encrypted in the log.

    The last of an entry's ``work_notes`` up to a position says where and when work was logged
    then, or with no project that it does not count.
    """

    name = "time_entries"
    version = 3
    tables = (TIME_ENTRIES, EXPENSES, NOTES)

    @on(Timesheet.TimeLogged)
    def logged(self, fact: Timesheet.TimeLogged, at: Recorded, fold: Fold) -> None:
        """Somebody worked."""
        fold.put(
            TIME_ENTRIES, id=fact.entry_id, timesheet_id=at.stream_id, person_id=fact.person_id,
            project_id=fact.project_id, entity=at.entity, work_date=fact.work_date,
            minutes=fact.minutes, activity=fact.activity, billable=fact.billable, state="logged",
            currency=None, amount=None, cost_currency=None, cost=None, explanation="",
            external_ref=fact.external_ref, starts_at=fact.placement.starts_at,
            work_item=fact.placement.work_item,
        )  # fmt: skip
        fold.append(NOTES, at.position, fact.entry_id, fact.project_id, fact.work_date)

    @on(Timesheet.TimeAmended)
    def amended(self, fact: Timesheet.TimeAmended, at: Recorded, fold: Fold) -> None:
        """Put right."""
        fold.patch(TIME_ENTRIES, fact.entry_id, project_id=fact.project_id, minutes=fact.minutes,
                   work_date=fact.work_date, activity=fact.activity, billable=fact.billable,
                   state="logged", starts_at=fact.placement.starts_at,
                   work_item=fact.placement.work_item)  # fmt: skip
        fold.append(NOTES, at.position, fact.entry_id, fact.project_id, fact.work_date)

    @on(Timesheet.TimeWithdrawn)
    def withdrawn(self, fact: Timesheet.TimeWithdrawn, at: Recorded, fold: Fold) -> None:
        """Taken back; the row stays to say so."""
        fold.patch(TIME_ENTRIES, fact.entry_id, state="withdrawn")
        fold.append(NOTES, at.position, fact.entry_id, None, None)

    @on(Timesheet.Submitted)
    def submitted(self, fact: Timesheet.Submitted, at: Recorded, fold: Fold) -> None:
        """Complete, says the person."""
        del at
        self._move(fact.entry_ids, "submitted", fold)

    @on(Timesheet.TimeApproved)
    def approved(self, fact: Timesheet.TimeApproved, at: Recorded, fold: Fold) -> None:
        """Frozen with its figures."""
        del at
        for one in fact.rated:
            self._price(one, fold)

    def _price(self, one: RatedTime, fold: Fold) -> None:
        fold.patch(
            TIME_ENTRIES, one.entry_id, state="approved",
            currency=one.bill.currency if one.bill else None,
            amount=one.bill.amount if one.bill else None, cost_currency=one.cost.currency,
            cost=one.cost.amount, explanation=one.explanation,
        )  # fmt: skip

    @on(Timesheet.TimeRejected)
    def rejected(self, fact: Timesheet.TimeRejected, at: Recorded, fold: Fold) -> None:
        """Sent back."""
        del at
        self._move(fact.entry_ids, "rejected", fold)

    @on(Timesheet.TimeReRated)
    def rerated(self, fact: Timesheet.TimeReRated, at: Recorded, fold: Fold) -> None:
        """Worth something else."""
        del at
        for one in fact.after:
            self._price(one, fold)

    @on(Timesheet.TimeUnapproved)
    def unapproved(self, fact: Timesheet.TimeUnapproved, at: Recorded, fold: Fold) -> None:
        """Waits for approval again."""
        del at
        self._undo(fact.rated, "submitted", fold)

    @on(Timesheet.TimeReversed)
    def reversed(self, fact: Timesheet.TimeReversed, at: Recorded, fold: Fold) -> None:
        """Does not count, for good; the row stays to say so."""
        self._undo(fact.rated, "reversed", fold)
        for one in fact.rated:
            fold.append(NOTES, at.position, one.entry_id, None, None)

    def _undo(self, rated: Iterable[RatedTime], state: str, fold: Fold) -> None:
        for one in rated:
            fold.patch(TIME_ENTRIES, one.entry_id, state=state, currency=None, amount=None,
                       cost_currency=None, cost=None, explanation="")  # fmt: skip

    @on(Timesheet.TimeBilled)
    def billed(self, fact: Timesheet.TimeBilled, at: Recorded, fold: Fold) -> None:
        """On an invoice."""
        del at
        self._move(fact.entry_ids, "billed", fold)

    @on(Timesheet.TimeRestored)
    def restored(self, fact: Timesheet.TimeRestored, at: Recorded, fold: Fold) -> None:
        """Billable again."""
        del at
        self._move(fact.entry_ids, "approved", fold)

    def _move(self, entry_ids: Iterable[UUID], state: str, fold: Fold) -> None:
        for id_ in entry_ids:
            fold.patch(TIME_ENTRIES, id_, state=state)

    @on(Expense.Recorded)
    def spent(self, fact: Expense.Recorded, at: Recorded, fold: Fold) -> None:
        """Somebody spent money."""
        spent = fact.spending
        fold.put(EXPENSES, id=at.stream_id, person_id=fact.person_id, project_id=fact.project_id,
                 entity=at.entity, spent_on=spent.spent_on, category=spent.category,
                 currency=spent.currency, net=spent.net, tax=spent.tax,
                 state="recorded", reimbursed_on=None)  # fmt: skip

    @on(Expense.Approved, Expense.Restored)
    def expense_approved(self, fact: object, at: Recorded, fold: Fold) -> None:
        """Agreed, or billable again."""
        del fact
        fold.patch(EXPENSES, at.stream_id, state="approved")

    @on(Expense.Rejected)
    def expense_rejected(self, fact: object, at: Recorded, fold: Fold) -> None:
        """Sent back."""
        del fact
        fold.patch(EXPENSES, at.stream_id, state="rejected")

    @on(Expense.Reversed)
    def expense_reversed(self, fact: object, at: Recorded, fold: Fold) -> None:
        """Does not count, for good."""
        del fact
        fold.patch(EXPENSES, at.stream_id, state="reversed")

    @on(Expense.Billed)
    def expense_billed(self, fact: object, at: Recorded, fold: Fold) -> None:
        """On an invoice."""
        del fact
        fold.patch(EXPENSES, at.stream_id, state="billed")

    @on(Expense.Reimbursed)
    def reimbursed(self, fact: Expense.Reimbursed, at: Recorded, fold: Fold) -> None:
        """Paid back to who spent it."""
        fold.patch(EXPENSES, at.stream_id, reimbursed_on=fact.paid_on)
