"""Cases of costs passed on, fees on them, allowances and delivered units."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from domain.pricing.markup import (
    CostLine,
    CostTax,
    MarkupRule,
    TimeCharge,
    cost_plus,
    fee_on_time,
    incentive_fee,
    mark_up,
)
from domain.pricing.per_diem import (
    MealReduction,
    MealsProvided,
    PerDiemTerms,
    per_diem_by_day,
    per_diem_by_trip,
    trip_of,
)
from domain.pricing.unit_delivery import bill_units
from tests.golden.given import (
    Given,
    currency,
    first,
    has,
    maybe,
    number,
    pct,
)


def units_of_delivery(given: Given) -> dict[str, Any]:
    found = bill_units(
        number(given, "unit_price", "price"),
        number(given, "units_contracted", "contracted"),
        number(given, "units_completed", "completed", "units_delivered"),
        currency(given),
        number(given, "units_billed", "previously_billed_units", default="0"),
    )
    return {
        "invoice": found.amount,
        "amount": found.amount,
        "billed_to_date": found.billed_to_date,
        "remaining_units": found.remaining_units,
        "remaining_contract": found.remaining,
    }


def time_plus_management_fee(given: Given) -> dict[str, Any]:
    lines = first(given, "lines", "time", "entries") or [given]
    charges = [TimeCharge(number(one, "hours"), number(one, "rate", "bill_rate")) for one in lines]
    fee_pct = pct(given, "fee", "management_fee")
    found = fee_on_time(charges, fee_pct, currency(given))
    return {
        "time": found.base,
        "fee": found.fee,
        "management_fee": found.fee,
        "invoice": found.invoice,
        "total": found.invoice,
    }


def tax_of(given: Given) -> CostTax:
    """All of a tax that is in the cost cannot be deducted."""
    share = pct(given, "non_deductible", default="100" if given.get("tax_in_cost") else "0")
    included = first(
        given, "cost_includes_tax", "amount_includes_tax", "amounts_include_tax",
        "prices_include_tax", "price_includes_tax", "tax_included",
    )  # fmt: skip
    return CostTax(pct(given, "tax", default="0"), bool(included), share)


def rule_of(given: Given, cost_type: str = "") -> MarkupRule:
    fixed = number(given, "fixed_markup", "markup_amount", default="0")
    markup = pct(given, "markup", "percentage_fee", default="0")
    markup = markup or number(given, "fee_percent", "fee_pct", default="0")
    return MarkupRule(cost_type, markup, fixed, maybe(given, "markup_cap", "cap", "max_markup"))


def expense_markup(given: Given) -> dict[str, Any]:
    line = CostLine(number(given, "cost", "amount", "expense"), "", tax_of(given))
    found = mark_up(line, [rule_of(given)], currency(given))
    return {
        "net_cost": found.net_cost,
        "cost": found.project_cost,
        "project_cost": found.project_cost,
        "tax": found.tax,
        "markup": found.markup,
        "sales_price": found.sales_price,
        "price": found.sales_price,
        "billed": found.sales_price,
        "invoice": found.sales_price,
    }


def plus_of(given: Given) -> dict[str, Any]:
    lines = first(given, "costs", "lines") or [given]
    if isinstance(lines, dict):
        lines = [{"type": name, "cost": cost} for name, cost in lines.items()]
    costs, rules = [], [rule_of(given)]
    by_type = given.get("markup_by_type") or {}
    rules += [MarkupRule(name, Decimal(str(rate)) * 100) for name, rate in by_type.items()]
    for line in lines:
        kind = str(first(line, "type", "cost_type") or "")
        costs.append(CostLine(number(line, "cost", "amount", "cost_incurred"), kind, tax_of(line)))
        if line is not given and has(line, "markup", "markup_percent", "markup_pct"):
            rules.append(rule_of(line, kind))
    fee = number(given, "fixed_fee", "fee", default="0")
    ceiling = maybe(given, "ceiling", "not_to_exceed", "cap_total", "guaranteed_maximum")
    found = cost_plus(costs, rules, currency(given), fee, ceiling)
    return {
        "cost": found.cost,
        "markup": found.markup,
        "fee": found.fee if has(given, "fixed_fee", "fee") else found.markup,
        "total": found.total,
        "invoice": found.total,
        "price": found.total,
        "billed": found.total,
        "over_ceiling": found.over_ceiling,
        "lines": [line.sales_price for line in found.lines],
    }


def incentive(given: Given) -> dict[str, Any]:
    found = incentive_fee(
        number(given, "target_cost"), number(given, "target_fee"), number(given, "actual_cost"),
        pct(given, "contractor_share", "share"), currency(given),
        number(given, "min_fee", "minimum_fee", default="0"),
        maybe(given, "max_fee", "maximum_fee"),
    )  # fmt: skip
    return {"cost": found.cost, "fee": found.fee, "total": found.total, "price": found.total}


def meals_of(day_: Any) -> tuple[MealsProvided, ...]:
    """Meals of a day: a count, names, or names with how many or whether."""
    if isinstance(day_, dict):
        return tuple(MealsProvided(meal, int(count)) for meal, count in day_.items() if count)
    if isinstance(day_, list):
        return tuple(MealsProvided(meal) for meal in day_)
    return (MealsProvided("any", int(day_)),) if int(day_) else ()


def meal_reductions(given: Given) -> tuple[MealReduction, ...]:
    shares = first(given, "reduction", "reductions", "reduction_rate") or {}
    percents = first(given, "reduction_percent", "reduction_pct") or {}
    amounts = first(given, "reduction_amount", "reduction_amounts") or {}
    return (
        *(MealReduction(str(m), pct=Decimal(str(x)) * 100) for m, x in shares.items()),
        *(MealReduction(str(m), pct=Decimal(str(x))) for m, x in percents.items()),
        *(MealReduction(str(m), amount=Decimal(str(x))) for m, x in amounts.items()),
    )


def per_diem(given: Given) -> dict[str, Any]:
    reductions = meal_reductions(given)
    counted = all(one.meal.isdigit() for one in reductions)
    provided = first(given, "provided", "meals_provided", "provided_by_day") or {}
    lists = isinstance(provided, list)
    terms = PerDiemTerms(
        number(given, "lodging", default="0"), number(given, "meals", default="0"),
        number(given, "incidentals", "other", default="0"), reductions,
        ("count" if counted else "day") if lists else "trip",
    )  # fmt: skip
    days = trip_of(
        int(number(given, "days")), pct(given, "first_day", default="100"),
        pct(given, "last_day", default="100"),
        last_night=not has(given, "nights") or number(given, "nights") >= number(given, "days"),
    )  # fmt: skip
    if lists:
        by_day = [meals_of(one) for one in provided]
        by_day += [()] * (len(days) - len(by_day))
        found = per_diem_by_day(terms, days, by_day, currency(given))
    else:
        found = per_diem_by_trip(terms, days, meals_of(provided), currency(given))
    return {
        "allowance": found.allowance,
        "total_allowance": found.allowance,
        "lodging": found.lodging,
        "meals": found.meals,
        "incidentals": found.incidentals,
        "reduction": found.reduction,
        "meal_reduction": found.reduction,
        "meals_and_incidentals": found.meals_and_incidentals,
        "payable": found.payable,
        "reduction_by_day": list(found.day_reductions),
        "meals_and_incidentals_by_day": [
            terms.meals + terms.incidentals - taken for taken in found.day_reductions
        ],
    }


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "billing.units_of_delivery": units_of_delivery,
    "billing.time_plus_management_fee": time_plus_management_fee,
    "billing.management_fee": time_plus_management_fee,
    "billing.expense_markup": expense_markup,
    "billing.markup": expense_markup,
    "billing.expense_at_cost": expense_markup,
    "billing.cost_plus": plus_of,
    "billing.cost_plus_percentage": plus_of,
    "billing.cost_plus_fixed_fee": plus_of,
    "billing.cost_plus_incentive_fee": incentive,
    "billing.per_diem": per_diem,
    "billing.per_diem_partial_days": per_diem,
    "billing.per_diem_meal_reduction": per_diem,
}
