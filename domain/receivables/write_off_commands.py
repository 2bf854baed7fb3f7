"""Giving up bad debts: alone within the limit, else proposed by one and approved by another."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CASH, CONTROLLER
from domain.billing.documents import NothingToBill
from domain.billing.invoice import Invoice
from domain.billing.payment_commands import CASHIERS
from domain.command import Amount, Answer, Command
from domain.ledger.commands import require_open
from domain.money import CurrencyMismatch
from domain.organisation.commands import legal_entity
from domain.pricing.fx import quote
from domain.receivables.allowance_commands import allowance_of
from domain.receivables.credit_account import owing
from domain.receivables.policy_commands import policy_of
from domain.receivables.write_off import AboveWriteOffLimit, WriteOff
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

APPROVERS = frozenset({ADMIN, CONTROLLER})


class BadDebtFields(Command):
    """Some of an invoice that will not be paid."""

    write_off_id: UUID
    invoice_id: UUID
    amount: Amount
    why: str = Field(min_length=1, max_length=500)
    reclaims_tax: bool = Field(
        default=False, description="The law lets its tax be taken back: output tax goes down, too"
    )

    def proposed(self, work: UnitOfWork) -> tuple[WriteOff, Invoice]:
        """The proposal, and the invoice to change.

        Raises AlreadyTaken, CurrencyMismatch, NothingToBill, OverApplied, NotFound, WrongEntity.
        """
        invoice = work.load(Invoice, self.invoice_id)
        party = invoice.party
        legal_entity(work, party.entity)
        if self.amount.currency.code != invoice.currency:
            raise CurrencyMismatch(f"the invoice is in {invoice.currency}", field="amount")
        if self.amount.amount <= 0:
            raise NothingToBill("an amount to write off is positive", field="amount")
        invoice.require_open_amount(self.amount.amount)
        if work.load_or_none(WriteOff, self.write_off_id):
            raise AlreadyTaken(f"write-off {self.write_off_id} exists", field="write_off_id")
        found = WriteOff(
            self.write_off_id, invoice.id, invoice.number, party.entity, party.client_code,
            invoice.currency, self.amount.amount, self.why, self.reclaims_tax, work.actor.id,
        )  # fmt: skip
        return work.add(found), invoice


class WriteOffReceivable(BadDebtFields):
    """Give up some of an invoice, within what one person may."""

    ROLES: ClassVar = CASHIERS
    written_off_on: date

    def effective_on(self, today: date) -> date:
        """The day of the write-off."""
        del today
        return self.written_off_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AboveWriteOffLimit, OverApplied, CurrencyMismatch, NothingToBill, PeriodClosed.

        All that was written off of the invoice counts. A write-off id used before is
        AlreadyTaken.
        """
        found, invoice = self.proposed(work)
        require_open(work, self, found.entity, self.written_off_on)
        given = [one for each in invoice.reductions.values() for one in each]
        before = sum(one.functional for one in given if one.kind == "write_off")
        limit = policy_of(work, found.entity).write_off_limit
        if before + invoice.relief(found.amount) > limit:
            raise AboveWriteOffLimit(f"one person may write off {limit}", field="amount")
        write_off(work, found, invoice, self.written_off_on)
        return Answer(id=found.id)


class ProposeWriteOff(BadDebtFields):
    """Propose to give up some of an invoice; a controller decides."""

    ROLES: ClassVar = CASHIERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, CurrencyMismatch, NothingToBill, OverApplied."""
        found, _ = self.proposed(work)
        return Answer(id=found.id)


class ApproveWriteOff(Command):
    """Write off what somebody else proposed."""

    ROLES: ClassVar = APPROVERS
    write_off_id: UUID
    written_off_on: date

    def effective_on(self, today: date) -> date:
        """The day of the write-off."""
        del today
        return self.written_off_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OwnWork, NotWrittenOff, OverApplied, PeriodClosed, NotFound, WrongEntity."""
        found = work.load(WriteOff, self.write_off_id)
        legal_entity(work, found.entity)
        require_open(work, self, found.entity, self.written_off_on)
        found.require("proposed")
        found.refuse_author(work.actor.id)
        write_off(work, found, work.load(Invoice, found.invoice_id), self.written_off_on)
        return Answer(id=found.id)


def write_off(work: UnitOfWork, found: WriteOff, invoice: Invoice, on: date) -> None:
    """Take it off the invoice and use the allowance for it. Raises OverApplied, OverCredited."""
    with owing(work, invoice):
        reduction = invoice.reduce(
            "write_off", found.id, on, found.amount, found.why, tax=found.reclaims_tax
        )
    found.approve(work.actor.id, reduction)
    used = reduction.functional - reduction.functional_tax
    allowance_of(work, found.entity, invoice.quote.to).move(found.id, on, -used)


class ReverseWriteOff(Command):
    """Ask again for what was written off by mistake."""

    ROLES: ClassVar = APPROVERS
    write_off_id: UUID
    reversed_on: date
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day of the reversal."""
        del today
        return self.reversed_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotWrittenOff, TooEarly, PeriodClosed, NotFound, WrongEntity."""
        found = work.load(WriteOff, self.write_off_id)
        legal_entity(work, found.entity)
        require_open(work, self, found.entity, self.reversed_on)
        given = found.reverse(self.reversed_on, self.why)
        invoice = work.load(Invoice, found.invoice_id)
        with owing(work, invoice):
            invoice.reverse_reductions(found.id, self.reversed_on)
        back = given.functional - given.functional_tax
        allowance = allowance_of(work, found.entity, given.functional_currency)
        allowance.move(found.id, self.reversed_on, back)
        return Answer(id=found.id)


class RecoverWriteOff(Command):
    """Note money received for what was written off."""

    ROLES: ClassVar = frozenset({ADMIN, CASH, CONTROLLER})
    write_off_id: UUID
    received_on: date
    amount: Amount
    bank_reference: str = Field(min_length=1, max_length=140)

    def effective_on(self, today: date) -> date:
        """The value date."""
        del today
        return self.received_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotWrittenOff, OverApplied, CurrencyMismatch, NothingToBill, TooEarly.

        Also MissingRate, PeriodClosed; a bank reference used before is AlreadyTaken.
        """
        found = work.load(WriteOff, self.write_off_id)
        entity = legal_entity(work, found.entity)
        require_open(work, self, entity.code, self.received_on)
        if self.amount.currency.code != found.currency:
            raise CurrencyMismatch(f"the write-off is in {found.currency}", field="amount")
        if self.amount.amount <= 0:
            raise NothingToBill("an amount received is positive", field="amount")
        rate = quote(work, found.currency, entity.currency, self.received_on)
        back = found.recover(self.bank_reference, self.received_on, self.amount.amount, rate)
        allowance_of(work, entity.code, entity.currency).move(found.id, self.received_on, back)
        return Answer(id=found.id)
