"""Adjusting a group's month by hand, and making it final."""

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ADMIN, CONTROLLER
from domain.command import Answer, Exact, Value
from domain.errors import Refusal
from domain.group.consolidation import Adjustment
from domain.group.group_month import GroupMonth
from domain.ledger.chart import account
from domain.ledger.journal import Unbalanced
from domain.ledger.period import FINAL, Calendar, calendar_id
from domain.money import require_fine
from domain.unit_of_work import UnitOfWork

ZERO = Decimal(0)


class MemberOpen(Refusal):
    """A member may still post to the month."""

    code = "MEMBER_OPEN"


class AdjustmentInput(Value):
    """A debit or a credit in the group's currency, perhaps of one member."""

    account: str
    member: str = Field(default="", max_length=12)
    debit: Exact = Field(default=ZERO, ge=0, max_digits=18)
    credit: Exact = Field(default=ZERO, ge=0, max_digits=18)


class PostTopsideAdjustment(GroupMonth):
    """Adjust the group alone; no member's books change."""

    ROLES: ClassVar = frozenset({ADMIN, CONTROLLER})
    adjustment_id: UUID
    text: str = Field(min_length=1, max_length=500)
    lines: tuple[AdjustmentInput, ...] = Field(min_length=2, max_length=1000)

    def run(self, work: UnitOfWork) -> Answer:
        """Raises Unbalanced, UnknownAccount, AmountTooFine, NotInGroup, ConsolidationFinal.

        NotFound, WrongEntity; of the month's state what RunTranslation does.
        """
        group = self.enter(work)
        lines = []
        for given in self.lines:
            account(given.account)
            if given.member:
                group.acquired_on(given.member)
            require_fine(given.debit - given.credit, group.currency, field="lines")
            lines.append(Adjustment(given.account, given.member, given.debit - given.credit))
        if gap := sum((line.amount for line in lines), ZERO):
            raise Unbalanced(f"the adjustment is off by {gap} {group.currency}", field="lines")
        month = self.opened(work, group)
        month.adjust(self.adjustment_id, self.text, tuple(lines))
        return Answer(id=month.id)


class FinalizeConsolidation(GroupMonth):
    """Make a month final: every member is closed, every run is current, the figures are sealed."""

    ROLES: ClassVar = frozenset({ADMIN, CONTROLLER})
    GATHERED: ClassVar = frozenset({"trial_balance", "position"})
    trial_balance: str = Field(default="", description="Digest of the group's trial balance")
    position: int = 0

    def run(self, work: UnitOfWork) -> Answer:
        """Raises MemberOpen, NotTranslated, NotEliminated, OutOfDate, ConsolidationFinal.

        WrongOrder, NotFound, WrongEntity; of the month's state what RunTranslation does.
        """
        group, before = self.enter(work), self.before(work)
        for member in group.members_on(self.last):
            calendar = work.find(Calendar, calendar_id(member))
            if calendar is None or calendar.months.get(self.first) not in FINAL:
                raise MemberOpen(f"{self.first:%Y-%m} of {member} is not closed", field="month")
        month = self.opened(work, group)
        month.finalize(before, self.trial_balance, self.position, work.actor.id)
        return Answer(id=month.id)
