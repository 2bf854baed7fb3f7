"""Mark-up: what a cost is passed on at, and fees on top of costs or time.

A cost is entered with or without tax. Of the tax, the part that cannot be deducted belongs to
the project's cost, and the mark-up is on that cost. The rule is chosen by type of cost; at cost
means a mark-up of nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import HUNDRED, ZERO, require_not_negative, require_share, require_some


class NoMarkupRule(Refusal):
    """No rule is for this type of cost, and none is for every type."""

    code = "NO_MARKUP_RULE"


@dataclass(frozen=True)
class MarkupRule:
    """``markup_pct`` on costs of a type (empty: any other), at most ``cap`` on one line.

    ``fixed_markup`` is added to each line, within the cap.
    """

    cost_type: str = ""
    markup_pct: Decimal = ZERO
    fixed_markup: Decimal = ZERO
    cap: Decimal | None = None


@dataclass(frozen=True)
class CostTax:
    """Tax on a cost; ``included``: the cost as entered contains it.

    ``non_deductible_pct`` of the tax stays in the project's cost: 100 where none is deducted.
    """

    rate_pct: Decimal = ZERO
    included: bool = False
    non_deductible_pct: Decimal = ZERO


NO_TAX = CostTax()


@dataclass(frozen=True)
class CostLine:
    """A cost as entered, and its type (subcontractor, travel …)."""

    cost: Decimal
    cost_type: str = ""
    tax: CostTax = NO_TAX


@dataclass(frozen=True)
class MarkedUp:
    """A cost passed on: sales_price = project_cost + markup; ``tax`` is all of the cost's tax."""

    cost_type: str
    net_cost: Decimal
    tax: Decimal
    project_cost: Decimal
    markup: Decimal
    sales_price: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class CostPlus:
    """Costs passed on, with a fee: total = cost + markup + fee - over_ceiling."""

    cost: Decimal
    markup: Decimal
    fee: Decimal
    over_ceiling: Decimal
    total: Decimal
    lines: tuple[MarkedUp, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class IncentiveFee:
    """A fee that moves with the cost saved or overrun; total = cost + fee."""

    cost: Decimal
    fee: Decimal
    total: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class TimeCharge:
    """Hours at a rate; a line of its own, rounded once."""

    hours: Decimal
    hourly_rate: Decimal


@dataclass(frozen=True)
class ManagementFee:
    """A fee in percent of what it manages; invoice = base + fee."""

    base: Decimal
    fee: Decimal
    invoice: Decimal
    steps: tuple[Step, ...]


def mark_up(line: CostLine, rules: Sequence[MarkupRule], currency: str) -> MarkedUp:
    """One cost passed on; cost and price are each rounded once, from unrounded figures.

    Raises NoMarkupRule, NegativeFigure, PercentOutOfRange.
    """
    rule = _rule_of(line, rules)
    net = line.cost
    if line.tax.included:
        net = line.cost * HUNDRED / (HUNDRED + line.tax.rate_pct)
    tax = net * line.tax.rate_pct / HUNDRED
    carried = net + tax * line.tax.non_deductible_pct / HUNDRED
    cost = quantize(carried, currency)
    price = quantize(carried + _markup(carried, rule), currency)
    steps = (
        Step("markup.cost", f"{line.cost} entered, {cost} {currency} is the project's cost"),
        Step("markup.price", f"{_words(rule)}: {price - cost}, sold at {price} {currency}"),
    )
    net, tax = quantize(net, currency), quantize(tax, currency)
    return MarkedUp(line.cost_type, net, tax, cost, price - cost, price, steps)


def cost_plus(
    costs: Sequence[CostLine],
    rules: Sequence[MarkupRule],
    currency: str,
    fixed_fee: Decimal = ZERO,
    ceiling: Decimal | None = None,
) -> CostPlus:
    """Costs with the mark-up of their type and a fixed fee, up to a ceiling of the total.

    Raises NothingGiven, NoMarkupRule, NegativeFigure, PercentOutOfRange.
    """
    require_some(costs, "costs")
    require_not_negative(fixed_fee, "fixed_fee")
    lines = tuple(mark_up(line, rules, currency) for line in costs)
    cost = sum((line.project_cost for line in lines), ZERO)
    markup, fee = sum((line.markup for line in lines), ZERO), quantize(fixed_fee, currency)
    total, over = _under(cost + markup + fee, ceiling, currency)
    text = f"cost {cost} + mark-up {markup} + fee {fee} - over ceiling {over} = {total}"
    inner = tuple(step for line in lines for step in line.steps)
    steps = (*inner, Step("markup.cost_plus", f"{text} {currency}"))
    return CostPlus(cost, markup, fee, over, total, lines, steps)


def incentive_fee(
    target_cost: Decimal,
    target_fee: Decimal,
    actual_cost: Decimal,
    contractor_pct: Decimal,
    currency: str,
    least_fee: Decimal = ZERO,
    most_fee: Decimal | None = None,
) -> IncentiveFee:
    """Target fee plus the contractor's share of what was saved (minus: of the overrun).

    Raises NegativeFigure, PercentOutOfRange. Source: FAR 16.405-1 (cost plus incentive fee).
    """
    require_share(contractor_pct, "contractor_pct")
    for figure, field in ((target_cost, "target_cost"), (target_fee, "target_fee")):
        require_not_negative(figure, field)
    require_not_negative(actual_cost, "actual_cost")
    shared = (target_cost - actual_cost) * contractor_pct / HUNDRED
    fee = max(target_fee + shared, least_fee)
    fee = quantize(fee if most_fee is None else min(fee, most_fee), currency)
    cost = quantize(actual_cost, currency)
    text = f"{target_fee} + {contractor_pct} % of {target_cost - actual_cost} saved = {fee}"
    return IncentiveFee(cost, fee, cost + fee, (Step("markup.incentive", f"{text} {currency}"),))


def management_fee(base: Decimal, fee_pct: Decimal, currency: str) -> ManagementFee:
    """A fee in percent of time or spend. Raises NegativeFigure."""
    require_not_negative(base, "base")
    require_not_negative(fee_pct, "fee_pct")
    rounded = quantize(base, currency)
    fee = quantize(base * fee_pct / HUNDRED, currency)
    text = f"{fee_pct} % of {rounded} = {fee} {currency}"
    return ManagementFee(rounded, fee, rounded + fee, (Step("markup.management_fee", text),))


def fee_on_time(charges: Sequence[TimeCharge], fee_pct: Decimal, currency: str) -> ManagementFee:
    """A management fee on the sum of time lines. Raises NothingGiven, NegativeFigure."""
    require_some(charges, "charges")
    for charge in charges:
        require_not_negative(charge.hours, "hours")
        require_not_negative(charge.hourly_rate, "hourly_rate")
    lines = [quantize(charge.hours * charge.hourly_rate, currency) for charge in charges]
    return management_fee(sum(lines, ZERO), fee_pct, currency)


def _rule_of(line: CostLine, rules: Sequence[MarkupRule]) -> MarkupRule:
    require_not_negative(line.cost, "cost")
    require_not_negative(line.tax.rate_pct, "rate_pct")
    require_share(line.tax.non_deductible_pct, "non_deductible_pct")
    fitting = [rule for rule in rules if rule.cost_type in {line.cost_type, ""}]
    if not fitting:
        raise NoMarkupRule(f"no mark-up is agreed for {line.cost_type!r}", field="cost_type")
    rule = max(fitting, key=lambda one: bool(one.cost_type))
    for field in ("markup_pct", "fixed_markup", "cap"):
        require_not_negative(getattr(rule, field) or 0, field)
    return rule


def _markup(cost: Decimal, rule: MarkupRule) -> Decimal:
    markup = cost * rule.markup_pct / HUNDRED + rule.fixed_markup
    return markup if rule.cap is None else min(markup, rule.cap)


def _under(total: Decimal, ceiling: Decimal | None, currency: str) -> tuple[Decimal, Decimal]:
    if ceiling is None:
        return total, ZERO
    require_not_negative(ceiling, "ceiling")
    kept = min(total, quantize(ceiling, currency))
    return kept, total - kept


def _words(rule: MarkupRule) -> str:
    cap = "" if rule.cap is None else f", at most {rule.cap}"
    fixed = f" + {rule.fixed_markup}" if rule.fixed_markup else ""
    return f"mark-up {rule.markup_pct} %{fixed}{cap} on {rule.cost_type or 'any cost'}"
