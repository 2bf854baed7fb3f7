"""Cases of kpi: from published terms to the calculators' and back."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from domain.measures.ageing import CURRENT, OpenItem, age
from domain.measures.dso import (
    SalesPeriod,
    collection_effectiveness,
    count_back,
    days_outstanding,
    delinquency,
)
from domain.measures.earned_value import Forecast, ProjectStatus, earned_value
from domain.measures.loss_allowance import loss_allowance, rolled_rates
from domain.measures.margin import Costs, margin
from domain.measures.realisation import realisation
from domain.measures.utilisation import Hours, available_hours, together, utilisation
from domain.money import UnknownCurrency, minor_unit
from tests.golden.given import (
    Given,
    answers,
    cases,
    currency,
    day,
    first,
    has,
    maybe,
    number,
    numbers,
    pct,
)

COUNTED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
           "eleven", "twelve")  # fmt: skip
FORECASTS: dict[str, Forecast] = {
    "cpi": "cpi", "bac_over_cpi": "cpi", "bac/cpi": "cpi", "typical": "cpi",
    "etc": "etc", "ac_plus_etc": "etc", "ac+etc": "etc", "bottom_up": "etc", "new_estimate": "etc",
    "remaining": "remaining", "ac+(bac-ev)": "remaining", "atypical": "remaining",
    "budget_rate": "remaining", "ac_plus_bac_minus_ev": "remaining",
    "cpi_spi": "cpi_spi", "cpi*spi": "cpi_spi", "cpi_x_spi": "cpi_spi",
}  # fmt: skip


def status_of(given: Given) -> ProjectStatus:
    """Values as given, else as shares of the budget."""
    budget = number(given, "bac", "budget", "budget_at_completion")
    planned = maybe(given, "pv", "planned_value", "bcws")
    earned = maybe(given, "ev", "earned_value", "bcwp")
    if planned is None:
        planned = budget * pct(given, "planned", "planned_complete", "scheduled") / 100
    if earned is None:
        earned = budget * pct(given, "complete", "completed", "actual_complete", "progress") / 100
    spent = number(given, "ac", "actual_cost", "acwp")
    return ProjectStatus(
        budget, planned, earned, spent, maybe(given, "etc", "estimate_to_complete")
    )


def forecast_of(given: Given) -> Forecast:
    word = first(given, "eac_method", "forecast", "method")
    if word is None:
        return "etc" if has(given, "etc", "estimate_to_complete") else "cpi"
    return FORECASTS[str(word).lower().replace(" ", "")]


def earned(given: Given) -> dict[str, Any]:
    status = status_of(given)
    found = earned_value(status, currency(given), forecast_of(given))
    remaining = earned_value(status, currency(given), "remaining")
    return {
        "pv": found.planned_value,
        "ev": found.earned_value,
        "ac": found.actual_cost,
        "cv": found.cost_variance,
        "sv": found.schedule_variance,
        "cv_pct": found.cost_variance_pct,
        "sv_pct": found.schedule_variance_pct,
        "cpi": found.cost_index,
        "spi": found.schedule_index,
        "eac": found.estimate_at_completion,
        "eac_remaining_at_budget": remaining.estimate_at_completion,
        "etc": found.estimate_to_complete,
        "vac": found.variance_at_completion,
        "tcpi": found.to_complete_index,
        "tcpi_bac": found.to_complete_index,
        "tcpi_eac": found.to_forecast_index,
        "complete_pct": found.complete_pct,
        "percent_complete": found.complete_pct,
        "spent_pct": found.spent_pct,
        "percent_spent": found.spent_pct,
    }


def forecast(by: str) -> Callable[[Given], dict[str, Any]]:
    """A variant of the estimate at completion that the topic names."""
    return lambda given: earned({"eac_method": by, **given})


def dso(given: Given) -> dict[str, Any]:
    sales = number(given, "credit_sales", "sales", "revenue")
    receivables = maybe(given, "receivables", "accounts_receivable", "ar", "average_receivables")
    if receivables is None:
        ends = [number(given, "opening_receivables"), number(given, "closing_receivables")]
        receivables = sum(ends, Decimal(0)) / 2
    days = int(number(given, "days", "period_days", default="365"))
    result: dict[str, Any] = {"dso": days_outstanding(receivables, sales, days).days}
    not_due = maybe(given, "current_receivables", "current", "not_due")
    if not_due is not None:
        late = delinquency(receivables, not_due, sales, days)
        result |= {"best_possible_dso": late.best_possible, "bpdso": late.best_possible}
        result |= {"average_days_delinquent": late.delinquent_days, "add": late.delinquent_days}
    return result


def dso_list(given: Given) -> dict[str, Any]:
    return answers(given, [dso(one) for one in cases(given)])


def dso_countback(given: Given) -> dict[str, Any]:
    """Sales are given latest first."""
    periods = [
        SalesPeriod(str(first(one, "month", "period")), number(one, "amount", "sales"),
                    int(number(one, "days", default="30")))
        for one in first(given, "sales", "months", "periods")
    ]  # fmt: skip
    owed = number(given, "receivables", "accounts_receivable", "ar")
    found = count_back(owed, periods, currency(given))
    spoken = zip(COUNTED[1:], found.remaining, strict=False)
    after = {f"remaining_after_{word}_month{'s' * (word != 'one')}": x for word, x in spoken}
    return {
        **after,
        "remaining": found.remaining[-1] if found.remaining else owed,
        "full_months": found.full_periods,
        "full_days": found.full_days,
        "partial_days": found.partial_days,
        "uncovered": found.uncovered,
        "dso": found.days,
        "days": found.days,
    }


def effectiveness(given: Given) -> dict[str, Any]:
    found = collection_effectiveness(
        number(given, "opening_receivables", "beginning_receivables"),
        number(given, "credit_sales", "sales"),
        number(given, "closing_receivables", "ending_receivables", "ending_total_receivables"),
        number(given, "closing_current", "ending_current_receivables", "current_receivables"),
    )
    return {"cei": found, "cei_pct": found, "collection_effectiveness_pct": found}


def last_days(given: Given) -> tuple[int, ...]:
    return tuple(map(int, first(given, "buckets", "bucket_days", "last_days") or (30, 60, 90)))


def aged(given: Given) -> dict[str, Any]:
    code = currency(given)
    items = [
        OpenItem(
            str(first(one, "id", "number", "invoice") or no),
            day(first(one, "issued", "issued_on", "invoice_date", "due", "due_on", "due_date")),
            day(first(one, "due", "due_on", "due_date", "issued", "issued_on", "invoice_date")),
            number(one, "open", "amount", "balance"), code,
        )
        for no, one in enumerate(first(given, "items", "invoices", "open_items"))
    ]  # fmt: skip
    as_of = day(first(given, "as_of", "date", "on", "report_date"))
    by_issue = str(first(given, "by", "aged_by", "basis") or "due").startswith(
        ("issue", "invoice")
    )
    found = age(items, as_of, code, last_days(given), "issued_on" if by_issue else "due_on")
    buckets = {bucket.name: bucket.amount for bucket in found.buckets}
    return {
        **buckets,
        "buckets": buckets,
        "receivables_by_bucket": buckets,
        "total": found.total,
        "overdue": found.overdue,
    }


def balances_of(given: Given) -> list[tuple[str, Decimal]]:
    named = first(given, "receivables_by_bucket", "balances", "receivables", "balance_by_bucket")
    if isinstance(named, dict):
        return [(name, Decimal(str(amount))) for name, amount in named.items()]
    return [(str(no), Decimal(str(amount))) for no, amount in enumerate(named)]


def loss_rates_of(given: Given) -> list[Decimal]:
    if has(given, "cohort_sales"):
        paid = numbers(given, "cohort_paid_by_bucket", "cohort_paid")
        return list(rolled_rates(number(given, "cohort_sales"), paid))
    if has(given, "loss_rates_percent", "loss_rates_pct"):
        return [rate / 100 for rate in numbers(given, "loss_rates_percent", "loss_rates_pct")]
    return numbers(given, "loss_rates", "rates", "default_rates", "loss_rate")


def allowance_currency(given: Given) -> str:
    """An allowance from rolled rates in made-up units is an estimate in whole ones."""
    code = str(given.get("currency", "USD"))
    try:
        minor_unit(code)
    except UnknownCurrency:
        return "JPY" if has(given, "cohort_sales") else "USD"
    return currency(given)


def aging_and_allowance(given: Given) -> dict[str, Any]:
    result = aged(given) if has(given, "items", "invoices", "open_items") else {}
    if not has(given, "cohort_sales", "loss_rates", "loss_rates_percent", "loss_rates_pct",
               "rates", "default_rates", "loss_rate"):  # fmt: skip
        return result
    if result:
        given = {"receivables_by_bucket": result["buckets"], **given}
    outlook = number(given, "outlook", "forward_looking_factor", "scalar", default="1")
    found = loss_allowance(
        balances_of(given), loss_rates_of(given), allowance_currency(given), outlook
    )
    return {
        **result,
        "loss_rates": [line.loss_rate for line in found.lines],
        "allowance": [line.allowance for line in found.lines],
        "allowance_by_bucket": {line.bucket: line.allowance for line in found.lines},
        "total": found.total,
        "total_allowance": found.total,
        "balance": found.balance,
        "coverage_pct": found.coverage_pct,
        CURRENT: found.lines[0].balance,
    }


def hours_of(given: Given) -> Hours:
    have = maybe(given, "available", "available_hours", "capacity", "total_hours")
    if have is None:
        have = available_hours(
            number(given, "contract_hours", "gross_hours"), number(given, "leave", default="0"),
            number(given, "holidays", default="0"),
        )  # fmt: skip
    productive = number(given, "productive", "internal", default="0")
    return Hours(number(given, "billable", "billable_hours"), have, productive)


def used(hours: Hours, target: Decimal | None) -> dict[str, Any]:
    found = utilisation(hours, target)
    return {
        "utilisation_pct": found.utilisation_pct,
        "utilization_pct": found.utilisation_pct,
        "billable_utilisation_pct": found.utilisation_pct,
        "total_utilisation_pct": found.total_pct,
        "non_billable_hours": found.available_hours - found.billable_hours,
        "target_pct": found.target_pct,
        "target_hours": found.target_hours,
        "variance_pct": found.variance_pct,
        "variance_points": found.variance_pct,
        "variance_hours": found.variance_hours,
    }


def utilised(given: Given) -> dict[str, Any]:
    def target(one: Given) -> Decimal | None:
        return pct(one, "target") if any("target" in name for name in one) else None

    people = first(given, "people", "team")
    if people:
        listed = [hours_of({**given, **one}) for one in people]
        each = [utilisation(hours).utilisation_pct for hours in listed]
        return {**used(together(listed), target(given)), "by_person": each}
    return answers(given, [used(hours_of(one), target(one)) for one in cases(given)])


def realised(given: Given) -> dict[str, Any]:
    return answers(given, [realised_one(one) for one in cases(given)])


def realised_one(given: Given) -> dict[str, Any]:
    """Collections alone are measured against what was billed."""
    billed = number(given, "billed", "billed_amount", "invoiced", "actual", "billed_hours",
                    "billed_value", "fees_billed")  # fmt: skip
    standard = number(given, "standard", "standard_value", "wip", "standard_hours",
                      "worked_hours", "standard_fees", default=str(billed))  # fmt: skip
    found = realisation(standard, billed, currency(given), maybe(given, "collected", "cash"))
    return {
        "realisation_pct": found.billing_pct,
        "realization_pct": found.billing_pct,
        "billing_realisation_pct": found.billing_pct,
        "collection_realisation_pct": found.collection_pct,
        "overall_realisation_pct": found.overall_pct,
        "total_realisation_pct": found.overall_pct,
        "write_down": found.written_down,
        "written_down": found.written_down,
        "uncollected": found.uncollected,
    }


def collection(given: Given) -> dict[str, Any]:
    found = realised(given)
    if found["collection_realisation_pct"] is None:
        return found
    return {**found, "realisation_pct": found["collection_realisation_pct"]}


def costs_of(given: Given) -> Costs:
    other = number(given, "direct_cost", "direct_costs", "cost", "cogs", "other_direct",
                   "cost_of_sales", "variable_cost", "variable_costs", default="0")  # fmt: skip
    return Costs(
        number(given, "labour", "labour_cost", "labor", "labor_cost", "wages", default="0"),
        other + sum(extra_costs(given), Decimal(0)), pct(given, "burden", default="0"),
        number(given, "fixed_direct", default="0"), number(given, "overhead", default="0"),
    )  # fmt: skip


def extra_costs(given: Given) -> Iterator[Decimal]:
    for name in ("subcontractors", "expenses", "materials"):
        yield number(given, name, default="0")


def margin_of(given: Given) -> dict[str, Any]:
    revenue = number(given, "revenue", "price", "sales", "fee")
    found = margin(revenue, costs_of(given), currency(given))
    burdened = has(given, "burden", "burden_percent", "burden_pct", "burden_rate")
    return {
        "margin": found.burdened_margin if burdened else found.gross_margin,
        "margin_pct": found.burdened_margin_pct if burdened else found.gross_margin_pct,
        "gross_margin": found.gross_margin,
        "gross_margin_pct": found.gross_margin_pct,
        "gross_profit": found.gross_margin,
        "markup_pct": found.markup_pct,
        "direct_cost": found.direct_cost,
        "burden": found.burden,
        "burdened_margin": found.burdened_margin,
        "burdened_margin_pct": found.burdened_margin_pct,
        "contribution": found.contribution,
        "contribution_pct": found.contribution_pct,
        "contribution_margin_pct": found.contribution_pct,
        "operating_margin": found.operating_margin,
        "operating_margin_pct": found.operating_margin_pct,
    }


def margins(given: Given) -> dict[str, Any]:
    return answers(given, [margin_of(one) for one in cases(given)])


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "kpi.earned_value": earned,
    "kpi.earned_value_forecast": earned,
    "kpi.eac": earned,
    "kpi.eac_typical": forecast("typical"),
    "kpi.eac_cpi": forecast("cpi"),
    "kpi.eac_atypical": forecast("atypical"),
    "kpi.eac_remaining_at_budget": forecast("atypical"),
    "kpi.eac_bottom_up": forecast("bottom_up"),
    "kpi.eac_cpi_spi": forecast("cpi_spi"),
    "kpi.earned_value_typical": forecast("typical"),
    "kpi.earned_value_atypical": forecast("atypical"),
    "kpi.earned_value_bottom_up": forecast("bottom_up"),
    "kpi.earned_value_cpi_spi": forecast("cpi_spi"),
    "kpi.dso": dso_list,
    "kpi.dso_countback": dso_countback,
    "kpi.best_possible_dso": dso_list,
    "kpi.collection_effectiveness": effectiveness,
    "kpi.aging": aging_and_allowance,
    "kpi.ageing": aging_and_allowance,
    "kpi.aging_and_allowance": aging_and_allowance,
    "kpi.allowance": aging_and_allowance,
    "kpi.credit_loss_allowance": aging_and_allowance,
    "kpi.utilisation": utilised,
    "kpi.utilisation_target": utilised,
    "kpi.realisation": realised,
    "kpi.realisation_billing": realised,
    "kpi.realisation_collection": collection,
    "kpi.margin": margins,
    "kpi.gross_margin": margins,
    "kpi.burdened_margin": margins,
    "kpi.contribution_margin": margins,
}
