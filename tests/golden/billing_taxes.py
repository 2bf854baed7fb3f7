"""Cases of taxes, credits and corrections."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from domain.billing.correction import correct_hours, write_down, write_up
from domain.billing.credit import (
    CreditableLine,
    CreditAsked,
    CreditedLine,
    InvoiceFigures,
    credit,
    credit_pro_rata,
    credit_unused,
    invoice_figures,
    use_credit,
)
from domain.billing.tax import Kind, Tax, TaxableLine, TaxedLine, tax_document, tax_line
from tests.golden.billing_fields import Fields, listed

KINDS: dict[str, Kind] = {
    "percent": "percent",
    "percentage": "percent",
    "division": "division",
    "on_gross": "division",
    "fixed": "fixed",
    "fixed_amount": "fixed",
}
PRICES = ("gross_line", "gross", "price", "amount", "net_line", "net", "base", "line")


def tax_of(case: Fields, raw: Any, **said: Any) -> Tax:
    terms = case.of(raw if isinstance(raw, dict) else {"rate": raw})
    kind = KINDS[str(terms.get("type", "kind", "amount_type") or "percent").lower()]
    if terms.raw.get("on_gross"):
        kind = "division"
    return Tax(
        str(terms.get("name", "id") or "tax"),
        terms.pct("rate_pct", "rate_percent", "percent", "rate", "tax_rate"),
        said.get("kind", "fixed" if terms.has("fixed_amount") else kind),
        terms.money("fixed_amount", "amount"),
        said.get("included", bool(terms.get("included", "price_include"))),
        bool(terms.get("raises_base", "include_base_amount", "compound")),
        terms.raw.get("base_affected", True),
        said.get("reverse_charge", bool(terms.raw.get("reverse_charge"))),
        str(terms.get("exempt_reason", "exempt") or ""),
    )


def taxes_of(case: Fields, **said: Any) -> tuple[Tax, ...]:
    if case.has("taxes"):
        rows = [raw if isinstance(raw, dict) else {"rate": raw} for raw in case.raw["taxes"]]
        return tuple(
            tax_of(case, {"name": f"tax {no}", **row}, **said) for no, row in enumerate(rows, 1)
        )
    return (tax_of(case, dict(case.raw), **said),)


def line_answer(line: TaxedLine) -> dict[str, Any]:
    amounts = [tax.amount for tax in line.taxes]
    return {
        "net": line.net,
        "base": line.net,
        "total_excluded": line.net,
        "taxes": amounts,
        "bases": [tax.base for tax in line.taxes],
        "tax": line.tax,
        "tax_amount": sum(amounts),
        "tax_charged": line.tax,
        "tax_due_by_customer": sum(t.amount - t.charged for t in line.taxes),
        "reverse_charge_tax": sum(t.amount - t.charged for t in line.taxes),
        "withheld": line.withheld,
        "withholding": line.withheld,
        "gross": line.gross,
        "total": line.due,
        "total_included": line.due,
        "invoice_total": line.due,
        "due": line.due,
        "payable": line.due,
    }


def one_line(**said: Any) -> Callable[[dict[str, Any]], Any]:
    def answer(raw: dict[str, Any]) -> Any:
        case = Fields(raw)
        quantity = case.number("quantity", "qty") or Decimal(1)
        price = case.money(*PRICES)
        if case.has("unit_price"):
            price = case.money("unit_price") * quantity
        line = TaxableLine(price, taxes_of(case, **said), quantity)
        return case.out(line_answer(tax_line(line, case.currency)))

    return answer


def withholding(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    kept = tax_of(case, {"rate_pct": -case.pct("withholding_rate", "withholding_pct", "rate")})
    added = case.get("tax_rate", "vat_rate", "vat", "gst_rate", "tax_rate_pct", "vat_pct")
    taxes = [] if added is None else [tax_of(case, {"name": "tax", "rate": added})]
    line = TaxableLine(case.money(*PRICES), (*taxes, kept))
    return case.out(line_answer(tax_line(line, case.currency)))


def per_line_or_document(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    rate = case.get("rate", "tax_rate", "rate_pct")
    included = bool(case.get("included", "price_include"))
    lines = []
    for item in listed(case.get("lines", "line_amounts", "amounts", "nets")):
        row = case.of(item if isinstance(item, dict) else {"amount": item})
        own = row.get("rate", "tax_rate", "tax") or rate
        priced = row.money(*PRICES) * (row.number("quantity") or 1)
        taxes = (tax_of(case, {"rate": own, "included": included}),)
        lines.append(TaxableLine(priced, taxes))
    by_line = tax_document(lines, case.currency)
    once = tax_document(lines, case.currency, per_line=False)
    return case.out(
        {
            **dict.fromkeys(("per_line", "tax_per_line", "line", "by_line"), by_line.tax),
            **dict.fromkeys(
                ("per_document", "tax_per_document", "document", "on_total", "globally"), once.tax
            ),
            "line_taxes": [line.tax for line in by_line.lines],
            "document_line_taxes": [line.tax for line in once.lines],
            "difference": by_line.tax - once.tax,
            "net": by_line.net,
            "gross_per_line": by_line.gross,
            "gross_per_document": once.gross,
            "total_per_line": by_line.gross,
            "total_per_document": once.gross,
        }
    )


def creditable(case: Fields, raw: dict[str, Any], no: int) -> CreditableLine:
    row = case.of(raw)
    return CreditableLine(
        str(row.get("id", "name") or no),
        row.money("amount", "net", "gross_amount"),
        row.pct("tax", "tax_rate", "rate", "tax_rate_pct")
        or case.pct("tax_rate", "tax", "tax_rate_pct"),
        row.money("coupon", "discount"),
        row.money("credited", "credited_amount"),
        row.money("credited_coupon", "credited_discount"),
        row.money("credited_tax"),
    )


def partial_credit(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    lines = [creditable(case, row, no) for no, row in enumerate(raw["lines"], 1)]
    asked = [
        CreditAsked(str(one.get("line", one.get("id"))), case.of(one).money(
            "gross_amount", "amount", "net"))
        for one in listed(case.get("credit", "credits", "items"))
    ]  # fmt: skip
    tax = case.money("invoice_tax") if "invoice_tax" in raw else None
    found = credit(lines, asked, case.currency, tax)
    figures = invoice_figures(lines, case.currency)
    refundable = min(found.total, case.money("paid") - case.money("refunded_before"))
    memo = {
        "max_creditable": found.total,
        "max_refundable": refundable,
        "coupon_share": found.discount,
        "discount_share": found.discount,
        "net": found.net,
        "tax": found.tax,
        "total": found.total,
    }
    return {
        "invoice": invoice_answer(case, figures),
        "credit_memo": case.out({**memo, "lines": [memo_line(line) for line in found.lines]}),
        **case.out(memo),
    }


def invoice_answer(case: Fields, figures: InvoiceFigures) -> dict[str, Any]:
    amounts = {"net": figures.net, "tax": figures.tax, "total": figures.total}
    return {**case.out(amounts), "effective_tax_rate_pct": figures.effective_tax_rate_pct}


def memo_line(line: CreditedLine) -> dict[str, Any]:
    return {"net": line.net, "tax": line.tax, "total": line.total, "coupon_share": line.discount}


def unused_credit(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    if "lines" in raw:
        return credit_sequence(raw)
    whole = case.number("period_days") or 1
    found = credit_unused(
        case.money("paid_in_advance", "amount", "paid", "plan_amount", "net"),
        case.number("unused_days", "unused_fraction", "fraction_left"),
        whole,
        case.pct("tax_rate", "tax", "tax_rate_pct"),
        case.currency,
    )
    return case.out({"net": found.net, "tax": found.tax, "total": found.total})


def credit_sequence(raw: dict[str, Any]) -> Any:
    """Memos one after the other; the last takes what is left."""
    case = Fields(raw)
    lines = [creditable(case, row, no) for no, row in enumerate(raw["lines"], 1)]
    tax = case.money("invoice_tax") if "invoice_tax" in raw else None
    memos = []
    for memo in listed(case.get("credits", "credit")):
        asked = [
            CreditAsked(str(one.get("line", one.get("id"))), case.of(one).money(
                "amount", "gross_amount", "net"))
            for one in listed(memo)
        ]  # fmt: skip
        found = credit(lines, asked, case.currency, tax)
        by_name = {line.name: line for line in found.lines}
        lines = [credited(line, by_name.get(line.name)) for line in lines]
        memos.append({"net": found.net, "tax": found.tax, "total": found.total,
                      "coupon_share": found.discount})  # fmt: skip
    return case.out({"credit_memos": memos, "memos": memos, **memos[-1]})


def credited(line: CreditableLine, memo: CreditedLine | None) -> CreditableLine:
    if memo is None:
        return line
    return CreditableLine(
        line.name, line.amount, line.tax_rate_pct, line.discount,
        line.credited_amount + memo.amount, line.credited_discount + memo.discount,
        line.credited_tax + memo.tax,
    )  # fmt: skip


def pro_rata(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    lines = [
        creditable(case, row if isinstance(row, dict) else {"amount": row}, no)
        for no, row in enumerate(raw["lines"], 1)
    ]
    shares = credit_pro_rata(lines, case.money("credit", "amount", "discount"), case.currency)
    found = credit(lines, shares, case.currency)
    parts = [line.net for line in found.lines]
    return case.out(
        {"lines": parts, "shares": parts, "net": found.net, "tax": found.tax, "total": found.total}
    )


def refund_split(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    total = case.money("credit", "credit_total", "total", "amount")
    paid = case.money("paid", "amount_paid")
    open_ = case.money("open", "invoice") - (paid if "open" not in raw else 0)
    refundable = paid - case.money("refunded_before")
    most = min(refundable, total - min(total, open_))
    refund = case.money("refund") if "refund" in raw else most
    found = use_credit(total, open_, refundable, refund, case.currency)
    return case.out(
        {"offset": found.offset, "refund": found.refunded, "credit": found.credited,
         "refunded": found.refunded, "credited": found.credited, "max_refundable": most}
    )  # fmt: skip


def invoice_correction(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    words = str(raw.get("remainder", "stays billable"))
    lost = any(word in words.lower() for word in ("write", "written", "not billable", "non"))
    found = correct_hours(
        case.number("invoiced_hours", "hours"),
        case.number("corrected_hours", "new_hours"),
        case.money("bill_rate", "rate"),
        case.currency,
        keep_billable=not lost,
        corrected_rate=case.money("corrected_rate", "new_rate")
        if case.has("corrected_rate", "new_rate")
        else None,
    )
    return case.out(
        {
            "reversal_billed": found.reversal_billed,
            "new_billed": found.new_billed,
            "back_to_unbilled": found.back_to_unbilled,
            "net_billed": found.net_billed,
            "written_off": found.written_off,
            "unbilled_non_chargeable": found.written_off,
            "from_unbilled": found.from_unbilled,
        }
    )


def adjustment(raw: dict[str, Any]) -> Any:
    case = Fields(raw)
    value = case.money("standard", "value", "amount")
    if not value:
        value = case.number("hours") * case.money("rate", "bill_rate")
    to = case.money("billable", "agreed") if case.has("billable", "agreed") else None
    change = case.money("write_down", "write_up", "by") if to is None else abs(value - to)
    up = "write_up" in raw or (to is not None and to > value)
    found = (write_up if up else write_down)(value, change, str(raw.get("reason", "agreed")),
                                             case.currency)  # fmt: skip
    return case.out(
        {"standard": found.standard, "billable": found.billable, "change": found.change,
         "written_down": -found.change, "write_down": -found.change, "write_up": found.change}
    )  # fmt: skip


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "billing.tax_included_price": one_line(included=True),
    "billing.tax_inclusive": one_line(included=True),
    "billing.tax_included": one_line(included=True),
    "billing.tax_compound_included": one_line(),
    "billing.tax_compound": one_line(),
    "billing.tax_mixed": one_line(),
    "billing.tax_group": one_line(),
    "billing.tax_excluded_price": one_line(included=False),
    "billing.tax_exclusive": one_line(included=False),
    "billing.tax_excluded": one_line(included=False),
    "billing.tax_fixed": one_line(),
    "billing.tax_fixed_amount": one_line(),
    "billing.tax_on_gross": one_line(kind="division"),
    "billing.tax_division": one_line(kind="division"),
    "billing.tax_reverse_charge": one_line(reverse_charge=True),
    "billing.tax_exempt": one_line(),
    "billing.tax_withholding": withholding,
    "billing.tax_rounding_per_line_vs_document": per_line_or_document,
    "billing.tax_rounding": per_line_or_document,
    "billing.credit_memo_partial_with_discount": partial_credit,
    "billing.credit_memo_partial": partial_credit,
    "billing.credit_memo_with_discount": partial_credit,
    "billing.credit_memo_rounding": unused_credit,
    "billing.credit_memo_unused_time": unused_credit,
    "billing.credit_memo_last": credit_sequence,
    "billing.credit_memo_sequence": credit_sequence,
    "billing.credit_memo_pro_rata": pro_rata,
    "billing.discount_apportionment": pro_rata,
    "billing.credit_memo_refund": refund_split,
    "billing.credit_memo_refund_split": refund_split,
    "billing.invoice_correction": invoice_correction,
    "billing.write_down": adjustment,
    "billing.write_up": adjustment,
}
