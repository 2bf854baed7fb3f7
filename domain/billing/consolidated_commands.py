"""Consolidated invoices: issued over several contracts, settled and taken back as one document."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from moneyed import Money
from pydantic import Field

from domain.billing.consent import OtherClient
from domain.billing.consolidated import (
    ConsolidatedInvoice,
    Part,
    part_id,
    spread,
)
from domain.billing.credit_commands import CreditLineInput, IssueCreditMemo
from domain.billing.documents import BILLERS, DocumentAnswer, NothingToBill
from domain.billing.holders import BillableRef
from domain.billing.invoice import Invoice, OverCredited
from domain.billing.invoice_commands import CreditFields, InvoiceAnswer, IssueInvoice
from domain.billing.issuing import Place, due_on
from domain.billing.numbering import Number, next_number
from domain.billing.parking_commands import ClientCommand
from domain.billing.payment_commands import CASHIERS, ApplyPayment
from domain.command import Amount, Answer, Command, Exact, Value
from domain.contracts.contract import Contract
from domain.errors import Refusal
from domain.identity import named_id
from domain.money import CurrencyMismatch
from domain.organisation.client import Client
from domain.request import AlreadyTaken
from domain.revenue.position import ContractTwice
from domain.unit_of_work import UnitOfWork

MOST_PARTS = 1000


class SetConsolidation(ClientCommand):
    """Say whether billing runs put what they bill a client on one document a currency."""

    ROLES: ClassVar = BILLERS
    consolidate: bool

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        client = self.client(work)
        client.set_consolidation(consolidate=self.consolidate)
        return Answer(id=client.id)


class ConsolidatedPart(Value):
    """What is billed of one contract."""

    contract_id: UUID
    sources: tuple[BillableRef, ...] = Field(min_length=1, max_length=5000)


class PartAnswer(Value):
    """An invoice that is a part of the document."""

    invoice_id: UUID
    contract_id: UUID
    number: str
    net: Exact
    tax: Exact
    due: Exact = Field(description="What the client owes of it")


class ConsolidatedAnswer(DocumentAnswer):
    """The document's number and figures, in its currency; a dry run answers the same."""

    net: Exact
    tax: Exact
    due: Exact = Field(description="What the client owes: the sum of the parts")
    parts: tuple[PartAnswer, ...]
    steps: tuple[str, ...] = Field(description="How limits cut the lines, contract by contract")
    warnings: tuple[str, ...] = Field(description="Limits that come near their end")


class IssueConsolidatedInvoice(CreditFields):
    """Bill several contracts of one client on one document, under one number.

    Each part is an invoice of its contract, in the order given; all are issued or none.
    """

    ROLES: ClassVar = BILLERS
    ANSWER: ClassVar = ConsolidatedAnswer
    document_id: UUID
    issued_on: date
    parts: tuple[ConsolidatedPart, ...] = Field(min_length=2, max_length=MOST_PARTS)

    def effective_on(self, today: date) -> date:
        """The invoice date."""
        del today
        return self.issued_on

    def run(self, work: UnitOfWork) -> ConsolidatedAnswer:
        """Raises OtherClient, CurrencyMismatch, ContractTwice, AlreadyTaken, NotFound.

        A client belongs to one legal entity, so another entity's contract is OtherClient, too.
        What issuing an invoice raises for one part refuses them all, and names its contract.
        """
        contracts = self._contracts(work)
        first = contracts[0]
        number = next_number(work, "INV", first.entity, self.issued_on)
        due = max(due_on(contract, self.issued_on) for contract in contracts)
        answers = [
            self._part(work, contract, part, Place(self.document_id, number, no, due))
            for no, (contract, part) in enumerate(zip(contracts, self.parts, strict=True), 1)
        ]
        parts = tuple(
            Part(answer.id, contract.id, answer.number, answer.due)
            for contract, answer in zip(contracts, answers, strict=True)
        )
        self._document(work, first, number, due, parts)
        return self._answer(number, parts, answers)

    def _contracts(self, work: UnitOfWork) -> list[Contract]:
        contracts = [work.read(Contract, part.contract_id) for part in self.parts]
        first = contracts[0]
        work.enter(first.entity)
        if len({contract.id for contract in contracts}) < len(contracts):
            raise ContractTwice("a contract is named twice", field="parts")
        for one in contracts:
            if (one.client_id, one.entity) != (first.client_id, first.entity):
                raise OtherClient(f"contract {one.name} is another client's", field="parts")
            if one.currency != first.currency:
                raise CurrencyMismatch(
                    f"contract {one.name} is in {one.currency}, {first.name} in {first.currency}",
                    field="parts",
                )
        if work.load_or_none(ConsolidatedInvoice, self.document_id):
            raise AlreadyTaken(f"invoice {self.document_id} exists", field="document_id")
        return contracts

    def _part(
        self, work: UnitOfWork, contract: Contract, part: ConsolidatedPart, place: Place
    ) -> InvoiceAnswer:
        command = IssueInvoice(
            invoice_id=part_id(self.document_id, contract.id), contract_id=contract.id,
            issued_on=self.issued_on, sources=part.sources, reason=self.reason,
            over_limit_why=self.over_limit_why,
        )  # fmt: skip
        with named(contract):
            return command.billed(work, place)

    def _document(
        self, work: UnitOfWork, first: Contract, number: Number, due: date,
        parts: tuple[Part, ...],
    ) -> None:  # fmt: skip
        client = work.read(Client, first.client_id)
        total = sum((part.due for part in parts), Decimal(0))
        work.add(ConsolidatedInvoice(
            self.document_id, number.text, number.sequence, number.series, first.entity,
            client.id, client.code, self.issued_on, due, first.currency, parts, total,
        ))  # fmt: skip

    def _answer(
        self, number: Number, parts: tuple[Part, ...], answers: list[InvoiceAnswer]
    ) -> ConsolidatedAnswer:
        return ConsolidatedAnswer(
            id=self.document_id, number=number.text,
            net=sum((one.net for one in answers), Decimal(0)),
            tax=sum((one.tax for one in answers), Decimal(0)),
            due=sum((one.due for one in answers), Decimal(0)),
            parts=tuple(
                PartAnswer(invoice_id=part.invoice_id, contract_id=part.contract_id,
                           number=part.number, net=one.net, tax=one.tax, due=one.due)
                for part, one in zip(parts, answers, strict=True)
            ),
            steps=tuple(f"{one.number}: {step}" for one in answers for step in one.steps),
            warnings=tuple(dict.fromkeys(told for one in answers for told in one.warnings)),
        )  # fmt: skip


@contextmanager
def named(contract: Contract) -> Iterator[None]:
    """A refusal within says which contract it is about."""
    try:
        yield
    except Refusal as refusal:
        said = f"contract {contract.name}: {refusal.message}"
        raise type(refusal)(said, field=refusal.field) from refusal


class DocumentCommand(Command):
    """A consolidated invoice that was issued."""

    document_id: UUID

    def document(self, work: UnitOfWork) -> ConsolidatedInvoice:
        """Raises NotFound, WrongEntity."""
        found = work.read(ConsolidatedInvoice, self.document_id)
        work.enter(found.entity)
        return found


class SettleConsolidatedInvoice(DocumentCommand):
    """Settle a consolidated invoice with money received, part after part.

    A discount or a difference is let off part by part, by applying the payment to the part.
    """

    ROLES: ClassVar = CASHIERS
    payment_id: UUID
    amount: Amount
    applied_on: date
    first: tuple[UUID, ...] = Field(
        default=(), max_length=MOST_PARTS,
        description="Invoices of the parts to settle first; the others follow as printed",
    )  # fmt: skip

    def effective_on(self, today: date) -> date:
        """The day of the application."""
        del today
        return self.applied_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverApplied, NotAPart, NothingToBill and what applying a payment raises.

        OtherClient, CurrencyMismatch, ClientUnknown, PeriodClosed, NotFound, WrongEntity.
        """
        document = self.document(work)
        if self.amount.currency.code != document.currency:
            raise CurrencyMismatch("amount and invoice differ in currency", field="amount")
        if self.amount.amount <= 0:
            raise NothingToBill("an applied amount is positive", field="amount")
        order = document.in_order(self.first)
        opens = {id_: work.read(Invoice, id_).open for id_ in order}
        for id_, share in spread(self.amount.amount, opens, document.currency):
            ApplyPayment(
                payment_id=self.payment_id, invoice_id=id_, applied_on=self.applied_on,
                amount=Money(share, self.amount.currency), reason=self.reason,
            ).run(work)  # fmt: skip
        return Answer(id=self.payment_id)


class CreditConsolidatedInvoice(DocumentCommand):
    """Take back all that is left of a consolidated invoice, by a credit memo for each part."""

    ROLES: ClassVar = BILLERS
    issued_on: date
    why: str = Field(min_length=1, max_length=500)
    restore: bool = Field(
        default=False, description="Free what it billed to be billed again (whole lines only)"
    )

    def effective_on(self, today: date) -> date:
        """The memos' date."""
        del today
        return self.issued_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverCredited where nothing is left, and what issuing a credit memo raises.

        PartialRestore, PeriodClosed, NotFound, WrongEntity.
        """
        document = self.document(work)
        invoices = [work.load(Invoice, id_) for id_ in document.parts]
        left = [invoice for invoice in invoices if invoice.creditable]
        if not left:
            raise OverCredited(f"all of {document.number} is credited", field="document_id")
        for invoice in left:
            with named(work.read(Contract, invoice.party.contract_id)):
                self._memo(invoice).run(work)
        return Answer(id=document.id)

    def _memo(self, invoice: Invoice) -> IssueCreditMemo:
        return IssueCreditMemo(
            memo_id=named_id("memo of part", f"{self.command_id}:{invoice.id}"),
            invoice_id=invoice.id, issued_on=self.issued_on, why=self.why, reason=self.reason,
            lines=tuple(CreditLineInput(no=no, restore=self.restore) for no in invoice.creditable),
        )  # fmt: skip
