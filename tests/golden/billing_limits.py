"""Cases of caps and funding, deposits, dunning and settling."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.billing.cap import (
    CapLine,
    Capped,
    FundedLine,
    FundingLimit,
    FundingRule,
    FundingShare,
    Limit,
    cap_lines,
    fund,
)
from domain.billing.deposit import Deposit, OpenInvoice, apply_deposits, settle_advance
from domain.billing.dunning import DunningLevel, LatePolicy, days_overdue, late_fee, level_due
from domain.billing.proration import Span
from domain.billing.settlement import (
    EarlyDiscount,
    Tolerance,
    credit_exposure,
    order_balance,
    settle,
    write_off_small,
)
from tests.golden.billing_fields import Fields, listed, total

BILLED = ("billed_to_date", "used", "billed", "previously_billed", "billed_before")


def time_and_materials(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    labour = case.number("hours") * case.money("rate", "bill_rate")
    material = case.money("materials_at_cost", "materials", "materials_cost", "expenses")
    material += material * case.pct("materials_markup", "markup") / 100
    limits = [
        limit_of(case, name, kinds)
        for name, kinds in (("materials", ("materials",)), ("labour", ("labour",)), ("", ()))
        if limit_names(case, name)
    ]
    lines = [CapLine("labour", labour, case.number("hours")), CapLine("materials", material)]
    found = cap_lines(limits, lines, case.currency)
    left = {f"{limit.name}_remaining": limit.left for limit in found.limits}
    return case.out(
        {
            "invoice": found.billable,
            "labour": found.lines[0].billable,
            "time": found.lines[0].billable,
            "materials": found.lines[1].billable,
            "written_down": found.written_down,
            "write_down": found.written_down,
            **left,
        }
    )


def limit_names(case: Fields, name: str) -> str | None:
    """The field that holds the cap of a cost type."""
    words = [name, {"labour": "labor", "materials": "material", "": "contract"}[name]]
    stems = [f"{word}_cap" if word else "cap" for word in words]
    names = [f"{stem}{tail}" for stem in stems for tail in ("", "_contract", "_total")]
    extra = () if name else ("not_to_exceed", "nte")
    return next((one for one in (*names, *extra) if case.has(one)), None)


def limit_of(case: Fields, name: str, kinds: tuple[str, ...]) -> Limit:
    field = limit_names(case, name)
    assert field
    billed = (f"{name}_billed_to_date", f"{name}_billed", f"{name}_used") if name else BILLED
    return Limit(f"{name}_cap" if name else "cap", case.money(field), case.money(*billed),
                 cost_types=kinds)  # fmt: skip


def waterfall(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    rules = [rule_of(rule) for rule in raw["rules"]]
    named = limits_of(case)
    known = {limit.name for limit in named}
    endless = {share.limit for rule in rules for share in rule.shares} - known
    limits = [*named, *(FundingLimit(name, None) for name in sorted(endless))]
    lines = [line_of(case, line) for line in listed(case.get("transactions", "transaction"))]
    found = fund(limits, rules, lines, case.currency)
    names = [limit.name for limit in limits]
    answer: dict[str, Any] = {
        f"transaction_{no}": {n: found.of(n, no) for n in names if found.of(n, no)}
        | {"uncovered": found.uncovered[no - 1], "unfunded": found.uncovered[no - 1]}
        for no in range(1, len(lines) + 1)
    }
    left = {limit.name: limit.limit for limit in found.left}
    answer |= {"totals": {name: found.of(name) for name in names}, "remaining": left}
    answer |= dict.fromkeys(("uncovered", "unfunded", "on_hold"), total(found.uncovered))
    return case.out(answer)


def limits_of(case: Fields) -> list[FundingLimit]:
    raw = case.get("limits", "funding_limits") or {}
    pairs = raw.items() if isinstance(raw, Mapping) else ((r["id"], r["limit"]) for r in raw)
    return [FundingLimit(n, None if v is None else case.amount(v)) for n, v in pairs]


def rule_of(raw: Any) -> FundingRule:
    kinds = tuple(listed(raw.get("cost_types"))) if isinstance(raw, Mapping) else ()
    raw = raw.get("shares", raw) if isinstance(raw, Mapping) else raw
    if not isinstance(raw, Mapping):
        raw = {one.get("limit", one.get("source")): one["share"] for one in raw}
    shares = {n: Decimal(str(v)) for n, v in raw.items() if n != "cost_types"}
    whole = Decimal(100 if max(shares.values()) > 1 else 1)
    return FundingRule(tuple(FundingShare(n, v / whole) for n, v in shares.items()), kinds)


def line_of(case: Fields, raw: Any) -> FundedLine:
    row = case.of(raw if isinstance(raw, dict) else {"amount": raw})
    return FundedLine(row.money("amount"), str(row.get("cost_type", "type") or ""))


def cap(**said: Any) -> Callable[[dict[str, Any]], Any]:
    def answer(raw: dict[str, Any]) -> Any:
        case = Fields(raw)
        hard = said.get("hard", raw.get("hard", str(raw.get("mode", "hard")) == "hard"))
        by_hours = said.get("hours") or case.has("cap_hours", "hours_cap")
        marks = [Decimal(str(m).rstrip("%")) for m in listed(case.get(
            "thresholds", "thresholds_pct", "notify_at", "notify_thresholds"))]  # fmt: skip
        marks = [mark * 100 if max(marks) <= 1 else mark for mark in marks]
        terms = Limit(
            "cap",
            case.number("cap_hours", "hours_cap", "cap") if by_hours
            else case.money("cap", "limit", "not_to_exceed", "nte"),
            case.number("hours_billed_to_date", "hours_used", *BILLED) if by_hours
            else case.money(*BILLED),
            "hours" if by_hours else "amount",
            hard,
            thresholds_pct=tuple(marks) or Limit("", Decimal(0)).thresholds_pct,
        )  # fmt: skip
        lines = [cap_line(case, line) for line in cap_rows(case)]
        return cap_answer(case, cap_lines([terms], lines, case.currency))

    return answer


def cap_rows(case: Fields) -> list[Any]:
    found = case.get("lines", "line", "amounts", "transactions", "amount", "invoice", "work")
    return listed(found) if found is not None else [dict(case.raw)]


def cap_line(case: Fields, raw: Any) -> CapLine:
    row = case.of(raw if isinstance(raw, dict) else {"amount": raw})
    hours = row.number("hours")
    amount = row.money("amount", "value") if row.has("amount", "value") else (
        hours * (row.money("rate", "bill_rate") or case.money("rate", "bill_rate")))  # fmt: skip
    return CapLine(str(row.get("cost_type", "type") or ""), amount, hours)


def cap_answer(case: Fields, found: Capped) -> Any:
    after = found.limits[0]
    left = after.left if after.measure == "hours" else case.out(after.left)
    crossed = [reached.threshold_pct for reached in found.reached]
    money = {"billable": found.billable, "invoice": found.billable, "billed": found.billable,
             "written_down": found.written_down, "write_down": found.written_down}  # fmt: skip
    rows = [
        {**case.out({"billable": n.billable, "written_down": n.written_down}),
         "hours": n.billable_hours}
        for n in found.lines
    ]  # fmt: skip
    notices = ("thresholds_reached", "thresholds_crossed", "notified", "notify")
    return {
        **case.out(money),
        **dict.fromkeys(("cap_remaining", "remaining"), left),
        **dict.fromkeys(notices, crossed),
        "used_pct": after.used * 100 / after.limit if after.limit else Decimal(0),
        "lines": rows,
        "billable_hours": total(n.billable_hours for n in found.lines),
        "written_down_hours": total(n.written_down_hours for n in found.lines),
        "reason": next((n.reason for n in found.lines if n.reason), ""),
    }


def deposit_settlement(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    if case.has("advance"):
        spent = case.amounts("expenses", "spent")
        done = settle_advance(case.money("advance"), spent, case.currency)
        names = ("due_to_claimant", "due_to_employee", "reimbursement")
        return case.out(
            {"balance_due_back": done.due_back, "due_back": done.due_back, "settled":
             done.settled, **dict.fromkeys(names, done.due_to_claimant)}
        )  # fmt: skip
    deposits = [
        Deposit(str(no), day_of(one), row_amount(case, one))
        for no, one in enumerate(listed(case.get("deposits", "deposit")), 1)
    ]
    invoices = [
        OpenInvoice(str(no), day_of(one), row_amount(case, one))
        for no, one in enumerate(listed(case.get("invoices", "invoice", "final_invoice")), 1)
    ]
    found = apply_deposits(deposits, invoices, case.currency)
    paid = [found.of(invoice.number) for invoice in invoices]
    due = [invoice.open - part for invoice, part in zip(invoices, paid, strict=True)]
    return case.out(
        {"applied": paid, "due_after_deposit": due, "due": total(due), "invoice_due": total(due),
         "applied_total": found.applied_total, "refund": found.refund,
         "deposit_remaining": found.refund, "deposit_left": found.refund}
    )  # fmt: skip


def day_of(raw: Any) -> date:
    on = raw.get("date") if isinstance(raw, dict) else None
    return date.fromisoformat(on) if on else date.min


def row_amount(case: Fields, raw: Any) -> Decimal:
    row = case.of(raw if isinstance(raw, dict) else {"amount": raw})
    return row.money("amount", "open", "gross", "total")


def lateness(case: Fields) -> int:
    due, on = case.day("due_date", "due_on", "due"), case.day("paid_on", "as_of", "on", "date")
    disputes = [
        Span(date.fromisoformat(a), date.fromisoformat(b) + timedelta(days=1))
        for a, b in listed(case.get("disputes"))
    ]
    if due and on:
        return days_overdue(due, on, disputes)
    return int(case.number("days_late", "days_overdue", "days"))


def late(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    rate = case.pct("annual_rate", "annual_rate_pct", "interest_rate", "rate", "rate_pct")
    if case.has("monthly_rate", "monthly_rate_pct"):
        rate = case.pct("monthly_rate", "monthly_rate_pct") * 12
    day_count = int(str(case.get("day_count", "days_in_year", "basis") or 365).split("/")[-1])
    policy = LatePolicy(
        rate, case.money("flat_fee", "fee"), day_count,
        int(case.number("grace_days", "grace")), case.money("minimum"),
        case.money("maximum") if case.has("maximum") else None,
    )  # fmt: skip
    principal = case.money("principal", "invoice", "amount", "open", "balance")
    found = late_fee(principal, lateness(case), policy, case.currency)
    money = {"interest": found.interest, "fee": found.fee, "late_fee": found.total,
             "total": found.total, "total_due": principal + found.total}  # fmt: skip
    return {"days": Decimal(found.days), "days_overdue": found.days, **case.out(money)}


def dunning(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    levels = [
        DunningLevel(
            int(row.get("level", no)),
            int(row.get("days_overdue", row.get("days"))),
            case.of(row).money("fee"),
        )
        for no, row in enumerate(case.get("levels", "policy", "steps"), 1)
    ]
    late_days = lateness(case)
    due = date(2000, 1, 1)
    on = due + timedelta(days=late_days)
    disputes = [Span(on, on + timedelta(days=1))] if raw.get("disputed") else []
    found = level_due(levels, due, on, int(case.number("sent_level", "last_level")), disputes)
    return {"level": found.level, "days_overdue": late_days, "fee": case.out(found.fee),
            "paused": found.paused}  # fmt: skip


def tolerance_of(case: Fields) -> Tolerance:
    names = ("max_tolerance", "tolerance", "tolerance_amount")
    share = ("tolerance_pct", "tolerance_percent")
    return Tolerance(
        case.money(*names) if case.has(*names) else None,
        case.pct(*share) if case.has(*share) else None,
    )


def payment(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    invoice, paid_on = case.money("invoice", "open", "amount"), case.day("payment_date", "paid_on")
    until = case.day("discount_date", "discount_until")
    offer = case.pct("discount_rate", "discount_pct", "discount_percent")
    if case.has("discount") and invoice:
        offer = case.money("discount") * 100 / invoice
    if until is None and case.has("discount_days"):
        issued = case.day("invoice_date", "issued_on")
        assert issued
        until = issued + timedelta(days=int(case.number("discount_days")))
    terms = EarlyDiscount(offer, until, case.day("grace_until")) if until else None
    paid = case.money("payment", "paid") or invoice * (100 - offer) / 100
    found = settle(
        invoice, paid, paid_on or date.min, tolerance_of(case), case.currency, terms
    )  # fmt: skip
    money = {"discount": found.discount, "written_off": found.written_off,
             "payment_tolerance": found.written_off, "unapplied": found.unapplied,
             "remaining": found.remaining, "amount_due": invoice - found.discount}  # fmt: skip
    return {"kind": found.kind, "classification": found.kind, "closed": not found.remaining,
            **case.out(money)}  # fmt: skip


def small_difference(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    asked = case.money("invoice", "open", "amount")
    gap = (
        case.money("difference") if "difference" in raw else asked - case.money("payment", "paid")
    )
    found = write_off_small(gap, asked, tolerance_of(case), case.currency)
    money = {"written_off": found.written_off, "write_off": found.written_off,
             "remaining": found.left, "allowed": found.allowed}  # fmt: skip
    return {"within_tolerance": found.left == 0, **case.out(money)}


def credit_limit(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    found = credit_exposure(
        case.money("credit_limit", "limit"), case.money("open_receivables", "receivables", "open"),
        case.money("unbilled", "unbilled_work", "wip"), case.money("order", "new_order"),
        case.currency,
    )  # fmt: skip
    money = {"exposure": found.exposure, "available": found.available,
             "excess": max(Decimal(0), -found.available)}  # fmt: skip
    return {"within_limit": found.within, "within": found.within, "exceeded": not found.within,
            **case.out(money)}  # fmt: skip


def purchase_order(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    found = order_balance(
        case.money("purchase_order", "authorised", "po_amount", "po"),
        case.money("invoiced", "invoiced_to_date", "billed_to_date"),
        case.money("invoice", "amount"), case.currency,
    )  # fmt: skip
    money = {"remaining_before": found.left_before, "remaining": found.left_after,
             "balance": found.left_after}  # fmt: skip
    return {"within": found.within, "exceeded": not found.within, **case.out(money)}


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "billing.time_and_materials": time_and_materials,
    "billing.cap_waterfall": waterfall,
    "billing.funding_limits": waterfall,
    "billing.cap": cap(),
    "billing.cap_hard": cap(hard=True),
    "billing.cap_not_to_exceed": cap(hard=True),
    "billing.not_to_exceed": cap(hard=True),
    "billing.cap_notify": cap(hard=False),
    "billing.cap_hours": cap(hours=True),
    "billing.cap_per_cost_type": time_and_materials,
    "billing.deposit_settlement": deposit_settlement,
    "billing.deposit_applied": deposit_settlement,
    "billing.deposit": deposit_settlement,
    "billing.late_fee": late,
    "billing.late_interest": late,
    "billing.dunning": dunning,
    "billing.dunning_level": dunning,
    "billing.early_payment_discount": payment,
    "billing.payment_classification": payment,
    "billing.payment_tolerance": payment,
    "billing.small_difference": small_difference,
    "billing.small_difference_write_off": small_difference,
    "billing.credit_limit": credit_limit,
    "billing.purchase_order_balance": purchase_order,
}
