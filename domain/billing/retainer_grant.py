"""What a retainer agrees on, what it grants, and what work took of it: values.

A quantity is in minutes where the allowance is hours, else in the contract's currency; so no
third of an hour is ever rounded.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.billing.proration import Span, add_months
from domain.billing.retainer import Grant, RetainerTerms
from domain.explanation import Step

Unit = Literal["hours", "money"]
Overage = Literal["billed", "refused", "absorbed"]
MINUTES_PER_HOUR = 60
ZERO = Decimal(0)


@dataclass(frozen=True)
class RetainerOf:
    """Whose retainer it is: a contract, the legal entity behind it and the contract's currency."""

    contract_id: UUID
    entity: str
    currency: str


def period_from(first: date, months: int, number: int) -> Span:
    """The days of a period of so many months, counted from 0; the day of the first is kept."""
    return Span(
        add_months(first, number * months, first.day),
        add_months(first, (number + 1) * months, first.day),
    )


@dataclass(frozen=True)
class Agreement:
    """The terms of the periods from ``from_date`` on, each of so many ``months``.

    ``carry_limit`` and ``carry_periods`` as of ``RetainerTerms``. ``overage_rate`` is of an hour
    above the allowance; None: the work's own rate. ``expenses``: they draw, too.
    """

    from_date: date
    months: int
    unit: Unit
    allowance: Decimal
    fee: Decimal
    carry_limit: Decimal | None
    carry_periods: int | None
    overage: Overage
    overage_rate: Decimal | None
    in_advance: bool
    expenses: bool

    def period(self, number: int) -> Span:
        """The days of a period, counted from 0; the day of the first one is kept."""
        return period_from(self.from_date, self.months, number)

    def expiry(self, number: int) -> date | None:
        """The last day a period's grant may be drawn; None: it does not expire."""
        if self.carry_periods is None:
            return None
        return self.period(number + self.carry_periods).ends_before - timedelta(days=1)

    def words(self, currency: str) -> str:
        """What becomes of what is unused, and of what is above, for people."""
        lives = {None: "does not expire", 0: "lapses with its period"}
        unused = lives.get(self.carry_periods, f"lives on, periods: {self.carry_periods}")
        if self.carry_limit is not None and self.carry_periods != 0:
            unused += f", at most {in_words(self.carry_limit, self.unit, currency)}"
        rate = "" if self.overage_rate is None else f" at {self.overage_rate} {currency}/h"
        return f"what is unused {unused}; what is above is {self.overage}{rate}"

    def terms(self, currency: str) -> RetainerTerms:
        """As the calculation takes them."""
        return RetainerTerms(
            currency, self.allowance, carry_limit=self.carry_limit,
            carry_periods=self.carry_periods,
        )  # fmt: skip


@dataclass(frozen=True)
class Granted:
    """A period's allowance and its fee, or what an adjustment added for none.

    ``period`` is the first day of the period it belongs to, ``ends_on`` the last.
    """

    id: UUID
    text: str
    period: date
    starts_on: date
    ends_on: date
    expires_on: date | None
    quantity: Decimal
    fee: Decimal
    due_on: date
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Took:
    """A quantity of one grant."""

    grant_id: UUID
    quantity: Decimal


@dataclass(frozen=True)
class Standing:
    """A grant as it stands: its quantity is drawn, lapsed and left."""

    granted: Granted
    drawn: Decimal
    lapsed: Decimal
    left: Decimal

    @property
    def grant(self) -> Grant:
        """What is left of it, as the calculation takes it."""
        one = self.granted
        return Grant(str(one.id), one.starts_on, one.expires_on, self.left)


@dataclass(frozen=True)
class Wanted:
    """Work that would draw: what it is worth, in the grant's unit and the contract's currency."""

    kind: str
    holder_id: UUID
    item_id: UUID
    on: date
    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True)
class ItemDraw:
    """What a billable thing took, and what is above: ``quantity`` is both.

    ``covered`` is the part of its worth that was paid with the fee, ``adjusted`` what the
    ``treatment`` of overage takes off the rest (below zero: put on).
    """

    kind: str
    holder_id: UUID
    item_id: UUID
    on: date
    quantity: Decimal
    took: tuple[Took, ...]
    overage: Decimal
    treatment: Overage
    covered: Decimal
    adjusted: Decimal
    steps: tuple[Step, ...]


def in_words(quantity: Decimal, unit: Unit, currency: str) -> str:
    """A quantity for people to read."""
    if unit == "money":
        return f"{quantity} {currency}"
    return f"{(quantity / MINUTES_PER_HOUR).normalize():f} h"
