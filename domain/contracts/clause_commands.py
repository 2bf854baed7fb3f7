"""Agreeing on clauses, and suspending or ending a contract."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CONTRACT_MANAGER, CONTROLLER, SYSTEM
from domain.command import Answer, Command, Exact
from domain.consumption import Kind
from domain.contracts.clauses import Cap, PurchaseOrder, TimeTerms
from domain.contracts.contract import Contract
from domain.money import require_fine
from domain.pricing.time_rounding import Mode, RoundingTerms
from domain.unit_of_work import UnitOfWork

MANAGERS = frozenset({ADMIN, CONTRACT_MANAGER, CONTROLLER, SYSTEM})
THRESHOLDS = (Decimal(75), Decimal(90), Decimal(100))


class ContractCommand(Command):
    """Something about one contract."""

    contract_id: UUID

    def contract(self, work: UnitOfWork) -> Contract:
        """Raises NotFound, WrongEntity."""
        contract = work.load(Contract, self.contract_id)
        work.enter(contract.entity)
        return contract


class SetCap(ContractCommand):
    """Agree on a limit that billing must not exceed, or that tells when it is near."""

    ROLES: ClassVar = MANAGERS
    name: str = Field(min_length=1, max_length=60, description="A new limit of a name replaces it")
    limit: Exact = Field(ge=0, max_digits=15, decimal_places=4)
    measure: Literal["amount", "hours"] = Field(
        default="amount", description="In the contract's currency, net of tax, or in hours"
    )
    hard: bool = Field(default=True, description="Cut what goes beyond it; else only tell")
    kinds: tuple[Kind, ...] = Field(default=(), max_length=10, description="Counted; none: all")
    thresholds_pct: tuple[Exact, ...] = Field(default=THRESHOLDS, max_length=10)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises BadLimit, AmountTooFine, NotFound, WrongEntity."""
        contract = self.contract(work)
        if self.measure == "amount":
            require_fine(self.limit, contract.currency, field="limit")
        cap = Cap(self.name, self.limit, self.measure, self.hard, self.kinds,
                  tuple(sorted(self.thresholds_pct)))  # fmt: skip
        contract.set_cap(cap)
        return Answer(id=contract.id)


class SetTimeTerms(ContractCommand):
    """Agree on how hours worked from a day on are rounded and priced."""

    ROLES: ClassVar = MANAGERS
    from_date: date
    unit_minutes: Exact = Field(default=Decimal(0), ge=0, le=1440, description="0: no rounding")
    mode: Mode = "HALF_UP"
    scope: Literal["entry", "day", "person_day"] = "entry"
    factor_pct: Exact = Field(default=Decimal(100), ge=0, le=1000, description="Before rounding")
    minimum_minutes: Exact = Field(default=Decimal(0), ge=0, le=1440)
    blended_rate: Exact | None = Field(
        default=None, ge=0, max_digits=12, description="Per hour, in place of the rate card"
    )
    discount_pct: Exact = Field(default=Decimal(0), ge=0, le=100, decimal_places=4)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OverlappingRate, NotFound, WrongEntity."""
        contract = self.contract(work)
        rounding = RoundingTerms(
            self.unit_minutes, self.mode, self.scope, self.factor_pct, self.minimum_minutes
        )
        plain = RoundingTerms(Decimal(0), self.mode, self.scope)
        contract.set_time_terms(TimeTerms(
            self.from_date, None if rounding == plain else rounding, self.blended_rate,
            self.discount_pct,
        ))  # fmt: skip
        return Answer(id=contract.id)


class AttachPurchaseOrder(ContractCommand):
    """Name the client's order; invoices carry its number and stay within its limit."""

    ROLES: ClassVar = MANAGERS
    number: str = Field(min_length=1, max_length=60)
    limit: Exact = Field(gt=0, max_digits=15, decimal_places=4, description="Net of tax")
    valid_until: date | None = None

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AmountTooFine, NotFound, WrongEntity."""
        contract = self.contract(work)
        require_fine(self.limit, contract.currency, field="limit")
        contract.attach_order(PurchaseOrder(self.number, self.limit, self.valid_until))
        return Answer(id=contract.id)


class SuspendContract(ContractCommand):
    """Bill nothing under a contract until it is resumed; work is still logged and approved."""

    ROLES: ClassVar = MANAGERS
    why: str = Field(min_length=1, max_length=500)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ContractNotActive, NotFound, WrongEntity."""
        contract = self.contract(work)
        contract.suspend(self.why)
        return Answer(id=contract.id)


class ResumeContract(ContractCommand):
    """Bill again under a suspended contract."""

    ROLES: ClassVar = MANAGERS

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        contract = self.contract(work)
        contract.resume()
        return Answer(id=contract.id)


class TerminateContract(ContractCommand):
    """End a contract early: work up to that day is billed, later work is not billable."""

    ROLES: ClassVar = MANAGERS
    on: date
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The last day of the contract."""
        del today
        return self.on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ContractNotActive, AlreadyTerminated, OutsideTerm, NotFound, WrongEntity."""
        contract = self.contract(work)
        contract.terminate(self.on, self.why)
        return Answer(id=contract.id)
