"""Minimum commitments: agreed by contract, and trued up month by month."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, BILLING, CONTRACT_MANAGER, CONTROLLER, SYSTEM
from domain.billing.minimum import MinimumCommitment, MinimumTerm, minimum_id, whole_month
from domain.billing.proration import Span
from domain.command import Answer, Command, Exact
from domain.contracts.account import ContractAccount, account_id
from domain.contracts.contract import Contract
from domain.contracts.fixed_rate import price_quote
from domain.errors import Refusal
from domain.ledger.period import month_end
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.unit_of_work import UnitOfWork

MANAGERS = frozenset({ADMIN, CONTRACT_MANAGER, CONTROLLER, SYSTEM})
CHARGERS = frozenset({ADMIN, BILLING, CONTROLLER, SYSTEM})


class MonthNotOver(Refusal):
    """The month still goes on: what it lacks is not known yet."""

    code = "MONTH_NOT_OVER"


class SetMinimumCommitment(Command):
    """Agree on what a contract invoices at least a month, net of tax."""

    ROLES: ClassVar = MANAGERS
    contract_id: UUID
    from_date: date = Field(description="A first month is prorated by days, later ones are whole")
    monthly: Exact = Field(ge=0, max_digits=15, decimal_places=4, description="0 ends it")

    def effective_on(self, today: date) -> date:
        """The first day it holds for."""
        del today
        return self.from_date

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ContractNotActive, AmountTooFine, OverlappingRate, NotFound, WrongEntity."""
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        contract.require_active()
        require_fine(self.monthly, contract.currency, field="monthly")
        id_, term = minimum_id(contract.id), MinimumTerm(self.from_date, self.monthly)
        if known := work.load_or_none(MinimumCommitment, id_):
            known.change(term)
        else:
            work.add(MinimumCommitment(id_, contract.id, entity.code, contract.currency, term))
        return Answer(id=id_)


class TrueUpAnswer(Answer):
    """What the month lacks to its minimum, in the contract's currency."""

    minimum: Exact = Field(description="Of the days in force")
    used: Exact = Field(description="Invoiced in the month, net, beside the commitment's charges")
    missing: Exact
    steps: tuple[str, ...]


class TrueUpCommitment(Command):
    """Charge what a month lacks to a contract's minimum; twice charges once."""

    ROLES: ClassVar = CHARGERS
    ANSWER: ClassVar = TrueUpAnswer
    contract_id: UUID
    month: date = Field(description="Any day of it")

    def effective_on(self, today: date) -> date:
        """The last day of the month."""
        del today
        return month_end(self.month)

    def run(self, work: UnitOfWork) -> TrueUpAnswer:
        """Raises MonthNotOver, MissingRate, NotFound, WrongEntity."""
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        last, month = self.effective_on(work.today), whole_month(self.month).starts_on
        if last >= work.today:
            raise MonthNotOver(f"{month:%Y-%m} goes on until {last}", field="month")
        commitment = work.load(MinimumCommitment, minimum_id(contract.id))
        account = work.find(ContractAccount, account_id(contract.id))
        used = account.used_in(month) if account else Decimal(0)
        ends = min(contract.ends_on, contract.terminated_on or contract.ends_on)
        active = Span.through(contract.starts_on, ends)
        found = commitment.missing(month, used, active)
        rate = price_quote(work, contract.id, contract.currency, entity.currency, last)
        commitment.true_up(month, used, active, rate, earned=contract.terms.earned_at_once)
        return TrueUpAnswer(
            id=commitment.id, minimum=found.minimum, used=found.usage, missing=found.true_up,
            steps=tuple(step.text for step in found.steps),
        )  # fmt: skip
