"""Deposits for a contract: received, used for its invoices, sent back."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.billing.documents import NothingToBill
from domain.billing.holders import OtherContract
from domain.billing.invoice import Invoice
from domain.billing.payment_commands import CASHIERS
from domain.billing.payment_correction_commands import PAYERS
from domain.command import Amount, Answer, Command
from domain.contracts.contract import Contract
from domain.ledger.commands import require_open
from domain.organisation.client import Client
from domain.organisation.commands import legal_entity
from domain.pricing.fx import quote
from domain.receivables.credit_account import owing
from domain.receivables.credit_commands import require_positive
from domain.receivables.deposit import ContractDeposits, deposits_id
from domain.unit_of_work import UnitOfWork


class DepositCommand(Command):
    """A client's money that is held for a contract, on a day of the books."""

    contract_id: UUID

    def contract_on(self, work: UnitOfWork, on: date) -> Contract:
        """Raises PeriodClosed, NotFound, WrongEntity."""
        contract = work.read(Contract, self.contract_id)
        legal_entity(work, contract.entity)
        require_open(work, self, contract.entity, on)
        return contract

    def deposits(self, work: UnitOfWork, on: date) -> ContractDeposits:
        """What is held, to change it. Raises PeriodClosed, NotFound, WrongEntity."""
        return work.load(ContractDeposits, deposits_id(self.contract_on(work, on).id))


class RecordDeposit(DepositCommand):
    """Note a deposit of a client: money held for a contract, owed back, not billed or taxed."""

    ROLES: ClassVar = CASHIERS
    deposit_id: UUID
    received_on: date
    amount: Amount
    bank_reference: str = Field(min_length=1, max_length=140)

    def effective_on(self, today: date) -> date:
        """The value date."""
        del today
        return self.received_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises CurrencyMismatch, NothingToBill, ContractNotActive, MissingRate, PeriodClosed.

        A bank reference or a deposit's id used before is AlreadyTaken. NotFound, WrongEntity.
        """
        contract = self.contract_on(work, self.received_on)
        contract.require_active()
        require_positive(self.amount, contract.currency)
        client = work.read(Client, contract.client_id)
        books, id_ = legal_entity(work, contract.entity).currency, deposits_id(contract.id)
        deposits = work.load_or_none(ContractDeposits, id_) or work.add(
            ContractDeposits(
                id_, contract.id, contract.entity, client.id, client.code, contract.currency,
                books,
            )
        )  # fmt: skip
        rate = quote(work, contract.currency, books, self.received_on)
        deposits.receive(
            self.deposit_id, self.received_on, self.amount.amount, rate, self.bank_reference
        )
        return Answer(id=deposits.id)


class ApplyDeposit(DepositCommand):
    """Settle an invoice of the contract with what is held, the oldest deposit first."""

    ROLES: ClassVar = CASHIERS
    invoice_id: UUID
    amount: Amount | None = Field(default=None, description="Left out: as far as it goes")
    applied_on: date

    def effective_on(self, today: date) -> date:
        """The day of the application."""
        del today
        return self.applied_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverApplied, OtherContract, CurrencyMismatch, NothingToBill, TooEarly.

        NotFound where no deposit ever came; PeriodClosed, WrongEntity.
        """
        deposits = self.deposits(work, self.applied_on)
        invoice = work.load(Invoice, self.invoice_id)
        if invoice.party.contract_id != deposits.contract_id:
            raise OtherContract("the invoice is of another contract", field="invoice_id")
        if self.amount is not None:
            require_positive(self.amount, deposits.currency)
        least = min(deposits.held, invoice.open)
        amount = least if self.amount is None else self.amount.amount
        if not amount:
            raise NothingToBill("nothing is held, or nothing open", field="amount")
        invoice.require_open_amount(amount)
        lots = deposits.oldest(amount, self.applied_on, invoice.number)
        with owing(work, invoice):
            booked = invoice.settle_by_credit(deposits.id, self.applied_on, amount)
        deposits.apply(invoice.id, invoice.number, self.applied_on, amount, booked, lots)
        return Answer(id=deposits.id)


class UnapplyDeposit(DepositCommand):
    """Take deposits off an invoice: all of them, with the FX they brought."""

    ROLES: ClassVar = CASHIERS
    invoice_id: UUID
    unapplied_on: date

    def effective_on(self, today: date) -> date:
        """The day they are taken off."""
        del today
        return self.unapplied_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotApplied, TooEarly, PeriodClosed, NotFound, WrongEntity."""
        deposits = self.deposits(work, self.unapplied_on)
        invoice = work.load(Invoice, self.invoice_id)
        use = deposits.unapply(invoice.id, self.unapplied_on)
        with owing(work, invoice):
            invoice.reopen(deposits.id, self.unapplied_on, use.amount, use.booked)
        return Answer(id=deposits.id)


class RefundDeposit(DepositCommand):
    """Send back some of what is held, the oldest deposit first."""

    ROLES: ClassVar = PAYERS
    amount: Amount
    refunded_on: date
    bank_reference: str = Field(min_length=1, max_length=140, description="Of the transfer out")

    def effective_on(self, today: date) -> date:
        """The value date."""
        del today
        return self.refunded_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverApplied, CurrencyMismatch, NothingToBill, TooEarly, MissingRate.

        PeriodClosed; a bank reference used before is AlreadyTaken. NotFound, WrongEntity.
        """
        deposits = self.deposits(work, self.refunded_on)
        require_positive(self.amount, deposits.currency)
        rate = quote(work, deposits.currency, deposits.books, self.refunded_on)
        deposits.refund(self.bank_reference, self.refunded_on, self.amount.amount, rate)
        return Answer(id=deposits.id)
