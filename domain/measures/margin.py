"""Margin: what is left of revenue after the cost of earning it.

Gross margin is after direct cost. Burdened margin is after direct cost with the burden on
labour. Contribution is after variable cost alone, and operating margin after overhead too.
Amounts are in one currency; a loss is a margin below zero.
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import HUNDRED, ZERO, pct_of, require_not_negative, shown


class NoHours(Refusal):
    """A cost an hour is asked for, and there are no hours."""

    code = "NO_HOURS"


class MarginOutOfReach(Refusal):
    """No price leaves a margin of 100 percent or more."""

    code = "MARGIN_OUT_OF_REACH"


@dataclass(frozen=True)
class Costs:
    """Costs of earning the revenue.

    ``burden_pct`` of labour is what employing people costs on top of pay. ``other_direct`` is
    subcontractors, expenses and material. ``fixed_direct`` is the part of labour and other that
    does not move with revenue; it is left out of the contribution's cost.
    """

    labour: Decimal = ZERO
    other_direct: Decimal = ZERO
    burden_pct: Decimal = ZERO
    fixed_direct: Decimal = ZERO
    overhead: Decimal = ZERO


@dataclass(frozen=True)
class Margin:
    """Amounts are rounded; percentages of revenue are unrounded, None without revenue.

    ``markup_pct`` is gross margin over direct cost.
    """

    revenue: Decimal
    direct_cost: Decimal
    gross_margin: Decimal
    gross_margin_pct: Decimal | None
    markup_pct: Decimal | None
    burden: Decimal
    burdened_margin: Decimal
    burdened_margin_pct: Decimal | None
    contribution: Decimal
    contribution_pct: Decimal | None
    operating_margin: Decimal
    operating_margin_pct: Decimal | None
    steps: tuple[Step, ...]


def margin(revenue: Decimal, costs: Costs, currency: str) -> Margin:
    """Every margin of a project, client or person. Revenue may be below zero after credits.

    Raises NegativeFigure. Source: accounting rules of the project (margin = (revenue - direct
    cost) / revenue).
    """
    for field in ("labour", "other_direct", "burden_pct", "fixed_direct", "overhead"):
        require_not_negative(getattr(costs, field), field)
    require_not_negative(costs.labour + costs.other_direct - costs.fixed_direct, "variable_cost")
    earned = quantize(revenue, currency)
    direct = quantize(costs.labour + costs.other_direct, currency)
    burden = quantize(costs.labour * costs.burden_pct / HUNDRED, currency)
    gross, variable = earned - direct, direct - quantize(costs.fixed_direct, currency)
    operating = gross - burden - quantize(costs.overhead, currency)
    return Margin(
        revenue=earned,
        direct_cost=direct,
        gross_margin=gross,
        gross_margin_pct=pct_of(gross, earned),
        markup_pct=pct_of(gross, direct),
        burden=burden,
        burdened_margin=gross - burden,
        burdened_margin_pct=pct_of(gross - burden, earned),
        contribution=earned - variable,
        contribution_pct=pct_of(earned - variable, earned),
        operating_margin=operating,
        operating_margin_pct=pct_of(operating, earned),
        steps=_steps(earned, direct, burden, operating, currency),
    )


def hourly_cost(annual_pay: Decimal, burden_pct: Decimal, productive_hours: Decimal) -> Decimal:
    """Pay with its burden over productive hours, unrounded.

    Raises NegativeFigure, NoHours.
    """
    for figure, field in ((annual_pay, "annual_pay"), (burden_pct, "burden_pct")):
        require_not_negative(figure, field)
    if productive_hours <= 0:
        raise NoHours(f"{productive_hours} productive hours", field="productive_hours")
    return annual_pay * (HUNDRED + burden_pct) / HUNDRED / productive_hours


def price_for_margin(cost: Decimal, margin_pct: Decimal, currency: str) -> Decimal:
    """The price at which a cost leaves a margin, rounded.

    Raises NegativeFigure, MarginOutOfReach.
    """
    require_not_negative(cost, "cost")
    if margin_pct >= HUNDRED:
        raise MarginOutOfReach(f"a margin of {margin_pct} % has no price", field="margin_pct")
    return quantize(cost * HUNDRED / (HUNDRED - margin_pct), currency)


def _steps(
    earned: Decimal, direct: Decimal, burden: Decimal, operating: Decimal, currency: str
) -> tuple[Step, ...]:
    gross = earned - direct
    text = f"{earned} - {direct} direct = {gross} {currency}, {shown(pct_of(gross, earned))}"
    with_burden = f"{gross} - {burden} burden = {gross - burden} {currency}"
    return (
        Step("margin.gross", text),
        Step("margin.burdened", with_burden),
        Step("margin.operating", f"{operating} {currency} after overhead"),
    )
