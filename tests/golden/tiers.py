"""Cases of tiered prices and of discounts by amount, volume or time."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from domain.pricing.discount import Discount, DiscountLine, discount_lines
from domain.pricing.rebate import (
    EarlyPaymentTerms,
    VolumeStep,
    early_payment,
    rebate,
    volume_discount,
)
from domain.pricing.tiers import Tier, TierMode, price_packages, price_tiers
from tests.golden.given import (
    Given,
    currency,
    day,
    first,
    has,
    maybe,
    number,
    numbers,
    pct,
)

QUANTITIES = (
    "quantity", "miles", "kilometers", "kilometres", "km", "distance", "units", "usage", "hours",
)  # fmt: skip
LIMITS = ("up_to", "to", "to_value", "upper", "upper_limit", "limit")
LOWER = ("from", "from_value", "min", "at_least", "over", "threshold", "from_units", "from_amount")
RATES = ("rate", "unit_price", "price", "per_unit", "per_unit_amount", "unit_amount")


def tiers_of(given: Given) -> list[Tier]:
    """Tiers said by upper limits, or by where each begins; an open one may stand apart."""
    listed = first(given, "tiers", "ranges", "rates")
    starts = [maybe(one, *LOWER) for one in listed]
    by_start = not any(has(one, *LIMITS) for one in listed) and len(listed) > 1
    tiers = [
        Tier(
            (starts[no + 1] if no + 1 < len(listed) else None)
            if by_start
            else maybe(one, *LIMITS),
            number(one, *RATES, default="0"),
            number(one, "flat_fee", "flat_amount", "flat", default="0"),
        )
        for no, one in enumerate(listed)
    ]
    rest = maybe(given, "standard_rate")
    return tiers if rest is None else [*tiers, Tier(None, rest)]


def tier_mode(given: Given) -> TierMode:
    word = str(first(given, "mode", "model", "tier_mode", "method") or "graduated")
    return "volume" if word in {"volume", "all_units", "whole"} else "graduated"


def tiered_rate(given: Given) -> dict[str, Any]:
    quantity = first(given, *QUANTITIES)
    already = number(given, "already", "accumulated", "year_to_date", "prior", default="0")
    found = []
    for one in quantity if isinstance(quantity, list) else [quantity]:
        taken = Decimal(str(one))
        found.append(
            price_tiers(taken, tiers_of(given), currency(given), tier_mode(given), already)
        )
        already += taken
    amounts = [one.amount for one in found]
    total = sum(amounts, Decimal(0))
    each: Any = amounts if isinstance(quantity, list) else total
    return {
        "payable": each,
        "amount": each,
        "total": total,
        "fee": each,
        "effective_rate": found[-1].effective_rate,
        "by_tier": [part.amount for part in found[-1].parts],
        "lines": [part.amount for part in found[-1].parts],
    }


def package_rate(given: Given) -> dict[str, Any]:
    found = price_packages(
        number(given, *QUANTITIES), number(given, "package_size", "size"),
        number(given, "package_price", "price", "amount"), currency(given),
        number(given, "free_units", "free", default="0"),
    )  # fmt: skip
    return {"packages": found.packages, "amount": found.amount, "payable": found.amount}


def discount_of(given: Given) -> Discount:
    """``discount`` is an amount, below 1 a fraction as ``discount_rate`` is."""
    inner = given.get("discount")
    if isinstance(inner, dict):
        amount = number(inner, "amount", "value", default="0")
        return Discount(pct(inner, "", "rate", default="0") or plain_pct(inner), amount)
    fraction = number(given, "discount_rate", default="0") * 100
    percent = number(given, "discount_percent", "discount_pct", default="0") or fraction
    amount = number(given, "discount", "discount_amount", "coupon", default="0")
    return Discount(amount * 100) if 0 < amount < 1 else Discount(percent, amount)


def plain_pct(given: Given) -> Decimal:
    return number(given, "percent", "pct", default="0")


def discount(given: Given) -> dict[str, Any]:
    listed = first(given, "lines", "amounts", "amount", "subtotal")
    lines = listed if isinstance(listed, list) else [listed]
    tax = pct(given, "tax", default="0")
    found = discount_lines(
        [discount_line(one, tax) for one in lines], discount_of(given), currency(given)
    )
    return {
        "subtotal": found.gross,
        "gross": found.gross,
        "discount": found.discount,
        "discount_total": found.discount,
        "net": found.net,
        "tax": found.tax,
        "total": found.total,
        "line_discounts": [one.line_discount + one.document_discount for one in found.lines],
        "discounts": [one.line_discount + one.document_discount for one in found.lines],
        "allocated": [one.document_discount for one in found.lines],
        "line_nets": [one.net for one in found.lines],
        "nets": [one.net for one in found.lines],
        "line_taxes": [one.tax for one in found.lines],
    }


def discount_line(one: Any, tax: Decimal) -> DiscountLine:
    if not isinstance(one, dict):
        return DiscountLine(Decimal(str(one)), tax_rate_pct=tax)
    amount = maybe(one, "amount", "gross", "net")
    if amount is None:
        amount = number(one, "quantity") * number(one, "unit_price", "price", "rate")
    return DiscountLine(amount, discount_of(one), pct(one, "tax", default=str(tax)))


def volume_steps(given: Given) -> list[VolumeStep]:
    return [
        VolumeStep(number(one, *LOWER, default="0"), pct_of_step(one))
        for one in first(given, "tiers", "steps", "thresholds")
    ]


def pct_of_step(given: Given) -> Decimal:
    percent = maybe(given, "percent", "pct", "discount_percent", "discount_pct", "rebate_percent")
    return pct(given, "discount", "rebate", "rate") if percent is None else percent


def volume(given: Given) -> dict[str, Any]:
    units = maybe(given, "quantity", "units", "hours", "volume")
    amount = maybe(given, "amount", "spend", "subtotal", "turnover")
    if amount is None:
        amount = number(given, "quantity", "units", "hours") * number(given, *RATES)
    found = volume_discount(
        amount, volume_steps(given), currency(given), units, tier_mode(given) if
        has(given, "mode", "model", "method") else "volume",
    )  # fmt: skip
    return {
        "gross": found.gross, "discount_percent": found.pct, "discount_pct": found.pct,
        "discount": found.discount, "net": found.net, "total": found.net, "invoice": found.net,
    }  # fmt: skip


def rebate_due(given: Given) -> dict[str, Any]:
    found = rebate(
        numbers(given, "turnover", "turnover_by_period", "sales", "spend"), volume_steps(given),
        currency(given), number(given, "given", "already_credited", "paid", default="0"),
        tier_mode(given) if has(given, "mode", "model", "method") else "volume",
    )  # fmt: skip
    return {
        "turnover": found.turnover, "rebate_percent": found.pct, "rebate_pct": found.pct,
        "rebate": found.due, "rebate_to_date": found.to_date, "rebate_due": found.due,
    }  # fmt: skip


def early(given: Given) -> dict[str, Any]:
    terms = EarlyPaymentTerms(
        pct(given, "discount"), int(number(given, "discount_days", "days")),
        int(number(given, "grace_days", default="0")),
    )  # fmt: skip
    invoiced = day(first(given, "invoice_date", "invoiced_on", "issued_on"))
    paid = day(first(given, "payment_date", "paid_on"))
    found = early_payment(
        number(given, "amount", "invoice"), invoiced, paid, terms, currency(given)
    )
    return {
        "discount": found.discount,
        "payable": found.payable,
        "payment": found.payable,
        "discount_date": found.last_day.isoformat(),
        "in_time": found.in_time,
    }


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "billing.tiered_rate": tiered_rate,
    "billing.tiered_price": tiered_rate,
    "billing.graduated_rate": tiered_rate,
    "billing.volume_rate": lambda given: tiered_rate({"mode": "volume", **given}),
    "billing.mileage": tiered_rate,
    "billing.package_rate": package_rate,
    "billing.discount": discount,
    "billing.discount_allocation": discount,
    "billing.line_discount": discount,
    "billing.document_discount": discount,
    "billing.volume_discount": volume,
    "billing.rebate": rebate_due,
    "billing.early_payment_discount": early,
}
