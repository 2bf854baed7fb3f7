"""Labour that makes something that lasts: classified, moved, made an asset."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import PROJECT_MANAGER
from domain.assets.capital_labour import CapitalLabour, labour_id
from domain.assets.commands import KEEPERS, Books, NewAsset
from domain.command import Answer, Command
from domain.delivery.expense_commands import NotPositive
from domain.delivery.project import Project
from domain.ledger.commands import require_open
from domain.money import require_fine
from domain.organisation.commands import legal_entity
from domain.payables.cost_line import Treatment
from domain.unit_of_work import UnitOfWork

ZERO = Decimal(0)


class ClassifyExpenditure(Command):
    """Say whether a project's labour is a cost or makes something that lasts, from a day on."""

    ROLES: ClassVar = KEEPERS | {PROJECT_MANAGER}
    project_id: UUID
    treatment: Treatment
    from_date: date = Field(description="First day of work; what is approved already stays")
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The first day."""
        del today
        return self.from_date

    def run(self, work: UnitOfWork) -> Answer:
        """Raises ProjectClosed, NotFound, WrongEntity."""
        project = work.load(Project, self.project_id)
        work.enter(project.entity)
        project.require_open()
        project.classify(self.from_date, self.treatment, self.why)
        return Answer(id=project.id)


class ReclassifyExpenditure(Command):
    """Move labour that was expensed before into what lasts, or back what waits."""

    ROLES: ClassVar = KEEPERS
    GATHERED: ClassVar = frozenset({"expensed", "incurred", "position"})
    project_id: UUID
    reclassified_on: date
    amount: Books
    treatment: Treatment = Field(default="capex", description="What it is from now on")
    why: str = Field(min_length=1, max_length=500)
    expensed: Decimal = ZERO
    incurred: Decimal = ZERO
    position: int = 0

    def effective_on(self, today: date) -> date:
        """The day of the journal."""
        del today
        return self.reclassified_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AboveExpensed, NotPositive, AmountTooFine, PeriodClosed.

        NotFound, WrongEntity.
        """
        project = work.read(Project, self.project_id)
        books = legal_entity(work, project.entity).currency
        require_open(work, self, project.entity, self.reclassified_on)
        require_fine(self.amount, books)
        if not self.amount:
            raise NotPositive("nothing would be moved", field="amount")
        amount = self.amount if self.treatment == "capex" else -self.amount
        labour = labour_of(work, project, books)
        labour.reclassify(project.code, project.name, self.reclassified_on, amount, self.expensed,
                          self.incurred, self.position, self.why)  # fmt: skip
        return Answer(id=labour.id)


class CapitalizeLabour(NewAsset):
    """Make an intangible asset of all labour of a project that waits."""

    ROLES: ClassVar = KEEPERS
    GATHERED: ClassVar = frozenset({"incurred", "position"})
    project_id: UUID
    incurred: Decimal = ZERO
    position: int = 0

    def run(self, work: UnitOfWork) -> Answer:
        """Raises NothingWaiting, AlreadyTaken (also a code), NotCapital, BadLife, AmountTooFine.

        PeriodClosed, NotFound, WrongEntity.
        """
        project = work.read(Project, self.project_id)
        books = legal_entity(work, project.entity).currency
        require_open(work, self, project.entity, self.capitalized_on)
        self.require_new(work)
        labour = labour_of(work, project, books)
        cost = labour.take(self.asset_id, self.incurred, self.position)
        asset = self.made(work, project.entity, "intangible", cost, None, labour.id, "")
        return Answer(id=asset.id)


def labour_of(work: UnitOfWork, project: Project, books: str) -> CapitalLabour:
    """The labour of a project, to change it."""
    id_ = labour_id(project.id)
    found = work.load_or_none(CapitalLabour, id_)
    return found or work.add(CapitalLabour(id_, project.id, project.entity, books))
