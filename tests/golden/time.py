"""Cases of time: from published terms to the calculators' and back."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, get_args

from domain.pricing.business_date import bounds_of, business_date, hours_of, month_of
from domain.pricing.time_rounding import (
    Mode,
    RoundedTime,
    RoundingTerms,
    Scope,
    WorkedTime,
    round_quantity,
    round_time,
)
from tests.golden.given import Given, answers, cases, first, has, number, numbers

ANY_DAY = "2026-01-01"
SPOKEN: dict[str, Mode] = {
    "NO": "NONE", "": "NONE", "CEIL": "UP", "CEILING": "UP", "FLOOR": "DOWN",
    "NEAREST": "HALF_UP", "HALF": "HALF_UP", "BANKERS": "HALF_EVEN", "TRUNCATE": "DOWN",
}  # fmt: skip


def mode_of(given: Given) -> Mode:
    word = str(first(given, "mode", "method", "rounding") or "").upper().replace("-", "_")
    named: dict[str, Mode] = {mode: mode for mode in get_args(Mode)}
    return {**named, **SPOKEN}[word]


def factor_of(given: Given) -> Decimal:
    """In percent; a publisher's method NO switches all of the terms off, the factor too."""
    if given.get("mode") == "NO":
        return Decimal(100)
    if has(given, "factor"):
        return number(given, "factor") * 100
    return number(given, "factor_percent", "factor_pct", default="100")


def unit_hours(given: Given) -> Decimal:
    if has(given, "unit_minutes", "increment_minutes"):
        return number(given, "unit_minutes", "increment_minutes") / 60
    return number(given, "unit", "unit_hours", "increment", "increment_hours", default="0")


def unit_minutes(given: Given) -> Decimal:
    if has(given, "unit_minutes", "increment_minutes"):
        return number(given, "unit_minutes", "increment_minutes")
    bare = has(given, "unit") and not has(given, "hours", "entries_hours")
    return number(given, "unit") if bare else unit_hours(given) * 60


def rounded(given: Given) -> dict[str, Any]:
    if has(given, "minutes"):
        minutes = number(given, "minutes")
        found = round_quantity(minutes, unit_minutes(given), mode_of(given), factor_of(given))
        hours = found / 60
    else:
        hours = round_quantity(
            number(given, "hours"), unit_hours(given), mode_of(given), factor_of(given)
        )
        found = hours * 60
    return {
        "billable_hours": hours, "rounded_hours": hours, "hours": hours,
        "billable_minutes": found, "rounded_minutes": found, "minutes": found,
    }  # fmt: skip


def rounding_to_unit(given: Given) -> dict[str, Any]:
    if isinstance(given.get("hours"), list):
        given = {**given, "cases": [{"hours": one} for one in given["hours"]]}
    if isinstance(given.get("modes"), list):
        return {
            name.lower().replace("-", "_"): rounded({**given, "mode": name})["hours"]
            for name in given["modes"]
        } | rounding_to_unit({"cases": [{**given, "modes": None, "mode": one}
                                        for one in given["modes"]]})  # fmt: skip
    return answers(given, [rounded(one) for one in cases(given)])


def terms_of(given: Given, scope: Scope) -> RoundingTerms:
    least = number(given, "minimum_minutes", default="0")
    return RoundingTerms(unit_minutes(given), mode_of(given), scope, factor_of(given), least)


def worked(given: Given) -> list[WorkedTime]:
    listed = first(given, "entries_minutes", "minutes", "entries")
    if listed is None:
        listed = [int(hours * 60) for hours in numbers(given, "entries_hours", "hours")]
    return [entry_of(no, one) for no, one in enumerate(listed)]


def entry_of(no: int, one: Any) -> WorkedTime:
    """An entry is a number of minutes, or an object that says more."""
    if not isinstance(one, dict):
        return WorkedTime(str(no), int(one), date.fromisoformat(ANY_DAY))
    minutes = one.get("minutes")
    if minutes is None:
        minutes = Decimal(str(one["hours"])) * 60
    on = date.fromisoformat(first(one, "date", "work_date", "day") or ANY_DAY)
    return WorkedTime(
        str(one.get("id", no)), int(minutes), on, str(one.get("person", "")),
        str(first(one, "line", "task") or ""),
    )  # fmt: skip


def per_entry_vs_total(given: Given) -> dict[str, Any]:
    """Whichever scopes a publisher compares, in hours, with the total shared out in minutes."""

    def over(scope: Scope) -> RoundedTime:
        return round_time(worked(given), terms_of(given, scope))

    entry, total = over("entry"), over("invoice")
    difference = entry.rounded_hours - total.rounded_hours
    return {
        "per_entry": entry.rounded_hours,
        "on_total": total.rounded_hours,
        "per_total": total.rounded_hours,
        "per_invoice": total.rounded_hours,
        "per_line": over("line").rounded_hours,
        "per_day": over("day").rounded_hours,
        "per_person_day": over("person_day").rounded_hours,
        "difference": difference,
        "difference_hours": difference,
        "raw_minutes": total.minutes,
        "per_entry_minutes": entry.rounded_minutes,
        "on_total_minutes": total.rounded_minutes,
        "entries": [one.rounded_minutes for one in entry.entries],
        "allocated_minutes": [one.rounded_minutes for one in total.entries],
    }


def instants(given: Given) -> list[Given]:
    listed = given.get("instants") or [given]
    zone = first(given, "zone", "time_zone", "timezone")
    return [one if isinstance(one, dict) else {"utc": one, "zone": zone} for one in listed]


def local_date(given: Given) -> date:
    utc = str(first(given, "utc", "instant", "at")).replace("Z", "+00:00")
    zone = str(first(given, "zone", "time_zone", "timezone"))
    return business_date(datetime.fromisoformat(utc), zone)


def time_zone_business_date(given: Given) -> dict[str, Any]:
    dates = [local_date({**given, **one}) for one in instants(given)]
    months = [month_of(one) for one in dates]
    found = {
        "local_date": [one.isoformat() for one in dates],
        "business_date": [one.isoformat() for one in dates],
        "month": [one.isoformat()[:7] for one in dates],
        "local_month": [one.isoformat()[:7] for one in dates],
        "period": [one.isoformat()[:7] for one in dates],
        "period_start": [one.from_date.isoformat() for one in months],
        "period_end": [one.until.isoformat() for one in months],
    }
    return found if "instants" in given else {name: one[0] for name, one in found.items()}


def day_length(given: Given) -> dict[str, Any]:
    """Hours of local days; of instants, the local days they fall on."""
    if not has(given, "dates", "date"):
        return time_zone_business_date(given)
    zone = str(first(given, "zone", "time_zone", "timezone"))
    days = [date.fromisoformat(one) for one in given.get("dates", [given.get("date")])]
    hours = [hours_of(one, zone) for one in days]
    return {"hours": hours if "dates" in given else hours[0]}


def period_bounds(given: Given) -> dict[str, Any]:
    zone = str(first(given, "zone", "time_zone", "timezone"))
    month = date.fromisoformat(f"{given['month']}-01")
    start, end = bounds_of(month_of(month), zone)
    return {"from_utc": start.isoformat(), "until_utc": end.isoformat()}


def minimum_increment(given: Given) -> dict[str, Any]:
    entry = round_time(worked(given), terms_of(given, "entry"))
    return {
        "billable_minutes": entry.rounded_minutes,
        "billable_hours": entry.rounded_hours,
        "entries": [one.rounded_minutes for one in entry.entries],
    }


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "time.rounding_to_unit": rounding_to_unit,
    "time.rounding": rounding_to_unit,
    "time.rounding_factor": rounding_to_unit,
    "time.rounding_per_entry_vs_total": per_entry_vs_total,
    "time.rounding_scope": per_entry_vs_total,
    "time.minimum_increment": minimum_increment,
    "time.time_zone_business_date": time_zone_business_date,
    "time.business_date": time_zone_business_date,
    "time.dst_day_length": day_length,
    "time.period_bounds": period_bounds,
}
