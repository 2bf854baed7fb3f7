"""Prices over their term by month, and the balances that move."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.money import quantize
from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import CreditAboveInvoice
from domain.revenue.progress import TermReversed
from domain.revenue.schedule import (
    ChangeOutsideTerm,
    Granularity,
    Invoiced,
    Paid,
    Residual,
    change_plan,
    movements,
    schedule,
    shares,
    spread,
)
from domain.revenue.term import Term

D = Decimal
NOON = Term(datetime(2026, 6, 15, 12, tzinfo=UTC), datetime(2026, 10, 13, 12, tzinfo=UTC))
YEAR = Term.of_days(date(2026, 1, 1), date(2026, 12, 31))
DAYS = st.dates(date(2023, 12, 1), date(2028, 12, 31))
GRANULARITIES = st.sampled_from(get_args(Granularity))
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])


def amounts(
    price: str, term: Term, granularity: Granularity, residual: Residual = "cumulative"
) -> list[str]:
    months = schedule(D(price), term, "USD", granularity, residual).months
    return [str(month.amount) for month in months]


@pytest.mark.parametrize(
    ("granularity", "residual", "expected"),
    [
        ("continuous", "cumulative", ["15.50", "31.00", "31.00", "30.00", "12.50"]),
        ("daily", "cumulative", ["16.00", "31.00", "31.00", "30.00", "12.00"]),
        ("monthly", "cumulative", ["30.00", "30.00", "30.00", "30.00"]),
        ("monthly_prorated", "round_down", ["15.50", "30.66", "30.66", "30.68", "12.50"]),
        ("monthly_prorated", "cumulative", ["15.50", "30.67", "30.66", "30.67", "12.50"]),
        ("half_month", "cumulative", ["15.00", "30.00", "30.00", "30.00", "15.00"]),
    ],
)
def test_a_price_of_120_over_four_months_from_a_noon(
    granularity: Granularity, residual: Residual, expected: list[str]
) -> None:
    # Stripe Revenue Recognition, settings examples, "Amortization granularity".
    assert amounts("120", NOON, granularity, residual) == expected


def test_thirty_days_a_month_make_a_year_of_360() -> None:
    term = Term.of_days(date(2026, 1, 16), date(2026, 2, 28))

    assert shares(term, "thirty_360") == (
        ("2026-01", Fraction(1, 3)),
        ("2026-02", Fraction(2, 3)),
    )


def test_a_day_of_a_leap_february_counts() -> None:
    leap = Term.until(date(2028, 2, 1), date(2028, 3, 2))

    assert amounts("30", leap, "daily") == ["29.00", "1.00"]


def test_an_hour_lost_to_summer_time_is_not_earned() -> None:
    march = Term.of_days(date(2026, 3, 1), date(2026, 4, 30), "Europe/Vienna")

    assert shares(march, "continuous")[0][1] == Fraction(31 * 24 - 1, 61 * 24 - 1)
    assert shares(march, "daily")[0][1] == Fraction(31, 61)


def test_the_last_month_may_take_the_rest() -> None:
    assert amounts("100", YEAR, "monthly", "last_month")[-2:] == ["8.33", "8.37"]
    assert amounts("100", YEAR, "monthly")[:3] == ["8.33", "8.34", "8.33"]
    assert spread(D("0.30"), [Fraction(1, 60)] * 60, "EUR", "last_month")[-1] == 0


def test_credit_pays_part_of_an_invoice_and_money_the_rest() -> None:
    # Stripe Revenue Recognition, contra examples, "Customer credit balance".
    plan = schedule(D(31), Term.of_days(date(2026, 1, 15), date(2026, 2, 14)), "USD")

    january, february = movements(
        plan,
        (Invoiced(date(2026, 1, 15), D(31), D(11)),),
        (Paid(date(2026, 2, 9), D(20)),),
    )

    assert (january.revenue, january.deferred, january.receivable) == (D(17), D(14), D(20))
    assert (january.customer_credit, january.cash) == (D(-11), D(0))
    assert (february.revenue, february.deferred, february.receivable) == (D(14), D(-14), D(-20))
    assert (february.customer_credit, february.cash) == (D(0), D(20))


def test_money_beyond_the_invoice_is_the_customers_credit() -> None:
    plan = schedule(D(31), Term.of_days(date(2026, 1, 1), date(2026, 1, 31)), "USD")

    (month,) = movements(
        plan, (Invoiced(date(2026, 1, 1), D(31)),), (Paid(date(2026, 1, 2), D(40)),)
    )

    assert (month.receivable, month.customer_credit) == (D(0), D(9))


def test_an_upgrade_earns_each_plan_for_its_days() -> None:
    # Stripe Revenue Recognition, subscriptions: 90 for 20 of 30 days, then 120.
    april = Term.of_days(date(2026, 4, 1), date(2026, 4, 30))
    change = change_plan(D(90), D(120), april, datetime(2026, 4, 21, tzinfo=UTC), "USD")

    assert (change.revenue_old, change.unused_old, change.revenue_new) == (D(60), D(30), D(40))
    assert change.proration == 10
    assert [month.amount for month in change.months] == [D(100)]


def test_a_downgrade_gives_back() -> None:
    change = change_plan(D(240), D(120), YEAR, datetime(2026, 7, 2, 12, tzinfo=UTC), "USD",
                         "continuous")  # fmt: skip

    assert change.proration == -60
    assert len(change.months) == 12


@pytest.mark.parametrize("day", [1, 31])
def test_a_change_outside_the_term_is_refused(day: int) -> None:
    term = Term.until(date(2026, 1, 1), date(2026, 1, 31))

    with pytest.raises(ChangeOutsideTerm):
        change_plan(D(1), D(2), term, datetime(2026, 1, day, tzinfo=UTC), "USD")


def test_silly_schedules_are_refused() -> None:
    plan = schedule(D(1), YEAR, "USD")
    with pytest.raises(TermReversed):
        shares(Term.until(date(2026, 1, 1), date(2026, 1, 1)), "daily")
    with pytest.raises(NegativeFigure):
        schedule(D(-1), YEAR, "USD")
    with pytest.raises(CreditAboveInvoice):
        movements(plan, (Invoiced(date(2026, 1, 1), D(10), D(11)),), ())
    with pytest.raises(NegativeFigure):
        movements(plan, (Invoiced(date(2026, 1, 1), D(10), D(-1)),), ())


@given(
    st.decimals(0, 10**7, places=2), DAYS, st.integers(1, 800), GRANULARITIES,
    st.sampled_from(get_args(Residual)), CURRENCIES,
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_months_sum_to_the_price_and_never_take_back(
    price: Decimal, first: date, days: int, granularity: Granularity, residual: Residual,
    currency: str,
) -> None:  # fmt: skip
    term = Term.until(first, first + timedelta(days=days))

    plan = schedule(price, term, currency, granularity, residual)

    assert sum(month.amount for month in plan.months) == quantize(price, currency)
    assert all(month.amount >= 0 for month in plan.months)
    assert plan.months[-1].remaining == 0
    assert [m.month for m in plan.months] == sorted({m.month for m in plan.months})


@given(
    st.lists(st.tuples(DAYS, st.integers(-100, 100)), max_size=6),
    st.lists(st.tuples(DAYS, st.integers(0, 100)), max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_every_month_of_movements_balances(
    bills: list[tuple[date, int]], receipts: list[tuple[date, int]]
) -> None:
    rows = movements(
        schedule(D(100), YEAR, "USD"),
        tuple(Invoiced(on, D(amount)) for on, amount in bills),
        tuple(Paid(on, D(amount)) for on, amount in receipts),
    )

    for row in rows:
        assert row.receivable + row.cash == row.revenue + row.deferred + row.customer_credit


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 364), CURRENCIES)
@settings(max_examples=60, deadline=None)
def test_a_changed_plan_loses_nothing(old: int, new: int, after: int, currency: str) -> None:
    at = YEAR.starts_at + timedelta(days=after)

    change = change_plan(D(old), D(new), YEAR, at, currency)

    assert change.revenue_old + change.unused_old == old
    assert old + change.proration == change.revenue_old + change.revenue_new
    assert sum(month.amount for month in change.months) == old + change.proration
