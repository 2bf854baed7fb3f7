"""Issuing credit memos."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.billing.documents import BILLERS, DocumentAnswer
from domain.billing.holders import holder_of, restore
from domain.billing.invoice import Invoice
from domain.billing.invoice_commands import kind_totals
from domain.billing.numbering import next_number
from domain.billing.retainer_account import Retainer
from domain.billing.retaining import crediting, note_memo, within_held
from domain.billing.totals import CreditLine, Totals
from domain.command import Command, Exact, Value
from domain.consumption import BilledElsewhere
from domain.contracts.account import ContractAccount, KindTotal, WriteDown
from domain.contracts.commands import account_of, settle_document
from domain.contracts.contract import Contract
from domain.ledger.commands import require_open
from domain.money import quantize, require_fine
from domain.organisation.commands import legal_entity
from domain.receivables.credit_account import owing
from domain.revenue.position import Movement
from domain.unit_of_work import UnitOfWork


class CreditLineInput(Value):
    """Part of an invoice line to take back."""

    no: int = Field(ge=1, description="Number of the invoice line")
    net: Exact | None = Field(
        default=None, gt=0, max_digits=18, description="Left out: all that is left of the line"
    )
    restore: bool = Field(
        default=False, description="Free the line's sources to be billed again (whole lines only)"
    )


class CreditAnswer(DocumentAnswer):
    """The memo's number and figures, positive, in the invoice's currency."""

    net: Exact
    tax: Exact
    gross: Exact = Field(description="Net and tax")
    retained: Exact = Field(
        description="Of it retainage the client kept; the rest is owed less, or to the client"
    )


class IssueCreditMemo(Command):
    """Take back some of an invoice: a price cut, or work to be billed again."""

    ROLES: ClassVar = BILLERS
    ANSWER: ClassVar = CreditAnswer
    memo_id: UUID
    invoice_id: UUID
    issued_on: date
    why: str = Field(min_length=1, max_length=500)
    lines: tuple[CreditLineInput, ...] = Field(min_length=1, max_length=1000)

    def effective_on(self, today: date) -> date:
        """The memo's date."""
        del today
        return self.issued_on

    def run(self, work: UnitOfWork) -> CreditAnswer:
        """Raises OverCredited, UnknownLine, PartialRestore, PeriodClosed, AmountTooFine.

        A memo id used before is AlreadyTaken. A retainer's fee takes the same part of its
        allowance with it: AllowanceDrawn.
        """
        invoice = work.load(Invoice, self.invoice_id)
        legal_entity(work, invoice.party.entity)
        require_open(work, self, invoice.party.entity, self.issued_on)
        contract = work.read(Contract, invoice.party.contract_id)
        lines = self._lines(work, contract, invoice)
        restore(work, lines, self.memo_id)
        number = next_number(work, "CM", invoice.party.entity, self.issued_on)
        kept = crediting(work, contract, invoice, lines)
        carried = self._carried(work, contract, invoice, lines)
        with owing(work, invoice):
            invoice.credit(
                self.memo_id, number.text, number.sequence, number.series, self.issued_on,
                self.why, lines, carried, kept.held,
            )  # fmt: skip
        note_memo(
            work, contract, invoice, kept, (self.memo_id, number.text, self.issued_on), lines
        )
        account = account_of(work, contract)
        account.charge(self.memo_id, number.text, self.issued_on, given_back(invoice, lines),
                       invoice.purchase_order)  # fmt: skip
        undo_discounts(work, account, invoice, lines, self.issued_on)
        take_back(work, invoice, lines, self.memo_id, self.issued_on)
        totals = replace(invoice.totals_of(lines), held=kept.held)
        return answer_of(self.memo_id, number.text, totals)

    def _carried(
        self,
        work: UnitOfWork,
        contract: Contract,
        invoice: Invoice,
        lines: tuple[CreditLine, ...],
    ) -> Decimal | None:
        """What the position takes back where a revenue run earns."""
        if not invoice.party.by_run:
            return None
        back = invoice.totals_of(lines)
        taken = Movement("invoice", self.issued_on, -back.net, -back.functional_net)
        return -settle_document(work, contract, self.memo_id, taken, invoice.quote.to)

    def _lines(
        self, work: UnitOfWork, contract: Contract, invoice: Invoice
    ) -> tuple[CreditLine, ...]:
        if len({line.no for line in self.lines}) < len(self.lines):
            raise BilledElsewhere("a line is named twice", field="lines")
        for line in self.lines:
            require_fine(line.net or Decimal(0), invoice.currency, field="lines")
        lines = [
            invoice.credit_line(line.no, line.net, restore=line.restore) for line in self.lines
        ]
        return tuple(within_held(work, contract, invoice, lines))


def answer_of(memo_id: UUID, number: str, totals: Totals) -> CreditAnswer:
    """What a memo took back."""
    return CreditAnswer(
        id=memo_id, number=number, net=totals.net, tax=totals.tax, gross=totals.gross,
        retained=totals.held.amount,
    )  # fmt: skip


def given_back(invoice: Invoice, lines: Iterable[CreditLine]) -> tuple[KindTotal, ...]:
    """What credited lines give back to the limits of the contract; hours in proportion.

    Limits count prices, with any tax inside them; the last credit gives back the rest.
    """
    parts = []
    for line in lines:
        if not line.net:
            continue
        billed, after = invoice.lines[line.no], invoice.credited_net[line.no]
        upto, known = (
            quantize(billed.price * net / billed.net, invoice.currency)
            for net in (after, after - line.net)
        )
        parts.append((line.kind, known - upto, -billed.quantity * line.net / billed.net))
    return kind_totals(parts)


def take_back(
    work: UnitOfWork, invoice: Invoice, lines: Iterable[CreditLine], memo_id: UUID, on: date
) -> None:
    """A retainer's fee that is credited and not billed again takes its allowance with it.

    Raises AllowanceDrawn.
    """
    for line in lines:
        if line.kind != "retainer" or line.restored:
            continue
        billed, after = invoice.lines[line.no], invoice.credited_net[line.no]
        before = after - line.net
        upto, known = (
            quantize(billed.price * net / billed.net, invoice.currency) for net in (after, before)
        )
        for source in billed.sources:
            retainer = work.load(Retainer, source.holder_id)
            part = line.net / (billed.net - before)
            retainer.take_back(memo_id, source.id, on, upto - known, part)


def undo_discounts(
    work: UnitOfWork, account: ContractAccount, invoice: Invoice, lines: Iterable[CreditLine],
    on: date,
) -> None:  # fmt: skip
    """Freed things are worth again what the invoice took off: the discount was of it alone."""
    for line in lines:
        for source in line.restored:
            if source.discount:
                share = holder_of(work, line.kind, source.holder_id).shares((source.id,))[0]
                account.write_down(share, WriteDown(
                    account.contract_id, line.kind, source.holder_id, source.id,
                    -source.discount, -source.discount_carried, invoice.currency,
                    invoice.quote.to, invoice.party.entity, on, "discount taken back",
                ))  # fmt: skip
