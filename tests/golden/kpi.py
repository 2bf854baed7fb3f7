"""Cases of the measures firms steer by."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from domain.measures.dso import SalesPeriod, count_back, days_outstanding
from domain.measures.earned_value import Forecast, ProjectStatus, earned_value
from domain.measures.loss_allowance import loss_allowance, rolled_rates
from domain.measures.margin import Costs, margin
from domain.measures.realisation import realisation
from domain.measures.utilisation import Hours, utilisation
from tests.golden.billing_fields import Fields

WHOLE = "JPY"
"""A currency without cents, for publishers who count in whole "currency units" (CU)."""


def status(given: dict[str, Any]) -> dict[str, Any]:
    """Earned value with the forecast that the case names, else by the cost index."""
    case = Fields(given)
    bac = case.money("bac", "budget")
    planned = case.money("pv", "planned_value") or bac * _share(case, "planned_pct", "planned")
    earned = case.money("ev", "earned_value") or bac * _share(case, "complete_pct", "complete")
    to_complete = case.money("etc", "estimate_to_complete") if case.has("etc") else None
    by = str(case.get("eac_method", "method") or ("etc" if to_complete is not None else "cpi"))
    at = ProjectStatus(bac, planned, earned, case.money("ac", "actual_cost"), to_complete)
    found = earned_value(at, case.currency, cast("Forecast", by))
    return {
        "pv": found.planned_value, "ev": found.earned_value, "ac": found.actual_cost,
        "cv": found.cost_variance, "sv": found.schedule_variance, "cpi": found.cost_index,
        "spi": found.schedule_index, "eac": found.estimate_at_completion,
        "etc": found.estimate_to_complete, "vac": found.variance_at_completion,
        "tcpi": found.to_complete_index, "tcpi_eac": found.to_forecast_index,
        "cv_pct": found.cost_variance_pct, "sv_pct": found.schedule_variance_pct,
        "complete_pct": found.complete_pct, "spent_pct": found.spent_pct,
    }  # fmt: skip


def _share(case: Fields, *names: str) -> Decimal:
    value = case.get(*names)
    if value is None:
        return Decimal(0)
    number = Decimal(str(value))
    return number / 100 if names[0].endswith("_pct") and number > 1 else number


def dso(given: dict[str, Any]) -> dict[str, Any]:
    """Receivables over credit sales, times days."""
    case = Fields(given)
    found = days_outstanding(
        case.money("receivables", "ar"), case.money("credit_sales", "sales", "revenue"),
        int(case.get("days", "period_days") or 365),
    )  # fmt: skip
    return {"dso": found.days, "days": found.days}


def dso_by_count_back(given: dict[str, Any]) -> dict[str, Any]:
    """Months of sales taken off the receivables, the latest first."""
    case = Fields(given)
    periods = [
        SalesPeriod(str(one.get("month", no)), case.amount(one.get("amount", one.get("sales"))),
                    int(one.get("days", 30)))
        for no, one in enumerate(given["sales"])
    ]  # fmt: skip
    found = count_back(case.money("receivables", "ar"), periods, case.currency)
    left = found.remaining
    words = ("zero", "one", "two", "three", "four", "five", "six")
    after = {f"remaining_after_{words[no]}_months": part for no, part in enumerate(left, 1)
             if no < len(words)}  # fmt: skip
    return {**after, "remaining": list(left), "full_days": found.full_days,
            "full_months": found.full_periods, "partial_days": found.partial_days,
            "dso": found.days}  # fmt: skip


def ageing_and_allowance(given: dict[str, Any]) -> dict[str, Any]:
    """Loss rates rolled from a cohort, or given, over balances by bucket."""
    case = Fields(given)
    balances = [(name, case.amount(one)) for name, one in given["receivables_by_bucket"].items()]
    rates = [Decimal(str(rate)) for rate in given.get("loss_rates", [])] or list(
        rolled_rates(
            case.money("cohort_sales"),
            [case.amount(one) for one in given.get("cohort_paid_by_bucket", {}).values()],
        )
    )
    found = loss_allowance(
        balances, rates, WHOLE if given.get("currency") == "CU" else case.currency
    )
    return {
        "loss_rates": [line.loss_rate for line in found.lines],
        "allowance": [line.allowance for line in found.lines],
        "total": found.total, "balance": found.balance, "coverage_pct": found.coverage_pct,
    }  # fmt: skip


def each(given: dict[str, Any], one: Callable[[Fields], dict[str, Any]]) -> dict[str, Any]:
    """A figure a case, or lists of them where there are several."""
    if "cases" not in given:
        return one(Fields(given))
    found = [one(Fields(case)) for case in given["cases"]]
    return {name: [figures[name] for figures in found] for name in found[0]}


def used(case: Fields) -> dict[str, Any]:
    """Billable over available hours."""
    target = case.get("target_pct", "target")
    hours = Hours(case.money("billable", "billable_hours"),
                  case.money("available", "available_hours", "capacity"),
                  case.money("productive", "productive_hours"))  # fmt: skip
    found = utilisation(hours, None if target is None else Decimal(str(target)))
    return {
        "utilisation_pct": found.utilisation_pct, "total_pct": found.total_pct,
        "target_hours": found.target_hours, "variance_pct": found.variance_pct,
        "variance_hours": found.variance_hours,
    }  # fmt: skip


def realised(case: Fields) -> dict[str, Any]:
    """Billed over standard value, and collected over billed."""
    collected = case.money("collected") if case.has("collected") else None
    found = realisation(case.money("standard", "standard_value"), case.money("billed"),
                        case.currency, collected)  # fmt: skip
    return {
        "realisation_pct": found.billing_pct, "billing_realisation_pct": found.billing_pct,
        "collection_realisation_pct": found.collection_pct, "collection_pct": found.collection_pct,
        "overall_pct": found.overall_pct, "written_down": found.written_down,
    }  # fmt: skip


def earned_margin(case: Fields) -> dict[str, Any]:
    """Revenue less direct cost, burden and overhead."""
    costs = Costs(
        labour=case.money("labour", "labour_cost"),
        other_direct=case.money("direct_cost", "other_direct", "expenses"),
        burden_pct=Decimal(str(case.get("burden_pct") or 0)),
        fixed_direct=case.money("fixed_direct"), overhead=case.money("overhead"),
    )  # fmt: skip
    found = margin(case.money("revenue"), costs, case.currency)
    return {
        "gross_margin": found.gross_margin, "margin": found.gross_margin,
        "gross_profit": found.gross_margin, "gross_margin_pct": found.gross_margin_pct,
        "margin_pct": found.gross_margin_pct, "markup_pct": found.markup_pct,
        "contribution": found.contribution, "contribution_pct": found.contribution_pct,
        "burdened_margin": found.burdened_margin, "operating_margin": found.operating_margin,
        "operating_margin_pct": found.operating_margin_pct,
    }  # fmt: skip


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "kpi.earned_value": status,
    "kpi.dso": dso,
    "kpi.dso_countback": dso_by_count_back,
    "kpi.aging_and_allowance": ageing_and_allowance,
    "kpi.provision_matrix": ageing_and_allowance,
    "kpi.utilisation": lambda given: each(given, used),
    "kpi.realisation": lambda given: each(given, realised),
    "kpi.margin": lambda given: each(given, earned_margin),
    "kpi.project_margin": lambda given: each(given, earned_margin),
}
