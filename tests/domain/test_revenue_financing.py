"""A price as if paid when the service passes, and the interest apart."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.financing import (
    FinancingFacts,
    NoImplicitRate,
    Payment,
    PaymentsDoNotSettle,
    effective_interest,
    future_value,
    implicit_rate_pct,
    is_significant,
    level,
    paid_after,
    paid_before,
    present_value,
    rate_per_period_pct,
)

FIVE_YEARS = level(Decimal(18871), 60)


def test_an_advance_grows_into_the_revenue() -> None:
    # Illustrative example 29: 4,000 two years early at 6 % is revenue of 4,494.
    made = paid_before(Decimal(4000), Decimal(6), 2, "EUR")

    assert made.revenue == Decimal("4494.40")
    assert [row.interest for row in made.schedule] == [240, Decimal("254.40")]
    assert future_value(Decimal(4000), Decimal(6), 2, "EUR") == Decimal("4494.40")


def test_a_late_payment_is_discounted_at_the_rate_it_implies() -> None:
    # Illustrative example 26: 121 in two years for what sells at 100 is 10 % a year.
    made = paid_after([Payment(2, Decimal(121))], Decimal(0), "EUR", cash_price=Decimal(100))

    assert round(made.rate_pct, 9) == 10
    assert [made.revenue, made.interest] == [100, 21]
    assert made.schedule[-1].closing == 0


def test_the_price_of_an_option_to_pay_later_implies_its_rate() -> None:
    # Illustrative example 29: 4,000 now or 5,000 in two years is 11.8 %.
    rate = implicit_rate_pct(Decimal(4000), [Payment(2, Decimal(5000))])

    assert round(rate, 1) == Decimal("11.8")


def test_instalments_are_worth_their_present_value() -> None:
    # Illustrative example 28, case B: 18,871 a month for 60 months at 12 % is about 848,357.
    rate = rate_per_period_pct(Decimal(12), 12)

    assert abs(present_value(FIVE_YEARS, rate, "USD") - 848357) < 15


def test_instalments_settle_to_the_cent() -> None:
    rate = rate_per_period_pct(Decimal(5), 12)

    made = paid_after(FIVE_YEARS, rate, "USD", cash_price=Decimal(1000000))

    assert made.schedule[-1].closing == 0
    assert made.revenue + made.interest == 60 * 18871


@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=8),
    st.decimals(0, 20, places=3),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
@settings(max_examples=60)
def test_revenue_and_interest_are_what_is_paid(
    amounts: list[int], rate: Decimal, currency: str
) -> None:
    payments = [Payment(no, Decimal(amount)) for no, amount in enumerate(amounts, 1)]

    made = paid_after(payments, rate, currency, cash_price=None)

    assert made.revenue + made.interest == sum(amounts)
    assert made.schedule[-1].closing == 0


@given(st.decimals("0.01", 40, places=2), st.integers(1, 24))
@settings(max_examples=40)
def test_the_implicit_rate_finds_the_rate_again(rate: Decimal, periods: int) -> None:
    payments = level(Decimal(10**6), periods)
    price = present_value(payments, rate, "KWD")

    assert abs(implicit_rate_pct(price, payments) - rate) < Decimal("0.0001")


def test_a_payment_today_bears_no_interest() -> None:
    made = paid_after(
        [Payment(0, Decimal(50)), Payment(1, Decimal(55))], Decimal(10), "EUR", cash_price=None
    )

    assert [made.revenue, made.interest] == [100, 5]


def test_no_rate_makes_payments_worth_more() -> None:
    with pytest.raises(NoImplicitRate):
        implicit_rate_pct(Decimal(200), [Payment(1, Decimal(100))])


def test_payments_that_leave_a_balance_are_refused() -> None:
    with pytest.raises(PaymentsDoNotSettle):
        effective_interest(Decimal(100), Decimal(10), [Decimal(50)], "EUR", settles=True)


def test_a_negative_rate_is_refused() -> None:
    with pytest.raises(NegativeFigure):
        present_value([Payment(1, Decimal(1))], Decimal(-1), "EUR")
    with pytest.raises(NegativeFigure):
        present_value([Payment(-1, Decimal(1))], Decimal(1), "EUR")


@pytest.mark.parametrize(
    ("facts", "significant"),
    [
        (FinancingFacts(months_apart=12, uses_expedient=True), False),
        (FinancingFacts(months_apart=13, uses_expedient=True), True),
        (FinancingFacts(months_apart=12, uses_expedient=False), True),
        (FinancingFacts(months_apart=24, uses_expedient=True, customer_sets_timing=True), False),
        (FinancingFacts(months_apart=24, uses_expedient=True, mostly_variable=True), False),
        (FinancingFacts(months_apart=24, uses_expedient=True, other_reason=True), False),
    ],
)
def test_short_or_otherwise_explained_delays_are_no_financing(
    facts: FinancingFacts, *, significant: bool
) -> None:
    assert is_significant(facts)[0] is significant
