"""Recurring charges: periods, changes inside them, pauses, ends and additions."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.proration import BillCycle, OutsidePeriod, Span
from domain.billing.subscription import (
    BadPlan,
    PlanTerm,
    Subscription,
    cancel,
    charges_due,
    co_term,
)
from domain.money import quantize

START = date(2024, 1, 15)
MONTHLY = Subscription("EUR", BillCycle(1), START, (PlanTerm(START, Decimal("31.00")),))


def amounts(subscription: Subscription, target: date) -> list[Decimal]:
    return [charge.amount for charge in charges_due(subscription, target)]


def test_the_first_cycle_is_a_stub_then_whole_ones_follow() -> None:
    """17 of January's 31 days at 31 a month."""
    assert amounts(MONTHLY, date(2024, 2, 1)) == [Decimal("17.00"), Decimal("31.00")]
    assert charges_due(MONTHLY, START)[0].steps[0].rule == "subscription.stub"


def test_in_arrears_the_period_is_due_when_it_ended() -> None:
    later = replace(MONTHLY, cycle=BillCycle(1, in_advance=False))

    assert amounts(later, date(2024, 1, 31)) == []
    assert amounts(later, date(2024, 2, 1)) == [Decimal("17.00")]


def test_a_change_of_quantity_cuts_the_period() -> None:
    more = PlanTerm(date(2024, 2, 11), Decimal("29.00"), Decimal(3))
    two = replace(MONTHLY, terms=(PlanTerm(START, Decimal("29.00")), more))

    found = charges_due(two, date(2024, 2, 1))[1:]

    assert [c.days for c in found] == [10, 19]
    assert [c.quantity for c in found] == [Decimal(1), Decimal(3)]
    assert [c.amount for c in found] == [Decimal("10.00"), Decimal("57.00")]


def test_paused_days_are_not_charged() -> None:
    paused = replace(MONTHLY, pauses=(Span(date(2024, 3, 11), date(2024, 3, 21)),))

    assert amounts(paused, date(2024, 3, 1))[2:] == [Decimal("10.00"), Decimal("11.00")]


def test_an_end_leaves_a_trailing_stub() -> None:
    ended = replace(MONTHLY, ends_before=date(2024, 3, 11))

    assert amounts(ended, date(2024, 12, 31))[-1] == Decimal("10.00")


def test_cancelling_with_refund_gives_unused_days_back() -> None:
    found = cancel(MONTHLY, date(2024, 3, 11), refund=True)

    assert (found.ends_before, found.credit) == (date(2024, 3, 11), Decimal("21.00"))


def test_cancelling_on_the_first_day_of_a_cycle_gives_all_of_it_back() -> None:
    assert cancel(MONTHLY, date(2024, 3, 1), refund=True).credit == Decimal("31.00")


def test_cancelling_without_refund_runs_to_the_end_of_the_cycle() -> None:
    found = cancel(MONTHLY, date(2024, 3, 11), refund=False)

    assert (found.ends_before, found.credit) == (date(2024, 4, 1), Decimal(0))


def test_nothing_comes_back_of_what_is_billed_in_arrears() -> None:
    later = replace(MONTHLY, cycle=BillCycle(1, in_advance=False))

    assert cancel(later, date(2024, 3, 11), refund=True).credit == 0


def test_an_addition_ends_with_the_term_it_joins() -> None:
    found = co_term(MONTHLY, Decimal("300.00"), date(2024, 4, 16), date(2024, 6, 1))

    assert [charge.amount for charge in found] == [Decimal("150.00"), Decimal("300.00")]


@pytest.mark.parametrize("on", [date(2024, 1, 1), date(2024, 4, 1)])
def test_a_cancellation_outside_the_term_is_refused(on: date) -> None:
    with pytest.raises(OutsidePeriod):
        cancel(replace(MONTHLY, ends_before=date(2024, 3, 11)), on, refund=True)


@pytest.mark.parametrize(
    "terms", [(), (PlanTerm(date(2024, 2, 1), Decimal(1)),), (PlanTerm(START, Decimal(-1)),)]
)
def test_a_plan_without_a_price_is_refused(terms: tuple[PlanTerm, ...]) -> None:
    with pytest.raises(BadPlan):
        charges_due(replace(MONTHLY, terms=terms), START)


@given(
    st.decimals(0, 10**5, places=3),
    st.lists(st.integers(1, 27), max_size=4),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_segments_of_a_period_sum_to_its_price(
    price: Decimal, days: list[int], currency: str
) -> None:
    first = date(2024, 2, 1)
    terms = [PlanTerm(first, price), *(PlanTerm(first + timedelta(days=no), price) for no in days)]
    cut = Subscription(currency, BillCycle(1), first, tuple(terms))

    assert sum(amounts(cut, first)) == quantize(price, currency)


@given(st.decimals(0, 10**5, places=2), st.integers(0, 29))
def test_used_and_credited_sum_to_what_was_billed(price: Decimal, days: int) -> None:
    plan = replace(MONTHLY, starts_on=date(2024, 2, 1), terms=(PlanTerm(date(2024, 2, 1), price),))
    on = date(2024, 2, 1) + timedelta(days=min(days, 28))

    credit = cancel(plan, on, refund=True).credit

    assert 0 <= credit <= price
    assert price - credit == quantize(price * (on.day - 1) / 29, "EUR")
