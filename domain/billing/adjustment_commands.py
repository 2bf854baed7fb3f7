"""Setting billable things apart: held back, written down, written up, each with a reason."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, BILLING, CONTROLLER, PROJECT_MANAGER
from domain.billing.documents import BILLERS
from domain.billing.holders import HOLDERS
from domain.command import Answer, Command, Exact
from domain.consumption import Holder, Kind, Share
from domain.contracts.account import ContractAccount, WriteDown
from domain.contracts.commands import account_of
from domain.contracts.contract import Contract
from domain.ledger.commands import require_open
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.unit_of_work import NotFound, UnitOfWork

HOLDING = frozenset({ADMIN, BILLING, CONTROLLER, PROJECT_MANAGER})


class BillableCommand(Command):
    """One billable thing: its holder (timesheet, expense, project) and what of it."""

    kind: Kind
    holder_id: UUID
    item_id: UUID

    def found(self, work: UnitOfWork) -> tuple[Share, Contract]:
        """What the holder says of it, and its contract, once the actor is let in.

        Raises BilledElsewhere, NotFound, WrongEntity and what names an unknown thing.
        """
        holder: Holder = work.read(HOLDERS[self.kind], self.holder_id)  # type: ignore[assignment]
        contract_id = holder.contract_of(self.item_id)
        if contract_id is None:
            raise NotFound("it is under no contract", field="item_id")
        contract = work.read(Contract, contract_id)
        work.enter(contract.entity)
        return holder.shares((self.item_id,))[0], contract


class HoldBillable(BillableCommand):
    """Keep a thing off invoices until it is released."""

    ROLES: ClassVar = HOLDING
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises BilledElsewhere, BillableHeld, NotFound, WrongEntity."""
        share, contract = self.found(work)
        account = account_of(work, contract)
        account.hold(share, self.why)
        return Answer(id=account.id)


class ReleaseBillable(BillableCommand):
    """Let a held thing be billed."""

    ROLES: ClassVar = HOLDING

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotHeld, BilledElsewhere, NotFound, WrongEntity."""
        _, contract = self.found(work)
        account = account_of(work, contract)
        account.release(self.item_id)
        return Answer(id=account.id)


class AdjustmentFields(BillableCommand):
    """By how much, when and why."""

    amount: Exact = Field(gt=0, max_digits=15, description="Contract's currency, net of tax")
    on: date
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day of the adjustment."""
        del today
        return self.on

    def adjusted(self, work: UnitOfWork, sign: int) -> ContractAccount:
        """Take the amount off, or put it on where ``sign`` is -1.

        Raises AmountTooFine, PeriodClosed, BilledElsewhere, BillableHeld, OverWrittenDown.
        """
        share, contract = self.found(work)
        entity = legal_entity(work, contract.entity)
        require_open(work, self, entity.code, self.on)
        require_fine(self.amount, contract.currency)
        account = account_of(work, contract)
        left = account.worth(share)
        account.write_down(share, WriteDown(
            contract.id, share.kind, share.holder_id, share.id, sign * self.amount,
            left.part_of(sign * self.amount, entity.currency), contract.currency, entity.currency,
            entity.code, self.on, self.why,
        ))  # fmt: skip
        return account


class WriteDownBillable(AdjustmentFields):
    """Bill less for a thing than it is worth: 4090 takes the difference."""

    ROLES: ClassVar = BILLERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverWrittenDown, BilledElsewhere, BillableHeld, PeriodClosed, AmountTooFine."""
        return Answer(id=self.adjusted(work, 1).id)


class WriteUpBillable(AdjustmentFields):
    """Bill more for a thing than it is worth, or undo a write-down."""

    ROLES: ClassVar = BILLERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises BilledElsewhere, BillableHeld, PeriodClosed, AmountTooFine."""
        return Answer(id=self.adjusted(work, -1).id)
