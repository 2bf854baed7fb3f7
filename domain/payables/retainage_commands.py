"""Subcontract retainage: held back of bills, and released when the work has proved itself."""

from datetime import date, timedelta
from typing import ClassVar

from pydantic import Field

from domain.access.roles import PROJECT_MANAGER
from domain.command import Answer
from domain.ledger.commands import require_open
from domain.payables.commands import CLERKS, BillCommand, Sum, require_amount
from domain.payables.vendor import Vendor
from domain.unit_of_work import UnitOfWork


class WithholdSubcontractRetainage(BillCommand):
    """Hold back some of an approved bill that is not paid yet."""

    ROLES: ClassVar = CLERKS | {PROJECT_MANAGER}
    withheld_on: date
    amount: Sum
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day it is held back."""
        del today
        return self.withheld_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AboveOpen, WrongState, TooEarly, PeriodClosed, NotPositive, AmountTooFine."""
        found = self.bill(work)
        require_open(work, self, found.bill.entity, self.withheld_on)
        require_amount(self.amount, found.bill.currency)
        found.withhold(self.withheld_on, self.amount, self.why)
        return Answer(id=found.id)


class ReleaseSubcontractRetainage(BillCommand):
    """Make some of what was held back payable."""

    ROLES: ClassVar = CLERKS | {PROJECT_MANAGER}
    released_on: date
    due_on: date | None = Field(default=None, description="Left out: by the vendor's terms")
    amount: Sum
    why: str = Field(min_length=1, max_length=500)

    def effective_on(self, today: date) -> date:
        """The day it becomes payable."""
        del today
        return self.released_on

    def run(self, work: UnitOfWork) -> Answer:
        """Raises AboveOpen, WrongState, TooEarly, PeriodClosed, NotPositive, AmountTooFine."""
        found = self.bill(work)
        require_open(work, self, found.bill.entity, self.released_on)
        require_amount(self.amount, found.bill.currency)
        terms = work.read(Vendor, found.bill.vendor_id).payment_terms_days
        due = self.due_on or self.released_on + timedelta(days=terms)
        found.release(self.released_on, due, self.amount, self.why)
        return Answer(id=found.id)
