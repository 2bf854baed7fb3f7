"""Cases of pricing: from published terms to the calculators' and back."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, get_args

from domain.pricing.billability import (
    Billability,
    adjust_amount,
    billable_by_hours,
    billable_by_pct,
    value_hours,
    write_down,
)
from domain.pricing.blended import RoleShare, bill_blended, blended_rate, compare_fee
from domain.pricing.resolution import Candidate, Source, Work, resolve_rate
from tests.golden import costs, tiers
from tests.golden.given import (
    Given,
    currency,
    day,
    first,
    has,
    maybe,
    number,
    pct,
)


def billability_of(given: Given) -> Billability:
    worked = number(given, "submitted_hours", "worked_hours", "hours_worked", "hours")
    reason = str(given.get("reason") or "as published")
    if has(given, "billable_percent", "billable_pct"):
        return billable_by_pct(worked, pct(given, "billable"), reason)
    charged = number(given, "billable_hours", "chargeable_hours", "billed_hours", "invoiced_hours")
    return billable_by_hours(worked, charged, reason)


def time_approval(given: Given) -> dict[str, Any]:
    hours = billability_of(given)
    cost_rate = number(given, "cost_rate", default="0")
    found = value_hours(hours, cost_rate, number(given, "bill_rate", "rate"), currency(given))
    return {
        "cost": found.cost,
        "unbilled_chargeable": found.chargeable,
        "unbilled_non_chargeable": found.non_chargeable,
        "billed_chargeable": found.chargeable,
        "billed_non_chargeable": found.non_chargeable,
        "chargeable": found.chargeable,
        "non_chargeable": found.non_chargeable,
        "written_up": found.written_up,
        "written_down": found.standard - found.chargeable + found.written_up,
        "standard": found.standard,
        "margin": found.chargeable - found.cost,
        "cost_reversal": -found.cost,
        "unbilled_reversal": -found.chargeable,
        "reversal_cost": -found.cost,
        "reversal_unbilled": -found.chargeable,
        **hours_of(hours),
    }


def hours_of(hours: Billability) -> dict[str, Any]:
    return {
        "worked_hours": hours.worked_hours,
        "billable_hours": hours.charged_hours,
        "non_billable_hours": hours.non_billable_hours,
        "non_chargeable_hours": hours.non_billable_hours,
        "written_up_hours": hours.written_up_hours,
        "billable_pct": hours.billable_pct,
        "billable_percent": hours.billable_pct,
    }


def partial_billability(given: Given) -> dict[str, Any]:
    if has(given, "bill_rate", "rate"):
        found = time_approval(given)
        return {**found, "amount": found["chargeable"], "billable_amount": found["chargeable"]}
    return hours_of(billability_of(given))


def adjusted(given: Given) -> dict[str, Any]:
    standard = number(given, "standard", "amount", "wip", "standard_value")
    reason = str(given.get("reason") or "as published")
    billed = maybe(given, "billed", "adjusted", "invoiced", "to_amount")
    by = maybe(given, "write_down_amount", "write_off", "adjustment")
    if billed is None and by is not None:
        billed = standard - abs(by)
    if billed is None:
        found = write_down(standard, pct(given, "write_down", "discount"), reason, currency(given))
    else:
        found = adjust_amount(standard, billed, reason, currency(given))
    return {
        "billed": found.adjusted,
        "adjusted": found.adjusted,
        "adjustment": found.adjustment,
        "write_down": max(-found.adjustment, Decimal(0)),
        "write_up": max(found.adjustment, Decimal(0)),
        "realisation_pct": found.realisation_pct,
    }


def mix_of(given: Given) -> list[RoleShare]:
    weights = ("hours", "weight", "share", "percent", "pct", "mix")
    return [
        RoleShare(
            str(one.get("role", "")), number(one, *weights), number(one, "rate", "bill_rate")
        )
        for one in first(given, "roles", "mix", "lines", "team")
    ]


def blended(given: Given) -> dict[str, Any]:
    """At the agreed rate or fee where one is given, else at the mean of the mix."""
    mix = mix_of(given)
    agreed = maybe(given, "blended_rate", "fixed_rate")
    rate = blended_rate(mix).hourly_rate if agreed is None else agreed
    fee = maybe(given, "fee", "fixed_fee", "billed")
    found = bill_blended(mix, rate, currency(given))
    if fee is not None:
        found = compare_fee(mix, fee, currency(given))
    asked = maybe(given, "hours", "billed_hours")
    amount = found.amount if asked is None else price_hours(asked, rate, currency(given))
    return {
        "blended_rate": rate,
        "rate": rate,
        "hours": found.hours,
        "total_hours": found.hours,
        "amount": amount,
        "invoice": amount,
        "total": amount,
        "standard": found.standard_amount,
        "standard_amount": found.standard_amount,
        "effective_rate": found.effective_rate,
        "standard_rate": found.standard_rate,
        "variance": found.variance,
        "realisation_pct": found.realisation_pct,
    }


def price_hours(hours: Decimal, rate: Decimal, code: str) -> Decimal:
    return bill_blended([RoleShare("team", hours, rate)], rate, code).amount


def candidate_of(given: Given, code: str) -> Candidate:
    until = first(given, "until", "valid_until")
    last = first(given, "to", "valid_to", "to_date")
    end = day(until) if until else day(last) + timedelta(days=1) if last else None
    source = given.get("source", "default")
    known: dict[str, Source] = {name: name for name in get_args(Source)}
    return Candidate(
        number(given, "rate", "hourly_rate", "bill_rate"), code,
        day(first(given, "from", "from_date", "valid_from", "effective_from") or "0001-01-01"),
        end, known.get(source, "default"),
        str(given.get("entry") or ""), str(given.get("person") or ""),
        str(first(given, "task", "activity") or ""), str(given.get("role") or ""),
        str(given.get("client") or ""),
    )  # fmt: skip


def rate_resolution(given: Given) -> dict[str, Any]:
    work = given.get("work") or given
    asked = Work(
        day(first(work, "date", "work_date", "on")), str(work.get("person") or ""),
        str(first(work, "task", "activity") or ""), str(work.get("role") or ""),
        str(work.get("client") or ""), str(work.get("entry") or ""),
    )  # fmt: skip
    rates = first(given, "rates", "candidates", "rate_card", "lines")
    found = resolve_rate([candidate_of(one, currency(given)) for one in rates], asked)
    hours = number(work, "hours", default="1")
    amount = price_hours(hours, found.hourly_rate, currency(given))
    return {
        "rate": found.hourly_rate, "hourly_rate": found.hourly_rate,
        "bill_rate": found.hourly_rate,
        "scope": found.won.scope, "source": found.won.source,
        "from": found.won.from_date.isoformat(), "amount": amount, "value": amount,
    }  # fmt: skip


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "billing.time_approval": time_approval,
    "billing.time_invoicing": time_approval,
    "billing.partial_billability": partial_billability,
    "billing.billability": partial_billability,
    "billing.write_down": adjusted,
    "billing.write_up": adjusted,
    "billing.blended_rate": blended,
    "billing.effective_rate": blended,
    "billing.rate_resolution": rate_resolution,
    "billing.effective_dated_rate": rate_resolution,
    "pricing.rate_resolution": rate_resolution,
}
TOPICS |= costs.TOPICS | tiers.TOPICS
