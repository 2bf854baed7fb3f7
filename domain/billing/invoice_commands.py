"""Issuing invoices: what is billable, within every limit, becomes lines, numbers and figures."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.billing.documents import BILLERS, DocumentAnswer, NothingToBill
from domain.billing.holders import BillableRef, consume, offered
from domain.billing.invoice import Invoice, Party, Totals
from domain.billing.invoice_taxes import tax_steps, taxed_lines
from domain.billing.limits import Cut, Cutting, order_warnings
from domain.billing.lines import InvoiceLine
from domain.billing.numbering import next_number
from domain.billing.readiness import require_ready
from domain.command import Command, Exact
from domain.consumption import Share
from domain.contracts.account import ContractAccount, KindTotal
from domain.contracts.commands import account_of, settle_document
from domain.contracts.contract import Contract
from domain.ledger.commands import ReasonNeeded, require_open
from domain.money import require_fine
from domain.organisation.client import Client
from domain.organisation.commands import legal_entity
from domain.pricing.discount import Discount
from domain.pricing.fx import Quote, quote
from domain.receivables.credit_limit import charge_credit
from domain.request import AlreadyTaken
from domain.revenue.position import Movement
from domain.unit_of_work import UnitOfWork


class InvoiceAnswer(DocumentAnswer):
    """The invoice's number and figures, in its currency; a dry run answers the same."""

    net: Exact
    tax: Exact
    gross: Exact = Field(description="Net and tax: what the client owes")
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
    """Bill approved time, expenses and accepted milestones of one contract."""

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
        CreditLimitExceeded. Discounts: TwoDiscounts, DiscountOverAmount, AmountTooFine,
        ReasonNeeded. Taxes: NoTaxRate, TaxInsidePrice; OwnOverride by who overrode them.
        """
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
        totals = self._totals(work, contract, lines, rate)
        invoice = work.add(self._invoice(work, contract, lines, totals, rate))
        charge(account, contract, invoice, cut.shares, self.issued_on)
        near = order_warnings(contract, account)
        over = charge_credit(work, invoice, self.over_limit_why)
        return self._answer(invoice, cut, (*near, *over))

    def _answer(self, invoice: Invoice, cut: Cut, warnings: tuple[str, ...]) -> InvoiceAnswer:
        totals = invoice.totals
        return InvoiceAnswer(
            id=invoice.id, number=invoice.number, net=totals.net, tax=totals.tax,
            gross=totals.gross, discount=cut.discount, written_down=cut.written_down,
            steps=(*cut.steps, *tax_steps(invoice.lines.values())),
            warnings=(*cut.warnings, *warnings),
        )  # fmt: skip

    def _totals(
        self, work: UnitOfWork, contract: Contract, lines: tuple[InvoiceLine, ...], rate: Quote
    ) -> Totals:
        """Where a revenue run earns, what is carried comes from the contract's position."""
        totals = totals_of(lines, rate)
        if totals.gross <= 0:
            raise NothingToBill("an invoice asks for a positive amount", field="sources")
        if contract.terms.earned_at_once:
            return totals
        bill = Movement("invoice", self.issued_on, totals.net, totals.functional_net)
        carried = settle_document(work, contract, self.invoice_id, bill, rate.to)
        return replace(totals, carried=carried)

    def _invoice(
        self,
        work: UnitOfWork,
        contract: Contract,
        lines: tuple[InvoiceLine, ...],
        totals: Totals,
        rate: Quote,
    ) -> Invoice:
        client = work.read(Client, contract.client_id)
        require_ready(client.code, client.name)
        party = Party(contract.entity, client.id, contract.id, client.code, client.name,
                      by_run=not contract.terms.earned_at_once)  # fmt: skip
        number = next_number(work, "INV", contract.entity, self.issued_on)
        due_on = self.issued_on + timedelta(days=contract.terms.payment_terms_days)
        return Invoice(
            self.invoice_id, number.text, number.sequence, number.series, party, self.issued_on,
            due_on, contract.currency, rate, lines, totals,
            purchase_order=contract.order.number if contract.order else "",
        )  # fmt: skip


def totals_of(lines: Iterable[InvoiceLine], rate: Quote) -> Totals:
    """Sums of the lines; net and tax are converted apart and each rounded once."""
    listed = list(lines)
    net = sum((line.net for line in listed), Decimal(0))
    tax = sum((line.tax for line in listed), Decimal(0))
    carried = sum((line.carried for line in listed), Decimal(0))
    return Totals(net, tax, rate.convert(net), rate.convert(tax), carried)


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
