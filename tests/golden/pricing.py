"""Cases of pricing: units, fees, mark-up, per diem and tiers."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from domain.money import quantize
from domain.pricing.billability import billable_by_hours, value_hours
from domain.pricing.blended import RoleShare, blended_rate, compare_fee
from domain.pricing.markup import CostLine, CostTax, MarkupRule, management_fee, mark_up
from domain.pricing.per_diem import (
    MealReduction,
    MealsProvided,
    PerDiemTerms,
    per_diem_by_day,
    per_diem_by_trip,
    trip_of,
)
from domain.pricing.tiers import Tier, TierMode, price_tiers
from tests.golden.billing_fields import Fields


def number(value: Any) -> Decimal:
    """A figure of a case."""
    return Decimal(str(value))


def percent(value: Any) -> Decimal:
    """A rate given as fraction or in percent, in percent."""
    found = number(value or 0)
    return found * 100 if abs(found) <= 1 else found


def units_of_delivery(given: dict[str, Any]) -> dict[str, Any]:
    """Units done at a price each, and what is left of the contract."""
    case = Fields(given)
    price, done = case.money("unit_price"), number(case.get("units_completed", "units_delivered"))
    before = number(case.get("units_billed", "units_previously_billed") or 0)
    agreed = quantize(price * number(case.get("units_contracted", "units") or 0), case.currency)
    billed = quantize(price * (done - before), case.currency)
    to_date = quantize(price * done, case.currency)
    return {"invoice": billed, "billed_to_date": to_date, "contract": agreed,
            "remaining_contract": agreed - to_date}  # fmt: skip


def time_and_fee(given: dict[str, Any]) -> dict[str, Any]:
    """Hours at a rate, and a fee in percent of them."""
    case = Fields(given)
    time = quantize(number(given["hours"]) * case.money("rate", "hourly_rate"), case.currency)
    fee = number(case.get("fee_percent", "fee_pct"))
    found = management_fee(time, fee, case.currency)
    return {"time": found.base, "fee": found.fee, "invoice": found.invoice}


def time_approval(given: dict[str, Any]) -> dict[str, Any]:
    """Submitted against billable hours: cost of all, value of each part."""
    case = Fields(given)
    worked, billable = number(given["submitted_hours"]), number(given["billable_hours"])
    found = value_hours(
        billable_by_hours(worked, billable, "as approved"), case.money("cost_rate"),
        case.money("bill_rate"), case.currency,
    )  # fmt: skip
    return {"cost": found.cost, "unbilled_chargeable": found.chargeable,
            "unbilled_non_chargeable": found.non_chargeable}  # fmt: skip


def expense_markup(given: dict[str, Any]) -> dict[str, Any]:
    """A cost passed on with a mark-up; its tax in the cost, or beside it."""
    case = Fields(given)
    rate = percent(case.get("tax", "tax_rate"))
    kept = bool(case.get("tax_in_cost"))
    recoverable = bool(case.get("tax_recoverable"))
    line = CostLine(
        case.money("cost", "amount"), "",
        CostTax(rate, included=bool(case.get("tax_included")) or recoverable,
                non_deductible_pct=Decimal(100) if kept and not recoverable else Decimal(0)),
    )  # fmt: skip
    found = mark_up(line, [MarkupRule("", percent(case.get("markup", "markup_pct")))],
                    case.currency)  # fmt: skip
    return {"project_cost": found.project_cost, "markup": found.markup, "tax": found.tax,
            "net_cost": found.net_cost, "sales_price": found.sales_price,
            "invoice": found.sales_price}  # fmt: skip


def per_diem(given: dict[str, Any]) -> dict[str, Any]:
    """A trip's allowance less what provided meals take, over the trip or day by day."""
    case = Fields(given)
    reductions = tuple(
        MealReduction(meal, percent(taken)) for meal, taken in given.get("reduction", {}).items()
    )
    terms = PerDiemTerms(case.money("lodging"), case.money("meals"), case.money("incidentals"),
                         reductions)  # fmt: skip
    days = trip_of(
        int(given["days"]), percent(case.get("first_day", "first_day_pct") or 100),
        percent(case.get("last_day", "last_day_pct") or 100),
    )  # fmt: skip
    provided = given.get("provided", {})
    if isinstance(provided, list):
        by_day = [tuple(MealsProvided(m, int(n)) for m, n in _meals(day)) for day in provided]
        found = per_diem_by_day(terms, days, by_day, case.currency)
    else:
        meals = [MealsProvided(meal, int(times)) for meal, times in provided.items()]
        found = per_diem_by_trip(terms, days, meals, case.currency)
    return {"allowance": found.allowance, "reduction": found.reduction, "payable": found.payable,
            "lodging": found.lodging, "meals": found.meals,
            "incidentals": found.incidentals}  # fmt: skip


def _meals(day: Any) -> list[tuple[str, Any]]:
    return list(day.items()) if isinstance(day, dict) else [(meal, 1) for meal in day]


def tiered(given: dict[str, Any]) -> dict[str, Any]:
    """A quantity through tiers: each at its own rate, or all at the one reached."""
    case = Fields(given)
    tiers = [
        Tier(
            None if one.get("up_to") is None else number(one["up_to"]),
            case.amount(one.get("rate", one.get("unit_price", 0))),
            case.amount(one.get("flat_fee", 0)),
        )
        for one in given["tiers"]
    ]
    quantity = number(case.get("miles", "quantity", "units", "hours", "km"))
    mode = cast("TierMode", str(case.get("mode") or "graduated"))
    found = price_tiers(quantity, tiers, case.currency, mode)
    parts = [part.amount for part in found.parts]
    return {"payable": found.amount, "amount": found.amount, "total": found.amount,
            "by_tier": parts, "effective_rate": found.effective_rate}  # fmt: skip


def blended(given: dict[str, Any]) -> dict[str, Any]:
    """The rate of a mix of roles, and what it is of the standard value."""
    case = Fields(given)
    mix = [
        RoleShare(str(one.get("role", no)), number(one["hours"]), case.amount(one["rate"]))
        for no, one in enumerate(given["roles"])
    ]
    found = blended_rate(mix)
    answer: dict[str, Any] = {"blended_rate": found.hourly_rate, "rate": found.hourly_rate}
    if case.has("fee", "billed"):
        compared = compare_fee(mix, case.money("fee", "billed"), case.currency)
        answer |= {"effective_rate": compared.effective_rate, "standard": compared.standard_amount,
                   "realisation_pct": compared.realisation_pct}  # fmt: skip
    return answer


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "billing.units_of_delivery": units_of_delivery,
    "billing.time_plus_management_fee": time_and_fee,
    "billing.time_approval": time_approval,
    "billing.expense_markup": expense_markup,
    "billing.per_diem": per_diem,
    "billing.tiered_rate": tiered,
    "billing.mileage": tiered,
    "billing.volume_rate": lambda given: tiered({"mode": "volume", **given}),
    "billing.blended_rate": blended,
}
