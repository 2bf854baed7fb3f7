"""Running an entity's depreciation, and taking a run back."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from domain.access.roles import SYSTEM
from domain.assets.asset import Asset, asset_tag
from domain.assets.commands import KEEPERS
from domain.assets.depreciation_run import (
    Depreciation,
    NothingDue,
    Ran,
    depreciation_id,
    gathered,
)
from domain.command import Answer, Command
from domain.ledger.commands import require_open
from domain.ledger.period import month_end, month_of
from domain.organisation.commands import legal_entity
from domain.receivables.reduction import TooEarly
from domain.unit_of_work import UnitOfWork


class DepreciationAnswer(Answer):
    """What a run wrote off."""

    books: str
    assets: int
    total: Decimal
    caught_up: Decimal = Field(description="Of the total, for months before")


class RunDepreciation(Command):
    """Write off a month of every asset of an entity, and months before that are missing."""

    ROLES: ClassVar = KEEPERS | {SYSTEM}
    ANSWER: ClassVar = DepreciationAnswer
    entity: str
    month: date = Field(description="Any day of the month")

    def effective_on(self, today: date) -> date:
        """The last day of the month."""
        del today
        return month_end(month_of(self.month))

    def run(self, work: UnitOfWork) -> DepreciationAnswer:
        """Raises AlreadyRun, NothingDue, PeriodClosed, PeriodNotOpen, NotFound, WrongEntity."""
        entity = legal_entity(work, self.entity)
        month = month_of(self.month)
        require_open(work, self, entity.code, month_end(month))
        found = self._month(work, month)
        found.require_free()
        ids = [one.id for one in work.tagged(Asset, asset_tag(entity.code)) if one.due(month)]
        if not ids:
            raise NothingDue(f"{entity.code} has nothing to write off by {month:%Y-%m}")
        assets = work.load_all(Asset, ids)
        written = [(one, one.depreciate(found.next_id, month)) for one in assets]
        run = gathered(found.next_id, found.runs + 1, entity.code, entity.currency, month, written)
        found.record(run)
        return answer_of(found, run)

    def _month(self, work: UnitOfWork, month: date) -> Depreciation:
        id_ = depreciation_id(self.entity, month)
        known = work.load_or_none(Depreciation, id_)
        return known or work.add(Depreciation(id_, self.entity, month))


class ReverseDepreciation(Command):
    """Take a month's run back, where its assets have not changed since; it may be run again."""

    ROLES: ClassVar = KEEPERS
    ANSWER: ClassVar = DepreciationAnswer
    entity: str
    month: date = Field(description="Any day of the month")
    reversed_on: date
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day it is taken back."""
        del today
        return self.reversed_on

    def run(self, work: UnitOfWork) -> DepreciationAnswer:
        """Raises WrongState (no run), RunSuperseded, TooEarly, PeriodClosed, NotFound."""
        entity = legal_entity(work, self.entity)
        require_open(work, self, entity.code, self.reversed_on)
        if self.reversed_on < month_of(self.month):
            raise TooEarly("a run is taken back in its month or later", field="reversed_on")
        found = work.load(Depreciation, depreciation_id(entity.code, month_of(self.month)))
        run = found.reverse(self.reversed_on, self.why)
        known = work.tagged(Asset, asset_tag(entity.code))
        ids = [one.id for one in known if run.run_id in one.ran]
        for asset in work.load_all(Asset, ids):
            asset.undo(run.run_id, self.reversed_on)
        return answer_of(found, run)


def answer_of(found: Depreciation, run: Ran) -> DepreciationAnswer:
    """What a run took or gave back."""
    assets = sum(line.assets for line in run.lines)
    return DepreciationAnswer(
        id=found.id, books=run.books, assets=assets, total=run.total, caught_up=run.caught_up
    )
