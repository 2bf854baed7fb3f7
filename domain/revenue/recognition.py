"""Recognition: revenue earned to date less what is posted, and the gross profit with it.

Every method ends in a cumulative figure that is rounded once; what a period shows is its
difference to what was posted before, so a changed estimate or price catches up by itself and
the periods sum to the price. An onerous contract's provision stands apart (``onerous``).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import ZERO, ForecastBelowActual
from domain.revenue.progress import Costs, ExclusionTooLarge, Progress, cost_to_cost, hours
from domain.revenue.retainer_use import Used


class OverAllocation(Refusal):
    """More would be recognised than the price allocated to the promise."""

    code = "OVER_ALLOCATION"


@dataclass(frozen=True)
class Recognition:
    """What is earned to date, what was posted before, and what to post now (may be negative)."""

    cumulative: Decimal
    posted: Decimal
    delta: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class CappedRecognition:
    """Recognition of capped time and materials, with the worked value nobody will pay."""

    cumulative: Decimal
    posted: Decimal
    delta: Decimal
    write_down: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class PeriodEnd:
    """A contract as known at the end of a period; price and cost are to date, not of the period.

    ``at_cost_total`` and ``at_cost_to_date`` are the part of the price earned without margin.
    """

    period: str
    price: Decimal
    progress: Progress
    cost_to_date: Decimal = ZERO
    at_cost_total: Decimal = ZERO
    at_cost_to_date: Decimal = ZERO


@dataclass(frozen=True)
class PeriodResult:
    """Revenue, cost and gross profit to date and of one period, in contract currency."""

    period: str
    progress: Progress
    revenue_to_date: Decimal
    revenue: Decimal
    cost_to_date: Decimal
    cost: Decimal
    gross_profit_to_date: Decimal
    gross_profit: Decimal
    steps: tuple[Step, ...]


def recognise(price: Decimal, progress: Progress, posted: Decimal, currency: str) -> Recognition:
    """Price times progress, rounded once, less what is posted. ASC 606-10-25-31.

    Raises NegativeFigure for a price below zero.
    """
    _refuse_below_zero(price, "price")
    earned = progress.of(price, currency)
    text = f"{price} {currency} x {progress.done} / {progress.whole} = {earned}"
    return _less_posted(earned, posted, (*progress.steps, Step("revenue.cumulative", text)))


def at_point(
    price: Decimal, transferred_on: date | None, as_of: date, posted: Decimal, currency: str
) -> Recognition:
    """All of the price once control has passed, nothing before. ASC 606-10-25-30."""
    _refuse_below_zero(price, "price")
    passed = transferred_on is not None and transferred_on <= as_of
    text = f"control passed on {transferred_on}" if passed else f"control not passed by {as_of}"
    earned = quantize(price if passed else ZERO, currency)
    return _less_posted(earned, posted, (Step("revenue.point_in_time", text),))


def as_invoiced(
    invoiceable: Decimal, posted: Decimal, currency: str, limit: Decimal | None = None
) -> Recognition:
    """What may be invoiced for work done to date, where that is its value. ASC 606-10-55-18.

    Raises OverAllocation above a price that is fixed.
    """
    _refuse_below_zero(invoiceable, "invoiceable")
    earned = quantize(invoiceable, currency)
    if limit is not None and earned > limit:
        raise OverAllocation(f"{earned} {currency} may be invoiced, but the price is {limit}")
    text = f"right to invoice {earned} {currency} to date"
    return _less_posted(earned, posted, (Step("revenue.as_invoiced", text),))


def as_used(used: Used, posted: Decimal) -> Recognition:
    """What was drawn of a retainer, what lapsed, and expected breakage. ASC 606-10-55-48."""
    text = f"{used.breakage} of {used.earned} is breakage"
    return _less_posted(used.earned, posted, (*used.steps, Step("revenue.breakage", text)))


def at_cost(
    cost_to_date: Decimal, recoverable: Decimal, posted: Decimal, currency: str
) -> Recognition:
    """Revenue equal to recoverable cost until progress can be measured. ASC 606-10-25-37."""
    _refuse_below_zero(cost_to_date, "cost_to_date")
    earned = quantize(min(cost_to_date, recoverable), currency)
    text = f"cost {cost_to_date}, recoverable {recoverable}: {earned} {currency} without margin"
    return _less_posted(earned, posted, (Step("revenue.zero_margin", text),))


def capped(
    value_to_date: Decimal, forecast_value: Decimal, cap: Decimal, posted: Decimal, currency: str
) -> CappedRecognition:
    """Time and materials not to exceed ``cap``; values at the contract's rates.

    While the forecast stays within the cap, the worked value up to the cap; once it does not,
    the cap times the share worked, and the rest of the worked value is written down. The
    project's own policy. Raises ForecastBelowActual, NegativeFigure, NothingToMeasure.
    """
    _refuse_below_zero(cap, "cap")
    _refuse_below_zero(value_to_date, "value_to_date")
    if forecast_value < value_to_date:
        raise ForecastBelowActual(f"forecast {forecast_value}, worked {value_to_date}")
    if forecast_value <= cap:
        text = f"forecast {forecast_value} within cap {cap}: worked value"
        earned = quantize(min(value_to_date, cap), currency)
    else:
        text = f"forecast {forecast_value} above cap {cap}: cap x {value_to_date} / forecast"
        earned = hours(value_to_date, forecast_value).of(cap, currency)
    write_down = quantize(value_to_date, currency) - earned
    steps = (
        Step("revenue.cap", f"{text} = {earned} {currency}"),
        Step("revenue.write_down", f"{write_down} {currency} of worked value is not paid for"),
    )
    return CappedRecognition(earned, posted, earned - posted, write_down, steps)


def cost_period(
    period: str, price: Decimal, costs: Costs, decimals: int | None = None
) -> PeriodEnd:
    """A period end measured by cost; uninstalled material earns its cost. ASC 606-10-55-21.

    Raises ExclusionTooLarge where the material costs more than the price, and what
    ``cost_to_cost`` raises.
    """
    if costs.uninstalled_total > price:
        raise ExclusionTooLarge(f"material of {costs.uninstalled_total} in a price of {price}")
    if costs.uninstalled_to_date > costs.uninstalled_total:
        raise ExclusionTooLarge("more material uninstalled to date than in all")
    return PeriodEnd(
        period,
        price,
        cost_to_cost(costs, decimals),
        costs.to_date,
        costs.uninstalled_total,
        costs.uninstalled_to_date,
    )


def series(ends: tuple[PeriodEnd, ...], currency: str) -> tuple[PeriodResult, ...]:
    """Each period's share of what is earned to its end; earlier periods stay as they were.

    A lower price or estimate shows as less, even negative, revenue of the period it is known in.
    """
    results: list[PeriodResult] = []
    for end in ends:
        results.append(_period(end, results[-1] if results else None, currency))
    return tuple(results)


def _period(end: PeriodEnd, before: PeriodResult | None, currency: str) -> PeriodResult:
    measured = recognise(
        end.price - end.at_cost_total,
        end.progress,
        before.revenue_to_date if before else ZERO,
        currency,
    )
    steps = measured.steps
    if end.at_cost_total:
        text = f"{end.at_cost_to_date} {currency} of material earns its cost, without margin"
        steps = (*steps, Step("revenue.uninstalled_material", text))
    to_date = measured.cumulative + quantize(end.at_cost_to_date, currency)
    cost = end.cost_to_date - (before.cost_to_date if before else ZERO)
    revenue = to_date - measured.posted
    return PeriodResult(
        end.period, end.progress, to_date, revenue, end.cost_to_date, cost,
        to_date - end.cost_to_date, revenue - cost, steps,
    )  # fmt: skip


def within_allocation(recognition: Recognition, allocated: Decimal) -> Recognition:
    """The recognition as given; raises OverAllocation above the allocated price."""
    if recognition.cumulative > allocated:
        raise OverAllocation(f"{recognition.cumulative} earned of {allocated} allocated")
    return recognition


def _less_posted(earned: Decimal, posted: Decimal, steps: tuple[Step, ...]) -> Recognition:
    delta = earned - posted
    step = Step("revenue.delta", f"{earned} earned less {posted} posted = {delta}")
    return Recognition(earned, posted, delta, (*steps, step))


def _refuse_below_zero(amount: Decimal, field: str) -> None:
    if amount < 0:
        raise NegativeFigure(f"{field} is {amount}", field=field)
