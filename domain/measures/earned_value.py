"""Earned value: whether a project is worth what it cost by now, and what it will cost.

Amounts are in the project's currency. Indices are never rounded before they are used again: a
forecast from a rounded index is off by thousands. A variance below zero is bad news.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import HUNDRED, pct_of, require_not_negative, require_share, shown

Forecast = Literal["cpi", "etc", "remaining", "cpi_spi"]


class NoForecast(Refusal):
    """The forecast asked for needs a figure that is zero or missing."""

    code = "NO_FORECAST"


@dataclass(frozen=True)
class ProjectStatus:
    """Budget at completion, and planned value, earned value and actual cost by now.

    ``estimate_to_complete`` is a new estimate of the rest, where somebody made one.
    """

    budget: Decimal
    planned_value: Decimal
    earned_value: Decimal
    actual_cost: Decimal
    estimate_to_complete: Decimal | None = None


@dataclass(frozen=True)
class EarnedValue:
    """Variances and forecasts are rounded amounts; indices and percentages are unrounded.

    None where a figure would divide by nothing. ``to_complete_index`` is what the rest must
    achieve to end at the budget, ``to_forecast_index`` to end at the forecast.
    """

    planned_value: Decimal
    earned_value: Decimal
    actual_cost: Decimal
    cost_variance: Decimal
    schedule_variance: Decimal
    cost_variance_pct: Decimal | None
    schedule_variance_pct: Decimal | None
    cost_index: Decimal | None
    schedule_index: Decimal | None
    complete_pct: Decimal | None
    spent_pct: Decimal | None
    estimate_at_completion: Decimal | None
    estimate_to_complete: Decimal | None
    variance_at_completion: Decimal | None
    to_complete_index: Decimal | None
    to_forecast_index: Decimal | None
    steps: tuple[Step, ...]


def status_of(
    budget: Decimal, planned_pct: Decimal, complete_pct: Decimal, actual_cost: Decimal
) -> ProjectStatus:
    """A status from how much was planned and how much is done, in percent of the budget.

    Raises PercentOutOfRange.
    """
    require_share(planned_pct, "planned_pct")
    require_share(complete_pct, "complete_pct")
    planned, earned = budget * planned_pct / HUNDRED, budget * complete_pct / HUNDRED
    return ProjectStatus(budget, planned, earned, actual_cost)


def forecast_cost(status: ProjectStatus, by: Forecast) -> Decimal:
    """Estimate at completion, unrounded.

    ``cpi``: the rest costs as the work so far did. ``remaining``: the rest costs as planned.
    ``cpi_spi``: the rest suffers from both indices. ``etc``: the rest was estimated anew.
    Raises NoForecast.
    """
    rest = status.budget - status.earned_value
    if by == "etc":
        if status.estimate_to_complete is None:
            raise NoForecast("no estimate to complete is given", field="estimate_to_complete")
        return status.actual_cost + status.estimate_to_complete
    if by == "remaining":
        return status.actual_cost + rest
    earned = status.earned_value
    if not earned:
        raise NoForecast("nothing is earned yet, so there is no index", field="earned_value")
    if by == "cpi":
        return status.budget * status.actual_cost / earned
    scaled = rest * status.actual_cost * status.planned_value
    return status.actual_cost + scaled / (earned * earned)


def earned_value(status: ProjectStatus, currency: str, by: Forecast | None = "cpi") -> EarnedValue:
    """All figures of a status; ``by`` None makes no forecast.

    Raises NegativeFigure, NoForecast. Source: accounting rules of the project (CPI = EV/AC,
    EAC = BAC x AC/EV or AC + ETC, VAC = BAC - EAC).
    """
    _require_sound(status)
    exact = None if by is None else forecast_cost(status, by)
    cost = status.earned_value - status.actual_cost
    schedule = status.earned_value - status.planned_value
    rest = status.budget - status.earned_value
    figures = EarnedValue(
        planned_value=quantize(status.planned_value, currency),
        earned_value=quantize(status.earned_value, currency),
        actual_cost=quantize(status.actual_cost, currency),
        cost_variance=quantize(cost, currency),
        schedule_variance=quantize(schedule, currency),
        cost_variance_pct=pct_of(cost, status.earned_value),
        schedule_variance_pct=pct_of(schedule, status.planned_value),
        cost_index=_ratio(status.earned_value, status.actual_cost),
        schedule_index=_ratio(status.earned_value, status.planned_value),
        complete_pct=pct_of(status.earned_value, status.budget),
        spent_pct=pct_of(status.actual_cost, status.budget),
        **_forecasts(status, exact, currency),
        to_complete_index=_ratio(rest, status.budget - status.actual_cost),
        to_forecast_index=None if exact is None else _ratio(rest, exact - status.actual_cost),
        steps=(),
    )
    return _explained(figures, by, currency)


def _require_sound(status: ProjectStatus) -> None:
    for field in ("budget", "planned_value", "earned_value", "actual_cost"):
        require_not_negative(getattr(status, field), field)
    require_not_negative(status.estimate_to_complete or 0, "estimate_to_complete")


def _ratio(one: Decimal, other: Decimal) -> Decimal | None:
    return one / other if other else None


def _forecasts(
    status: ProjectStatus, exact: Decimal | None, currency: str
) -> dict[str, Decimal | None]:
    """At completion, to complete, and the variance: differences of rounded amounts."""
    if exact is None:
        names = "estimate_at_completion", "estimate_to_complete", "variance_at_completion"
        return dict.fromkeys(names)
    total = quantize(exact, currency)
    return {
        "estimate_at_completion": total,
        "estimate_to_complete": total - quantize(status.actual_cost, currency),
        "variance_at_completion": quantize(status.budget, currency) - total,
    }


def _explained(found: EarnedValue, by: Forecast | None, currency: str) -> EarnedValue:
    value, cost, planned = found.earned_value, found.actual_cost, found.planned_value
    steps = [
        Step("earned_value.cost", f"{value} earned - {cost} spent = {found.cost_variance}"),
        Step("earned_value.schedule", f"{value} earned - {planned} planned"),
        Step("earned_value.complete", f"{shown(found.complete_pct)} of the budget is earned"),
    ]
    if by is not None:
        text = f"{found.estimate_at_completion} {currency} at completion"
        steps.append(Step(f"earned_value.forecast_{by}", text))
    return replace(found, steps=tuple(steps))
