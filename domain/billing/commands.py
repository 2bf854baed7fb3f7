"""Billing and cash: invoices, credit memos, payments."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, BILLING, CASH, CONTROLLER
from domain.billing.invoice import CreditLine, Invoice, Party, Totals
from domain.billing.lines import InvoiceLine, Source, lines_of
from domain.billing.numbering import next_number
from domain.billing.payment import OtherClient, Payment
from domain.command import Amount, Answer, Command, Exact, Value
from domain.consumption import BilledElsewhere, Kind, Share
from domain.contracts.contract import Contract
from domain.delivery.expense import Expense
from domain.delivery.project import Project
from domain.delivery.timesheet import Timesheet
from domain.errors import Refusal
from domain.ledger.commands import require_open
from domain.money import CurrencyMismatch, require_fine
from domain.organisation.client import Client
from domain.organisation.commands import legal_entity
from domain.pricing.fx import Quote, quote
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork

BILLERS = frozenset({ADMIN, BILLING, CONTROLLER})
CASHIERS = frozenset({ADMIN, CASH, CONTROLLER})


class OtherContract(Refusal):
    """A source belongs to another contract."""

    code = "OTHER_CONTRACT"


class NothingToBill(Refusal):
    """The document would have no amount."""

    code = "NOTHING_TO_BILL"


class BillableRef(Value):
    """A billable thing: its holder (timesheet, expense, project) and what of it."""

    kind: Kind
    holder_id: UUID
    ids: tuple[UUID, ...] = Field(min_length=1, max_length=5000)


class DocumentAnswer(Answer):
    """The document's number."""

    number: str


class IssueInvoice(Command):
    """Bill approved time, expenses and accepted milestones of one contract."""

    ROLES: ClassVar = BILLERS
    ANSWER: ClassVar = DocumentAnswer
    invoice_id: UUID
    contract_id: UUID
    issued_on: date
    sources: tuple[BillableRef, ...] = Field(min_length=1, max_length=5000)

    def effective_on(self, today: date) -> date:
        """The invoice date."""
        del today
        return self.issued_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises BilledElsewhere, OtherContract, PeriodClosed, MissingRate, NothingToBill."""
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        contract.require_active()
        require_open(work, self, entity.code, self.issued_on)
        if work.load_or_none(Invoice, self.invoice_id):
            raise AlreadyTaken(f"invoice {self.invoice_id} exists", field="invoice_id")
        shares = consume(work, self.sources, contract.id, self.invoice_id)
        lines = lines_of(shares, contract.currency, contract.terms.tax_rate_pct)
        rate = quote(work, contract.currency, entity.currency, self.issued_on)
        invoice = self._invoice(work, contract, lines, rate)
        return DocumentAnswer(id=work.add(invoice).id, number=invoice.number)

    def _invoice(
        self, work: UnitOfWork, contract: Contract, lines: tuple[InvoiceLine, ...], rate: Quote
    ) -> Invoice:
        totals = totals_of(lines, rate)
        if totals.gross <= 0:
            raise NothingToBill("an invoice asks for a positive amount", field="sources")
        client = work.read(Client, contract.client_id)
        party = Party(contract.entity, client.id, contract.id, client.code, client.name)
        number = next_number(work, "INV", contract.entity, self.issued_on)
        due_on = self.issued_on + timedelta(days=contract.terms.payment_terms_days)
        return Invoice(
            self.invoice_id, number.text, number.sequence, number.series, party, self.issued_on,
            due_on, contract.currency, rate, lines, totals,
        )  # fmt: skip


def totals_of(lines: Iterable[InvoiceLine], rate: Quote) -> Totals:
    """Sums of the lines; net and tax are converted apart and each rounded once."""
    listed = list(lines)
    net = sum((line.net for line in listed), Decimal(0))
    tax = sum((line.tax for line in listed), Decimal(0))
    carried = sum((line.carried for line in listed), Decimal(0))
    return Totals(net, tax, rate.convert(net), rate.convert(tax), carried)


def consume(
    work: UnitOfWork, refs: Iterable[BillableRef], contract_id: UUID, invoice_id: UUID
) -> list[Share]:
    """Take the things for an invoice: their own state moves in the same append.

    Raises BilledElsewhere, OtherContract, UnknownEntry, UnknownMilestone, NotFound.
    """
    wanted = list(refs)
    kinds: dict[Kind, type[Timesheet | Expense | Project]] = {
        "time": Timesheet, "expense": Expense, "milestone": Project,
    }  # fmt: skip
    if len({(ref.holder_id, id_) for ref in wanted for id_ in ref.ids}) < sum(
        len(ref.ids) for ref in wanted
    ):
        raise BilledElsewhere("a source is named twice", field="sources")
    for kind, holder in kinds.items():
        work.load_all(holder, dict.fromkeys(ref.holder_id for ref in wanted if ref.kind == kind))
    return [share for ref in wanted for share in _take(work, ref, contract_id, invoice_id)]


def _take(work: UnitOfWork, ref: BillableRef, contract_id: UUID, invoice_id: UUID) -> list[Share]:
    if ref.kind == "time":
        sheet = work.load(Timesheet, ref.holder_id)
        shares = sheet.shares(ref.ids)
        _require_contract(contract_id, {sheet.contract_of(id_) for id_ in ref.ids})
        sheet.bill(invoice_id, ref.ids)
        return shares
    if ref.kind == "milestone":
        project = work.load(Project, ref.holder_id)
        shares = project.shares(ref.ids)
        _require_contract(contract_id, {project.contract_id})
        project.bill(invoice_id, ref.ids)
        return shares
    expense = work.load(Expense, ref.holder_id)
    share = expense.share()
    _require_contract(contract_id, {expense.contract_id})
    expense.bill(invoice_id)
    return [share]


def _require_contract(wanted: UUID, found: set[UUID | None]) -> None:
    if found != {wanted}:
        raise OtherContract("a source belongs to another contract", field="sources")


class CreditLineInput(Value):
    """Part of an invoice line to take back."""

    no: int = Field(ge=1, description="Number of the invoice line")
    net: Exact | None = Field(
        default=None, gt=0, max_digits=18, description="Left out: all that is left of the line"
    )
    restore: bool = Field(
        default=False, description="Free the line's sources to be billed again (whole lines only)"
    )


class IssueCreditMemo(Command):
    """Take back some of an invoice: a price cut, or work to be billed again."""

    ROLES: ClassVar = BILLERS
    ANSWER: ClassVar = DocumentAnswer
    memo_id: UUID
    invoice_id: UUID
    issued_on: date
    why: str = Field(min_length=1, max_length=500)
    lines: tuple[CreditLineInput, ...] = Field(min_length=1, max_length=1000)

    def effective_on(self, today: date) -> date:
        """The memo's date."""
        del today
        return self.issued_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverCredited, UnknownLine, PartialRestore, PeriodClosed, AmountTooFine.

        A memo id used before is AlreadyTaken.
        """
        invoice = work.load(Invoice, self.invoice_id)
        legal_entity(work, invoice.party.entity)
        require_open(work, self, invoice.party.entity, self.issued_on)
        lines = self._lines(invoice)
        restore(work, lines, self.memo_id)
        number = next_number(work, "CM", invoice.party.entity, self.issued_on)
        invoice.credit(
            self.memo_id, number.text, number.sequence, number.series, self.issued_on, self.why,
            lines,
        )  # fmt: skip
        return DocumentAnswer(id=self.memo_id, number=number.text)

    def _lines(self, invoice: Invoice) -> tuple[CreditLine, ...]:
        if len({line.no for line in self.lines}) < len(self.lines):
            raise BilledElsewhere("a line is named twice", field="lines")
        for line in self.lines:
            require_fine(line.net or Decimal(0), invoice.currency, field="lines")
        return tuple(
            invoice.credit_line(line.no, line.net, restore=line.restore) for line in self.lines
        )


def restore(work: UnitOfWork, lines: Iterable[CreditLine], memo_id: UUID) -> None:
    """Make the sources of credited lines billable again, in the same append."""
    held: dict[tuple[str, UUID], list[Source]] = defaultdict(list)
    for line in lines:
        for source in line.restored:
            held[line.kind, source.holder_id].append(source)
    for (kind, holder_id), sources in held.items():
        ids = tuple(source.id for source in sources)
        if kind == "time":
            work.load(Timesheet, holder_id).restore(memo_id, ids)
        elif kind == "milestone":
            work.load(Project, holder_id).restore(memo_id, ids)
        else:
            work.load(Expense, holder_id).restore(memo_id)


class RecordPayment(Command):
    """Note money received from a client; it is a credit until it is applied."""

    ROLES: ClassVar = CASHIERS
    payment_id: UUID
    client_id: UUID
    received_on: date
    amount: Amount
    bank_reference: str = Field(min_length=1, max_length=140)

    def effective_on(self, today: date) -> date:
        """The value date."""
        del today
        return self.received_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken (also a bank reference used before), PeriodClosed, MissingRate."""
        client = work.read(Client, self.client_id)
        entity = legal_entity(work, client.entity)
        require_open(work, self, entity.code, self.received_on)
        if self.amount.amount <= 0:
            raise NothingToBill("a payment is positive", field="amount")
        if work.load_or_none(Payment, self.payment_id):
            raise AlreadyTaken(f"payment {self.payment_id} exists", field="payment_id")
        currency = self.amount.currency.code
        rate = quote(work, currency, entity.currency, self.received_on)
        payment = Payment(
            self.payment_id, entity.code, client.id, client.code, self.received_on, currency,
            self.amount.amount, rate, rate.convert(self.amount.amount), self.bank_reference,
        )  # fmt: skip
        return Answer(id=work.add(payment).id)


class ApplyPayment(Command):
    """Settle an invoice with money received; realised FX is booked."""

    ROLES: ClassVar = CASHIERS
    payment_id: UUID
    invoice_id: UUID
    amount: Amount
    applied_on: date

    def effective_on(self, today: date) -> date:
        """The day of the application."""
        del today
        return self.applied_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverApplied, OtherClient, CurrencyMismatch, PeriodClosed, NotFound."""
        payment = work.load(Payment, self.payment_id)
        legal_entity(work, payment.entity)
        require_open(work, self, payment.entity, self.applied_on)
        invoice = work.load(Invoice, self.invoice_id)
        if invoice.party.client_id != payment.client_id:
            raise OtherClient("the invoice is another client's", field="invoice_id")
        if not self.amount.currency.code == payment.currency == invoice.currency:
            raise CurrencyMismatch("payment and invoice differ in currency", field="amount")
        if self.amount.amount <= 0:
            raise NothingToBill("an applied amount is positive", field="amount")
        booked = invoice.apply(payment.id, self.applied_on, self.amount.amount)
        payment.apply(invoice.id, invoice.number, self.applied_on, self.amount.amount, booked)
        return Answer(id=payment.id)
