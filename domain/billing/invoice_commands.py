"""Issuing invoices: what is billable, within every limit, becomes lines, numbers and figures."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.billing.documents import BILLERS, DocumentAnswer
from domain.billing.holders import BillableRef, consume, offered
from domain.billing.invoice import Invoice
from domain.billing.invoice_taxes import tax_steps, taxed_lines
from domain.billing.issuing import Place, issued, settled, totals_of
from domain.billing.limits import Cut, Cutting, order_warnings
from domain.billing.retaining import keeping, note
from domain.command import Command, Exact
from domain.consumption import Share
from domain.contracts.account import ContractAccount, KindTotal
from domain.contracts.commands import account_of
from domain.contracts.contract import Contract
from domain.ledger.commands import ReasonNeeded, require_open
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.pricing.discount import Discount
from domain.pricing.fx import quote
from domain.receivables.credit_limit import charge_credit
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork


class InvoiceAnswer(DocumentAnswer):
    """The invoice's number and figures, in its currency; a dry run answers the same."""

    net: Exact
    tax: Exact
    gross: Exact = Field(description="Net and tax")
    retained: Exact = Field(description="Retainage the client keeps; below zero: gives back")
    due: Exact = Field(description="Gross less retainage: what the client owes")
    discount: Exact = Field(description="Taken off before tax, agreed and of this document")
    written_down: Exact = Field(description="Cut by caps, for good")
    steps: tuple[str, ...] = Field(
        description="How discounts and limits cut the lines, in order, and overridden taxes"
    )
    warnings: tuple[str, ...] = Field(description="Limits that come near their end")


class DiscountFields(Command):
    """What a document takes off all its lines, before tax, beside what the contract agrees."""

    discount_pct: Exact = Field(default=Decimal(0), ge=0, le=100, decimal_places=4)
    discount_amount: Exact = Field(
        default=Decimal(0), ge=0, max_digits=18, description="In place of a percentage"
    )
    discount_why: str = Field(
        default="", max_length=500, description="Needed where the document gives a discount"
    )

    def discount(self, currency: str) -> Discount:
        """Raises AmountTooFine, ReasonNeeded."""
        require_fine(self.discount_amount, currency, field="discount_amount")
        if (self.discount_pct or self.discount_amount) and not self.discount_why:
            raise ReasonNeeded("say why a discount is given", field="discount_why")
        return Discount(self.discount_pct, self.discount_amount)


class CreditFields(Command):
    """Going beyond what the client may owe."""

    over_limit_why: str = Field(
        default="", max_length=500,
        description="Why it is issued beyond the client's credit limit, by a controller",
    )  # fmt: skip


class IssueInvoice(DiscountFields, CreditFields):
    """Bill approved time and expenses, accepted milestones, certified work of one contract."""

    ROLES: ClassVar = BILLERS
    ANSWER: ClassVar = InvoiceAnswer
    invoice_id: UUID
    contract_id: UUID
    issued_on: date
    sources: tuple[BillableRef, ...] = Field(min_length=1, max_length=5000)

    def effective_on(self, today: date) -> date:
        """The invoice date."""
        del today
        return self.issued_on

    def run(self, work: UnitOfWork) -> InvoiceAnswer:
        """Raises BilledElsewhere, OtherContract, PeriodClosed, MissingRate, NothingToBill.

        A client whom the accounting system would refuse is NotExportReady.
        Limits: BillableHeld, ContractSuspended, CapExceeded, OrderExpired, OrderExhausted,
        CreditLimitExceeded. Retainage given back beyond what is held: OverReleased.
        Discounts: TwoDiscounts, DiscountOverAmount, AmountTooFine, ReasonNeeded. Taxes:
        NoTaxRate, TaxInsidePrice; OwnOverride by who overrode them. Where an engine says
        them: TaxNotDetermined, TaxDeterminationStale.
        """
        return self.billed(work)

    def billed(self, work: UnitOfWork, place: Place | None = None) -> InvoiceAnswer:
        """Issue it, by itself or as a part. Raises what ``run`` raises."""
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        contract.require_billable()
        require_open(work, self, entity.code, self.issued_on)
        if work.load_or_none(Invoice, self.invoice_id):
            raise AlreadyTaken(f"invoice {self.invoice_id} exists", field="invoice_id")
        account = account_of(work, contract)
        rate = quote(work, contract.currency, entity.currency, self.issued_on)
        found = offered(work, self.sources, contract.id)
        cut = Cutting(contract, account, rate.to, self.issued_on).cut(
            found, self.discount(contract.currency), self.discount_why
        )
        consume(work, cut.shares, self.invoice_id)
        lines = taxed_lines(work, contract, self.invoice_id, self.issued_on, cut.shares)
        kept = keeping(work, contract, lines, rate)
        totals = settled(work, contract, self.invoice_id, totals_of(lines, rate, kept.held),
                         self.issued_on, rate.to)  # fmt: skip
        invoice = issued(work, contract, self.invoice_id, self.issued_on, lines, totals, rate,
                         place)  # fmt: skip
        note(work, contract, invoice, kept)
        charge(account, contract, invoice, cut.shares, self.issued_on)
        near = order_warnings(contract, account)
        over = charge_credit(work, invoice, self.over_limit_why)
        return self._answer(invoice, cut, (*near, *over))

    def _answer(self, invoice: Invoice, cut: Cut, warnings: tuple[str, ...]) -> InvoiceAnswer:
        totals = invoice.totals
        return InvoiceAnswer(
            id=invoice.id, number=invoice.number, net=totals.net, tax=totals.tax,
            gross=totals.gross, retained=totals.held.amount, due=totals.due,
            discount=cut.discount, written_down=cut.written_down,
            steps=(*cut.steps, *tax_steps(invoice.lines.values())),
            warnings=(*cut.warnings, *warnings),
        )  # fmt: skip


def charge(
    account: ContractAccount, contract: Contract, invoice: Invoice, shares: Iterable[Share],
    on: date,
) -> None:  # fmt: skip
    """Note the invoice in the contract's account. Raises OrderExpired, OrderExhausted."""
    kinds = kind_totals((share.kind, share.amount, share.quantity) for share in shares)
    order = contract.order
    if order:
        order.require_valid(on)
        net = sum((total.net for total in kinds), Decimal(0))
        order.require_room(account.ordered[order.number], net, contract.currency)
    account.charge(invoice.id, invoice.number, on, kinds, order.number if order else "")


def kind_totals(parts: Iterable[tuple[str, Decimal, Decimal]]) -> tuple[KindTotal, ...]:
    """Net and hours by kind; only time has hours."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for kind, net, quantity in parts:
        sums[kind][0] += net
        sums[kind][1] += quantity if kind == "time" else Decimal(0)
    return tuple(KindTotal(kind, net, hours) for kind, (net, hours) in sorted(sums.items()))
