"""Cases of retainers and prepaid balances."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from domain.billing.retainer import (
    Draw,
    Grant,
    RetainerPeriod,
    RetainerTerms,
    breakage,
    draw_down,
    pay_from_prepaid,
    roll_over,
)
from domain.billing.tax import Tax, TaxableLine, tax_line
from tests.golden.billing_fields import Fields, listed, total


def prepaid(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    if "grants" in raw or "draws" in raw:
        return grants_drawn(raw)
    tax = Tax("tax", case.pct("tax_rate", "tax"))
    nets = case.amounts("invoices_net", "invoices", "invoice_net", "invoice")
    totals = [tax_line(TaxableLine(net, (tax,)), case.currency).gross for net in nets]
    found = pay_from_prepaid(case.money("prepaid", "balance", "retainer"), totals, case.currency)
    return case.out(
        {
            "invoice_totals": totals,
            "due_after_prepaid": found.due,
            "due": found.due,
            "applied": found.applied,
            "prepaid_balance": found.balance,
            "balance": found.balance,
            "remaining": found.balance[-1],
        }
    )


def grants_drawn(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    grants = [grant_of(case.of(row), no) for no, row in enumerate(raw["grants"], 1)]
    draws = [
        Draw(case.of(row).day("date", "on") or date.min,
             case.of(row).number("quantity", "hours", "amount"))
        for row in raw["draws"]
    ]  # fmt: skip
    as_of = case.day("as_of", "on") or max(draw.on for draw in draws)
    found = draw_down(grants, draws, as_of, case.currency, case.money("overage_rate"))
    drawn = {grant.name: grant.drawn for grant in found.grants}
    left = {grant.name: grant.left for grant in found.grants}
    return {
        "drawn": drawn,
        "left": left,
        "remaining": left,
        "balance": found.left,
        "expired": found.expired,
        "overage": total(found.overage),
        "overage_hours": total(found.overage),
        "overage_amount": case.out(found.overage_amount),
    }


def grant_of(row: Fields, no: int) -> Grant:
    granted = row.day("date", "granted_on", "from") or date.min
    quantity = row.number("quantity", "hours", "amount")
    return Grant(str(row.get("id", "name") or no), granted, row.day("expires_on", "expires"),
                 quantity)  # fmt: skip


def rollover(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    lives = case.get("carry_periods", "expires_after_periods", "rollover_periods")
    limit = case.get("carry_limit", "rollover_cap", "rollover_limit", "carry_cap")
    if lives is None and raw.get("rollover") is False:
        lives = 0
    terms = RetainerTerms(
        case.currency,
        case.number("allowance", "hours_per_period", "monthly_hours", "included_hours"),
        case.money("overage_rate", "rate"),
        None if limit is None else Decimal(str(limit)),
        None if lives is None else int(lives),
    )
    used = listed(case.get("used", "usage", "hours_used", "used_hours"))
    periods = roll_over(terms, [Decimal(str(one)) for one in used])
    rows = [period_answer(case, period) for period in periods]
    flat = {key: [row[key] for row in rows] for key in rows[0]}
    return {**flat, "periods": rows, "total_overage": total(p.overage for p in periods)}


def period_answer(case: Fields, period: RetainerPeriod) -> dict[str, Any]:
    over = case.out(period.overage_amount)
    return {
        "opening": period.opening,
        "available": period.opening + period.allowance,
        "drawn": period.drawn,
        "used": period.used,
        "overage": period.overage,
        "overage_hours": period.overage,
        "overage_amount": over,
        "overage_charge": over,
        "expired": period.expired,
        "carried": period.carried,
        "carry_forward": period.carried,
        "rollover": period.carried,
    }


def breakage_case(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    granted = case.money("granted", "prepaid", "sold", "retainer")
    expected = case.money("expected_breakage")
    if not expected:
        expected = granted * case.pct("breakage_rate", "expected_breakage_pct") / 100
    ended = bool(case.get("expired", "ended"))
    uses = case.amounts("used_to_date", "used", "redeemed")
    found = [breakage(granted, expected, use, case.currency, ended=ended) for use in uses]
    one = not isinstance(case.get("used_to_date", "used", "redeemed"), list)
    names = {"breakage": "breakage_to_date", "breakage_to_date": "breakage_to_date",
             "breakage_revenue": "breakage_to_date", "revenue": "revenue_to_date",
             "revenue_to_date": "revenue_to_date", "total_revenue": "revenue_to_date",
             "liability": "liability"}  # fmt: skip
    rows = {name: [getattr(row, field) for row in found] for name, field in names.items()}
    return case.out({name: row[0] if one else row for name, row in rows.items()})


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "billing.retainer_draw_down": prepaid,
    "billing.retainer_fifo": grants_drawn,
    "billing.retainer_expiry": grants_drawn,
    "billing.retainer_rollover": rollover,
    "billing.retainer_overage": rollover,
    "billing.retainer_breakage": breakage_case,
}
