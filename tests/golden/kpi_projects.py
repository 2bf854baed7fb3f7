"""Cases of projects' margins: sold against delivered, at completion, and what to charge."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from domain.measures.completion import CostToDate, complete_all
from domain.measures.early_warning import warn
from domain.measures.margin import hourly_cost, price_for_margin
from domain.measures.margin_bridge import Delivered, Sold, bridge
from tests.golden.given import Given, currency, first, has, maybe, number, pct

NAMES = {"discount": "discount", "scope": "scope_change", "volume": "volume_variance",
         "overrun": "cost_overrun", "rate_leak": "rate_variance", "write_off": "write_offs",
         "fx": "fx_difference"}  # fmt: skip


def bridged(given: Given) -> dict[str, Any]:
    """A figure that is not told adds nothing: the level before it."""
    sold, done = first(given, "sold") or given, first(given, "delivered") or given
    price = number(sold, "price", "sold_price", "sold_value")
    worked = number(done, "at_sold_rates", "value_at_sold_rates", "delivered_at_sold_rates",
                    default=str(price))  # fmt: skip
    standard = number(done, "at_standard", "value_at_standard", default=str(worked))
    value = number(done, "value", "delivered_value", "gross_value", default=str(standard))
    off = number(done, "written_off", "write_off", "write_offs", default="0")
    rate = number(given, "rate", "fx_rate", default="1")
    kept = number(done, "functional", "functional_value", default=str((value - off) * rate))
    found = bridge(
        Sold(price, number(sold, "cost", "planned_cost", "sold_cost"),
             number(sold, "scope", "change_orders", default="0"),
             number(sold, "scope_cost", "change_order_cost", default="0")),
        Delivered(worked, standard, value, off, kept,
                  number(done, "cost", "actual_cost", "delivered_cost")),
        rate, currency(given),
    )  # fmt: skip
    terms = {name: getattr(found, name) for name in NAMES}
    return {**vars(found), **{NAMES[name]: value for name, value in terms.items()},
            "residual": found.residual}  # fmt: skip


def code_of(given: Given) -> CostToDate:
    return CostToDate(
        number(given, "budget", "bac"), number(given, "planned", "pv", default="0"),
        number(given, "actual", "actual_cost", "ac", "cost_to_date"),
        number(given, "committed", "commitments", "ordered", default="0"),
        maybe(given, "estimate", "estimate_to_complete", "etc"),
        number(given, "since", "cost_since_estimate", default="0"),
    )  # fmt: skip


def at_completion(given: Given) -> dict[str, Any]:
    codes = first(given, "cost_codes", "codes", "lines") or [given]
    told = has(given, "complete", "complete_pct", "complete_percent", "progress", "progress_pct")
    done = Fraction(pct(given, "complete", "progress")) / 100 if told else None
    found = complete_all([code_of(one) for one in codes], done, currency(given))
    return {
        **vars(found),
        "eac": found.at_completion, "estimate_at_completion": found.at_completion,
        "etc": found.to_complete, "estimate_to_complete": found.to_complete,
        "vac": found.variance, "variance_at_completion": found.variance,
        "cpi": found.cost_index, "spi": found.schedule_index,
        "percent_complete": found.complete_pct, "warning": warn(found, None).level,
    }  # fmt: skip


def target_price(given: Given) -> dict[str, Any]:
    cost = number(given, "cost", "direct_cost", "planned_cost")
    price = price_for_margin(cost, pct(given, "margin", "target_margin", "target"),
                             currency(given))  # fmt: skip
    profit = price - cost
    return {**dict.fromkeys(("price", "target_price", "bill_rate", "rate"), price),
            "margin": profit, "profit": profit}  # fmt: skip


def cost_rate(given: Given) -> dict[str, Any]:
    """Unrounded; productive hours said, or as a share of the paid ones."""
    hours = maybe(given, "productive_hours", "available_hours", "billable_hours")
    if hours is None:
        share = pct(given, "productive", "utilisation", "utilization", default="100")
        hours = number(given, "hours", "paid_hours", "annual_hours") * share / 100
    pay = number(given, "annual_pay", "salary", "annual_salary", "pay")
    rate: Decimal = hourly_cost(pay, pct(given, "burden", "overhead", default="0"), hours)
    return dict.fromkeys(("cost_rate", "hourly_cost", "loaded_cost_rate", "rate"), rate)


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "kpi.margin_bridge": bridged,
    "kpi.margin_erosion": bridged,
    "kpi.estimate_at_completion": at_completion,
    "kpi.cost_at_completion": at_completion,
    "kpi.early_warning": at_completion,
    "kpi.target_margin_price": target_price,
    "kpi.hourly_cost_rate": cost_rate,
    "kpi.burdened_cost_rate": cost_rate,
    "billing.target_margin_price": target_price,
    "billing.price_for_margin": target_price,
}
