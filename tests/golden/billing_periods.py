"""Cases of time: proration, bill cycles, subscriptions, commitments."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.billing.commitment import Commitment, TrueUp, true_up
from domain.billing.proration import (
    BillCycle,
    Prorated,
    Span,
    add_months,
    change_plan,
    cycles_due,
    cycles_of,
    days_of,
    prorate,
    prorate_days,
    prorate_time,
)
from domain.billing.subscription import PlanTerm, Subscription, cancel, charges_due, co_term
from tests.golden.billing_fields import Fields, last_day, listed, total

PRICES = ("plan_amount", "amount", "price", "fee", "plan", "monthly_fee")
PERIOD_DAYS = ("period_days", "days_in_period", "total_days")


def prorated_answer(case: Fields, found: Prorated, days: Decimal, whole: Decimal) -> Any:
    money = case.out(
        dict.fromkeys(("fee", "amount", "prorated", "charge", "credit"), found.amount)
    )
    return {"days_in_period": whole, "period_days": whole, "days_active": days, "days": days,
            "billable_days": days, **money}  # fmt: skip


def actual_days(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    price, fixed = case.money(*PRICES), int(case.number("fixed_days_in_month"))
    if "period" in raw:
        period, active = case.span("period"), active_span(case)
        found = prorate_days(price, period, active, case.currency, fixed)
    else:
        days = case.number("billable_days", "days_active", "active_days", "days", "unused_days")
        if case.has("paused_days", "pause_days", "days_paused"):
            days = case.number(*PERIOD_DAYS) - case.number(
                "paused_days", "pause_days", "days_paused")  # fmt: skip
        found = prorate(price, days, case.number(*PERIOD_DAYS), case.currency)
    return prorated_answer(case, found, found.part, found.whole)


def active_span(case: Fields) -> Span:
    if case.has("active", "used", "service"):
        return case.span("active", "used", "service")
    whole = case.span("period")
    start = case.day("start", "active_from", "from") or whole.starts_on
    end = case.day("end", "active_to", "to", "cancelled_on")
    return Span.through(start, end or last_day(whole))


def thirty_360(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    fixed = int(case.number("fixed_days_in_month", "days_in_month") or 30)
    if "period" in raw:
        return actual_days({**raw, "fixed_days_in_month": fixed})
    start, end = case.day("from", "start"), case.day("to", "end")
    assert start
    assert end
    days = days_of(Span(start, end), fixed)
    whole = int(case.number(*PERIOD_DAYS)) or fixed * case.months()
    found = prorate(case.money(*PRICES), min(days, whole), whole, case.currency)
    cycles = cycle_share(case)
    return {**prorated_answer(case, found, Decimal(days), Decimal(whole)), "cycles": cycles}


def by_time(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    if "period" in raw:
        period, active = (
            tuple(datetime.fromisoformat(at) for at in raw[name]) for name in ("period", "active")
        )
        found = prorate_time(
            case.money(*PRICES), (period[0], period[1]), (active[0], active[1]), case.currency
        )
    else:
        part = case.number("seconds", "active_seconds", "fraction", "fraction_left")
        whole = case.number("period_seconds") or Decimal(1)
        found = prorate(case.money(*PRICES), part, whole, case.currency)
    return {**prorated_answer(case, found, found.part, found.whole), "seconds": found.part}


def cycle_of(case: Fields, start: date) -> BillCycle:
    """Published cycles count a stub's own cycle by calendar months from the date it meets."""
    day = int(case.number("bill_cycle_day", "anchor_day", "billing_cycle_day") or start.day)
    in_advance = not case.raw.get("in_arrears") and case.raw.get("in_advance", True)
    return BillCycle(
        day, case.months(), in_advance, case.raw.get("alignment", "calendar"),
        int(case.number("fixed_days_in_month")),
    )  # fmt: skip


def cycle_share(case: Fields) -> Decimal:
    """One stub: up to the next cycle day, or from the last one."""
    start, end = case.day("from", "start"), case.day("to", "end")
    assert start
    assert end
    trailing = case.raw.get("trailing") or case.raw.get("stub") == "trailing"
    day = int(case.number("bill_cycle_day")) or (start if trailing else end).day
    cycle = replace(cycle_of(case, start), anchor_day=day)
    return total(piece.cycles for piece in cycles_of(cycle, start, end))


def bill_cycle_day(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    start, target = case.day("start", "start_date", "from"), case.day("target_date", "target")
    assert start
    if target is None:
        span = Span(start, case.day("to", "end") or start)
        days = days_of(span, int(case.number("fixed_days_in_month")))
        return {"cycles": cycle_share(case), "days": days}
    end = case.day("end", "end_date", "to", "cancelled_on")
    pieces = cycles_due(cycle_of(case, start), start, target, end)
    cycles = total(piece.cycles for piece in pieces)
    amounts = [
        prorate(case.money(*PRICES), piece.days, piece.cycle_days, case.currency).amount
        for piece in pieces
    ]
    periods = [[str(p.span.starts_on), str(p.span.ends_before)] for p in pieces]
    return {"cycles": cycles, "periods": periods, "amount": case.out(total(amounts)),
            "amounts": case.out(amounts)}  # fmt: skip


def plan_change(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    old = case.money("old", "old_price", "old_plan", "from_price", "plan")
    new = case.money("new", "new_price", "new_plan", "to_price")
    if "old_quantity" in raw:
        old = case.money("unit_price", "price") * case.number("old_quantity")
        new = case.money("unit_price", "price") * case.number("new_quantity")
    left, whole = left_of(case)
    found = change_plan(old, new, left, whole, case.currency)
    return case.out(
        {
            "credit_unused": found.credit_unused,
            "credit": found.credit_unused,
            "charge_remaining": found.charge_remaining,
            "charge": found.charge_remaining,
            "net": found.net,
            "proration_invoice": found.net,
            "due": max(Decimal(0), found.net),
            "credit_balance": max(Decimal(0), -found.net),
        }
    )


def left_of(case: Fields) -> tuple[Decimal, Decimal]:
    change = case.day(
        "change_date", "upgrade_date", "downgrade_date", "changed_on", "cancelled_on"
    )
    if change and case.has("period", "service"):
        period = case.span("period", "service")
        return Decimal((period.ends_before - change).days), Decimal(period.days)
    whole = case.number(*PERIOD_DAYS, "period_seconds", "days") or Decimal(1)
    if case.has("fraction_used", "days_used"):
        return whole - case.number("fraction_used", "days_used"), whole
    left = ("fraction_left", "days_left", "remaining_days", "unused_days", "seconds_left")
    return case.number(*left), whole


def subscription_of(case: Fields) -> Subscription:
    start = case.day("start", "start_date")
    assert start
    quantity = case.number("quantity") or Decimal(1)
    terms = [PlanTerm(start, case.money(*PRICES), quantity)]
    for raw in listed(case.get("changes")):
        row = case.of(raw)
        old = terms[-1]
        price = row.money(*PRICES) if row.has(*PRICES) else old.price
        units = row.number("quantity") if row.has("quantity") else old.quantity
        terms.append(PlanTerm(date.fromisoformat(row.get("date", "from")), price, units))
    pauses = [
        Span(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))
        for first, last in (pair_list(case.get("pauses", "pause")))
    ]
    cycle = replace(cycle_of(case, start), alignment="anchor")
    end = case.day("end_before", "ends_before", "end")
    return Subscription(case.currency, cycle, start, tuple(terms), end, tuple(pauses))


def pair_list(value: Any) -> list[Any]:
    return [value] if value and isinstance(value[0], str) else listed(value)


def subscription_charges(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    target = case.day("target_date", "target", "on", "as_of")
    assert target
    charges = charges_due(subscription_of(case), target)
    amounts = [charge.amount for charge in charges]
    return {
        "periods": [[str(c.span.starts_on), str(c.span.ends_before)] for c in charges],
        "charges": case.out(amounts),
        "amounts": case.out(amounts),
        "total": case.out(total(amounts)),
    }


def cancellation(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    if "start" not in raw:
        left, whole = left_of(case)
        found = prorate(case.money(*PRICES, "paid"), left, whole, case.currency)
        return case.out(dict.fromkeys(("credit", "refund", "unused"), found.amount))
    on = case.day("cancelled_on", "cancel_date", "on")
    assert on
    ended = cancel(subscription_of(case), on, refund=raw.get("refund", True))
    money = case.out({"credit": ended.credit, "refund": ended.credit})
    return {**money, "ends_before": str(ended.ends_before)}


def co_terming(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    start, end = case.day("added_on", "start"), case.day("co_term", "ends_before", "end")
    assert start
    assert end
    parent = subscription_of(Fields({"start": raw.get("parent_start", str(end)), **raw}))
    amounts = [c.amount for c in co_term(parent, case.money(*PRICES), start, end)]
    return case.out({"charges": amounts, "amount": total(amounts), "charge": total(amounts)})


def period_around(case: Fields, start: date) -> Span:
    """The whole period a start falls into: of the calendar, or from the day itself."""
    calendar = any(name.startswith("calendar") and value for name, value in case.raw.items())
    if is_weekly(case):
        first = start - timedelta(days=start.weekday()) if calendar else start
        return Span(first, first + timedelta(days=7))
    months = case.months()
    if calendar:
        first = date(start.year, (start.month - 1) // months * months + 1, 1)
        return Span(first, add_months(first, months, 1))
    return Span(start, add_months(start, months, start.day))


def is_weekly(case: Fields) -> bool:
    return "calendar_week" in case.raw or case.get("interval") in {"week", "weekly"}


def period_after(case: Fields, first: Span) -> Span:
    if is_weekly(case):
        return Span(first.ends_before, first.ends_before + timedelta(days=7))
    end = add_months(first.ends_before, case.months(), first.starts_on.day)
    return Span(first.ends_before, end)


def commitment(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    terms = Commitment(case.currency, case.money("minimum", "commitment"),
                       case.money("subscription_fee", "fee"))  # fmt: skip
    start = case.day("start", "start_date")
    if start is None:
        return one_true_up(case, terms)
    first = period_around(case, start)
    second = period_after(case, first)
    use = {name: case.amount(value) for name, value in raw.items() if "usage" in name}
    found = {}
    for word, period in (("first", first), ("second", second)):
        usage = total(amount for name, amount in use.items() if word in name)
        found[word] = true_up(terms, usage, period, Span(start, period.ends_before))
    noun = next(
        (n for n in ("week", "month", "quarter", "year") if f"calendar_{n}" in raw), "period"
    )
    return case.out(
        {f"{word}_{n}_{key}": value for word, one in found.items() for n in (noun, "period")
         for key, value in true_up_answer(one).items()}
        | true_up_answer(found["first"])
    )  # fmt: skip


def one_true_up(case: Fields, terms: Commitment) -> Any:
    period = case.span("period") if case.has("period") else Span(date(2024, 1, 1),
                                                                 date(2024, 2, 1))  # fmt: skip
    active = case.span("active") if case.has("active") else period
    if case.has("billable_days"):
        period = Span(date(2024, 1, 1), date(2024, 1, 1) + timedelta(
            days=int(case.number(*PERIOD_DAYS))))  # fmt: skip
        active = Span(period.starts_on, period.starts_on + timedelta(
            days=int(case.number("billable_days"))))  # fmt: skip
    return case.out(
        true_up_answer(
            true_up(terms, case.money("usage", "used", "billed", "invoiced"), period, active)
        )
    )


def true_up_answer(found: TrueUp) -> dict[str, Decimal]:
    return {"true_up": found.true_up, "minimum": found.minimum, "fee": found.fee,
            "usage": found.usage}  # fmt: skip


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "billing.proration_actual_days": actual_days,
    "billing.proration": actual_days,
    "billing.proration_pause": actual_days,
    "billing.proration_30_360": thirty_360,
    "billing.proration_by_time": by_time,
    "billing.proration_seconds": by_time,
    "billing.proration_bill_cycle_day": bill_cycle_day,
    "billing.proration_upgrade": plan_change,
    "billing.proration_downgrade": plan_change,
    "billing.proration_plan_change": plan_change,
    "billing.proration_quantity_change": plan_change,
    "billing.proration_cancellation": cancellation,
    "billing.proration_co_term": co_terming,
    "billing.subscription": subscription_charges,
    "billing.subscription_charges": subscription_charges,
    "billing.subscription_cancellation": cancellation,
    "billing.recurring": subscription_charges,
    "billing.minimum_commitment_true_up": commitment,
    "billing.minimum_commitment": commitment,
}
