"""The base of what is done with a month of a group, and what its runs answer."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from pydantic import Field

from domain.command import Answer, Command, Value
from domain.group.consolidation import Consolidation, OfMonth, consolidation_id
from domain.group.group import Group, group_id
from domain.group.translation import GroupRow
from domain.ledger.commands import require_open
from domain.ledger.period import month_after, month_of
from domain.unit_of_work import UnitOfWork


class GroupMonth(Command):
    """A month of a group."""

    group: str = Field(max_length=12, description="Code of the group")
    month: date = Field(description="Any day of the month")

    @property
    def first(self) -> date:
        """The month's first day."""
        return month_of(self.month)

    @property
    def last(self) -> date:
        """The month's last day."""
        return month_after(self.first) - timedelta(days=1)

    def effective_on(self, today: date) -> date:
        """The month's last day."""
        del today
        return self.last

    def enter(self, work: UnitOfWork) -> Group:
        """The group, its own month open. Raises NotFound, WrongEntity, PeriodClosed."""
        work.enter(self.group)
        group = work.read(Group, group_id(self.group))
        require_open(work, self, self.group, self.last)
        return group

    def opened(self, work: UnitOfWork, group: Group) -> Consolidation:
        """The month's consolidation, begun where it is not there yet."""
        id_ = consolidation_id(self.group, self.first)
        of = OfMonth(self.group, group.currency, self.first, self.last)
        return work.load_or_none(Consolidation, id_) or work.add(Consolidation(id_, of))

    def before(self, work: UnitOfWork) -> Consolidation | None:
        """The consolidation of the month before."""
        earlier = month_of(self.first - timedelta(days=1))
        return work.find(Consolidation, consolidation_id(self.group, earlier))


class RowAnswer(Value):
    """What a run holds in an account of the group, and what the month adds."""

    kind: str
    member: str
    account: str
    counterparty: str
    value: Decimal
    change: Decimal


class RunAnswer(Answer):
    """The rows of a run; ``changed`` is false where they were there already."""

    changed: bool
    number: int
    rows: tuple[RowAnswer, ...]

    @staticmethod
    def of(
        month: Consolidation, rows: Iterable[GroupRow], number: int, *, changed: bool
    ) -> "RunAnswer":
        """As it is answered."""
        told = tuple(
            RowAnswer(kind=row.kind, member=row.member, account=row.account,
                      counterparty=row.counterparty, value=row.value, change=row.change)
            for row in rows
        )  # fmt: skip
        return RunAnswer(id=month.id, changed=changed, number=number, rows=told)
