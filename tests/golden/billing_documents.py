"""Cases of whole documents and plans: tax by line or document, rebates accrued, months billed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from domain.billing.planned import Planned, by_budget, month_of, unplanned
from domain.billing.rebate import RebateTerms, owed_back
from domain.billing.tax import TaxableLine, TaxedDocument, tax_document
from domain.pricing.tiers import TierMode
from tests.golden.billing_fields import Fields, listed
from tests.golden.billing_taxes import PRICES, tax_of, taxes_of
from tests.golden.given import Given, currency, first, number
from tests.golden.tiers import tier_mode, volume_steps

YEAR = date(2026, 1, 1), date(2026, 12, 31)
LINES = ("lines", "line_amounts", "amounts", "nets")
ROUNDED_ONCE = {"document", "per_document", "total", "globally", "on_total", "invoice"}


def document(*, per_line: bool | None = None) -> Callable[[dict[str, Any]], Any]:
    """A document taxed line by line, or once a rate; the case says so where the topic does not."""

    def answer(raw: dict[str, Any]) -> Any:
        case = Fields(raw)
        lines = [taxable(case, one) for one in listed(case.get(*LINES))]
        said = str(case.get("rounding", "round", "rounding_level", "mode") or "line").lower()
        by_line = said not in ROUNDED_ONCE if per_line is None else per_line
        return case.out(document_answer(tax_document(lines, case.currency, per_line=by_line)))

    return answer


def taxable(case: Fields, one: Any) -> TaxableLine:
    row = case.of(one if isinstance(one, dict) else {"amount": one})
    price, quantity = row.money(*PRICES), row.number("quantity", "qty") or Decimal(1)
    if row.has("unit_price"):
        price = row.money("unit_price") * quantity
    own = row if row.has("taxes", "rate", "tax_rate", "rate_pct", "tax") else case
    if own.has("taxes"):
        return TaxableLine(price, taxes_of(own), quantity)
    rate = own.get("rate", "tax_rate", "rate_pct", "tax")
    given = {**{k: v for k, v in own.raw.items() if k != "amount"}, "rate": rate}
    return TaxableLine(price, (tax_of(own, given),), quantity)


def document_answer(found: TaxedDocument) -> dict[str, Any]:
    rows = [
        {"name": one.name, "rate_pct": one.rate_pct, "base": one.base, "tax": one.amount,
         "amount": one.amount, "charged": one.charged}
        for one in found.summary
    ]  # fmt: skip
    return {
        "net": found.net, "tax": found.tax, "gross": found.gross, "total": found.gross,
        "due": found.due, "payable": found.due, "withheld": found.withheld,
        "line_taxes": [line.tax for line in found.lines],
        "taxes": [line.tax for line in found.lines],
        "line_nets": [line.net for line in found.lines],
        **dict.fromkeys(("summary", "by_rate", "tax_summary"), rows),
    }  # fmt: skip


def accrued_rebate(given: Given) -> dict[str, Any]:
    """What of the turnover so far is owed back at the step the whole term is expected to reach."""
    turnover = number(given, "turnover", "turnover_to_date", "sales_to_date", "billed_to_date")
    expected = number(given, "expected_turnover", "expected", "forecast", "annual_forecast",
                      default=str(turnover))  # fmt: skip
    named = any(name in given for name in ("mode", "model", "method"))
    mode: TierMode = tier_mode(given) if named else "volume"
    terms = RebateTerms(*YEAR, tuple(volume_steps(given)), mode)
    found = owed_back(terms, turnover, expected, currency(given))
    before = number(given, "accrued_before", "accrued", "posted", default="0")
    return {
        **dict.fromkeys(("rebate", "accrual", "accrued", "rebate_to_date", "liability"),
                        found.discount),
        **dict.fromkeys(("change", "accrual_this_period", "true_up"), found.discount - before),
        "rebate_pct": found.pct, "rebate_percent": found.pct, "net_revenue": found.net,
        "net": found.net,
    }  # fmt: skip


def planned(given: Given) -> dict[str, Any]:
    """What a price is billed in which month: dated parts first, the rest by budgeted months."""
    price = number(given, "price", "sold_value", "contract_value", "value")
    rows = first(given, "milestones", "schedule", "fixed") or []
    plan = [
        Planned(month_of(date.fromisoformat(str(first(one, "due_on", "date", "month"))[:10])),
                number(one, "amount"), "milestones")
        for one in rows
    ]  # fmt: skip
    budget = {
        date.fromisoformat(f"{month}-01"[:10]): Decimal(str(value))
        for month, value in (first(given, "budget", "budget_by_month") or {}).items()
    }
    plan += by_budget(unplanned(price, plan), budget, currency(given))
    months: dict[str, Decimal] = {}
    for one in sorted(plan, key=lambda part: part.month):
        name = one.month.isoformat()[:7]
        months[name] = months.get(name, Decimal(0)) + one.amount
    return {**dict.fromkeys(("by_month", "planned", "planned_billing"), months),
            "unplanned": unplanned(price, plan), "backlog": price}  # fmt: skip


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "billing.tax_per_line": document(per_line=True),
    "billing.tax_rounding_per_line": document(per_line=True),
    "billing.tax_per_document": document(per_line=False),
    "billing.tax_rounding_per_document": document(per_line=False),
    "billing.tax_summary": document(),
    "billing.tax_summary_by_rate": document(),
    "billing.invoice_totals": document(),
    "billing.tax_mixed_rates": document(),
    "billing.rebate_accrual": accrued_rebate,
    "billing.volume_rebate_accrual": accrued_rebate,
    "billing.planned_billing": planned,
    "billing.sold_not_started": planned,
}
