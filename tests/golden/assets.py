"""Cases of assets and of what vendors charge: depreciation, disposal, retention, accruals."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Any

from domain.assets.depreciation import (
    Convention,
    MonthLine,
    Plan,
    plan_of,
    revised,
    schedule,
)
from domain.assets.valuation import Capitalization, dispose, impairment, recoverable
from domain.ledger.period import month_after, month_of
from domain.money import quantize
from tests.golden.given import Given, currency, day, first, has, maybe, number, pct

START = date(2025, 1, 1)
CONVENTIONS: dict[str, Convention] = {
    "full_month": "full_month", "month": "full_month", "monthly": "full_month",
    "following_month": "next_month", "next_month": "next_month",
    "half_month": "half_month", "mid_month": "half_month",
    "days": "days", "daily": "days", "actual_days": "days", "prorata": "days",
    "pro_rata": "days", "prorata_days": "days", "partial_month": "days",
}  # fmt: skip
COST = "cost", "value", "purchase_price", "acquisition_cost", "gross_value"
RESIDUAL = "residual", "residual_value", "salvage", "salvage_value", "scrap_value"
IN_SERVICE = ("in_service_on", "in_service", "in_service_date", "placed_in_service", "start",
              "start_date", "available_on", "acquired_on", "purchase_date")  # fmt: skip
OFF = ("accumulated", "accumulated_depreciation", "accumulated_amortisation",
       "accumulated_amortization")  # fmt: skip


def months_of(given: Given, *stems: str) -> int:
    """A life in months, or in years."""
    for stem in stems or ("useful_life", "life", "term"):
        if has(given, f"{stem}_years"):
            return int(number(given, f"{stem}_years") * 12)
        if has(given, f"{stem}_months", stem):
            return int(number(given, f"{stem}_months", stem))
    return (
        int(number(given, "years") * 12) if has(given, "years") else int(number(given, "months"))
    )


def unit_of(given: Given) -> int:
    """How many months lie between two figures of a list: a life in years is told by years."""
    stems = ("useful_life", "life", "term")
    in_years = any(has(given, f"{stem}_years") for stem in stems) or has(given, "years")
    return 12 if in_years else 1


def convention_of(given: Given, start: date, default: Convention) -> Convention:
    word = first(given, "convention", "first_month", "method_of_first_month", "proration")
    if word is None:
        return default if start.day > 1 else "full_month"
    return CONVENTIONS[str(word).lower().replace(" ", "_").replace("-", "_")]


def plan_given(given: Given, default: Convention = "full_month") -> Plan:
    start = day(first(given, *IN_SERVICE)) if has(given, *IN_SERVICE) else START
    return plan_of(number(given, *COST), number(given, *RESIDUAL, default="0"), months_of(given),
                   start, convention_of(given, start, default))  # fmt: skip


def straight_line(given: Given) -> dict[str, Any]:
    return told(given, schedule(plan_given(given), currency(given)), number(given, *COST))


def partial_month(given: Given) -> dict[str, Any]:
    lines = schedule(plan_given(given, "days"), currency(given))
    return told(given, lines, number(given, *COST))


def told(given: Given, lines: list[MonthLine], cost: Decimal) -> dict[str, Any]:
    """Figures after each month, under the names that publishers use; nothing after the last."""
    off = {no: line.accumulated for no, line in enumerate(lines, 1)}
    years = by_year(given, lines)
    if unit_of(given) > 1:
        off = dict(enumerate(accumulate(years.values()), 1))
    carrying = {no: cost - taken for no, taken in off.items()}
    by_month = {f"{line.month:%Y-%m}": line.amount for line in lines}
    whole = lines[1] if len(lines) > 1 else lines[0]
    return {
        "monthly": whole.amount,
        "monthly_depreciation": whole.amount,
        "annual": quantize((lines[-1].accumulated) * 12 / Decimal(months_of(given)),
                           currency(given)),
        "first_month": lines[0].amount,
        "last_month": lines[-1].amount,
        "final_month": lines[-1].amount,
        "months": len(lines),
        "depreciable_amount": lines[-1].accumulated,
        "depreciable": lines[-1].accumulated,
        "total": lines[-1].accumulated,
        "net_book_value_after": text_keys(carrying),
        "carrying_after": text_keys(carrying),
        "accumulated_after": text_keys(off),
        "depreciation": [line.amount for line in lines],
        "schedule": [line.amount for line in lines],
        "by_month": by_month,
        "by_year": years,
        "depreciation_by_year": years,
    }  # fmt: skip


def by_year(given: Given, lines: list[MonthLine]) -> dict[str, Decimal]:
    """Whole years are rounded as such: twelve rounded months would be some cents off."""
    plan, code = plan_given(given, "days"), currency(given)
    weights = [plan.share, *([Fraction(1)] * (plan.months - 1)), 1 - plan.share][: len(lines)]
    ends: dict[str, Decimal] = {}
    for line, done in zip(lines, accumulate(weights), strict=True):
        exact = plan.amount * done.numerator / (plan.months * done.denominator)
        ends[f"{line.month:%Y}"] = quantize(exact, code)
    befores = [Decimal(0), *ends.values()]
    return {year: end - before for (year, end), before in zip(ends.items(), befores, strict=False)}


def text_keys(figures: dict[int, Decimal]) -> dict[str, Decimal]:
    return {str(no): amount for no, amount in figures.items()}


def disposal(given: Given) -> dict[str, Any]:
    cost, off = number(given, *COST), written_off(given)
    proceeds = number(given, "proceeds", "sale_price", "selling_price", default="0")
    found = dispose(cost, off, proceeds)
    lines = disposal_lines(cost, off, proceeds, found.result)
    return {
        "net_book_value": found.carrying,
        "carrying": found.carrying,
        "carrying_amount": found.carrying,
        "loss": found.loss,
        "gain": found.gain,
        "result": found.result,
        "gain_or_loss": found.result,
        "entries": [{"lines": lines}],
        "lines": lines,
    }


def disposal_lines(
    cost: Decimal, off: Decimal, proceeds: Decimal, result: Decimal
) -> list[dict[str, Any]]:
    """The journal as our posting rule has it, under the publishers' names for accounts."""
    sides = (
        ("receivable", proceeds), ("accumulated_depreciation", off),
        ("loss_or_revenue_account", -result), ("asset_cost", -cost),
    )  # fmt: skip
    return [
        {"account": account, "dr" if amount > 0 else "cr": abs(amount)}
        for account, amount in sides
        if amount
    ]


def written_off(given: Given) -> Decimal:
    if has(given, *OFF):
        return number(given, *OFF)
    lines = schedule(plan_given(given), currency(given))
    if has(given, "disposed_on", "sold_on"):
        gone = month_of(day(first(given, "disposed_on", "sold_on")))
        return sum((line.amount for line in lines if line.month < gone), Decimal(0))
    after = number(given, "months_depreciated", "after_months", "months_used", default="0")
    if unit_of(given) > 1 and after % 12 == 0:
        return sum(list(by_year(given, lines).values())[: int(after) // 12], Decimal(0))
    return sum((line.amount for line in lines[: int(after)]), Decimal(0))


def revision(given: Given) -> dict[str, Any]:
    """A new life, residual value or cost from a month on; what is written off stays."""
    code = currency(given)
    off = written_off(_before(given))
    added = number(given, "added_cost", "additional_cost", default="0")
    cost = number(given, "new_cost", "revised_cost", default=str(number(given, *COST) + added))
    residual = number(given, "new_residual", "revised_residual", *RESIDUAL, default="0")
    carrying = cost - off
    plan = revised(carrying, residual, months_left(given), START)
    lines = schedule(plan, code)
    after = {str(no): cost - off - line.accumulated for no, line in enumerate(lines, 1)}
    taken = {str(no): off + line.accumulated for no, line in enumerate(lines, 1)}
    annual = quantize(lines[-1].accumulated * 12 / plan.months, code)
    return {
        "accumulated": off,
        "accumulated_before": off,
        "net_book_value": carrying,
        "carrying": carrying,
        "carrying_at_revision": carrying,
        "net_book_value_at_revision": carrying,
        "monthly": lines[0].amount,
        "new_monthly": lines[0].amount,
        "revised_monthly": lines[0].amount,
        "annual": annual,
        "new_annual": annual,
        "revised_annual": annual,
        "last_month": lines[-1].amount,
        "net_book_value_after": after,
        "accumulated_after": taken,
    }


def _before(given: Given) -> Given:
    names = ("months_elapsed", "months_before", "elapsed_months", "revised_after_months",
             "after_months", "months_depreciated")  # fmt: skip
    if has(given, *names):
        return {**given, "after_months": number(given, *names)}
    years = maybe(given, "years_elapsed", "elapsed_years", "revised_after_years", "after_years")
    return given if years is None else {**given, "after_months": years * 12}


def months_left(given: Given) -> int:
    for name in ("remaining_months", "months_left", "new_remaining_months"):
        if has(given, name):
            return int(number(given, name))
    for name in ("remaining_years", "years_left", "new_remaining_years"):
        if has(given, name):
            return int(number(given, name) * 12)
    elapsed = int(number(_before(given), "after_months", default="0"))
    stems = ("new_useful_life", "new_life", "revised_life", "revised_useful_life")
    for stem in stems:
        if has(given, stem, f"{stem}_months", f"{stem}_years"):
            return months_of(given, stem) - elapsed
    if has(given, "new_months", "revised_months"):
        return int(number(given, "new_months", "revised_months")) - elapsed
    return months_of(given) - elapsed


def impaired(given: Given) -> dict[str, Any]:
    code = currency(given)
    carrying = maybe(given, "carrying", "carrying_amount", "net_book_value")
    if carrying is None:
        carrying = number(given, *COST) - written_off(_before(given))
    worth = maybe(given, "recoverable", "recoverable_amount")
    if worth is None:
        fair = maybe(given, "fair_value_less_cost", "fair_value_less_costs_to_sell",
                     "fair_value_less_costs_of_disposal", "fair_value")  # fmt: skip
        costs = number(given, "costs_to_sell", "cost_to_sell", default="0")
        fair = fair if fair is None else fair - costs
        worth = recoverable(fair, maybe(given, "value_in_use"))
    loss = impairment(carrying, worth)
    result: dict[str, Any] = {
        "carrying": carrying,
        "carrying_amount": carrying,
        "recoverable": worth,
        "recoverable_amount": worth,
        "loss": loss,
        "impairment": loss,
        "impairment_loss": loss,
        "carrying_after": carrying - loss,
        "net_book_value": carrying - loss,
    }
    if has(given, "remaining_months", "months_left", "remaining_years", "years_left"):
        residual = min(number(given, *RESIDUAL, default="0"), carrying - loss)
        lines = schedule(revised(carrying - loss, residual, months_left(given), START), code)
        result |= {"monthly": lines[0].amount, "new_monthly": lines[0].amount}
        annual = quantize(lines[-1].accumulated * 12 / months_left(given), code)
        result |= {"annual": annual, "new_annual": annual}
    return result


def capitalised(given: Given) -> dict[str, Any]:
    threshold = number(given, "threshold", "capitalisation_threshold", "capitalization_threshold")
    rule = Capitalization(threshold, int(number(given, "beyond_months", default="12")))
    listed = first(given, "items", "purchases", "lines") or [given]
    found = [rule.treatment(number(one, *COST, "amount", "net"), life_of(one, given))
             for one in listed]  # fmt: skip
    amounts = list(zip(found, (number(one, *COST, "amount", "net") for one in listed),
                       strict=True))  # fmt: skip

    def of(treatment: str) -> Decimal:
        return sum((amount for word, amount in amounts if word == treatment), Decimal(0))

    return {
        "treatment": found if listed is not given and len(listed) > 1 else found[0],
        "treatments": found,
        "capitalise": found[0] == "capex",
        "capitalised": of("capex"),
        "capitalized": of("capex"),
        "expensed": of("opex"),
    }


def life_of(one: Given, given: Given) -> int:
    try:
        return months_of({**given, **one})
    except AssertionError:
        return 999


def retention(given: Given) -> dict[str, Any]:
    """A subcontractor's bill: what is payable now and what is held back of its net."""
    code = currency(given)
    net = number(given, "net", "bill", "amount", "gross_bill", "work_done")
    share = pct(given, "retention", "retainage")
    tax = number(given, "tax", default="0")
    if has(given, "tax_percent", "tax_pct", "tax_rate"):
        tax = quantize(net * pct(given, "tax") / 100, code)
    held = quantize(net * share / 100, code)
    return {
        "retained": held,
        "retention": held,
        "retainage": held,
        "tax": tax,
        "payable": net + tax - held,
        "payable_now": net + tax - held,
        "total": net + tax,
    }


def accrual(given: Given) -> dict[str, Any]:
    amount = number(given, "amount", "accrued", "cost")
    on = day(first(given, "accrued_on", "date", "period_end"))
    back = month_after(month_of(on))
    actual = maybe(given, "bill", "invoice", "actual")
    result: dict[str, Any] = {
        "accrued_on": on.isoformat(),
        "reverses_on": back.isoformat(),
        "reversal_date": back.isoformat(),
        "amount": amount,
        "reversal": -amount,
        "period_end": (back - timedelta(days=1)).isoformat(),
    }
    if actual is not None:
        result |= {"net_next_month": actual - amount, "difference": actual - amount}
    return result


def _with_cases() -> Iterator[tuple[str, Callable[[dict[str, Any]], Any]]]:
    for names, answer in (
        (("straight_line", "depreciation", "amortisation", "amortization", "rounding",
          "last_month", "zero_decimal"), straight_line),
        (("partial_month", "proration", "in_service", "mid_month", "partial_year"),
         partial_month),
        (("disposal", "disposal_gain", "disposal_loss", "scrapping", "sale"), disposal),
        (("revision", "change_of_estimate", "change_in_estimate", "revised_life",
          "revaluation_of_life"), revision),
        (("impairment",), impaired),
        (("capitalisation_threshold", "capitalization_threshold", "threshold", "capex",
          "capex_threshold", "capex_opex"), capitalised),
    ):  # fmt: skip
        yield from ((f"assets.{name}", answer) for name in names)


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    **dict(_with_cases()),
    "payables.retention": retention,
    "payables.retainage": retention,
    "payables.accrual": accrual,
    "payables.accrual_reversal": accrual,
    "ledger.accrual_reversal": accrual,
}
