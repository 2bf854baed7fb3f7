"""What published cases of recognition call things, and how their figures are written."""

from datetime import date
from decimal import Decimal
from typing import Any

from domain.revenue.position import Position

Input = dict[str, Any]
Answer = dict[str, Any]
PRICE = ("price", "contract_price", "transaction_price", "allocated_price", "price_by_year")
EAC = ("total_estimated_cost", "total_cost", "estimated_cost", "estimated_total_cost", "eac")
TO_DATE = ("cost_to_date", "costs_to_date", "cost_incurred", "cost_to_date_by_year")
BY = ("by_year", "by_period", "by_month", "by_quarter")


def raw(case: Input, *names: str) -> Any:
    """The value under the first of the names that the case uses."""
    return next((case[name] for name in names if case.get(name) is not None), None)


def amount_of(case: Input, *names: str, default: str = "0") -> Decimal:
    found = raw(case, *names)
    return Decimal(str(default if found is None else found))


def listed(value: Any) -> list[Decimal]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [Decimal(str(each)) for each in values]


def for_each(values: list[Decimal], count: int) -> list[Decimal]:
    """One value a period: as listed, or the same for all."""
    return values * count if len(values) == 1 else values


def currency_of(case: Input) -> str:
    """Books of an example's unnamed currency unit are kept in cents."""
    code = str(case.get("currency", "USD"))
    return "USD" if code == "CU" else code


def rate_pct(case: Input, stem: str, default: str = "0") -> Decimal:
    """A rate in percent, whether the case says ``_pct`` or a fraction."""
    if (pct := raw(case, f"{stem}_pct", f"{stem}_percent")) is not None:
        return Decimal(str(pct))
    return amount_of(case, f"{stem}_rate", stem, default=default) * 100


def day(value: Any) -> date:
    return date.fromisoformat(f"{value}-01" if len(str(value)) == len("2026-01") else str(value))


def sides(each: Position) -> Answer:
    return {
        "net_position": each.net,
        "contract_asset": each.contract_asset,
        "contract_liability": each.contract_liability,
        "under_billing": each.under_billed,
        "over_billing": each.over_billed,
        "underbilling": each.under_billed,
        "overbilling": each.over_billed,
        "receivable": each.receivable,
    }
