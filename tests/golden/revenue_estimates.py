"""Cases of estimates that change: remaining lives, returns, interest, foreign positions."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.ledger.chart import POSITION
from domain.ledger.foreign_balance import ForeignBalance, monetary, revalue
from domain.pricing.fx import Quote
from domain.revenue import financing, refund
from domain.revenue.contract_cost import revise
from domain.revenue.position import Layer, Movement, book, carrying
from tests.golden.given import Given, currency, day, first, has, maybe, number, numbers, pct

DAY_ONE = "2026-01-01"


def revised_life(given: Given) -> dict[str, Any]:
    """What is not written off yet, over the months now expected to be left."""
    asset = number(given, "capitalised", "asset", "commission", "cost")
    gone = maybe(given, "amortised", "amortised_to_date", "accumulated_amortisation")
    if gone is None:
        passed = number(given, "months_elapsed", "months_passed", default="0")
        gone = asset * passed / number(given, "months", "original_months", "life_months")
    left = maybe(given, "months_left", "remaining_months", "revised_remaining_months")
    if left is None:
        left = number(given, "revised_months", "new_months") - number(given, "months_elapsed",
                                                                      "months_passed")  # fmt: skip
    plan = revise(asset, gone, int(left), currency(given))
    return {
        **dict.fromkeys(("monthly_amortisation", "revised_monthly_amortisation"), plan.amounts[0]),
        **dict.fromkeys(("carrying_amount", "remaining", "remaining_asset"), asset - gone),
        "amortisation": list(plan.amounts), "balances": list(plan.balances),
        "amortised_to_date": gone,
    }  # fmt: skip


def returns_again(given: Given) -> dict[str, Any]:
    """What another expectation of returns changes, signed."""
    sale = refund.Sale(
        number(given, "units", "units_sold", "quantity"), number(given, "price", "unit_price"),
        number(given, "cost", "unit_cost", default="0"),
        number(given, "recovery_cost", default="0"),
    )  # fmt: skip
    before = number(given, "expected_before", "expected_returns_before", "expected_returns")
    now = number(given, "expected_now", "revised_expected_returns", "new_expected_returns")
    made = refund.reestimate_returns(sale, before, now, currency(given))
    figures = {
        "revenue": made.revenue, "refund_liability": made.refund_liability,
        "return_asset": made.return_asset, "cost_of_sales": made.cost_of_sales,
    }  # fmt: skip
    return {**figures, **{f"{name}_change": value for name, value in figures.items()},
            "revenue_adjustment": made.revenue, "catch_up": made.revenue}  # fmt: skip


def interest(given: Given) -> dict[str, Any]:
    """A balance period by period at its rate, with or without payments."""
    opening = number(given, "opening", "principal", "balance", "present_value", "amount")
    rate = pct(given, "rate_per_period", "discount_rate", "rate", "annual_rate", "interest_rate")
    if has(given, "payments"):
        payments = numbers(given, "payments")
    else:
        count = int(number(given, "periods", "years", "months"))
        payments = [number(given, "payment", "installment", default="0")] * count
    rows = financing.effective_interest(
        opening, rate, payments, currency(given), settles=bool(given.get("settles"))
    )
    by_period = [row.interest for row in rows]
    return {
        "interest": by_period, "interest_by_period": by_period, "interest_by_year": by_period,
        "balances": [row.closing for row in rows], "closing": rows[-1].closing,
        "total_interest": sum(by_period, Decimal(0)),
        "future_value": financing.future_value(opening, rate, len(rows), currency(given)),
    }  # fmt: skip


def significant(given: Given) -> dict[str, Any]:
    """Whether a price has to be discounted."""
    facts = first(given, "facts", "criteria") or given
    found, _ = financing.is_significant(
        financing.FinancingFacts(
            months_apart=int(number(facts, "months_apart", "months", "months_between",
                                    default="0")),
            uses_expedient=told(facts, "uses_expedient", "practical_expedient", "expedient"),
            customer_sets_timing=told(facts, "customer_sets_timing"),
            mostly_variable=told(facts, "mostly_variable", "variable", "substantially_variable"),
            other_reason=told(facts, "other_reason", "reason_other_than_financing"),
        )
    )  # fmt: skip
    return dict.fromkeys(("significant", "is_significant", "discount", "result"), found)


def told(facts: Given, *names: str) -> bool:
    return bool(first(facts, *names))


def foreign(given: Given) -> dict[str, Any]:
    """Revenue and invoices of a foreign contract in the books: what they settle, at which rate."""
    books = str(first(given, "functional_currency", "books") or currency(given))
    layers: tuple[Layer, ...] = ()
    rows = []
    for one in first(given, "movements", "events"):
        amount = number(one, "amount")
        value = number(one, "functional", default=str(amount * number(one, "rate", default="1")))
        kind = str(first(one, "kind", "type"))
        moved = Movement("invoice" if kind in {"invoice", "billed", "billing"} else "revenue",
                         day(str(first(one, "date", "on") or DAY_ONE)), amount, value)  # fmt: skip
        rows.append(book(layers, moved, books))
        layers = rows[-1].layers
    amount, functional = carrying(layers)
    closing = maybe(given, "closing_rate")
    gain = unrealised(layers, closing, books)
    return {
        "functional": [one.functional for one in rows], "fx": [one.fx for one in rows],
        "fx_gain": sum((one.fx for one in rows), Decimal(0)),
        "realised_fx": sum((one.fx for one in rows), Decimal(0)),
        "position": amount, "net_position": amount,
        "functional_position": functional, "carried": functional,
        "revaluation": gain, "unrealised_fx": gain,
    }  # fmt: skip


def unrealised(layers: tuple[Layer, ...], closing: Decimal | None, books: str) -> Decimal:
    """What a closing rate makes of a position: nothing where work is owed."""
    if closing is None:
        return Decimal(0)
    quote = Quote("USD", books, Decimal(1), closing, "published", day(DAY_ONE))
    held = ForeignBalance(POSITION, "USD", *carrying(layers), contract_id=UUID(int=1))
    rows = (revalue(one, quote) for one in monetary([held]))
    return sum((row.difference for row in rows), Decimal(0))


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "revenue.contract_cost_revised_life": revised_life,
    "revenue.contract_cost_change_in_estimate": revised_life,
    "revenue.right_of_return_reestimate": returns_again,
    "revenue.refund_liability_reestimate": returns_again,
    "revenue.financing_effective_interest": interest,
    "revenue.effective_interest": interest,
    "revenue.financing_is_significant": significant,
    "revenue.financing_practical_expedient": significant,
    "revenue.foreign_contract_position": foreign,
    "revenue.contract_position_fx": foreign,
}
