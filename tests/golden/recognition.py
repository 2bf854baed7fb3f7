"""Cases of recognition: from published terms to the calculators' and back."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

from domain.billing.proration import add_months
from domain.revenue.onerous import LossEstimate, provide
from domain.revenue.progress import (
    Milestone,
    Progress,
    elapsed_days,
    elapsed_months,
    hours,
    milestones,
    reported,
    units,
)
from domain.revenue.recognition import (
    PeriodEnd,
    as_invoiced,
    at_cost,
    at_point,
    capped,
    recognise,
    series,
)
from domain.revenue.schedule import (
    Granularity,
    Invoiced,
    Paid,
    Residual,
    Schedule,
    change_plan,
    movements,
    schedule,
)
from domain.revenue.term import Term
from tests.golden.recognition_balances import TOPICS as BALANCES
from tests.golden.recognition_cost import cost_to_dates, over_cost
from tests.golden.recognition_terms import (
    BY,
    EAC,
    PRICE,
    Answer,
    Input,
    amount_of,
    currency_of,
    day,
    for_each,
    listed,
    rate_pct,
    raw,
)

WORDS: dict[str, Granularity] = {
    "prorat": "monthly_prorated", "half": "half_month", "mid": "half_month", "360": "thirty_360",
    "month": "monthly", "da": "daily",
}  # fmt: skip


def _moment(value: Any) -> datetime | None:
    text = str(value)
    return datetime.fromisoformat(text) if "T" in text else None


def _term(case: Input) -> Term:
    span = raw(case, "service", "term", "period")
    first, last = span or (
        raw(case, "service_from", "starts_on", "start", "from"),
        raw(case, "service_to", "ends_on", "end", "to"),
    )
    if last is None:
        begins, months = day(first), int(raw(case, "months", "term_months"))
        last = add_months(begins, months, begins.day) - timedelta(days=1)
    starts, ends, zone = _moment(first), _moment(last), case.get("zone", "UTC")
    if starts and ends:
        return Term(starts, ends, zone)
    whole = Term.until if case.get("half_open") else Term.of_days
    return whole(day(first), day(last), zone)


def _granularity(case: Input) -> Granularity:
    said = str(raw(case, "granularity", "method", "convention") or "daily").lower()
    return next((known for word, known in WORDS.items() if word in said), "continuous")


def _schedule(case: Input) -> Schedule:
    granularity = _granularity(case)
    rest: Residual = "round_down" if granularity == "monthly_prorated" else "cumulative"
    price = amount_of(case, *PRICE, "plan", "amount", "fee")
    residual = case.get("residual", rest)
    return schedule(price, _term(case), currency_of(case), granularity, residual)


def straight_line(case: Input) -> Answer:
    plan = _schedule(case)
    price, first = plan.price, _term(case).first
    billed_on = day(raw(case, "invoice_date", "invoiced_on") or first)
    applied = amount_of(case, "customer_credit_applied", "credit_applied", "customer_credit")
    paid = [Paid(day(p["date"]), amount_of(p, "amount")) for p in case.get("paid") or []]
    rows = movements(plan, (Invoiced(billed_on, price, applied),), tuple(paid))
    answer: Answer = {
        "revenue": {m.month: m.amount for m in plan.months},
        "revenue_by_month": [m.amount for m in plan.months],
        "revenue_by_period": [m.amount for m in plan.months],
        "deferred": {m.month: m.remaining for m in plan.months},
        "deferred_balance": {m.month: m.remaining for m in plan.months},
        "deferred_after_first_month": plan.months[0].remaining,
        "monthly_revenue": plan.months[0].amount,
        "deferred_change": {r.month: r.deferred for r in rows},
        "receivable_change": {r.month: r.receivable for r in rows},
        "customer_credit_change": {r.month: r.customer_credit for r in rows},
        "cash": {r.month: r.cash for r in rows},
    }
    return answer | _measured(case, price) if "as_of" in case else answer


def _measured(case: Input, price: Decimal) -> Answer:
    term, as_of = _term(case), day(case["as_of"])
    measure = elapsed_months if _granularity(case) == "monthly" else elapsed_days
    return _recognised(case, price, measure(term.first, term.last, as_of))


def straight_monthly(case: Input) -> Answer:
    return straight_line({"granularity": "monthly"} | case)


def waterfall(case: Input) -> Answer:
    plans = [_schedule(case | each) for each in case["contracts"]]
    amounts: dict[str, Decimal] = {}
    for month in (month for plan in plans for month in plan.months):
        amounts[month.month] = amounts.get(month.month, Decimal(0)) + month.amount
    return {"revenue": dict(sorted(amounts.items())), "total": sum(amounts.values())}


def plan_change(case: Input) -> Answer:
    new = amount_of(case, "new_plan", "new_price", "upgraded_plan", "downgraded_plan")
    when = raw(case, "upgrade_date", "downgrade_date", "change_date", "upgrade_at")
    term = _term(case)
    at = _moment(when) or Term.of_days(day(when), day(when), term.zone).starts_at
    old = amount_of(case, "plan", "old_plan", "price")
    change = change_plan(old, new, term, at, currency_of(case), _granularity(case))
    return {
        "revenue_old_plan": change.revenue_old,
        "revenue_new_plan": change.revenue_new,
        "unused_old_plan": change.unused_old,
        "proration_invoice": change.proration,
        "proration_credit": -change.proration,
        "total_revenue": change.revenue_old + change.revenue_new,
        "revenue": {m.month: m.amount for m in change.months},
        "revenue_by_month": [m.amount for m in change.months],
    }


def _recognised(case: Input, price: Decimal, progress: Progress) -> Answer:
    posted = amount_of(case, "prior_revenue_to_date", "posted", "already_recognised")
    found = recognise(price, progress, posted, currency_of(case))
    cost = amount_of(case, "cost_to_date", "cost")
    return {
        "progress": progress.ratio,
        "revenue": found.delta,
        "revenue_to_date": found.cumulative,
        "earned": found.cumulative,
        "revenue_this_period": found.delta,
        "deferred": price - found.cumulative,
        "remaining": price - found.cumulative,
        "gross_profit_to_date": found.cumulative - cost,
    }


def _quantities(case: Input, *names: str) -> list[Decimal]:
    by_period = raw(case, *(f"{name}_{by}" for name in names for by in BY))
    return list(accumulate(listed(by_period))) if by_period else listed(raw(case, *names))


def measured(
    measure: Callable[[Decimal, Decimal, int | None], Progress],
    done: tuple[str, ...],
    whole: tuple[str, ...],
) -> Callable[[Input], Answer]:
    """A topic whose progress is one quantity of another."""

    def answer(case: Input) -> Answer:
        quantities = _quantities(case, *done)
        wholes = for_each(listed(raw(case, *whole)), len(quantities))
        price = amount_of(case, *PRICE)
        if "unit_price" in case:
            price = wholes[-1] * amount_of(case, "unit_price")
        decimals = case.get("progress_decimals")
        shares = [measure(d, w, decimals) for d, w in zip(quantities, wholes, strict=True)]
        found = series(tuple(PeriodEnd("", price, p) for p in shares), currency_of(case))
        lists = {f"revenue_{by}": [r.revenue for r in found] for by in BY}
        last = _recognised(case, price, shares[-1])
        return last | lists | {"revenue_to_date_by_period": [r.revenue_to_date for r in found]}

    return answer


def _percent(done: Decimal, _whole: Decimal, decimals: int | None) -> Progress:
    return reported(done, decimals)


def _reached(said: Any) -> date | None:
    """A day, or only that it is so."""
    return date.min if said is True else day(said) if said else None


def by_milestones(case: Input) -> Answer:
    stages = tuple(
        Milestone(
            str(raw(m, "id", "name") or no),
            amount_of(m, "weight", "amount", "value", "pct"),
            _reached(raw(m, "reached_on", "reached", "date", "achieved", "completed")),
        )
        for no, m in enumerate(case["milestones"], 1)
    )
    price = amount_of(case, *PRICE, default=str(sum(stage.weight for stage in stages)))
    return _recognised(case, price, milestones(stages, day(case.get("as_of", "9999-12-31"))))


def invoiced(case: Input) -> Answer:
    amount = raw(case, "invoiceable", "right_to_invoice", "billable_value", "invoiced")
    worked = amount_of(case, "hours", "quantity") * amount_of(case, "rate", "hourly_rate")
    limit = raw(case, "limit", "fixed_price")
    found = as_invoiced(
        worked if amount is None else Decimal(str(amount)),
        amount_of(case, "posted", "prior_revenue_to_date"),
        currency_of(case),
        None if limit is None else Decimal(str(limit)),
    )
    return {"revenue": found.delta, "revenue_to_date": found.cumulative}


def zero_margin(case: Input) -> Answer:
    recoverable = amount_of(case, "recoverable", *PRICE, default=str(cost_to_dates(case)[-1]))
    posted = Decimal(0)
    revenue: list[Decimal] = []
    for done in cost_to_dates(case):
        found = at_cost(done, recoverable, posted, currency_of(case))
        revenue, posted = [*revenue, found.delta], found.cumulative
    lists: Answer = {f"revenue_{by}": revenue for by in BY}
    profit = posted - cost_to_dates(case)[-1]
    return lists | {"revenue": posted, "revenue_to_date": posted, "gross_profit": profit}


def transferred(case: Input) -> Answer:
    on = raw(case, "transferred_on", "delivered_on", "control_date", "transfer_date")
    as_of = day(case.get("as_of", "9999-12-31"))
    passed_on = day(on) if on else None
    found = at_point(amount_of(case, *PRICE), passed_on, as_of, Decimal(0), currency_of(case))
    return {"revenue": found.delta, "revenue_to_date": found.cumulative}


def not_to_exceed(case: Input) -> Answer:
    value = amount_of(case, "billable_value", "value_to_date", "worked_value")
    if not value:
        value = amount_of(case, "hours", "hours_to_date") * amount_of(case, "rate", "hourly_rate")
    forecast = amount_of(case, "forecast", "forecast_value", "forecast_total", default=str(value))
    found = capped(
        value,
        forecast,
        amount_of(case, "cap", "not_to_exceed"),
        amount_of(case, "posted", "prior_revenue_to_date"),
        currency_of(case),
    )
    names = ("write_down", "excess", "excess_write_down")
    return {"revenue": found.delta, "revenue_to_date": found.cumulative} | dict.fromkeys(
        names, found.write_down
    )


def loss(case: Input) -> Answer:
    if "progress" not in case and not isinstance(case.get("progress_pct"), str | int | Decimal):
        return over_cost(case)
    progress = reported(rate_pct(case, "progress"))
    exit_cost = raw(case, "exit_cost", "termination_cost", "exit_penalty")
    estimate = LossEstimate(
        amount_of(case, *PRICE),
        amount_of(case, *EAC),
        progress,
        None if exit_cost is None else Decimal(str(exit_cost)),
        bool(case.get("construction_type", True)),
    )
    before = amount_of(case, "prior_provision", "provision_before")
    found = provide(estimate, before, currency_of(case), case.get("policy", "ifrs"))
    return _recognised(case, estimate.price, progress) | {
        "expected_loss": found.expected_loss,
        "provision": found.balance,
        "loss_provision": found.balance,
        "provision_change": found.change,
    }


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "revenue.cost_to_cost": over_cost,
    "revenue.cost_to_cost_rounded_percentage": over_cost,
    "revenue.cost_to_cost+price_modification": over_cost,
    "revenue.cost_to_cost+estimate_revision": over_cost,
    "revenue.cost_to_cost+loss_provision": over_cost,
    "revenue.cost_to_cost_uninstalled_materials": over_cost,
    "revenue.cost_to_cost_wasted_cost": over_cost,
    "revenue.percentage_of_completion": over_cost,
    "revenue.straight_line_daily": straight_line,
    "revenue.straight_line_monthly": straight_monthly,
    "revenue.straight_line_daily+customer_credit": straight_line,
    "revenue.straight_line_daily+plan_upgrade": plan_change,
    "revenue.straight_line_daily+plan_downgrade": plan_change,
    "revenue.amortisation_granularity": straight_line,
    "revenue.waterfall": waterfall,
    "revenue.units_of_delivery": measured(
        units, ("units_delivered", "delivered"), ("total_units", "units", "units_promised")
    ),
    "revenue.hours": measured(
        hours,
        ("hours_worked", "hours", "hours_to_date"),
        ("total_hours", "estimated_hours", "estimated_total_hours"),
    ),
    "revenue.percent_reported": measured(
        _percent, ("progress_pct", "percent_complete"), ("progress_pct", "percent_complete")
    ),
    "revenue.milestones": by_milestones,
    "revenue.as_invoiced": invoiced,
    "revenue.right_to_invoice": invoiced,
    "revenue.zero_margin": zero_margin,
    "revenue.point_in_time": transferred,
    "revenue.time_and_materials_cap": not_to_exceed,
    "revenue.onerous_contract": loss,
    "revenue.loss_provision": loss,
} | BALANCES
