"""The monthly credit-loss allowance."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from domain.access.roles import ACCOUNTANT, ADMIN, CONTROLLER
from domain.command import Answer, Command, Exact, Value
from domain.ledger.commands import require_open
from domain.ledger.period import month_end, month_of
from domain.measures.loss_allowance import loss_allowance
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.receivables.allowance import CreditLossAllowance, allowance_id
from domain.unit_of_work import UnitOfWork


def allowance_of(work: UnitOfWork, entity: str, currency: str) -> CreditLossAllowance:
    """An entity's allowance, to change it."""
    id_ = allowance_id(entity)
    found = work.load_or_none(CreditLossAllowance, id_)
    return found or work.add(CreditLossAllowance(id_, entity, currency))


class AgedBalance(Value):
    """Receivables of an age on the month's last day, and what of them will not be paid."""

    bucket: str = Field(min_length=1, max_length=40)
    balance: Exact = Field(max_digits=18, description="Entity's currency")
    loss_rate_pct: Exact = Field(ge=0, le=100, description="Unrounded")


class BookAllowance(Command):
    """Book what a month's receivables need as allowance beyond what is held."""

    ROLES: ClassVar = frozenset({ADMIN, ACCOUNTANT, CONTROLLER})
    entity: str
    month: date = Field(description="Any day of the month")
    buckets: tuple[AgedBalance, ...] = Field(min_length=1, max_length=50)
    evidence: str = Field(
        default="", pattern="^([0-9a-f]{64})?$", description="Digest of the ageing report used"
    )

    def effective_on(self, today: date) -> date:
        """The month's last day."""
        del today
        return month_end(self.month)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AllowanceBooked, PeriodClosed, AmountTooFine, NotFound, WrongEntity."""
        entity = legal_entity(work, self.entity)
        month = month_of(self.month)
        require_open(work, self, entity.code, month_end(month))
        for one in self.buckets:
            require_fine(one.balance, entity.currency, field="buckets")
        needed = loss_allowance(
            [(one.bucket, one.balance) for one in self.buckets],
            [one.loss_rate_pct / 100 for one in self.buckets],
            entity.currency,
        )
        allowance = allowance_of(work, entity.code, entity.currency)
        allowance.book(month, needed, self.evidence)
        return Answer(id=allowance.id)
