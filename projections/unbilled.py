"""Work in progress: what is approved and not billed, now and as of any date and position.

``billables`` holds each billable thing once with its state; ``unbilled_moves`` what came and
went, so the sum of moves up to a date and a position is what was unbilled then.
"""

from datetime import date
from decimal import Decimal
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
from domain.delivery.rating import Bill, RatedTime
from domain.delivery.timesheet import Timesheet
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

ZERO = Decimal(0)
BILLABLES = Table(
    "billables",
    {
        "id": "uuid", "kind": "text", "holder_id": "uuid", "contract_id": "uuid",
        "project_id": "uuid?", "entity": "text", "currency": "text", "amount": "numeric",
        "carried": "numeric", "earned_on": "date", "billed": "boolean",
        "held": "boolean",
    },
    key=("id",),
    indexes=("contract_id, billed, earned_on", "contract_id, id"),
)  # fmt: skip
ORIGINS = Table(
    "billable_origins",
    {"position": "bigint", "item_id": "uuid", "project_id": "uuid?", "earned_on": "date"},
    key=("position", "item_id"),
    indexes=("item_id, position",),
)
"""Whose each thing was when it came: it stays, whatever is taken back later."""
MOVES = Table(
    "unbilled_moves",
    {
        "position": "bigint", "item_id": "uuid", "effective_date": "date", "entity": "text",
        "contract_id": "uuid", "currency": "text", "amount": "numeric", "functional": "numeric",
    },
    key=("position", "item_id"),
    indexes=("entity, effective_date",),
)  # fmt: skip


class Unbilled(Projection):
    """Comes at approval or acceptance, goes with an invoice, comes back with a credit memo."""

    name = "unbilled"
    version = 4
    tables = (BILLABLES, MOVES, ORIGINS)

    @on(Timesheet.TimeApproved)
    def time(self, fact: Timesheet.TimeApproved, at: Recorded, fold: Fold) -> None:
        """Each rated entry that is billable."""
        for one in fact.rated:
            self._rated(fold, at, None, one)

    @on(Timesheet.TimeUnapproved, Timesheet.TimeReversed)
    def undone(
        self, fact: Timesheet.TimeUnapproved | Timesheet.TimeReversed, at: Recorded, fold: Fold
    ) -> None:
        """An approval taken back takes with it what it made billable."""
        for one in fact.rated:
            self._rated(fold, at, one, None)

    @on(Timesheet.TimeReRated)
    def rerated(self, fact: Timesheet.TimeReRated, at: Recorded, fold: Fold) -> None:
        """Worth something else, as of the days of the work."""
        for old, new in zip(fact.before, fact.after, strict=True):
            self._rated(fold, at, old, new)

    def _rated(
        self, fold: Fold, at: Recorded, old: RatedTime | None, new: RatedTime | None
    ) -> None:
        """From one worth of an entry to another; None and no bill are worth nothing."""
        was, now = _bill(old), _bill(new)
        one, bill = new or old, now or was
        if one is None or bill is None or one.contract_id is None:
            return
        amount = (now.amount if now else ZERO) - (was.amount if was else ZERO)
        carried = (now.carried if now else ZERO) - (was.carried if was else ZERO)
        if now is None:
            fold.remove(BILLABLES, one.entry_id)
        elif was is not None:
            fold.shift(BILLABLES, one.entry_id, amount=amount, carried=carried)
        else:
            self._put(fold, at, "time", at.stream_id, one.entry_id, one.contract_id,
                      one.project_id, now.entity, now.currency, now.amount, now.carried,
                      one.work_date)  # fmt: skip
        fold.append(MOVES, at.position, one.entry_id, one.work_date, bill.entity,
                    one.contract_id, bill.currency, amount, carried)  # fmt: skip

    @on(ContractAccount.Held)
    def held(self, fact: ContractAccount.Held, at: Recorded, fold: Fold) -> None:
        """Kept off invoices."""
        del at
        fold.patch(BILLABLES, fact.item_id, held=True)

    @on(ContractAccount.Released)
    def released(self, fact: ContractAccount.Released, at: Recorded, fold: Fold) -> None:
        """To be billed again."""
        del at
        fold.patch(BILLABLES, fact.item_id, held=False)

    @on(ContractAccount.WrittenDown)
    def written_down(self, fact: ContractAccount.WrittenDown, at: Recorded, fold: Fold) -> None:
        """Worth less, or more; at nothing it is no longer there to be billed."""
        given = fact.write_down
        fold.shift(BILLABLES, given.item_id, amount=-given.amount, carried=-given.carried)
        fold.append(
            MOVES,
            at.position,
            given.item_id,
            given.written_on,
            given.entity,
            given.contract_id,
            given.currency,
            -given.amount,
            -given.carried,
        )

    @on(ContractAccount.Covered)
    def covered(self, fact: ContractAccount.Covered, at: Recorded, fold: Fold) -> None:
        """Paid for by a retainer, or no longer."""
        part = fact.part
        fold.shift(BILLABLES, part.item_id, amount=-part.amount)
        fold.append(MOVES, at.position, part.item_id, part.written_on, part.entity,
                    part.contract_id, part.currency, -part.amount, ZERO)  # fmt: skip

    @on(Retainer.Funded)
    def retainer(self, fact: Retainer.Funded, at: Recorded, fold: Fold) -> None:
        """The fee of a period; a revenue run earns it, so the books carry nothing for it."""
        one = fact.granted
        if one.fee:
            self._came(fold, at, "retainer", at.stream_id, one.id, fact.of.contract_id, None,
                       fact.of.entity, fact.of.currency, one.fee, ZERO, one.due_on)  # fmt: skip

    @on(RecurringPlan.Accrued)
    def recurring(self, fact: RecurringPlan.Accrued, at: Recorded, fold: Fold) -> None:
        """Charges of a plan; a revenue run earns them, so the books carry nothing for them."""
        for charge in fact.charges:
            self._came(fold, at, "recurring", at.stream_id, charge.id, fact.contract_id, None,
                       fact.entity, fact.currency, charge.amount, ZERO,
                       charge.due_on)  # fmt: skip

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
        self._came(fold, at, kind, at.stream_id, charge.id, fact.contract_id, None, fact.entity,
                   fact.currency, charge.amount, charge.functional if fact.earned else ZERO,
                   charge.due_on)  # fmt: skip

    @on(ValueSchedule.Certified)
    def certified(self, fact: ValueSchedule.Certified, at: Recorded, fold: Fold) -> None:
        """Work that a client certified, what it keeps of it too."""
        found = fact.certified
        if found.amount:
            self._came(fold, at, "application", at.stream_id, found.application_id,
                       fact.contract_id, None, fact.entity, fact.currency, found.amount,
                       found.functional if found.earned else ZERO,
                       found.certified_on)  # fmt: skip

    @on(Expense.Approved)
    def expense(self, fact: Expense.Approved, at: Recorded, fold: Fold) -> None:
        """A billable expense."""
        rated = fact.rated
        if fact.contract_id and rated.bill_amount:
            self._came(fold, at, "expense", at.stream_id, at.stream_id, fact.contract_id,
                       fact.project_id, rated.bill_entity, rated.bill_currency,
                       rated.bill_amount, rated.carried,
                       fact.spending.spent_on)  # fmt: skip

    @on(Expense.Reversed)
    def expense_undone(self, fact: Expense.Reversed, at: Recorded, fold: Fold) -> None:
        """One that does not count takes with it what it made billable."""
        rated = fact.rated
        if fact.contract_id and rated.bill_amount:
            fold.remove(BILLABLES, at.stream_id)
            fold.append(MOVES, at.position, at.stream_id, fact.spending.spent_on,
                        rated.bill_entity, fact.contract_id, rated.bill_currency,
                        -rated.bill_amount, -rated.carried)  # fmt: skip

    @on(Project.MilestoneAccepted)
    def milestone(self, fact: Project.MilestoneAccepted, at: Recorded, fold: Fold) -> None:
        """An accepted milestone."""
        self._came(fold, at, "milestone", at.stream_id, fact.milestone_id, fact.contract_id,
                   at.stream_id, fact.entity, fact.currency, fact.amount,
                   fact.functional if fact.earned else Decimal(0),
                   fact.accepted_on)  # fmt: skip

    @on(Invoice.Issued)
    def issued(self, fact: Invoice.Issued, at: Recorded, fold: Fold) -> None:
        """Sources of an invoice go."""
        for line in fact.lines:
            for source in line.sources:
                fold.patch(BILLABLES, source.id, billed=True)
                fold.append(MOVES, at.position, source.id, fact.issued_on, fact.party.entity,
                            fact.party.contract_id, fact.currency,
                            -source.amount, -source.carried)  # fmt: skip

    @on(Invoice.Credited)
    def credited(self, fact: Invoice.Credited, at: Recorded, fold: Fold) -> None:
        """Freed sources come back."""
        for line in fact.lines:
            for source in line.restored:
                fold.patch(BILLABLES, source.id, billed=False)
                fold.append(MOVES, at.position, source.id, fact.issued_on, fact.party.entity,
                            fact.party.contract_id, fact.currency,
                            source.amount, source.carried)  # fmt: skip

    def _came(
        self, fold: Fold, at: Recorded, kind: Kind, holder_id: UUID, item_id: UUID,
        contract_id: UUID, project_id: UUID | None, entity: str, currency: str, amount: Decimal,
        carried: Decimal, earned_on: date,
    ) -> None:  # fmt: skip
        self._put(fold, at, kind, holder_id, item_id, contract_id, project_id, entity, currency,
                  amount, carried, earned_on)  # fmt: skip
        fold.append(MOVES, at.position, item_id, earned_on, entity, contract_id, currency, amount,
                    carried)  # fmt: skip

    def _put(
        self, fold: Fold, at: Recorded, kind: Kind, holder_id: UUID, item_id: UUID,
        contract_id: UUID, project_id: UUID | None, entity: str, currency: str, amount: Decimal,
        carried: Decimal, earned_on: date,
    ) -> None:  # fmt: skip
        fold.append(ORIGINS, at.position, item_id, project_id, earned_on)
        fold.put(BILLABLES, id=item_id, kind=kind, holder_id=holder_id, contract_id=contract_id,
                 project_id=project_id, entity=entity, currency=currency, amount=amount,
                 carried=carried, earned_on=earned_on, billed=False,
                 held=False)  # fmt: skip


def _bill(one: RatedTime | None) -> Bill | None:
    """What an entry is worth to a client; None where nothing."""
    return one.bill if one and one.bill and one.contract_id and one.bill.amount else None
