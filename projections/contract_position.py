"""The net position of every contract: recognised, billed, and what moved in the books.

As of any date and position. Moves are derived from facts, not from journals, so that account 1200
can be held against them.
"""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from domain.billing.invoice import Invoice
from domain.billing.minimum import MinimumCommitment
from domain.billing.usage import UsageMeter
from domain.billing.value_schedule import ValueSchedule
from domain.contracts.account import ContractAccount
from domain.contracts.contract import Contract
from domain.delivery.expense import Expense
from domain.delivery.project import Project
from domain.delivery.rating import RatedTime
from domain.delivery.timesheet import Timesheet
from domain.revenue.contract import RevenueContract
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

MOVES = Table(
    "position_moves",
    {
        "position": "bigint", "no": "int", "entity": "text", "contract_id": "uuid",
        "effective_date": "date", "kind": "text", "currency": "text", "amount": "numeric",
        "functional_currency": "text", "functional": "numeric", "carried": "numeric",
        "cut": "numeric",
    },
    key=("position", "no"),
    indexes=("entity, effective_date", "contract_id, effective_date"),
)  # fmt: skip
GROUPS = Table(
    "combined_contracts",
    {"contract_id": "uuid", "into_id": "uuid", "position": "bigint"},
    key=("contract_id",),
)
RUN = Table("run_contracts", {"contract_id": "uuid"}, key=("contract_id",))
RECOGNISED, BILLED = "recognised", "billed"
ZERO = Decimal(0)


class ContractPosition(Projection):
    """``carried`` moves account 1200, debit positive; ``functional`` is at the document's rate.

    ``cut`` is what a credit memo takes off the price without freeing the work; a retainer's fee
    is not of it, since its allowance goes with it.
    """

    name = "contract_position"
    version = 3
    tables = (MOVES, GROUPS, RUN)

    @on(Contract.Drafted)
    def drafted(self, fact: Contract.Drafted, at: Recorded, fold: Fold) -> None:
        """Which contracts a revenue run earns."""
        if not fact.terms.earned_at_once:
            fold.put(RUN, contract_id=at.stream_id)

    @on(Timesheet.TimeApproved)
    def time(self, fact: Timesheet.TimeApproved, at: Recorded, fold: Fold) -> None:
        """Earned with its approval."""
        self._worked(fact.rated, 1, at, fold)

    @on(Timesheet.TimeUnapproved, Timesheet.TimeReversed)
    def undone(
        self, fact: Timesheet.TimeUnapproved | Timesheet.TimeReversed, at: Recorded, fold: Fold
    ) -> None:
        """An approval taken back."""
        self._worked(fact.rated, -1, at, fold)

    @on(Timesheet.TimeReRated)
    def rerated(self, fact: Timesheet.TimeReRated, at: Recorded, fold: Fold) -> None:
        """Approved time worth something else."""
        self._worked(fact.before, -1, at, fold)
        self._worked(fact.after, 1, at, fold, len(fact.before))

    @on(ContractAccount.WrittenDown)
    def written_down(self, fact: ContractAccount.WrittenDown, at: Recorded, fold: Fold) -> None:
        """Unbilled worth given up, or put on; where a run earns, nothing is carried for it."""
        given = fact.write_down
        if given.carried:
            fold.append(MOVES, at.position, 0, given.entity, given.contract_id, given.written_on,
                        RECOGNISED, given.currency, -given.amount, given.books, -given.carried,
                        -given.carried, ZERO)  # fmt: skip

    def _worked(
        self, rated: Iterable[RatedTime], sign: int, at: Recorded, fold: Fold, first: int = 0
    ) -> None:
        for no, one in enumerate(rated, first):
            bill = one.bill
            if bill and bill.earned and one.contract_id and bill.amount:
                amount, functional = sign * bill.amount, sign * bill.functional
                fold.append(MOVES, at.position, no, bill.entity, one.contract_id, one.work_date,
                            RECOGNISED, bill.currency, amount, bill.quote.to, functional,
                            functional, ZERO)  # fmt: skip

    @on(Expense.Approved)
    def expense(self, fact: Expense.Approved, at: Recorded, fold: Fold) -> None:
        """A pass-through earned with its approval."""
        self._spent(fact, 1, at, fold)

    @on(Expense.Reversed)
    def unspent(self, fact: Expense.Reversed, at: Recorded, fold: Fold) -> None:
        """One that does not count."""
        self._spent(fact, -1, at, fold)

    def _spent(
        self, fact: Expense.Approved | Expense.Reversed, sign: int, at: Recorded, fold: Fold
    ) -> None:
        rated = fact.rated
        if fact.contract_id and rated.bill_amount and rated.earned:
            amount, functional = sign * rated.bill_amount, sign * rated.bill_functional
            fold.append(MOVES, at.position, 0, rated.bill_entity, fact.contract_id,
                        fact.spending.spent_on, RECOGNISED, rated.bill_currency, amount,
                        rated.books, functional, functional, ZERO)  # fmt: skip

    @on(Project.MilestoneAccepted)
    def milestone(self, fact: Project.MilestoneAccepted, at: Recorded, fold: Fold) -> None:
        """A milestone earned with its acceptance."""
        if fact.earned:
            fold.append(MOVES, at.position, 0, fact.entity, fact.contract_id, fact.accepted_on,
                        RECOGNISED, fact.currency, fact.amount, fact.quote.to, fact.functional,
                        fact.functional, ZERO)  # fmt: skip

    @on(MinimumCommitment.TruedUp, UsageMeter.Charged)
    def charged(
        self, fact: MinimumCommitment.TruedUp | UsageMeter.Charged, at: Recorded, fold: Fold
    ) -> None:
        """A minimum or use earned with the end of its month."""
        charge = fact.charge
        if fact.earned:
            fold.append(MOVES, at.position, 0, fact.entity, fact.contract_id, charge.due_on,
                        RECOGNISED, fact.currency, charge.amount, fact.quote.to,
                        charge.functional, charge.functional, ZERO)  # fmt: skip

    @on(ValueSchedule.Certified)
    def certified(self, fact: ValueSchedule.Certified, at: Recorded, fold: Fold) -> None:
        """Work earned with its certificate, what the client keeps of it too."""
        found = fact.certified
        if found.earned and found.amount:
            fold.append(MOVES, at.position, 0, fact.entity, fact.contract_id, found.certified_on,
                        RECOGNISED, fact.currency, found.amount, found.quote.to,
                        found.functional, found.functional, ZERO)  # fmt: skip

    @on(RevenueContract.Recognized, RevenueContract.Reversed)
    def run(
        self,
        fact: RevenueContract.Recognized | RevenueContract.Reversed,
        at: Recorded,
        fold: Fold,
    ) -> None:
        """What a run earned, or took back."""
        for no, line in enumerate(fact.lines):
            fold.append(MOVES, at.position, no, fact.entity, fact.contract_id, fact.run.on,
                        RECOGNISED, fact.currency, line.delta, fact.quote.to, line.functional,
                        line.functional, ZERO)  # fmt: skip

    @on(Invoice.Issued)
    def issued(self, fact: Invoice.Issued, at: Recorded, fold: Fold) -> None:
        """Billed: the position gives up what it carried."""
        totals = fact.totals
        fold.append(MOVES, at.position, 0, fact.party.entity, fact.party.contract_id,
                    fact.issued_on, BILLED, fact.currency, -totals.net, fact.quote.to,
                    -totals.functional_net, -totals.carried, ZERO)  # fmt: skip

    @on(Invoice.Credited)
    def credited(self, fact: Invoice.Credited, at: Recorded, fold: Fold) -> None:
        """Taken back: all of it where a run earns, else only what is to be billed again."""
        back = [line for line in fact.lines if fact.party.by_run or line.restored]
        net = sum((line.net for line in back), ZERO)
        cut = sum((line.net for line in fact.lines
                   if not line.restored and line.kind != "retainer"), ZERO)  # fmt: skip
        carried = fact.totals.carried
        if net or carried:
            fold.append(MOVES, at.position, 0, fact.party.entity, fact.party.contract_id,
                        fact.issued_on, BILLED, fact.currency, net, fact.quote.to,
                        fact.quote.convert(net), carried, cut)  # fmt: skip

    @on(ContractAccount.Joined)
    def joined(self, fact: ContractAccount.Joined, at: Recorded, fold: Fold) -> None:
        """Two contracts are one."""
        into: UUID = fact.into_contract_id
        fold.put(GROUPS, contract_id=fact.contract_id, into_id=into, position=at.position)
