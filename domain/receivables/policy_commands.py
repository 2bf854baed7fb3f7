"""Setting an entity's policy for receivables."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from domain.access.roles import ADMIN, CONTROLLER
from domain.billing.dunning import DunningLevel, LatePolicy, late_fee, level_due
from domain.command import Answer, Command, Exact, Value
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.organisation.legal_entity import LegalEntity
from domain.receivables.policy import CreditControl, Forgiven, ReceivablesPolicy, policy_id
from domain.unit_of_work import UnitOfWork

POLICY_MAKERS = frozenset({ADMIN, CONTROLLER})


def policy_of(work: UnitOfWork, entity: str) -> ReceivablesPolicy:
    """An entity's policy to consult; an empty one where nothing was set."""
    id_ = policy_id(entity)
    return work.find(ReceivablesPolicy, id_) or ReceivablesPolicy(id_, entity)


class PolicyCommand(Command):
    """A rule of one entity's receivables."""

    entity: str

    def policy(self, work: UnitOfWork) -> tuple[ReceivablesPolicy, LegalEntity]:
        """The policy, to change it. Raises NotFound, WrongEntity."""
        entity = legal_entity(work, self.entity)
        id_ = policy_id(self.entity)
        found = work.load_or_none(ReceivablesPolicy, id_)
        return found or work.add(ReceivablesPolicy(id_, self.entity)), entity


class SetTolerance(PolicyCommand):
    """Say up to which difference a document is closed: the smaller of amount and percent."""

    ROLES: ClassVar = POLICY_MAKERS
    amount: Exact | None = Field(
        default=None, ge=0, max_digits=15, description="Most a document, entity's currency"
    )
    pct: Exact | None = Field(default=None, ge=0, le=100, description="Most of its gross")
    under: bool = Field(default=True, description="Where the client paid too little")
    over: bool = Field(default=True, description="Where the client paid too much")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AmountTooFine, NotFound, WrongEntity."""
        policy, entity = self.policy(work)
        require_fine(self.amount or Decimal(0), entity.currency)
        policy.set_tolerance(Forgiven(self.amount, self.pct, self.under, self.over))
        return Answer(id=policy.id)


class SetWriteOffLimit(PolicyCommand):
    """Say up to which sum of an invoice one person may write it off."""

    ROLES: ClassVar = POLICY_MAKERS
    amount: Exact = Field(ge=0, max_digits=15, description="Entity's currency; 0: always two")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AmountTooFine, NotFound, WrongEntity."""
        policy, entity = self.policy(work)
        require_fine(self.amount, entity.currency)
        policy.set_write_off_limit(self.amount)
        return Answer(id=policy.id)


class SetCreditControl(PolicyCommand):
    """Say what becomes of an invoice beyond its client's credit limit."""

    ROLES: ClassVar = POLICY_MAKERS
    control: CreditControl = Field(
        description="Issue it and warn, or refuse it unless a controller says why it is issued"
    )

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NotFound, WrongEntity."""
        policy, _ = self.policy(work)
        policy.set_credit_control(self.control)
        return Answer(id=policy.id)


class DunningLevelInput(Value):
    """A reminder: due once an invoice is so many days overdue."""

    level: int = Field(ge=1, le=20)
    days_overdue: int = Field(ge=1, le=3650)
    fee: Exact = Field(
        default=Decimal(0), ge=0, max_digits=9, description="Invoice's currency", decimal_places=4
    )


class SetDunningPolicy(PolicyCommand):
    """Say when clients are reminded, and what lateness costs."""

    ROLES: ClassVar = POLICY_MAKERS
    levels: tuple[DunningLevelInput, ...] = Field(min_length=1, max_length=20)
    annual_rate_pct: Exact = Field(default=Decimal(0), ge=0, le=100, description="Simple interest")
    day_count: int = Field(default=365, description="Days of a year: 360 or 365")
    grace_days: int = Field(default=0, ge=0, le=365, description="No interest up to so many days")

    def run(self, work: UnitOfWork) -> Answer:
        """Raises BadDunningPolicy, NotFound, WrongEntity."""
        policy, _ = self.policy(work)
        levels = tuple(DunningLevel(one.level, one.days_overdue, one.fee) for one in self.levels)
        late = LatePolicy(
            self.annual_rate_pct, day_count=self.day_count, grace_days=self.grace_days
        )
        level_due(levels, date.min, date.min)
        late_fee(Decimal(0), 0, late, "EUR")
        policy.set_dunning(tuple(sorted(levels, key=lambda one: one.level)), late)
        return Answer(id=policy.id)
