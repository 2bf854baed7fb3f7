"""A contract's volume rebate: what is given back of all that was bought in a term, after it.

It is variable consideration: what goes back by the volume *expected* for the whole term is no
revenue of what is invoiced now, so each month's accrual takes the liability to turnover so far at
the rate that expectation brings (ASC 606-10-55-216 to 55-220). The term over, credit memos give
back what turnover reached, and use up the liability.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.explanation import Step
from domain.identity import named_id
from domain.pricing.fx import Quote
from domain.pricing.rebate import Rebate, VolumeDiscount, VolumeMode, VolumeStep, volume_discount
from domain.pricing.rebate import rebate as given_back
from domain.revenue.figures import ForecastBelowActual, portion

ZERO = Decimal(0)


class RebateNotDue(Refusal):
    """The term is not over, or all that it brought was given back."""

    code = "REBATE_NOT_DUE"


class RebateSettled(Refusal):
    """Some of the rebate was given back: its terms stay, and nothing more is estimated."""

    code = "REBATE_SETTLED"


class MonthAccrued(Refusal):
    """A later month of the term is accrued already."""

    code = "MONTH_ACCRUED"


@dataclass(frozen=True)
class RebateTerms:
    """What share of the turnover of whole months goes back, by the volume it reaches.

    ``mode``: the step reached holds for all of it, or each part has its own.
    """

    starts_on: date
    ends_on: date
    steps: tuple[VolumeStep, ...]
    mode: VolumeMode = "volume"


def rebate_id(contract_id: UUID) -> UUID:
    """The rebate agreement of a contract."""
    return named_id("rebate agreement", str(contract_id))


def owed_back(
    terms: RebateTerms, turnover: Decimal, expected: Decimal, currency: str
) -> VolumeDiscount:
    """What of the turnover so far is expected to go back, at the rate ``expected`` brings.

    Both are net of tax, contract's currency. Raises ForecastBelowActual and what
    ``volume_discount`` raises.
    """
    if expected < turnover:
        raise ForecastBelowActual(f"{expected} expected, {turnover} are billed",
                                  field="expected_turnover")  # fmt: skip
    return volume_discount(turnover, terms.steps, currency, expected, terms.mode)


class RebateAgreement(Root):
    """``accrued`` is the liability in the contract's currency, ``accrued_booked`` in the books.

    ``given`` is what memos gave back of the term.
    """

    class Agreed(Root.Created):
        """A rebate was agreed."""

        TOPIC = "billing.rebate_agreed"
        contract_id: UUID
        entity: str
        currency: str
        terms: RebateTerms

    class Changed(Root.Event):
        """Other terms, or a term after one that was settled."""

        TOPIC = "billing.rebate_changed"
        terms: RebateTerms

    class Accrued(Root.Event):
        """The liability is ``to_date`` from a day on, which it changed by ``change``."""

        TOPIC = "billing.rebate_accrued"
        contract_id: UUID
        entity: str
        currency: str
        accrued_on: date
        turnover: Decimal
        expected: Decimal
        pct: Decimal
        to_date: Decimal
        change: Decimal
        functional: Decimal
        quote: Quote
        steps: tuple[Step, ...]

    class Settled(Root.Event):
        """A memo gave ``amount`` back and used ``released`` of the liability; ``left`` is due."""

        TOPIC = "billing.rebate_settled"
        contract_id: UUID
        entity: str
        currency: str
        books: str
        settled_on: date
        memo_id: UUID
        turnover: Decimal
        pct: Decimal
        amount: Decimal
        left: Decimal
        released: Decimal
        functional: Decimal
        steps: tuple[Step, ...]

    @event(Agreed)
    def __init__(
        self, id: UUID, contract_id: UUID, entity: str, currency: str, terms: RebateTerms
    ) -> None:
        self.contract_id = contract_id
        self.entity = entity
        self.currency = currency
        self.terms = terms
        self.accrued = ZERO
        self.accrued_booked = ZERO
        self.accrued_on = date.min
        self.given = ZERO

    def change(self, terms: RebateTerms) -> None:
        """The same again changes nothing. Raises RebateSettled, MonthAccrued."""
        if terms == self.terms:
            return
        after = terms.starts_on > self.terms.ends_on
        if self.given and not after:
            raise RebateSettled(f"{self.given} {self.currency} were given back", field="steps")
        if self.accrued and (after or not terms.starts_on <= self.accrued_on <= terms.ends_on):
            raise MonthAccrued(f"{self.accrued} {self.currency} are accrued until"
                               f" {self.accrued_on}", field="from_month")  # fmt: skip
        self._changed(terms)

    def accrue(
        self, on: date, turnover: Decimal, expected: Decimal, quote: Quote
    ) -> VolumeDiscount:
        """Take the liability to what is owed back; more at the day's rate, less as it was booked.

        The same again changes nothing. Raises RebateSettled, MonthAccrued, ForecastBelowActual.
        """
        if self.given:
            raise RebateSettled("the rebate is being given back", field="month")
        if on < self.accrued_on:
            raise MonthAccrued(f"accrued until {self.accrued_on}", field="month")
        found = owed_back(self.terms, turnover, expected, self.currency)
        change = found.discount - self.accrued
        if change:
            functional = quote.convert(change) if change > 0 else -self._booked(-change, quote.to)
            self._accrued(
                self.contract_id, self.entity, self.currency, on, turnover, expected, found.pct,
                found.discount, change, functional, quote, found.steps,
            )  # fmt: skip
        return found

    def due(self, on: date, turnover: Decimal) -> Rebate:
        """What the whole term brings, less what was given. Raises RebateNotDue."""
        if on <= self.terms.ends_on:
            raise RebateNotDue(f"the term runs until {self.terms.ends_on}", field="issued_on")
        steps, mode = self.terms.steps, self.terms.mode
        found = given_back([turnover], steps, self.currency, self.given, mode)
        if found.due <= 0:
            raise RebateNotDue(f"{found.to_date} {self.currency} in all, {self.given} given",
                               field="contract_id")  # fmt: skip
        return found

    def settle(self, on: date, memo_id: UUID, found: Rebate, amount: Decimal, books: str) -> None:
        """Note a memo; the last one uses up all of the liability."""
        left = found.due - amount
        released = min(self.accrued, amount) if left else self.accrued
        self._settled(
            self.contract_id, self.entity, self.currency, books, on, memo_id, found.turnover,
            found.pct, amount, left, released, self._booked(released, books), found.steps,
        )  # fmt: skip

    def _booked(self, part: Decimal, books: str) -> Decimal:
        """What the books carry for a part of the liability; all of it with the last."""
        if not part:
            return ZERO
        return portion(self.accrued_booked, Fraction(part) / Fraction(self.accrued), books)

    @event(Changed)
    def _changed(self, terms: RebateTerms) -> None:
        if terms.starts_on > self.terms.ends_on:
            self.given, self.accrued_on = ZERO, date.min
        self.terms = terms

    @event(Accrued)
    def _accrued(
        self, contract_id: UUID, entity: str, currency: str, accrued_on: date, turnover: Decimal,
        expected: Decimal, pct: Decimal, to_date: Decimal, change: Decimal, functional: Decimal,
        quote: Quote, steps: tuple[Step, ...],
    ) -> None:  # fmt: skip
        del contract_id, entity, currency, turnover, expected, pct, change, quote, steps
        self.accrued, self.accrued_on = to_date, accrued_on
        self.accrued_booked += functional

    @event(Settled)
    def _settled(
        self, contract_id: UUID, entity: str, currency: str, books: str, settled_on: date,
        memo_id: UUID, turnover: Decimal, pct: Decimal, amount: Decimal, left: Decimal,
        released: Decimal, functional: Decimal, steps: tuple[Step, ...],
    ) -> None:  # fmt: skip
        del contract_id, entity, currency, books, settled_on, memo_id, turnover, pct, left, steps
        self.given += amount
        self.accrued -= released
        self.accrued_booked -= functional
