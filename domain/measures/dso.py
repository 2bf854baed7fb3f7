"""Days sales outstanding: how long money stays with the clients.

By formula (receivables over credit sales, times days) or by count-back: the latest months'
sales are taken off the receivables one by one, so that a seasonal year does not distort.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import HUNDRED, ZERO, require_not_negative, require_some


@dataclass(frozen=True)
class DaysOutstanding:
    """Days, unrounded; None of a time without sales."""

    days: Decimal | None
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class SalesPeriod:
    """Credit sales of a period and its days; ``name`` is for the explanation."""

    name: str
    sales: Decimal
    days: int


@dataclass(frozen=True)
class CountBack:
    """``days`` = full_days + partial_days, unrounded.

    ``remaining`` is what is left of the receivables after each whole period; ``uncovered`` is
    older than all periods given, and then ``days`` is a least figure.
    """

    days: Decimal
    full_periods: int
    full_days: int
    partial_days: Decimal
    remaining: tuple[Decimal, ...]
    uncovered: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Delinquency:
    """DSO, the best possible (nothing overdue), and the days between: late by so many."""

    days: Decimal | None
    best_possible: Decimal | None
    delinquent_days: Decimal | None
    steps: tuple[Step, ...]


def days_outstanding(receivables: Decimal, credit_sales: Decimal, days: int) -> DaysOutstanding:
    """Receivables / credit sales x days of the same time. Raises NegativeFigure."""
    for figure, field in ((receivables, "receivables"), (credit_sales, "credit_sales")):
        require_not_negative(figure, field)
    require_not_negative(days, "days")
    found = receivables * days / credit_sales if credit_sales else None
    result = "not defined" if found is None else f"{found:.2f} days"
    text = f"{receivables} / {credit_sales} x {days} = {result}"
    return DaysOutstanding(found, (Step("dso.formula", text),))


def count_back(receivables: Decimal, periods: Sequence[SalesPeriod], currency: str) -> CountBack:
    """Take the periods' sales, latest first, off the receivables.

    A period without sales counts in full. Raises NothingGiven, NegativeFigure.
    """
    require_not_negative(receivables, "receivables")
    require_some(periods, "periods")
    for period in periods:
        _require_sound(period)
    remaining = _after_whole_periods(receivables, periods)
    left = remaining[-1] if remaining else receivables
    whole, rest = periods[: len(remaining)], periods[len(remaining) :]
    partial = left * rest[0].days / rest[0].sales if left and rest else ZERO
    steps = [_whole_step(*one) for one in zip(whole, remaining, strict=True)]
    if left:
        steps.append(_last_step(left, rest[0] if rest else None, partial, currency))
    full_days = sum(period.days for period in whole)
    return CountBack(
        days=full_days + partial,
        full_periods=len(whole),
        full_days=full_days,
        partial_days=partial,
        remaining=tuple(quantize(after, currency) for after in remaining),
        uncovered=quantize(ZERO if rest else left, currency),
        steps=tuple(steps),
    )


def delinquency(
    receivables: Decimal, not_due: Decimal, credit_sales: Decimal, days: int
) -> Delinquency:
    """DSO against what it would be if all that is due were paid. Raises NegativeFigure."""
    actual = days_outstanding(receivables, credit_sales, days)
    best = days_outstanding(not_due, credit_sales, days)
    late = None
    if actual.days is not None and best.days is not None:
        late = actual.days - best.days
    return Delinquency(actual.days, best.days, late, (*actual.steps, *best.steps))


def collection_effectiveness(
    opening: Decimal, credit_sales: Decimal, closing: Decimal, closing_not_due: Decimal
) -> Decimal | None:
    """What was collected of what could be, in percent; None where nothing could be.

    Raises NegativeFigure.
    """
    figures = {
        "opening": opening,
        "credit_sales": credit_sales,
        "closing": closing,
        "closing_not_due": closing_not_due,
    }
    for field, figure in figures.items():
        require_not_negative(figure, field)
    could = opening + credit_sales - closing_not_due
    return (opening + credit_sales - closing) * HUNDRED / could if could else None


def _require_sound(period: SalesPeriod) -> None:
    require_not_negative(period.sales, "sales")
    require_not_negative(period.days, "days")


def _after_whole_periods(receivables: Decimal, periods: Sequence[SalesPeriod]) -> list[Decimal]:
    """What is left of the receivables after each period they cover wholly."""
    remaining: list[Decimal] = []
    left = receivables
    for period in periods:
        if not left or left < period.sales:
            break
        left -= period.sales
        remaining.append(left)
    return remaining


def _whole_step(period: SalesPeriod, left: Decimal) -> Step:
    text = f"all of {period.name}: {period.sales}, {period.days} days, {left} left"
    return Step("dso.full_period", text)


def _last_step(left: Decimal, period: SalesPeriod | None, days: Decimal, currency: str) -> Step:
    if period is None:
        return Step("dso.uncovered", f"{left} {currency} is older than every period")
    text = f"{left} of {period.sales} in {period.name} = {days:.2f} days"
    return Step("dso.partial_period", text)
