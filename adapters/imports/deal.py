"""One deal as a CRM exports it, and what a caller may say about a file of deals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from adapters.imports.days import day_of, not_after, shift_years
from adapters.imports.verdict import Cell

Outcome = Literal["open", "won", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DealOptions:
    """What a file of deals does not say itself.

    ``currency`` is that of amounts without one; ``years`` moves every date, so that a sample of
    the past reads as today's; ``products`` gives the catalogue's name for a name in the file.
    """

    today: date
    currency: str = "USD"
    years: int = 0
    products: Mapping[str, str] = field(default_factory=dict)

    def day(self, cell: Cell) -> date:
        """Read a date and move it; it may lie ahead. Raises CellError (bad_date)."""
        return shift_years(day_of(cell), self.years)

    def past_day(self, cell: Cell) -> date:
        """Read and move the date of what has happened. Raises CellError: bad_date, future_date."""
        return not_after(self.today, self.day(cell), cell)

    def moment(self, moment: datetime) -> datetime:
        """Move a moment as dates are moved."""
        return datetime.combine(shift_years(moment.date(), self.years), moment.timetz())


@dataclass(frozen=True, slots=True, kw_only=True)
class DealRow:
    """A deal that was read; its id identifies it.

    ``closed_on`` is when a won or lost deal was closed, ``expected_on`` when an open one should
    be. ``account`` is None where the CRM does not know it yet. ``amount`` is in ``currency``.
    """

    line: int
    key: tuple[str, ...]
    raw: Mapping[str, str]
    external_id: str
    stage: str
    outcome: Outcome
    currency: str
    name: str | None = None
    account: str | None = None
    account_id: str | None = None
    owner: str | None = None
    product: str | None = None
    engaged_on: date | None = None
    expected_on: date | None = None
    closed_on: date | None = None
    amount: Decimal | None = None
    probability_pct: Decimal | None = None
    created_at: datetime | None = None

    @property
    def weighted_amount(self) -> Decimal | None:
        """The amount by its probability, unrounded; None where either is unknown."""
        if self.amount is None or self.probability_pct is None:
            return None
        return self.amount * self.probability_pct / 100
