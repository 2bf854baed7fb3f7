"""Issuing invoices."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.billing.documents import BILLERS, DocumentAnswer, NothingToBill
from domain.billing.holders import BillableRef, consume
from domain.billing.invoice import Invoice, Party, Totals
from domain.billing.lines import InvoiceLine, lines_of
from domain.billing.numbering import next_number
from domain.command import Answer, Command
from domain.contracts.commands import account_of, settle_document
from domain.contracts.contract import Contract
from domain.ledger.commands import require_open
from domain.organisation.client import Client
from domain.organisation.commands import legal_entity
from domain.pricing.fx import Quote, quote
from domain.request import AlreadyTaken
from domain.revenue.position import Movement
from domain.unit_of_work import UnitOfWork


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
        totals = self._totals(work, contract, lines, rate)
        invoice = self._invoice(work, contract, lines, totals, rate)
        account_of(work, contract).charge(invoice.id, invoice.number, self.issued_on, totals.net)
        return DocumentAnswer(id=work.add(invoice).id, number=invoice.number)

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
        party = Party(
            contract.entity,
            client.id,
            contract.id,
            client.code,
            client.name,
            by_run=not contract.terms.earned_at_once,
        )
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
