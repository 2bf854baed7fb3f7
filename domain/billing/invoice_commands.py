"""Issuing invoices: what is billable, within every limit, becomes lines, numbers and figures."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.billing.cap import CapLine, cap_lines
from domain.billing.documents import BILLERS, DocumentAnswer, NothingToBill
from domain.billing.holders import BillableRef, consume, offered
from domain.billing.invoice import Invoice, Party, Totals
from domain.billing.lines import InvoiceLine, lines_of
from domain.billing.numbering import next_number
from domain.billing.readiness import require_ready
from domain.command import Answer, Command, Exact
from domain.consumption import Share
from domain.contracts.account import ContractAccount, KindTotal, WriteDown
from domain.contracts.clauses import CapExceeded
from domain.contracts.commands import account_of, settle_document
from domain.contracts.contract import Contract
from domain.ledger.commands import require_open
from domain.organisation.client import Client
from domain.organisation.commands import legal_entity
from domain.pricing.fx import Quote, quote
from domain.request import AlreadyTaken
from domain.revenue.position import Movement
from domain.unit_of_work import UnitOfWork


class InvoiceAnswer(DocumentAnswer):
    """The invoice's number and figures, in its currency; a dry run answers the same."""

    net: Exact
    tax: Exact
    written_down: Exact = Field(description="Cut by caps, for good")
    steps: tuple[str, ...] = Field(description="How limits cut the lines, in order")


class IssueInvoice(Command):
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

    def run(self, work: UnitOfWork) -> Answer:
        """Raises BilledElsewhere, OtherContract, PeriodClosed, MissingRate, NothingToBill.

        A client whom the accounting system would refuse is NotExportReady.
        Limits: BillableHeld, ContractSuspended, CapExceeded, OrderExpired, OrderExhausted.
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
        cut = cut_to_limits(contract, account, found, rate.to, self.issued_on)
        consume(work, cut.shares, self.invoice_id)
        lines = lines_of(cut.shares, contract.currency, contract.terms.tax_rate_pct)
        totals = self._totals(work, contract, lines, rate)
        invoice = work.add(self._invoice(work, contract, lines, totals, rate))
        charge(account, contract, invoice, cut.shares, self.issued_on)
        return self._answer(invoice, lines, cut)

    def _answer(self, invoice: Invoice, lines: Iterable[InvoiceLine], cut: "Cut") -> Answer:
        totals = totals_of(lines, invoice.quote)
        return InvoiceAnswer(
            id=invoice.id, number=invoice.number, net=totals.net, tax=totals.tax,
            written_down=cut.written_down, steps=cut.steps,
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


@dataclass(frozen=True)
class Cut:
    """What limits leave of the shares offered: what is billed, and what they took."""

    shares: list[Share]
    written_down: Decimal
    steps: tuple[str, ...]


def cut_to_limits(
    contract: Contract, account: ContractAccount, offered: Sequence[Share], books: str, on: date
) -> Cut:
    """Cut shares, in their order, at the contract's hard caps; what they take is written down.

    Lines below zero give nothing to cut. Raises CapExceeded, BillableHeld, BilledElsewhere.
    """
    worth = [account.worth(share) for share in offered]
    limits = account.limits(contract.caps.values())
    counted = [cap_line(share) for share in worth]
    capped = cap_lines(limits, counted, contract.currency)
    if capped.written_down and not capped.billable:
        raise CapExceeded(
            f"nothing is left to bill under {', '.join(contract.caps)}", field="sources"
        )
    account.tell(capped.reached, capped.limits)
    kept = []
    for share, left, line in zip(offered, worth, capped.lines, strict=True):
        taken = line.written_down, left.part_of(line.written_down, books)
        if line.written_down:
            account.write_down(share, WriteDown(
                contract.id, share.kind, share.holder_id, share.id, *taken, contract.currency,
                books, contract.entity, on, "cap",
            ))  # fmt: skip
        kept.append(left.less(*taken))
    steps = tuple(step.text for step in capped.steps if step.rule != "cap.within")
    return Cut([share for share in kept if share.amount], capped.written_down, steps)


def cap_line(share: Share) -> CapLine:
    """What caps count of a share: nothing where it gives money back."""
    hours = share.quantity if share.kind == "time" else Decimal(0)
    return CapLine(share.kind, max(share.amount, Decimal(0)), hours)


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
