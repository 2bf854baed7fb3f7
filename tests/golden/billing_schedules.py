"""Cases of fixed prices: milestones, progress, schedules of values, retainage."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from domain.billing.milestone import Entry, approve, plan, replan
from domain.billing.retainage import (
    Condition,
    Progress,
    RateStep,
    RetainageTerms,
    Retained,
    release,
    retain,
)
from domain.billing.schedule_of_values import (
    ProgressLine,
    ValueLine,
    apply_for_payment,
    bill_progress,
    certify,
)
from tests.golden.billing_fields import Fields, listed, total

RATES = ("retainage_rate", "retention_rate", "retention_percent", "retainage_percent",
         "retention_pct", "retainage_pct", "rate", "rate_pct")  # fmt: skip
TO_DATE = ("complete_to_date", "completed_to_date", "work_to_date", "completed", "work_completed")


def milestones(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    rows = listed(case.get("milestones", "entries", "schedule"))
    entries = [entry_of(case, row, no) for no, row in enumerate(rows, 1)]
    price = case.money("price", "contract", "contract_price", "total")
    schedule = plan(
        price or total(e.amount or Decimal(0) for e in entries), entries, case.currency
    )
    done = {str(n) for n in listed(case.get("approved", "frozen", "completed", "reached"))}
    done |= {e.name for e, row in zip(entries, rows, strict=True) if is_done(row)}
    for name in sorted(done):
        schedule = approve(schedule, name)
    if case.has("new_price", "changed_price"):
        schedule = replan(schedule, case.money("new_price", "changed_price"))
    amounts = [milestone.amount for milestone in schedule.milestones]
    rest = schedule.price - schedule.frozen
    names = {milestone.name: milestone.amount for milestone in schedule.milestones}
    return case.out(
        {"amounts": amounts, "milestones": amounts, "schedule": amounts, "by_name": names,
         "invoice": schedule.frozen, "billed": schedule.frozen, "remaining": rest,
         "remaining_contract": rest, "total": schedule.price}
    )  # fmt: skip


def entry_of(case: Fields, raw: Any, no: int) -> Entry:
    row = case.of(raw if isinstance(raw, dict) else {"amount": raw})
    name = str(row.get("id", "name", "milestone") or no)
    if row.has("amount"):
        return Entry(name, amount=row.money("amount"))
    return Entry(name, pct=row.pct("percent", "pct", "share"))


def is_done(raw: Any) -> bool:
    marks = ("approved", "frozen", "completed", "reached", "billed")
    return isinstance(raw, dict) and any(raw.get(mark) is True for mark in marks)


def progress(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    rows = [case.of(r) for r in listed(case.get("lines", "categories"))] or [case]
    lines = [progress_line(row, no) for no, row in enumerate(rows, 1)]
    found = bill_progress(lines, case.currency)
    due = found.due
    if case.has("billed_to_date", "billed_before", "previously_billed") and len(rows) > 1:
        due -= case.money("billed_to_date", "billed_before", "previously_billed")
    return case.out(
        {"invoice": due, "due": due, "this_invoice": due, "billed_to_date": found.earned_to_date,
         "earned": found.earned_to_date, "earned_to_date": found.earned_to_date,
         "remaining": found.remaining, "remaining_contract": found.remaining,
         "lines": found.this_invoice}
    )  # fmt: skip


def progress_line(row: Fields, no: int) -> ProgressLine:
    price = row.money("price", "contract", "contract_price", "revenue", "budget_revenue", "amount")
    done, whole = row.money("actual_cost", "done"), row.money("budget_cost", "whole", "cost")
    if not whole:
        done, whole = row.pct("percent_complete", "percent", "pct", "complete"), Decimal(100)
    before = row.money("billed_to_date", "billed_before", "previously_billed")
    return ProgressLine(str(row.get("name", "id") or no), price, done, whole, before)


def terms_of(case: Fields) -> RetainageTerms:
    steps = [step_of(case.of(row)) for row in listed(case.get("tiers", "steps", "stages"))]
    on_total = case.get("on_total", "applies_to_total")
    limit = ("limit_pct", "limit_percent", "retention_limit_pct")
    stored = ("stored_rate", "stored_rate_pct", "stored_retainage_rate", "materials_rate",
              "stored_materials_rate")  # fmt: skip
    return RetainageTerms(
        case.currency,
        tuple(steps or [RateStep(Decimal(0), case.pct(*RATES, "work_rate", "work_rate_pct"))]),
        str(on_total).lower() in {"true", "total"} or case.get("applies_to") == "total",
        case.pct(*stored) if case.has(*stored) else None,
        case.pct(*limit) if case.has(*limit) else None,
    )


def step_of(row: Fields) -> RateStep:
    start = row.pct("from_pct", "from_percent", "from", "from_complete", "above", "over")
    return RateStep(start, row.pct(*RATES))


def with_starts(raw: dict[str, Any]) -> dict[str, Any]:
    """Tiers written by where they end, as where they start."""
    tiers = raw.get("tiers") or raw.get("steps") or raw.get("stages")
    ends = ("up_to", "until", "until_pct", "up_to_pct", "up_to_percent")
    if not tiers or not any(name in row for row in tiers for name in ends):
        return raw
    start, rows = Decimal(0), []
    for row in tiers:
        rows.append({**row, "from_pct": str(start)})
        start = Fields(row).pct(*ends)
    return {**raw, "tiers": rows}


def retainage(raw: dict[str, Any]) -> Any:
    case = Fields(with_starts(raw))
    contract = case.money("contract", "contract_sum", "contract_price")
    rows = listed(case.get("draws", "applications", "invoices", "periods"))
    if not rows:
        return case.out(retained_answer(one_draw(case, contract)))
    held, found = case.money("held_before"), list[Retained]()
    work = Decimal(0)
    for raw_row in rows:
        row = case.of(raw_row if isinstance(raw_row, dict) else {"amount": raw_row})
        work = row.money(*TO_DATE) if row.has(*TO_DATE) else work + row.money(
            "amount", "work", "this_period", "invoice")  # fmt: skip
        terms = terms_of(row) if row.has(*RATES) else terms_of(case)
        found.append(retain(terms, Progress(contract or work, work, row.money("stored")), held))
        held = found[-1].held_to_date
    return case.out(draws_answer(found))


def one_draw(case: Fields, contract: Decimal) -> Retained:
    work = case.money(*TO_DATE, "invoice", "amount", "invoice_amount")
    stored = case.money("stored", "stored_materials", "materials_stored")
    held = case.money("held_before", "retained_before", "previous_retainage")
    return retain(terms_of(case), Progress(contract or work + stored, work, stored), held)


def retained_answer(found: Retained) -> dict[str, Any]:
    held = ("held_to_date", "retainage", "retention", "retained", "retainage_balance", "held")
    return {
        **dict.fromkeys(held, found.held_to_date),
        **dict.fromkeys(("this_period", "retained_this_period"), found.this_period),
        **dict.fromkeys(("billed_to_date", "earned_less_retainage", "due", "payable"),
                        found.earned_less),
        "on_work": found.on_work,
        "on_stored": found.on_stored,
    }  # fmt: skip


def draws_answer(found: list[Retained]) -> dict[str, Any]:
    billed = [one.earned_less for one in found]
    due = [now - old for now, old in zip(billed, [Decimal(0), *billed], strict=False)]
    held = [one.held_to_date for one in found]
    change = [one.this_period for one in found]
    return {
        **dict.fromkeys(("retainage_balance", "held_to_date", "held"), held),
        **dict.fromkeys(("retained", "retention", "this_period", "retained_this_period",
                         "retainage"), change),
        **dict.fromkeys(("due", "due_now", "payable", "invoices", "net_due"), due),
        "billed_to_date": billed,
        "total_retained": held[-1],
        "total_retention": held[-1],
    }  # fmt: skip


def retainage_release(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    held = case.money("held", "retained", "retainage", "retention", "retainage_balance")
    conditions = [Condition(name, met=bool(met)) for name, met in (
        raw.get("conditions") or {}).items()]  # fmt: skip
    asked = ("release", "amount", "release_amount")
    share = ("release_pct", "release_percent", "release_rate")
    found = release(
        held, conditions, case.currency,
        amount=case.money(*asked) if case.has(*asked) else None,
        pct=case.pct(*share) if case.has(*share) else None,
    )  # fmt: skip
    names = ("released", "release", "due", "due_now", "invoice")
    left = ("held", "held_after", "still_held", "remaining", "retainage_balance")
    return case.out({**dict.fromkeys(names, found.released), **dict.fromkeys(left, found.held)})


def schedule_of_values(raw: dict[str, Any]) -> Any:
    case = Fields(with_starts(raw))
    lines = [value_line(case.of(row), no) for no, row in enumerate(raw["lines"], 1)]
    before = case.money("previous_certificates", "previous_payments", "less_previous")
    held = case.money("held_before", "previous_retainage")
    found = apply_for_payment(lines, terms_of(case), held, before)
    rows = [
        {"to_date": n.to_date, "total_to_date": n.to_date,
         "balance_to_finish": n.balance_to_finish, "balance": n.balance_to_finish}
        for n in found.lines
    ]  # fmt: skip
    shares = [{"percent": n.percent, "pct": n.percent, "percent_complete": n.percent}
              for n in found.lines]  # fmt: skip
    due = ("current_payment_due", "payment_due", "due", "due_now", "net_due")
    done = ("total_completed_and_stored", "completed_and_stored", "to_date", "total_to_date")
    answer = {
        **dict.fromkeys(due, found.due),
        **dict.fromkeys(done, found.completed_and_stored),
        **dict.fromkeys(("contract_sum", "contract_sum_to_date"), found.contract_sum),
        **dict.fromkeys(("change_orders", "net_change_orders"), found.change_orders),
        **dict.fromkeys(("original_sum", "original_contract_sum"), found.original_sum),
        **dict.fromkeys(("retainage", "total_retainage", "retained"),
                        found.retained.held_to_date),
        **dict.fromkeys(("total_earned_less_retainage", "earned_less_retainage"),
                        found.earned_less_retainage),
        **dict.fromkeys(("balance_to_finish", "balance_to_finish_including_retainage"),
                        found.balance_to_finish),
        "retainage_on_work": found.retained.on_work,
        "retainage_on_stored": found.retained.on_stored,
    }  # fmt: skip
    if case.has("certified"):
        paid = certify(found, case.money("certified"), case.currency)
        answer |= {"certified": paid.certified, "withheld": paid.withheld}
    money = [row | share for row, share in zip(case.out(rows), shares, strict=True)]
    return {**case.out(answer), "lines": money}


def value_line(row: Fields, no: int) -> ValueLine:
    return ValueLine(
        str(row.get("item", "id", "name", "description") or no),
        row.money("scheduled", "scheduled_value", "value"),
        row.money("previous", "previous_applications", "from_previous"),
        row.money("this_period", "this_application"),
        row.money("stored", "stored_materials", "materials_stored"),
        bool(row.get("change_order")),
    )


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "billing.milestone_schedule": milestones,
    "billing.milestone": milestones,
    "billing.milestones": milestones,
    "billing.fixed_fee_schedule": milestones,
    "billing.progress_billing": progress,
    "billing.progress": progress,
    "billing.progress_billing_by_category": progress,
    "billing.retainage": retainage,
    "billing.retention": retainage,
    "billing.retention_tiered": retainage,
    "billing.retainage_tiered": retainage,
    "billing.retainage_release": retainage_release,
    "billing.retention_release": retainage_release,
    "billing.schedule_of_values": schedule_of_values,
    "billing.application_for_payment": schedule_of_values,
}
