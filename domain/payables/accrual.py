"""An accrual: a cost of a month whose bill has not come, undone on the first day of the next."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.aggregate import Root, event
from domain.ledger.period import month_after, month_of
from domain.payables.cost_line import CostLine
from domain.pricing.fx import Quote


@dataclass(frozen=True)
class Accrued:
    """Booked on its day and taken back on ``reverses_on``, both at the rate of its day."""

    entity: str
    accrued_on: date
    quote: Quote
    line: CostLine
    description: str

    @property
    def reverses_on(self) -> date:
        """The first day of the next month."""
        return month_after(month_of(self.accrued_on))


class Accrual(Root):
    """Made once and never changed: a mistake goes with the month."""

    class Made(Root.Created):
        """A cost was incurred without a bill."""

        TOPIC = "payables.cost_accrued"
        accrued: Accrued

    @event(Made)
    def __init__(self, id: UUID, accrued: Accrued) -> None:
        self.accrued = accrued
