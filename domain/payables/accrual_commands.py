"""Accruing costs at the end of a month."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.access.roles import ACCOUNTANT, ADMIN, CONTROLLER
from domain.command import Answer, Command
from domain.ledger.commands import require_open
from domain.organisation.commands import legal_entity
from domain.payables.accrual import Accrual, Accrued
from domain.payables.commands import BillLineInput
from domain.payables.cost_line import NotACost
from domain.pricing.fx import quote
from domain.request import AlreadyTaken
from domain.unit_of_work import UnitOfWork


class AccrueCost(Command):
    """Book a cost whose bill has not come; it is taken back on the first of the next month."""

    ROLES: ClassVar = frozenset({ADMIN, ACCOUNTANT, CONTROLLER})
    accrual_id: UUID
    entity: str
    accrued_on: date
    currency: str = Field(pattern="^[A-Z]{3}$")
    line: BillLineInput = Field(description="Without tax: it comes with the bill")
    description: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day of the cost."""
        del today
        return self.accrued_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AlreadyTaken, PeriodClosed, PeriodNotOpen (also of the next month), MissingRate.

        Of its line: NotACost, UnknownAccount, DimensionNeeded, UnknownCommitment, AmountTooFine,
        VendorElsewhere, ProjectClosed, DimensionMissing.
        """
        entity = legal_entity(work, self.entity)
        rate = quote(work, self.currency, entity.currency, self.accrued_on)
        line = self.line.line(work, 1, entity.code, rate)
        if line.treatment == "capex" or line.tax:
            raise NotACost("assets and input tax come with their bill", field="line")
        accrued = Accrued(entity.code, self.accrued_on, rate, line, self.description)
        for day in (accrued.accrued_on, accrued.reverses_on):
            require_open(work, self, entity.code, day)
        if work.load_or_none(Accrual, self.accrual_id):
            raise AlreadyTaken(f"accrual {self.accrual_id} exists", field="accrual_id")
        return Answer(id=work.add(Accrual(self.accrual_id, accrued)).id)
