"""Volume rebates of contracts: agreed, accrued month by month, given back by credit memos."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ACCOUNTANT, ADMIN, CONTROLLER, REVENUE_ACCOUNTANT, SYSTEM
from domain.billing.credit_commands import CreditAnswer, CreditLineInput, IssueCreditMemo
from domain.billing.documents import BILLERS
from domain.billing.holders import OtherContract
from domain.billing.invoice import Invoice, OverCredited
from domain.billing.minimum_commands import MonthNotOver
from domain.billing.rebate import RebateAgreement, RebateTerms, rebate_id
from domain.command import Answer, Command, Exact
from domain.contracts.account import ContractAccount, account_id
from domain.contracts.clause_commands import MANAGERS
from domain.contracts.contract import Contract, OutsideTerm
from domain.contracts.price_commands import VolumeStepInput
from domain.errors import Refusal
from domain.ledger.commands import require_open
from domain.ledger.period import month_end, month_of, months_between
from domain.money import require_fine, split
from domain.organisation.commands import legal_entity
from domain.pricing.fx import quote
from domain.pricing.rebate import VolumeMode, VolumeStep, volume_discount
from domain.revenue.progress import require_term
from domain.unit_of_work import NotFound, UnitOfWork

ACCRUERS = frozenset({ADMIN, ACCOUNTANT, CONTROLLER, REVENUE_ACCOUNTANT, SYSTEM})


class EarnedByRun(Refusal):
    """A revenue run earns the contract: a rebate is a variable part of its transaction price."""

    code = "EARNED_BY_RUN"


def agreement_of(work: UnitOfWork, contract_id: UUID) -> RebateAgreement:
    """A contract's rebate, to change it. Raises NotFound."""
    found = work.load_or_none(RebateAgreement, rebate_id(contract_id))
    if found is None:
        raise NotFound("the contract has no rebate agreement", field="contract_id")
    return found


def turnover_of(work: UnitOfWork, agreement: RebateAgreement, until: date) -> Decimal:
    """What documents dated in the months of the term bill up to a day, net; never below zero.

    Prices with tax inside count with it, as they do for every limit of a contract.
    """
    account = work.find(ContractAccount, account_id(agreement.contract_id))
    last = min(until, agreement.terms.ends_on)
    months = months_between(agreement.terms.starts_on, last) if account else ()
    billed = (account.used_in(month) for month in months if account)
    return max(Decimal(0), sum(billed, Decimal(0)))


class SetRebateAgreement(Command):
    """Agree on what goes back of a term's turnover, by the volume it reaches."""

    ROLES: ClassVar = MANAGERS
    contract_id: UUID
    from_month: date = Field(description="Any day of the first month")
    through_month: date = Field(description="Any day of the last month")
    steps: tuple[VolumeStepInput, ...] = Field(min_length=1, max_length=20, description="Upwards")
    mode: VolumeMode = Field(
        default="volume", description="The step reached holds for all, or each part has its own"
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ContractNotActive, EarnedByRun, OutsideTerm, TermReversed, TiersOutOfOrder.

        What was given back or accrued keeps its terms: RebateSettled, MonthAccrued. NotFound,
        WrongEntity.
        """
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        contract.require_active()
        if not contract.terms.earned_at_once:
            raise EarnedByRun("estimate its variable consideration", field="contract_id")
        terms = self._terms(contract)
        id_ = rebate_id(contract.id)
        if known := work.load_or_none(RebateAgreement, id_):
            known.change(terms)
        else:
            work.add(RebateAgreement(id_, contract.id, entity.code, contract.currency, terms))
        return Answer(id=id_)

    def _terms(self, contract: Contract) -> RebateTerms:
        first, last = month_of(self.from_month), month_end(self.through_month)
        require_term(first, last)
        if first < month_of(contract.starts_on) or last > month_end(contract.ends_on):
            raise OutsideTerm(f"{contract.name} runs from {contract.starts_on} to"
                              f" {contract.ends_on}", field="from_month")  # fmt: skip
        steps = tuple(VolumeStep(one.from_volume, one.pct) for one in self.steps)
        volume_discount(Decimal(0), steps, contract.currency, mode=self.mode)
        return RebateTerms(first, last, steps, self.mode)


class AccrualAnswer(Answer):
    """What is owed back of the turnover so far, in the contract's currency."""

    turnover: Exact
    pct: Exact = Field(description="Of the step that the expected turnover reaches")
    owed_back: Exact
    steps: tuple[str, ...]


class AccrueRebate(Command):
    """Take a rebate's liability to what a month's turnover to date is expected to give back."""

    ROLES: ClassVar = ACCRUERS
    ANSWER: ClassVar = AccrualAnswer
    contract_id: UUID
    month: date = Field(description="Any day of it")
    expected_turnover: Exact = Field(
        ge=0, max_digits=18, description="Of the whole term, net, in the contract's currency"
    )

    def effective_on(self, today: date) -> date:
        """The last day of the month."""
        del today
        return month_end(self.month)

    def run(self, work: UnitOfWork) -> AccrualAnswer:
        """Raises RebateSettled, MonthAccrued, ForecastBelowActual, OutsideTerm, MonthNotOver.

        PeriodClosed, MissingRate, AmountTooFine, NotFound, WrongEntity.
        """
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        on = month_end(self.month)
        require_open(work, self, entity.code, on)
        require_fine(self.expected_turnover, contract.currency, field="expected_turnover")
        agreement = agreement_of(work, contract.id)
        if not agreement.terms.starts_on <= on <= agreement.terms.ends_on:
            raise OutsideTerm(f"the rebate runs until {agreement.terms.ends_on}", field="month")
        if on > work.today:
            raise MonthNotOver(f"{on:%Y-%m} goes on until {on}", field="month")
        turnover = turnover_of(work, agreement, on)
        rate = quote(work, contract.currency, entity.currency, on)
        found = agreement.accrue(on, turnover, self.expected_turnover, rate)
        return AccrualAnswer(
            id=agreement.id, turnover=turnover, pct=found.pct, owed_back=found.discount,
            steps=tuple(step.text for step in found.steps),
        )  # fmt: skip


class SettlementAnswer(CreditAnswer):
    """The memo, and what of the rebate is still due after it, in the contract's currency."""

    left: Exact


class SettleRebate(Command):
    """Give back what a term's turnover brought, by a credit memo on one of its invoices.

    Where that invoice has not so much left to credit, another memo on another one gives the rest.
    """

    ROLES: ClassVar = BILLERS
    ANSWER: ClassVar = SettlementAnswer
    contract_id: UUID
    invoice_id: UUID
    memo_id: UUID
    issued_on: date = Field(description="After the term")

    def effective_on(self, today: date) -> date:
        """The memo's date."""
        del today
        return self.issued_on

    def run(self, work: UnitOfWork) -> SettlementAnswer:
        """Raises RebateNotDue, OtherContract, OverCredited, PeriodClosed, AlreadyTaken.

        NotFound, WrongEntity.
        """
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        require_open(work, self, entity.code, self.issued_on)
        agreement = agreement_of(work, contract.id)
        invoice = work.load(Invoice, self.invoice_id)
        if invoice.party.contract_id != contract.id:
            raise OtherContract("the invoice is another contract's", field="invoice_id")
        found = agreement.due(self.issued_on, turnover_of(work, agreement, self.issued_on))
        lines = credit_lines(invoice, found.due)
        memo = IssueCreditMemo(
            memo_id=self.memo_id, invoice_id=invoice.id, issued_on=self.issued_on,
            why=f"Rebate {agreement.terms.starts_on} to {agreement.terms.ends_on}",
            reason=self.reason, lines=lines,
        ).run(work)  # fmt: skip
        agreement.settle(self.issued_on, self.memo_id, found, memo.net, entity.currency)
        return SettlementAnswer(**memo.model_dump(), left=found.due - memo.net)


def credit_lines(invoice: Invoice, due: Decimal) -> tuple[CreditLineInput, ...]:
    """What is due, or as much as the invoice has, spread by what its lines have left.

    Raises OverCredited where nothing is left.
    """
    left = {
        no: line.net - invoice.credited_net[no]
        for no, line in invoice.lines.items()
        if no not in invoice.restored and line.net > invoice.credited_net[no]
    }
    whole = sum(left.values(), Decimal(0))
    if not whole:
        raise OverCredited(f"invoice {invoice.number} is credited in full", field="invoice_id")
    parts = split(min(due, whole), list(left.values()), invoice.currency)
    pairs = zip(left, parts, strict=True)
    return tuple(CreditLineInput(no=no, net=part) for no, part in pairs if part)
