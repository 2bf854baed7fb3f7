"""Cases measured by cost: revenue, profit and provision by period."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import accumulate
from typing import Any

from domain.revenue.onerous import LossEstimate, Provision, provisions
from domain.revenue.position import position
from domain.revenue.progress import Costs, estimate_at_completion
from domain.revenue.recognition import PeriodEnd, PeriodResult, cost_period, series
from tests.golden.recognition_terms import (
    BY,
    EAC,
    PRICE,
    TO_DATE,
    Answer,
    Input,
    amount_of,
    currency_of,
    for_each,
    listed,
    raw,
    sides,
)


def cost_to_dates(case: Input) -> list[Decimal]:
    """Cost to date at each period's end."""
    by_period = raw(case, *(f"cost_{by}" for by in BY), "costs")
    return list(accumulate(listed(by_period))) if by_period else listed(raw(case, *TO_DATE))


def _estimates(case: Input, to_date: list[Decimal]) -> list[Decimal]:
    left = raw(case, "estimate_to_complete", "cost_to_complete", "etc")
    if left is None:
        return for_each(listed(raw(case, *EAC)), len(to_date))
    pairs = zip(to_date, for_each(listed(left), len(to_date)), strict=True)
    return [estimate_at_completion(done, more) for done, more in pairs]


def _costs(case: Input, to_date: Decimal, estimated: Decimal) -> Costs:
    material = amount_of(case, "uninstalled_material_cost", "uninstalled_materials")
    waste = amount_of(case, "wasted_cost", "waste", "excluded_cost", "inefficiency_cost")
    inside = "estimate_to_complete" in case or bool(case.get("estimate_includes_waste"))
    return Costs(
        to_date,
        estimated,
        waste,
        waste if inside else Decimal(0),
        amount_of(case, "uninstalled_to_date", default=str(material)),
        material,
    )


def _cost_ends(case: Input) -> tuple[PeriodEnd, ...]:
    done = cost_to_dates(case)
    if "other_cost_to_date" in case:
        material = amount_of(case, "uninstalled_material_cost", "uninstalled_materials")
        done = [amount_of(case, "other_cost_to_date") + material]
    figures = zip(
        for_each(listed(raw(case, *PRICE, "price_by_period")), len(done)),
        done,
        _estimates(case, done),
        strict=True,
    )
    decimals = case.get("progress_decimals")
    return tuple(
        cost_period(str(no), price, _costs(case, to_date, estimated), decimals)
        for no, (price, to_date, estimated) in enumerate(figures, 1)
    )


def over_cost(case: Input) -> Answer:
    ends = _cost_ends(case)
    done = cost_to_dates(case) or [ends[0].cost_to_date]
    estimates = tuple(
        LossEstimate(end.price, cost, end.progress, construction_type=True)
        for end, cost in zip(ends, _estimates(case, done), strict=True)
    )
    results = series(ends, currency_of(case))
    losses = provisions(estimates, currency_of(case), case.get("onerous_policy", "ifrs"))
    figures = _figures(results, losses)
    answer: Answer = {f"{name}_{by}": values for name, values in figures.items() for by in BY}
    answer |= _one(case, figures) if len(results) == 1 else figures
    answer |= {
        "gross_profit_total": sum(figures["gross_profit"]),
        "total_revenue": results[-1].revenue_to_date,
        "revenue_total": results[-1].revenue_to_date,
        "expected_loss": losses[-1].expected_loss,
    }
    return answer | _billed(case, [r.revenue_to_date for r in results])


def _figures(
    results: tuple[PeriodResult, ...], losses: tuple[Provision, ...]
) -> dict[str, list[Decimal]]:
    """What each period shows; profit is after the provision for a loss still to come."""
    profits = [r.gross_profit - loss.change for r, loss in zip(results, losses, strict=True)]
    return {
        "revenue": [r.revenue for r in results],
        "gross_profit": profits,
        "gross_profit_before_provision": [r.gross_profit for r in results],
        "cost": [r.cost for r in results],
        "provision": [loss.balance for loss in losses],
        "loss_provision": [loss.balance for loss in losses],
        "provision_change": [loss.change for loss in losses],
        "progress": [r.progress.ratio for r in results],
        "revenue_to_date": [r.revenue_to_date for r in results],
        "gross_profit_to_date": list(accumulate(profits)),
    }


def _one(case: Input, figures: Mapping[str, list[Any]]) -> Answer:
    """Figures of a single period's end, after what an earlier one had."""
    flat = {name: values[0] for name, values in figures.items()}
    posted = amount_of(case, "prior_revenue_to_date", "revenue_recognised_before")
    revenue, profit = flat["revenue_to_date"], flat["gross_profit_to_date"]
    before = amount_of(case, "prior_gross_profit_to_date")
    spent = amount_of(case, "cost_this_year", "cost_this_period", default=str(flat["cost"]))
    return flat | {
        "revenue": revenue - posted,
        "earned": revenue,
        "revenue_this_year": revenue - posted,
        "revenue_this_period": revenue - posted,
        "catch_up": revenue - posted,
        "gross_profit_this_year": profit - before,
        "gross_profit_this_period": profit - before,
        "cost_of_sales": flat["cost"],
        "cost_this_year": spent,
        "profit": profit,
    }


def _billed(case: Input, earned: list[Decimal]) -> Answer:
    """Positions at each period's end, where billings are given by period."""
    billed = list(accumulate(listed(raw(case, "billings", "billings_by_year"))))
    if len(billed) != len(earned):
        return {}
    found = [position("", e, b) for e, b in zip(earned, billed, strict=True)]
    return {"positions": [sides(each) for each in found]}
