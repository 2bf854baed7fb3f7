"""Cases of returns, credits, unused rights, options and financing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from domain.revenue import breakage, financing, material_right, refund
from domain.revenue.allocation import Promise, allocate
from domain.revenue.schedule import Paid
from tests.golden.revenue_words import (
    Words,
    currency_of,
    day,
    flag,
    found,
    maybe,
    number,
    numbers,
    obligations_of,
    pct,
    promises_of,
    rows_of,
    term_of,
)

PRICE = "price", "unit_price", "selling_price", "price_per_unit"
COST = "cost", "unit_cost", "cost_per_unit"


def returns(words: Words) -> Words:
    sale = refund.Sale(
        number(words, "units", "units_sold", "quantity"),
        number(words, *PRICE),
        number(words, *COST, default="0"),
        number(words, "recovery_cost", "recovery_cost_per_unit", default="0"),
    )
    back = maybe(words, "expected_returns", "expected_returned_units", "returns")
    if back is None:
        kept = maybe(words, "expected_kept", "expected_not_returned")
        rate = pct(
            words, "expected_return_pct", "return_rate", "expected_return_rate", default="0"
        )
        back = sale.units * rate / 100 if kept is None else sale.units - kept
    made = refund.right_of_return(sale, back, currency_of(words))
    assets = ("return_asset", "right_of_return_asset", "asset", "asset_for_right_to_recover")
    return dict.fromkeys(assets, made.return_asset) | {
        "consideration": made.consideration,
        "revenue": made.revenue,
        "refund_liability": made.refund_liability,
        "cost_of_sales": made.cost_of_sales,
        "gross_profit": made.gross_profit,
    }


def refundable(words: Words) -> Words:
    if found(words, "units", "units_sold", "quantity") is not None:
        return returns(words)
    received = number(words, "received", "consideration", "price", "invoice", "sales")
    amount = maybe(words, "expected_refund", "expected_refunds")
    rate = pct(words, "refund_pct", "expected_refund_pct", "refund_rate", "expected_refund_rate",
               default="0")  # fmt: skip
    share = rate if amount is None else 100 * amount / received
    made = refund.refund_liability(received, share, currency_of(words))
    return {"revenue": made.price, "transaction_price": made.price,
            "refund_liability": made.refund_liability}  # fmt: skip


def credit_before(words: Words) -> Words:
    on = found(words, "credit_date", "credit_note_date", "credit_on")
    made = refund.credit_before_payment(
        number(words, "invoice", "price"),
        number(words, "credit_note_before_payment", "credit_note", "credit"),
        term_of(words),
        [Paid(day(row["date"]), number(row, "amount")) for row in rows_of(words, "paid")],
        currency_of(words),
        credit_on=None if on is None else day(on),
    )
    return {
        "months": [row.month for row in made.months],
        "revenue": [row.revenue for row in made.months],
        "receivable_change": [row.receivable for row in made.months],
        "deferred_change": [row.deferred for row in made.months],
        "cash": [row.cash for row in made.months],
        "net_price": made.price,
    }


def credit_after(words: Words) -> Words:
    invoice = number(words, "invoice", "price")
    recognised = maybe(words, "recognised", "recognised_to_date", "recognized")
    if recognised is None:
        on = day(found(words, "credit_date", "credit_note_date", "credit_on"))
        recognised = term_of(words).before(on).of(invoice, currency_of(words))
    ways = numbers(words, "settled_by")
    made = refund.credit_after_recognition(
        invoice,
        recognised,
        number(words, "credit", "credit_note", "credit_note_after_payment"),
        currency_of(words),
        settled_by=ways,
    )
    return {"revenue_reversed": made.revenue_reversed, "contra_revenue": made.revenue_reversed,
            "deferred_reversed": made.deferred_reversed, "contra": list(made.contra)}  # fmt: skip


def unused(words: Words) -> Words:
    """Breakage by the expectation stated, else only once use is remote."""
    prepaid = number(words, "prepaid", "price", "sold", "received", "gift_cards_sold")
    used = numbers(
        words, "redeemed_by_period", "used_by_period", "used", "redeemed", "redemptions"
    )
    share = pct(words, "breakage_pct", "expected_breakage_pct", "breakage_rate",
                "expected_breakage_rate", default="0")  # fmt: skip
    lost = number(words, "expected_breakage", "breakage", default=prepaid * share / 100)
    ends = flag(words, "expired", "remote", "expires", default=False)
    away = number(words, "unclaimed", "escheat", default="0")
    if str(words.get("method", "")).startswith("remote") or not lost:
        usages = [breakage.Usage(one) for one in used]
        made = breakage.when_remote(prepaid, usages, unclaimed=away, remote=ends)
    else:
        usages = [breakage.Usage(one, lost) for one in used]
        money = currency_of(words)
        made = breakage.pro_rata(prepaid, usages, money, unclaimed=away, expires=ends)
    return broken(list(made.rows), single=len(used) == 1)


def broken(rows: list[breakage.BreakageRow], *, single: bool) -> Words:
    columns: Words = {
        "revenue": [row.revenue for row in rows],
        "breakage_revenue": [row.breakage for row in rows],
        "breakage": [row.breakage for row in rows],
        "contract_liability": [row.liability for row in rows],
        "liability": [row.liability for row in rows],
    }
    answer = {name: values[0] if single else values for name, values in columns.items()}
    by_period = {f"{name}_by_period": values for name, values in columns.items()}
    totals = {"total_revenue": sum(columns["revenue"]), "total_breakage": sum(columns["breakage"])}
    return answer | by_period | totals


def right(words: Words) -> Words:
    """An option on a discount: its standalone price and both shares."""
    made = material_right.discount_right(
        number(words, "average_purchase", "expected_purchase", "purchase",
               "average_purchase_price"),
        pct(words, "discount_pct", "discount", "voucher_discount", "discount_rate"),
        pct(words, "otherwise_discount_pct", "general_discount_pct", "without_pct",
            "discount_available_to_all", "general_discount", default="0"),
        pct(words, "likelihood_pct", "likelihood", "exercise_probability", "probability",
            "redemption_pct"),
    )  # fmt: skip
    named = str(found(words, "option_id") or "material_right")
    rows = promises_of(obligations_of(words))
    product = rows or [Promise("product", number(words, "product_ssp", "ssp", *PRICE))]
    price = number(words, "transaction_price", *PRICE, default=product[0].ssp)
    return split_with(words, price, [*product, Promise(named, made.ssp)], made.ssp)


def split_with(words: Words, price: Decimal, promises: list[Promise], ssp: Decimal) -> Words:
    split = allocate(price, promises, currency_of(words), unit=maybe(words, "unit"))
    own = split.shares[-1].amount
    names = ("contract_liability", "deferred", "allocated_to_right", "allocated_to_points",
             "allocated_to_option")  # fmt: skip
    return dict.fromkeys(names, own) | {
        "allocated": {share.obligation: share.amount for share in split.shares},
        "revenue_now": price - own,
        "allocated_to_products": price - own,
        "allocated_to_product": price - own,
        "option_ssp": ssp,
        "right_ssp": ssp,
        "points_ssp": ssp,
        "ssp_of_points": ssp,
    }


def loyalty(words: Words) -> Words:
    count = number(words, "points", "points_earned", "points_issued")
    expected = maybe(words, "expected_redeemed", "points_expected_to_be_redeemed")
    rate = pct(words, "redemption_pct", "redemption_rate", "expected_redemption_rate",
               default="100")  # fmt: skip
    share = rate if expected is None else 100 * expected / count
    each = number(words, "value_per_point", "point_value", default="1")
    made = material_right.points(count, each, share)
    sales = number(words, "sales", "purchases", "price", "transaction_price")
    goods = number(words, "product_ssp", "products_ssp", "ssp", default=sales)
    answer = split_with(
        words, sales, [Promise("products", goods), Promise("points", made.ssp)], made.ssp
    )
    return answer | redeemed(words, answer["allocated"]["points"], count * share / 100)


def redeemed(words: Words, allocated: Decimal, expected: Decimal) -> Words:
    """Points redeemed by period, each with the total then expected."""
    used = numbers(words, "redeemed_by_period", "redeemed", "points_redeemed")
    to_date = numbers(words, "redeemed_to_date", "cumulative_redeemed") or [
        sum(used[:no], Decimal(0)) for no in range(1, len(used) + 1)
    ]
    totals = numbers(words, "expected_total_by_period", "expected_redeemed_by_period")
    totals = totals or [expected] * len(to_date)
    uses = [material_right.Use(*pair) for pair in zip(to_date, totals, strict=True)]
    made = material_right.exercise(
        allocated, uses, currency_of(words), expires=flag(words, "expired", default=False)
    )
    names = ("revenue_by_period", "points_revenue", "points_revenue_by_period", "revenue")
    return dict.fromkeys(names, made.revenue) | {
        "contract_liability_by_period": list(made.deferred)
    }


def renewals(words: Words) -> Words:
    rows = rows_of(words, "periods", "years")
    made = material_right.look_through(
        [
            material_right.RenewalPeriod(
                number(row, *PRICE, "fee"),
                number(row, *COST, default="1"),
                pct(row, "likelihood_pct", "likelihood", "probability", default="100"),
            )
            for row in rows
        ],
        currency_of(words),
    )
    return {"transaction_price": made.price, "revenue": list(made.revenue),
            "revenue_by_year": list(made.revenue), "allocated": list(made.revenue),
            "contract_liability": list(made.deferred)}  # fmt: skip


def financed(words: Words) -> Words:
    """Paid before the service, or after it in one or level payments."""
    money = currency_of(words)
    yearly = number(words, "periods_per_year", "compounding_per_year", default=(
        "12" if found(words, "months", "monthly_payment") is not None else "1"))  # fmt: skip
    count = int(number(words, "periods", "months", "years", "payments"))
    rate = maybe(words, "rate_per_period_pct")
    if rate is None:
        annual = pct(
            words,
            "rate_pct",
            "annual_rate_pct",
            "discount_rate",
            "rate",
            "annual_rate",
            "interest_rate",
            "implicit_rate",
            "incremental_borrowing_rate",
            default="0",
        )
        rate = financing.rate_per_period_pct(annual, int(yearly))  # fmt: skip
    level = maybe(words, "monthly_payment", "payment", "annual_payment", "installment")
    early = found(words, "paid_in_advance", "advance_payment", "paid_upfront", "advance")
    if early is not None:
        amount = number(words, "amount", "price", default="0") if early is True else (
            Decimal(str(early)))  # fmt: skip
        return sale(financing.paid_before(amount, rate, count, money))
    payments = financing.level(level, count) if level is not None else (
        financing.Payment(count, number(words, "promised", "price", "amount", "consideration")),
    )  # fmt: skip
    cash = maybe(words, "cash_price", "cash_selling_price")
    return sale(financing.paid_after(payments, rate, money, cash_price=cash))


def sale(made: financing.FinancedSale) -> Words:
    interest = [row.interest for row in made.schedule]
    names = ("revenue", "transaction_price", "present_value")
    others = ("interest", "total_interest", "interest_income", "interest_expense",
              "financing_component")  # fmt: skip
    return (
        dict.fromkeys(names, made.revenue)
        | dict.fromkeys(others, made.interest)
        | {
            "interest_by_period": interest,
            "interest_by_year": interest,
            "balances": [row.closing for row in made.schedule],
            "implicit_rate_pct": made.rate_pct,
            "rate_pct": made.rate_pct,
        }
    )


TOPICS: dict[str, Callable[[Words], Any]] = {
    "revenue.variable_consideration_right_of_return": returns,
    "revenue.variable_consideration_refund_liability": refundable,
    "revenue.right_of_return": returns,
    "revenue.refund_liability": refundable,
    "revenue.credit_note_before_payment": credit_before,
    "revenue.credit_note_after_payment": credit_after,
    "revenue.credit_note_after_recognition": credit_after,
    "revenue.credit_memo_deferral_reversal": credit_after,
    "revenue.breakage": unused,
    "revenue.breakage_pro_rata": unused,
    "revenue.breakage_remote": unused,
    "revenue.material_right": right,
    "revenue.customer_option": right,
    "revenue.material_right_renewal": renewals,
    "revenue.renewal_option": renewals,
    "revenue.customer_loyalty": loyalty,
    "revenue.loyalty_points": loyalty,
    "revenue.significant_financing": financed,
    "revenue.significant_financing_component": financed,
    "revenue.financing_component": financed,
}
