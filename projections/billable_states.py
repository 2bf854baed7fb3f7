"""Every billable thing from approval on: what it is worth, where it stands, who took what off.

A thing is in one state at any time: unbilled, held, billed, credited, written off, or drawn from
a retainer. Moves say how it came there; their last one up to a date and a position is the state
then, their sums are its worth. Beside them: time that is worth nothing to a client, and why; and
price cuts of invoices.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.billing.invoice import Invoice
from domain.billing.minimum import MinimumCommitment
from domain.billing.recurring import RecurringPlan
from domain.billing.retainer_account import Retainer
from domain.billing.usage import UsageMeter
from domain.billing.value_schedule import ValueSchedule
from domain.consumption import Kind
from domain.contracts.account import ContractAccount
from domain.delivery.expense import Expense
from domain.delivery.project import Project
from domain.delivery.rating import MINUTES_PER_HOUR, Bill, RatedTime
from domain.delivery.timesheet import Timesheet
from domain.money import quantize, split
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

ZERO = Decimal(0)
IN_PART = "billed in part"

MOVES = Table(
    "billable_moves",
    {
        "position": "bigint", "item_id": "uuid", "effective_date": "date", "entity": "text",
        "state": "text?", "kind": "text?", "contract_id": "uuid?", "project_id": "uuid?",
        "person_id": "uuid?", "role": "text?", "currency": "text?", "earned_on": "date?",
        "minutes": "numeric", "standard": "numeric", "value": "numeric", "functional": "numeric",
        "written": "numeric", "drawn": "numeric", "billed": "numeric",
        "invoice_id": "uuid?", "line_no": "int?", "line_net": "numeric?", "why": "text",
    },
    key=("position", "item_id"),
    indexes=("item_id, position", "entity, effective_date"),
)  # fmt: skip
CUTS = Table(
    "price_cuts",
    {
        "position": "bigint", "no": "int", "effective_date": "date", "entity": "text",
        "contract_id": "uuid", "currency": "text", "invoice_id": "uuid", "line_no": "int",
        "net": "numeric", "functional": "numeric", "why": "text",
    },
    key=("position", "no"),
    indexes=("invoice_id, line_no",),
)  # fmt: skip
UNBILLABLE = Table(
    "unbillable_time",
    {
        "position": "bigint", "no": "int", "effective_date": "date", "project_id": "uuid",
        "entry_id": "uuid", "minutes": "numeric", "reason": "text",
    },
    key=("position", "no"),
    indexes=("project_id, effective_date",),
)  # fmt: skip
NOTHING: dict[str, Any] = dict.fromkeys(
    ("minutes", "standard", "value", "functional", "written", "drawn", "billed"), ZERO
)
NOWHERE: dict[str, Any] = {name: None for name, kind in MOVES.columns.items() if kind[-1] == "?"}


class BillableStates(Projection):
    """``standard`` is worth before the contract's discount; a thing without a rate has one worth.

    ``functional`` is the value in the books at the rate of its day; charges of plans have none
    until they are invoiced: zero.
    """

    name = "billable_states"
    version = 3
    tables = (MOVES, CUTS, UNBILLABLE)

    @on(Timesheet.TimeApproved)
    def time(self, fact: Timesheet.TimeApproved, at: Recorded, fold: Fold) -> None:
        """Each rated entry: worth something, or not and why."""
        self._worked([(None, one) for one in fact.rated], fact.person_id, at, fold)

    @on(Timesheet.TimeUnapproved, Timesheet.TimeReversed)
    def undone(
        self, fact: Timesheet.TimeUnapproved | Timesheet.TimeReversed, at: Recorded, fold: Fold
    ) -> None:
        """No longer approved."""
        self._worked([(one, None) for one in fact.rated], fact.person_id, at, fold)

    @on(Timesheet.TimeReRated)
    def rerated(self, fact: Timesheet.TimeReRated, at: Recorded, fold: Fold) -> None:
        """Worth something else, as of the days of the work."""
        pairs = list(zip(fact.before, fact.after, strict=True))
        self._worked(pairs, fact.person_id, at, fold)

    def _worked(
        self, pairs: Iterable[tuple[RatedTime | None, RatedTime | None]], person_id: UUID,
        at: Recorded, fold: Fold,
    ) -> None:  # fmt: skip
        no = 0
        for old, new in pairs:
            self._rated(fold, at, person_id, old, new)
            for sign, one in ((-1, old), (1, new)):
                for minutes, reason in unbillable(one):
                    assert one is not None  # noqa: S101 -- only an entry has such minutes
                    fold.append(UNBILLABLE, at.position, no, one.work_date, one.project_id,
                                one.entry_id, sign * minutes, reason)  # fmt: skip
                    no += 1

    def _rated(
        self, fold: Fold, at: Recorded, person_id: UUID, old: RatedTime | None,
        new: RatedTime | None,
    ) -> None:  # fmt: skip
        """From one worth of an entry to another; None and no bill are worth nothing."""
        was, now = bill_of(old), bill_of(new)
        one, bill = new or old, now or was
        if one is None or bill is None:
            return
        before, after = _figures(was), _figures(now)
        state = "undone" if now is None else None if was else "unbilled"
        _move(
            fold, at, one.entry_id, one.work_date, bill.entity, state=state, kind="time",
            contract_id=one.contract_id, project_id=one.project_id, person_id=person_id,
            role=one.role, currency=bill.currency, earned_on=one.work_date,
            **{name: after[name] - before[name] for name in after},
        )  # fmt: skip

    @on(Expense.Approved)
    def expense(self, fact: Expense.Approved, at: Recorded, fold: Fold) -> None:
        """A billable expense."""
        rated = fact.rated
        if fact.contract_id and rated.bill_amount:
            self._came(fold, at, at.stream_id, fact.spending.spent_on, rated.bill_entity,
                       rated.bill_amount, rated.bill_functional, kind="expense",
                       contract_id=fact.contract_id, project_id=fact.project_id,
                       currency=rated.bill_currency)  # fmt: skip

    @on(Expense.Reversed)
    def expense_undone(self, fact: Expense.Reversed, at: Recorded, fold: Fold) -> None:
        """No longer approved."""
        rated = fact.rated
        if fact.contract_id and rated.bill_amount:
            _move(fold, at, at.stream_id, fact.spending.spent_on, rated.bill_entity,
                  state="undone", standard=-rated.bill_amount, value=-rated.bill_amount,
                  functional=-rated.bill_functional, earned_on=fact.spending.spent_on,
                  kind="expense", contract_id=fact.contract_id, project_id=fact.project_id,
                  currency=rated.bill_currency)  # fmt: skip

    @on(Project.MilestoneAccepted)
    def milestone(self, fact: Project.MilestoneAccepted, at: Recorded, fold: Fold) -> None:
        """An accepted milestone."""
        self._came(fold, at, fact.milestone_id, fact.accepted_on, fact.entity, fact.amount,
                   fact.functional, kind="milestone", contract_id=fact.contract_id,
                   project_id=at.stream_id, currency=fact.currency)  # fmt: skip

    @on(RecurringPlan.Accrued)
    def recurring(self, fact: RecurringPlan.Accrued, at: Recorded, fold: Fold) -> None:
        """Charges of a plan."""
        for charge in fact.charges:
            self._came(fold, at, charge.id, charge.due_on, fact.entity, charge.amount, ZERO,
                       kind="recurring", contract_id=fact.contract_id,
                       currency=fact.currency)  # fmt: skip

    @on(MinimumCommitment.TruedUp)
    def commitment(self, fact: MinimumCommitment.TruedUp, at: Recorded, fold: Fold) -> None:
        """What a month lacked to its minimum, or what came back of it."""
        self._charged(fold, at, "commitment", fact)

    @on(UsageMeter.Charged)
    def usage(self, fact: UsageMeter.Charged, at: Recorded, fold: Fold) -> None:
        """What a month was metered, or what came back of it."""
        self._charged(fold, at, "usage", fact)

    def _charged(
        self, fold: Fold, at: Recorded, kind: Kind,
        fact: MinimumCommitment.TruedUp | UsageMeter.Charged,
    ) -> None:  # fmt: skip
        charge = fact.charge
        self._came(fold, at, charge.id, charge.due_on, fact.entity, charge.amount,
                   charge.functional, kind=kind, contract_id=fact.contract_id,
                   currency=fact.currency)  # fmt: skip

    @on(Retainer.Funded)
    def retainer(self, fact: Retainer.Funded, at: Recorded, fold: Fold) -> None:
        """The fee of a retainer's period."""
        one, of = fact.granted, fact.of
        if one.fee:
            self._came(fold, at, one.id, one.due_on, of.entity, one.fee, ZERO, kind="retainer",
                       contract_id=of.contract_id, currency=of.currency)  # fmt: skip

    @on(ContractAccount.Covered)
    def covered(self, fact: ContractAccount.Covered, at: Recorded, fold: Fold) -> None:
        """Paid for by a retainer; at nothing left it is drawn."""
        part = fact.part
        _move(fold, at, part.item_id, part.written_on, part.entity, drawn=part.amount,
              why=part.why)  # fmt: skip

    @on(ValueSchedule.Certified)
    def certified(self, fact: ValueSchedule.Certified, at: Recorded, fold: Fold) -> None:
        """Work that a client certified, what it keeps of it too."""
        found = fact.certified
        if found.amount:
            self._came(fold, at, found.application_id, found.certified_on, fact.entity,
                       found.amount, found.functional, kind="application",
                       contract_id=fact.contract_id, currency=fact.currency)  # fmt: skip

    def _came(
        self, fold: Fold, at: Recorded, item_id: UUID, on: date, entity: str, value: Decimal,
        functional: Decimal, **given: Any,
    ) -> None:  # fmt: skip
        _move(fold, at, item_id, on, entity, state="unbilled", standard=value, value=value,
              functional=functional, earned_on=on, **given)  # fmt: skip

    @on(ContractAccount.Held)
    def held(self, fact: ContractAccount.Held, at: Recorded, fold: Fold) -> None:
        """Kept off invoices."""
        _move(fold, at, fact.item_id, at.effective_date, at.entity, state="held", why=fact.why)

    @on(ContractAccount.Released)
    def released(self, fact: ContractAccount.Released, at: Recorded, fold: Fold) -> None:
        """To be billed again."""
        _move(fold, at, fact.item_id, at.effective_date, at.entity, state="unbilled")

    @on(ContractAccount.WrittenDown)
    def written_down(self, fact: ContractAccount.WrittenDown, at: Recorded, fold: Fold) -> None:
        """Worth less, or more; at nothing it is written off."""
        given = fact.write_down
        _move(fold, at, given.item_id, given.written_on, given.entity, written=given.amount,
              why=given.why)  # fmt: skip

    @on(Invoice.Issued)
    def issued(self, fact: Invoice.Issued, at: Recorded, fold: Fold) -> None:
        """On an invoice."""
        for line in fact.lines:
            for source in line.sources:
                _move(fold, at, source.id, fact.issued_on, fact.party.entity, state="billed",
                      billed=source.amount, invoice_id=at.stream_id, line_no=line.no,
                      line_net=line.net)  # fmt: skip

    @on(Invoice.Credited)
    def credited(self, fact: Invoice.Credited, at: Recorded, fold: Fold) -> None:
        """Freed sources come back; what is taken back and not freed is a price cut.

        The books' figure of the memo is shared among its lines, so that they add up to it.
        """
        lines = [line for line in fact.lines if line.net]
        if not lines:
            return
        books = split(fact.totals.functional_net, [line.net for line in lines], fact.quote.to)
        for line, functional in zip(lines, books, strict=True):
            for source in line.restored:
                _move(fold, at, source.id, fact.issued_on, fact.party.entity, state="unbilled",
                      billed=-source.amount)  # fmt: skip
            if not line.restored:
                fold.append(CUTS, at.position, line.no, fact.issued_on, fact.party.entity,
                            fact.party.contract_id, fact.currency, at.stream_id, line.no,
                            line.net, functional, fact.why)  # fmt: skip


def _move(fold: Fold, at: Recorded, item_id: UUID, on: date, entity: str, **given: Any) -> None:
    row = {**NOWHERE, **NOTHING, "why": "", **given}
    row |= {"position": at.position, "item_id": item_id, "effective_date": on, "entity": entity}
    fold.append(MOVES, *(row[name] for name in MOVES.columns))


def bill_of(one: RatedTime | None) -> Bill | None:
    """What an entry is worth to a client; None where nothing."""
    return one.bill if one and one.bill and one.contract_id and one.bill.amount else None


def standard_of(bill: Bill) -> Decimal:
    """What the billed minutes come to before the contract's discount, rounded once."""
    if bill.standard_rate is None or bill.billed_minutes is None:
        return bill.amount
    exact = bill.standard_rate * bill.billed_minutes / MINUTES_PER_HOUR
    return quantize(exact, bill.currency)


def unbillable(one: RatedTime | None) -> Iterable[tuple[Decimal, str]]:
    """Minutes worked that no client pays for, and why; fixed fees pay for theirs otherwise."""
    if one is None:
        return
    if one.bill is None:
        yield Decimal(one.minutes), one.explanation
    elif one.bill.billed_minutes is not None and one.bill.billed_minutes < one.minutes:
        yield one.minutes - one.bill.billed_minutes, IN_PART


def _figures(bill: Bill | None) -> dict[str, Decimal]:
    if bill is None:
        return dict.fromkeys(("minutes", "standard", "value", "functional"), ZERO)
    minutes = bill.billed_minutes
    if minutes is None:
        minutes = bill.amount * MINUTES_PER_HOUR / bill.hourly_rate
    return {
        "minutes": minutes, "standard": standard_of(bill), "value": bill.amount,
        "functional": bill.functional,
    }  # fmt: skip
