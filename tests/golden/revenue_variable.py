"""Cases of variable prices: estimates, the constraint, rebates and what lowers a price."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from domain.revenue import rebate, variable
from tests.golden.revenue_words import (
    Words,
    currency_of,
    flag,
    found,
    maybe,
    name_of,
    number,
    numbers,
    pct,
    rows_of,
)

PRICE = "price", "unit_price", "selling_price", "price_per_unit"
AMOUNTS = "total", "amount", "value", "bonus", "consideration", "payment"


def outcomes_of(words: Words) -> list[variable.Outcome]:
    rows = rows_of(words, "outcomes", "scenarios")
    chances = [number(row, "p", "probability", "probability_pct") for row in rows]
    scale = 100 if sum(chances) > 2 else 1
    return [
        variable.Outcome(number(row, *AMOUNTS), chance / scale)
        for row, chance in zip(rows, chances, strict=True)
    ]


def base_of(words: Words) -> Decimal:
    """What comes on top of the outcomes; nothing where they are totals already."""
    rows = rows_of(words, "outcomes", "scenarios")
    if rows and all("total" in row for row in rows):
        return Decimal(0)
    return number(words, "base", "fixed", "fixed_price", "base_price", default="0")


def estimated(words: Words) -> Words:
    method = str(found(words, "method") or "expected_value")
    chosen: variable.Method = "most_likely" if "likely" in method else "expected_value"
    made = variable.estimate(outcomes_of(words), currency_of(words), chosen)
    base = base_of(words)
    return {
        "expected_value": made.expected_value,
        "most_likely": made.most_likely,
        "most_likely_amount": made.most_likely,
        "estimate": made.amount,
        "variable_consideration": made.amount,
        "transaction_price": base + made.amount,
    }


def most_likely(words: Words) -> Words:
    return estimated({"method": "most_likely", **words})


def constraint(words: Words) -> Words:
    """By a person's judgement where the case states one, else by the firm's confidence."""
    money, base = currency_of(words), base_of(words)
    if not rows_of(words, "outcomes", "scenarios"):
        return judged(words, money, base)
    made = estimated(words)
    confidence = pct(words, "confidence", "threshold", "confidence_pct", "probable", default="75")
    kept = variable.constrain(made["estimate"], outcomes_of(words), confidence / 100, money)
    return made | included(kept, base)


def judged(words: Words, money: str, base: Decimal) -> Words:
    value = number(words, "estimate", "variable", "variable_estimate", "bonus")
    probable = flag(words, "probable", "probable_no_reversal", "highly_probable", default=True)
    kept = number(words, "supported", "amount_not_constrained",
                  default=value if probable else Decimal(0))  # fmt: skip
    return included(
        variable.include(value, kept, "as the case says", money, least=Decimal(0)), base
    )


def included(kept: variable.Included, base: Decimal) -> Words:
    return {
        "included": kept.amount,
        "variable_included": kept.amount,
        "included_amount": kept.amount,
        "constrained": kept.constrained,
        "excluded": kept.constrained,
        "transaction_price": base + kept.amount,
    }


def retrospective(words: Words) -> Words:
    terms = terms_of(words)
    periods, names = sales_of(words, terms)
    made = rebate.retrospective(terms, periods, currency_of(words))
    answer: Words = {
        "revenue": [row.revenue for row in made.rows],
        "revenue_by_period": [row.revenue for row in made.rows],
        "catch_up": [row.catch_up for row in made.rows],
        "refund_liability": [row.refund_liability for row in made.rows],
        "cumulative_revenue": [row.cumulative_revenue for row in made.rows],
    }
    for name, row in zip(names, made.rows, strict=True):
        answer[f"{name}_revenue"] = row.revenue
        answer[f"{name}_catch_up"] = row.catch_up
        answer[f"{name}_refund_liability"] = row.refund_liability
        answer[f"{name}_invoiced"] = row.invoiced
    return answer


def terms_of(words: Words) -> rebate.VolumeTerms:
    price = number(words, *PRICE, default="1")
    tiers = []
    for name, value in words.items():
        if named := re.fullmatch(r"price_if_(over|from|at_least)_(\d+)_units", name):
            tiers.append((Decimal(named[2]), Decimal(str(value)), named[1] != "over"))
    for row in rows_of(words, "tiers"):
        start = number(row, "over", "over_units", "above", "from", "from_units", "threshold")
        rate = maybe(row, "price", "unit_price")
        lower = price * (1 - pct(row, "rebate_pct", "rebate", "discount_pct", default="0") / 100)
        tiers.append(
            (start, lower if rate is None else rate, "from" in row or "from_units" in row)
        )
    if (threshold := maybe(words, "threshold", "threshold_units", "rebate_threshold")) is not None:
        cut = pct(words, "rebate_pct", "rebate_rate", "rebate", default="0")
        lower = number(words, "discounted_price", "rebate_price", default=price * (1 - cut / 100))
        tiers.append((threshold, lower, False))
    return rebate.VolumeTerms(price, tuple(rebate.PriceTier(*tier) for tier in sorted(tiers)))


def sales_of(
    words: Words, terms: rebate.VolumeTerms
) -> tuple[list[rebate.SalesPeriod], list[str]]:
    """Periods with what is expected of them: a total, or whether the threshold is."""
    rows = rows_of(words, "periods", "sales")
    names = [name_of(row, no) for no, row in enumerate(rows, 1)]
    if not rows:
        names = [
            name.removesuffix("_units") for name in words if re.fullmatch(r"\w\d+_units", name)
        ]
        rows = [
            {
                key.removeprefix(f"{name}_"): words[key]
                for key in words
                if key.startswith(f"{name}_")
            }
            for name in names
        ]
    sold, periods = Decimal(0), []
    for row in rows:
        units = number(row, "units", "amount", "sales")
        sold += units
        beyond = terms.tiers[0].over_units + 1 if terms.tiers else sold
        reaches = flag(row, "expects_threshold", default=False)
        expected = max(sold, beyond if reaches else sold)
        total = number(row, "expected_total", "expected_units", "expects_total", default=expected)
        periods.append(rebate.SalesPeriod(units, total))
    return periods, names


def graduated(words: Words) -> Words:
    made = rebate.graduated(
        terms_of(words), number(words, "units", "quantity"), currency_of(words)
    )
    return {"amount": made.amount, "revenue": made.amount, "average_price": made.average_price}


def delay(words: Words) -> Words:
    late = maybe(words, "days_late")
    days = -number(words, "days_early", default="0") if late is None else late
    each = number(words, "per_day", "penalty_per_day", "bonus_per_day")
    fixed = number(words, "fixed", "base", *PRICE)
    made = variable.adjust_by_delay(
        fixed, days, each, currency_of(words), most=maybe(words, "most", "cap", "max_penalty")
    )
    return {"transaction_price": made.price, "change": made.change, "penalty": -made.change}


def prompt(words: Words) -> Words:
    taken = pct(words, "expected_take_up_pct", "take_up_pct", "expected_take_up", "take_up")
    method: variable.Method = "most_likely" if words.get("method") == "most_likely" else (
        "expected_value")  # fmt: skip
    made = variable.prompt_payment(
        number(words, "invoice", "price", "amount"),
        pct(words, "discount_pct", "discount_rate", "discount"),
        taken,
        currency_of(words),
        method=method,
    )
    return {"revenue": made.price, "transaction_price": made.price,
            "expected_discount": made.expected_discount,
            "refund_liability": made.expected_discount}  # fmt: skip


def payable(words: Words) -> Words:
    sales = numbers(words, "sales", "sales_by_period", "invoiced")
    made = variable.reduce_for_payable(
        sales,
        number(words, "expected_sales", "expected_total", default=sum(sales, Decimal(0))),
        number(words, "payable", "paid_to_customer", "payment_to_customer"),
        currency_of(words),
        distinct_fair_value=number(words, "distinct_fair_value", "fair_value", default="0"),
    )
    one = made.revenue[0] if len(sales) == 1 else list(made.revenue)
    return {"revenue": one, "revenue_by_period": list(made.revenue), "reduction": made.reduction,
            "reduction_pct": made.reduction_pct}  # fmt: skip


def noncash(words: Words) -> Words:
    made = variable.noncash(
        number(words, "units", "shares", default="1"),
        number(words, "fair_value", "fair_value_at_inception", "fair_value_per_share"),
        currency_of(words),
        later_value=maybe(words, "later_value", "fair_value_later"),
    )
    return {
        "transaction_price": made.price,
        "revenue": made.price,
        "value_change": made.value_change,
    }


VARIABLE: dict[str, Callable[[Words], Any]] = {
    "expected_value": estimated,
    "most_likely": most_likely,
    "most_likely_amount": most_likely,
    "constraint": constraint,
    "retrospective_discount": retrospective,
    "volume_rebate": retrospective,
    "volume_discount": retrospective,
    "rebate": retrospective,
    "tiered_price": graduated,
    "prompt_payment_discount": prompt,
    "penalty": delay,
    "bonus": delay,
}
ALONE: dict[str, Callable[[Words], Any]] = {
    "volume_rebate": retrospective,
    "tiered_price": graduated,
    "prompt_payment_discount": prompt,
    "consideration_payable_to_customer": payable,
    "noncash_consideration": noncash,
    "noncash": noncash,
}
TOPICS: dict[str, Callable[[Words], Any]] = {
    **{f"revenue.variable_consideration_{name}": reader for name, reader in VARIABLE.items()},
    **{f"revenue.{name}": reader for name, reader in ALONE.items()},
}
