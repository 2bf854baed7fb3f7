"""Cases of time: rounding to units and the local date of an instant."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from domain.pricing.business_date import business_date
from domain.pricing.time_rounding import (
    Mode,
    RoundingTerms,
    Scope,
    WorkedTime,
    round_quantity,
    round_time,
)
from tests.golden.billing_fields import Fields

DAY = date(2025, 1, 6)


def mode_of(given: str) -> Mode:
    """The words of publishers for ours."""
    word = given.upper().replace("-", "_").replace(" ", "_")
    known = {
        "NEAREST": "HALF_UP",
        "CEIL": "UP",
        "CEILING": "UP",
        "FLOOR": "DOWN",
        "ROUND": "HALF_UP",
    }
    return cast("Mode", known.get(word, word))


def rounding_to_unit(given: dict[str, Any]) -> dict[str, Any]:
    """A quantity of hours (or minutes) times a factor, in whole units."""
    case = Fields(given)
    factor = Decimal(str(case.get("factor_percent", "factor_pct") or 100))
    mode = mode_of(str(case.get("mode", "rounding") or "HALF_UP"))
    if case.has("minutes"):
        unit = Decimal(str(case.get("unit_minutes", "unit") or 0))
        minutes = round_quantity(Decimal(str(given["minutes"])), unit, mode, factor)
        return {"billable_minutes": minutes, "billable_hours": minutes / 60}
    unit = Decimal(str(case.get("unit", "unit_hours") or 0))
    hours = round_quantity(Decimal(str(case.get("hours", "quantity"))), unit, mode, factor)
    return {"billable_hours": hours, "billable_minutes": hours * 60, "hours": hours}


def rounding_by_scope(given: dict[str, Any]) -> dict[str, Any]:
    """Minutes of entries rounded one by one, by day, and in total; in hours."""
    case = Fields(given)
    unit = Decimal(str(case.get("unit_minutes") or 0)) or 60 * Decimal(str(case.get("unit_hours")))
    mode = mode_of(str(case.get("mode", "rounding") or "UP"))
    entries = case.get("entries_minutes", "minutes") or []
    worked = [
        WorkedTime(str(no), int(_of(entry, "minutes")), _day(entry))
        for no, entry in enumerate(entries)
    ]

    def hours(scope: Scope) -> Decimal:
        return round_time(worked, RoundingTerms(unit, mode, scope)).rounded_hours

    found = {"per_entry": hours("entry"), "per_day": hours("day"), "on_total": hours("invoice")}
    return {**found, "total": found["on_total"], "per_invoice": found["on_total"],
            "difference": found["per_entry"] - found["on_total"]}  # fmt: skip


def _of(entry: Any, name: str) -> Any:
    return entry[name] if isinstance(entry, dict) else entry


def _day(entry: Any) -> date:
    return (
        date.fromisoformat(entry["date"]) if isinstance(entry, dict) and "date" in entry else DAY
    )


def local_dates(given: dict[str, Any]) -> dict[str, Any]:
    """The local date of each instant."""
    listed = given.get("instants") or [given]
    dates = [
        business_date(
            datetime.fromisoformat(str(one.get("utc") or one["instant"])),
            one["zone"],
        ).isoformat()
        for one in listed
    ]
    return {"local_date": dates if "instants" in given else dates[0]}


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "time.rounding_to_unit": rounding_to_unit,
    "time.rounding": rounding_to_unit,
    "time.rounding_per_entry_vs_total": rounding_by_scope,
    "time.rounding_scope": rounding_by_scope,
    "time.rounding_per_day": rounding_by_scope,
    "time.time_zone_business_date": local_dates,
    "time.business_date": local_dates,
}
