"""What may go back to a customer, before and after it was recorded."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import CreditAboveInvoice, FigureNotPositive, InvalidPercentage
from domain.revenue.refund import (
    MoreReturnedThanSold,
    PaidAboveInvoice,
    RecognisedAboveInvoice,
    Sale,
    credit_after_recognition,
    credit_before_payment,
    reestimate_returns,
    refund_liability,
    right_of_return,
)
from domain.revenue.schedule import Paid
from domain.revenue.term import Term

PRODUCTS = Sale(Decimal(100), Decimal(100), Decimal(60))
QUARTER = Term.of_days(date(2026, 1, 1), date(2026, 3, 31))


def test_only_what_stays_sold_is_revenue() -> None:
    # Illustrative example 22: 100 products at 100 that cost 60, three expected back.
    made = right_of_return(PRODUCTS, Decimal(3), "EUR")

    assert [made.revenue, made.refund_liability, made.return_asset] == [9700, 300, 180]
    assert [made.cost_of_sales, made.gross_profit] == [5820, 3880]


def test_taking_goods_back_at_a_cost_makes_the_asset_smaller_but_never_negative() -> None:
    dear = Sale(Decimal(10), Decimal(100), Decimal(60), Decimal(70))

    assert right_of_return(dear, Decimal(1), "EUR").return_asset == 0


def test_a_new_expectation_moves_revenue_by_the_difference() -> None:
    moved = reestimate_returns(PRODUCTS, Decimal(3), Decimal(5), "EUR")

    assert [moved.revenue, moved.refund_liability, moved.return_asset] == [-200, 200, 120]
    assert moved.cost_of_sales == -120


@given(st.integers(0, 500), st.integers(0, 500), st.decimals(0, 1000, places=4))
@settings(max_examples=60)
def test_revenue_and_liability_are_what_was_invoiced(a: int, b: int, price: Decimal) -> None:
    made = right_of_return(Sale(Decimal(max(a, b)), price), Decimal(min(a, b)), "KWD")

    assert made.revenue + made.refund_liability == made.consideration


def test_more_cannot_come_back_than_was_sold() -> None:
    with pytest.raises(MoreReturnedThanSold):
        right_of_return(PRODUCTS, Decimal(101), "EUR")
    with pytest.raises(NegativeFigure):
        right_of_return(PRODUCTS, Decimal(-1), "EUR")


def test_an_expected_refund_is_a_liability() -> None:
    made = refund_liability(Decimal("99.99"), Decimal(5), "EUR")

    assert [made.refund_liability, made.price] == [Decimal("5.00"), Decimal("94.99")]
    with pytest.raises(InvalidPercentage):
        refund_liability(Decimal(1), Decimal(101), "EUR")


def test_a_credit_before_payment_cuts_the_price_of_the_term() -> None:
    # Stripe's published example: 120 for a quarter, 30 credited, 90 paid in February.
    paid = [Paid(date(2026, 2, 1), Decimal(90))]

    made = credit_before_payment(Decimal(120), Decimal(30), QUARTER, paid, "USD")

    assert [row.revenue for row in made.months] == [31, 28, 31]
    assert [row.receivable for row in made.months] == [90, -90, 0]
    assert [row.deferred for row in made.months] == [59, -28, -31]
    assert [row.cash for row in made.months] == [0, 90, 0]


def test_a_later_credit_takes_back_revenue_to_date_in_its_month() -> None:
    made = credit_before_payment(
        Decimal(120), Decimal(30), QUARTER, [], "USD", credit_on=date(2026, 2, 1)
    )

    assert [row.revenue for row in made.months] == [
        Decimal("41.33"), Decimal("17.67"), Decimal("31.00")
    ]  # fmt: skip
    assert [row.receivable for row in made.months] == [120, -30, 0]


def test_a_payment_after_the_term_has_a_month_of_its_own() -> None:
    paid = [Paid(date(2026, 5, 4), Decimal(90))]

    made = credit_before_payment(Decimal(120), Decimal(30), QUARTER, paid, "USD")

    assert [row.month for row in made.months][-2:] == ["2026-04", "2026-05"]
    assert made.months[-1].cash == 90


@given(
    st.integers(0, 10**6),
    st.integers(0, 100),
    st.dates(date(2027, 1, 1), date(2029, 1, 1)),
    st.integers(0, 500),
    st.integers(-30, 600),
)
@settings(max_examples=60)
def test_all_of_the_lower_price_is_earned_and_nothing_stays_deferred(
    invoice: int, pct: int, start: date, days: int, after: int
) -> None:
    credit = Decimal(invoice * pct // 100)
    term = Term.of_days(start, start + timedelta(days=days))

    made = credit_before_payment(
        Decimal(invoice), credit, term, [], "JPY", credit_on=start + timedelta(days=after)
    )

    assert sum(row.revenue for row in made.months) == made.price == invoice - credit
    assert sum(row.deferred for row in made.months) == 0


def test_credits_and_payments_fit_their_invoice() -> None:
    with pytest.raises(CreditAboveInvoice):
        credit_before_payment(Decimal(10), Decimal(11), QUARTER, [], "USD")
    with pytest.raises(PaidAboveInvoice):
        credit_before_payment(
            Decimal(10), Decimal(5), QUARTER, [Paid(date(2026, 1, 1), Decimal(6))], "USD"
        )


def test_a_credit_after_payment_falls_on_both_parts() -> None:
    # Stripe's published example: 45 credited on 90, of which 31 was recorded by February.
    made = credit_after_recognition(Decimal(90), Decimal(31), Decimal(45), "USD")

    assert [made.revenue_reversed, made.deferred_reversed] == [Decimal("15.50"), Decimal("29.50")]


def test_the_recorded_part_is_split_by_how_the_credit_is_settled() -> None:
    made = credit_after_recognition(
        Decimal(90), Decimal(31), Decimal(45), "USD", settled_by=[Decimal(15), Decimal(30)]
    )

    assert made.contra == (Decimal("5.17"), Decimal("10.33"))


@given(st.integers(1, 10**6), st.integers(0, 100), st.integers(0, 100))
@settings(max_examples=60)
def test_a_credit_never_takes_back_more_than_each_part(invoice: int, done: int, pct: int) -> None:
    recognised, credit = Decimal(invoice * done) / 100, Decimal(invoice * pct) / 100

    made = credit_after_recognition(Decimal(invoice), recognised, credit, "EUR")

    assert made.revenue_reversed + made.deferred_reversed == credit
    assert made.revenue_reversed <= recognised
    assert sum(made.contra) == made.revenue_reversed


def test_a_credit_beyond_its_invoice_is_refused() -> None:
    with pytest.raises(CreditAboveInvoice):
        credit_after_recognition(Decimal(10), Decimal(1), Decimal(11), "EUR")
    with pytest.raises(CreditAboveInvoice):
        credit_after_recognition(
            Decimal(10), Decimal(1), Decimal(5), "EUR", settled_by=[Decimal(4)]
        )
    with pytest.raises(RecognisedAboveInvoice):
        credit_after_recognition(Decimal(10), Decimal(11), Decimal(5), "EUR")
    with pytest.raises(FigureNotPositive):
        credit_after_recognition(Decimal(0), Decimal(0), Decimal(0), "EUR")
