"""Usage: agreed by contract and meter, counted as it happens, charged by the month."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, BILLING, CONTRACT_MANAGER, CONTROLLER, SYSTEM
from domain.billing.usage import UsageMeter, UsageTerm, meter_id
from domain.command import Answer, Command, Exact, Value
from domain.contracts.contract import Contract, OutsideTerm
from domain.contracts.fixed_rate import price_quote
from domain.ledger.period import month_end
from domain.organisation.commands import legal_entity
from domain.pricing.tiers import Tier, TierMode
from domain.unit_of_work import UnitOfWork

MANAGERS = frozenset({ADMIN, CONTRACT_MANAGER, CONTROLLER, SYSTEM})
CHARGERS = frozenset({ADMIN, BILLING, CONTROLLER, SYSTEM})


class TierInput(Value):
    """Units up to and with a quantity at a rate, and a fee once the tier is reached."""

    up_to: Exact | None = Field(default=None, gt=0, max_digits=15, description="None: no limit")
    rate: Exact = Field(ge=0, max_digits=15, description="A unit, net of tax")
    flat_fee: Exact = Field(default=Decimal(0), ge=0, max_digits=15)

    def tier(self) -> Tier:
        """As the calculator takes it."""
        return Tier(self.up_to, self.rate, self.flat_fee)


class SetUsagePrice(Command):
    """Agree on what a metered unit costs under a contract, from a month on."""

    ROLES: ClassVar = MANAGERS
    contract_id: UUID
    name: str = Field(min_length=1, max_length=60, description="What is metered; one a contract")
    unit: str = Field(min_length=1, max_length=30, description="Kept from the first price on")
    from_date: date = Field(description="Any day of the first month")
    mode: TierMode = "graduated"
    tiers: tuple[TierInput, ...] = Field(min_length=1, max_length=50)

    def effective_on(self, today: date) -> date:
        """The first day it holds for."""
        del today
        return self.from_date

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ContractNotActive, TiersOutOfOrder, OverlappingRate, NotFound, WrongEntity."""
        contract = work.read(Contract, self.contract_id)
        entity = legal_entity(work, contract.entity)
        contract.require_active()
        id_ = meter_id(contract.id, self.name)
        term = UsageTerm(self.from_date, self.mode, tuple(tier.tier() for tier in self.tiers))
        known = work.load_or_none(UsageMeter, id_)
        if known is None:
            known = UsageMeter(id_, contract.id, entity.code, contract.currency, self.name,
                               self.unit, term)  # fmt: skip
            work.add(known)
        known.reprice(term)
        return Answer(id=id_)


class MeterCommand(Command):
    """Something about one meter."""

    contract_id: UUID
    name: str = Field(min_length=1, max_length=60, description="What is metered")

    def meter(self, work: UnitOfWork) -> UsageMeter:
        """Raises NotFound, WrongEntity."""
        meter = work.load(UsageMeter, meter_id(self.contract_id, self.name))
        work.enter(meter.entity)
        return meter


class RecordUsage(MeterCommand):
    """Count units that were used; below zero takes back what a reading of the month counted."""

    ROLES: ClassVar = CHARGERS
    used_on: date
    quantity: Exact = Field(max_digits=15, decimal_places=6)
    reference: str = Field(min_length=1, max_length=100, description="The reading; counts once")

    def effective_on(self, today: date) -> date:
        """The day of use."""
        del today
        return self.used_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises OutsideTerm, NotMetered, NegativeUsage, BeyondLastTier, NotFound.

        A reference that was counted before: AlreadyTaken. Another's entity: WrongEntity.
        """
        meter = self.meter(work)
        contract = work.read(Contract, meter.contract_id)
        ends = min(contract.ends_on, contract.terminated_on or contract.ends_on)
        if not contract.starts_on <= self.used_on <= ends:
            raise OutsideTerm(f"it runs from {contract.starts_on} to {ends}", field="used_on")
        meter.meter(self.used_on, self.quantity, self.reference)
        return Answer(id=meter.id)


class UsageAnswer(Answer):
    """What was charged, in the contract's currency."""

    charged: Exact
    steps: tuple[str, ...]


class ChargeUsage(MeterCommand):
    """Charge the months of a meter that ended by a day; twice charges once."""

    ROLES: ClassVar = CHARGERS
    ANSWER: ClassVar = UsageAnswer
    through: date

    def effective_on(self, today: date) -> date:
        """The day through which months count."""
        del today
        return self.through

    def run(self, work: UnitOfWork) -> UsageAnswer:
        """Raises MissingRate, NotFound, WrongEntity."""
        meter = self.meter(work)
        contract = work.read(Contract, meter.contract_id)
        entity = legal_entity(work, contract.entity)
        known = set(meter.charges)
        for month in list(meter.due(self.through)):
            last = month_end(month)
            rate = price_quote(work, contract.id, contract.currency, entity.currency, last)
            meter.charge_month(month, rate, earned=contract.terms.earned_at_once)
        new = [share for id_, share in meter.charges.items() if id_ not in known]
        return UsageAnswer(
            id=meter.id, charged=sum((share.amount for share in new), Decimal(0)),
            steps=tuple(f"{share.text}: {share.quantity.normalize():f} {meter.unit}, "
                        f"{share.amount} {meter.currency}" for share in new),
        )  # fmt: skip
