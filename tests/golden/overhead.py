"""Cases of overhead by rates: predetermined, dual, by activity, burdened labour."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from domain.allocation.rates import apply_overhead, at_rate, burdened, dual_rate, rate_of
from tests.golden.given import Given, currency, first, has, maybe, number, pct

ZERO = Decimal(0)


def decimals(given: Given, *names: str) -> dict[str, Decimal]:
    """A mapping of figures."""
    found = first(given, *names) or {}
    return {str(name): Decimal(str(value)) for name, value in found.items()}


def exact(rate: Fraction) -> Decimal:
    """A rate to as many places as anybody publishes."""
    return Decimal(rate.numerator) / Decimal(rate.denominator)


def overhead_rates(given: Given) -> Any:
    base = number(given, "budgeted_base", "estimated_base", "budgeted_hours", "estimated_hours",
                  "base", "hours", "driver")  # fmt: skip
    budgeted = number(given, "budgeted_overhead", "estimated_overhead", "budgeted_cost",
                      "overhead", "cost", "pool")  # fmt: skip
    used = maybe(given, "actual_base", "actual_hours", "hours_used", "actual_driver")
    spent = number(given, "actual_overhead", "actual_cost", "spent", default="0")
    found = apply_overhead(budgeted, base, used or ZERO, spent, currency(given))
    jobs = decimals(given, "jobs", "projects", "departments", "usage")
    charged = {name: at_rate(found.rate, one, currency(given)) for name, one in jobs.items()}
    return {
        "rate": exact(found.rate), "overhead_rate": exact(found.rate),
        "rate_percent": exact(found.rate * 100), "rate_pct": exact(found.rate * 100),
        "applied": charged or found.amount, "applied_overhead": found.amount,
        "allocated": charged or found.amount, "over_applied": found.over,
        "under_applied": -found.over, "variance": found.over, **charged,
    }  # fmt: skip


def dual_rates(given: Given) -> Any:
    budgeted = decimals(given, "budgeted_usage", "budgeted", "capacity", "planned_usage",
                        "practical_capacity")  # fmt: skip
    actual = decimals(given, "actual_usage", "actual", "usage") or budgeted
    fixed = number(given, "fixed_cost", "fixed", "budgeted_fixed_cost")
    if has(given, "variable_rate", "rate"):
        rate = Fraction(number(given, "variable_rate", "rate"))
    else:
        variable = number(given, "variable_cost", "variable", "budgeted_variable_cost")
        base = actual if has(given, "variable_cost") else budgeted
        rate = rate_of(variable, sum(base.values(), ZERO))
    found = dual_rate(fixed, rate, budgeted, actual, currency(given))
    parts = {
        "fixed": {name: one.fixed for name, one in found.items()},
        "variable": {name: one.variable for name, one in found.items()},
        "total": {name: one.total for name, one in found.items()},
    }
    fixed_rate = exact(rate_of(fixed, sum(budgeted.values(), ZERO)))
    return {**parts, "allocated": parts["total"], "fixed_rate": fixed_rate,
            "variable_rate": exact(rate), **parts["total"]}  # fmt: skip


def activity_based(given: Given) -> Any:
    """Each activity's rate over what each product used of its driver."""
    activities = first(given, "activities", "pools", "cost_pools")
    if isinstance(activities, Mapping):
        activities = [{"id": name, **one} for name, one in activities.items()]
    rates: dict[str, Decimal] = {}
    sums: dict[str, Decimal] = {}
    for one in activities:
        name, usage = str(first(one, "id", "name")), decimals(one, "usage", "driver", "drivers")
        whole = maybe(one, "total_driver", "driver_total", "quantity", "base")
        rate = rate_of(number(one, "cost", "amount"), whole or sum(usage.values(), ZERO))
        rates[name] = exact(rate)
        for to, used in (usage or _used(given, name)).items():
            sums[to] = sums.get(to, ZERO) + at_rate(rate, used, currency(given))
    return {"rates": rates, "rate": rates, "allocated": sums, "cost": sums, "total": sums,
            "sum": sum(sums.values()), **sums}  # fmt: skip


def _used(given: Given, activity: str) -> dict[str, Decimal]:
    """Usage told by product."""
    products = first(given, "products", "projects", "jobs", "usage") or {}
    if not isinstance(products, Mapping):
        products = {first(one, "id", "name"): one.get("usage", one) for one in products}
    return {
        str(name): Decimal(str(used[activity]))
        for name, used in products.items() if activity in used
    }  # fmt: skip


def burden(given: Given) -> Any:
    labour = number(given, "labour", "labor", "direct_labour", "direct_labor", "base", "cost")
    rates = decimals(given, "rates_percent", "rates_pct")
    rates |= {name: value * 100 for name, value in decimals(given, "rates").items()}
    stems = ("fringe", "overhead", "burden", "general_and_administrative", "g_and_a", "ga")
    for stem in stems:
        if has(given, stem, f"{stem}_rate", f"{stem}_percent", f"{stem}_pct"):
            rates[stem] = pct(given, stem)
    found = burdened(labour, rates, currency(given), chained=bool(given.get("chained")))
    whole = labour + sum(found.values(), ZERO)
    return {**found, "added": found, "burden": sum(found.values(), ZERO), "total": whole,
            "burdened_cost": whole, "loaded_cost": whole, "cost": whole}  # fmt: skip
