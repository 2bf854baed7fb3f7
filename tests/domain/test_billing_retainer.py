"""Grants, draws, rollover, breakage, prepaid balances."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.retainer import (
    BadBreakage,
    Draw,
    DuplicateGrant,
    Grant,
    NegativeAllowance,
    RetainerTerms,
    breakage,
    draw_down,
    pay_from_prepaid,
    roll_over,
)

JANUARY, JUNE = date(2024, 1, 1), date(2024, 6, 30)
HOURS = st.decimals(0, 100, places=2)


def d(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, numbers))


def grant(name: str, months: int | None, quantity: int = 10) -> Grant:
    ends = None if months is None else JANUARY + timedelta(days=30 * months)
    return Grant(name, JANUARY, ends, Decimal(quantity))


def test_taxed_invoices_eat_a_prepaid_balance() -> None:
    """Published by Lago (prepaid credits): 39.00 after 17.72 and 17.69 is 3.59."""
    found = pay_from_prepaid(Decimal("39.00"), d("17.72", "17.69"), "EUR")

    assert found.due == d(0, 0)
    assert found.balance == d("21.28", "3.59")


def test_an_empty_balance_leaves_the_rest_due() -> None:
    assert pay_from_prepaid(Decimal(20), d(15, 15), "EUR").due == d(0, 10)


def test_what_expires_first_is_drawn_first() -> None:
    grants = [grant("for ever", None), grant("late", 6), grant("soon", 2)]

    found = draw_down(grants, [Draw(date(2024, 1, 10), Decimal(15))], JANUARY, "EUR")
    later = draw_down(grants, [Draw(date(2024, 1, 10), Decimal(15))], date(2024, 1, 10), "EUR")

    assert not found.taken
    assert [(t.grant, t.quantity) for t in later.taken] == [
        ("soon", Decimal(10)),
        ("late", Decimal(5)),
    ]


def test_an_unused_rest_expires_and_cannot_be_drawn() -> None:
    draws = [Draw(date(2024, 1, 10), Decimal(4)), Draw(JUNE, Decimal(3))]

    found = draw_down([grant("soon", 2)], draws, JUNE, "EUR", Decimal(100))

    assert (found.expired, found.left) == d(6, 0)
    assert (found.overage, found.overage_amount) == (d(0, 3), Decimal(300))
    assert [step.rule for step in found.steps] == [
        "retainer.draw", "retainer.overage", "retainer.expiry",
    ]  # fmt: skip


def test_a_day_of_expiry_is_still_a_day_of_use() -> None:
    ends = date(2024, 3, 1)
    last = [Draw(ends, Decimal(1))]

    assert draw_down([grant("soon", 2)], last, ends, "EUR").left == 9


def test_rollover_lives_one_period_and_up_to_its_limit() -> None:
    terms = RetainerTerms("EUR", Decimal(10), Decimal(150), Decimal(5), 1)

    found = roll_over(terms, d(3, 14, 0, 18))

    assert tuple(p.carried for p in found) == d(5, 1, 5, 0)
    assert tuple(p.expired for p in found) == d(2, 0, 6, 0)
    assert tuple(p.overage for p in found) == d(0, 0, 0, 3)


def test_without_rollover_the_rest_is_lost_and_more_is_overage() -> None:
    found = roll_over(RetainerTerms("EUR", Decimal(10), Decimal(150)), d(8, 12))

    assert tuple(p.expired for p in found) == d(2, 0)
    assert tuple(p.overage_amount for p in found) == d(0, 300)


def test_breakage_is_earned_with_use() -> None:
    """Made up after ASC 606-10-55-48: 10 % never used, half of the rest used."""
    found = breakage(Decimal(100000), Decimal(10000), Decimal(45000), "USD", ended=False)

    assert (found.breakage_to_date, found.revenue_to_date, found.liability) == d(
        5000, 50000, 50000
    )


def test_when_the_right_ends_the_rest_is_revenue() -> None:
    found = breakage(Decimal(1000), Decimal(100), Decimal(700), "USD", ended=True)

    assert (found.breakage_to_date, found.liability) == d(300, 0)


def test_more_use_than_expected_eats_the_breakage() -> None:
    found = breakage(Decimal(1000), Decimal(100), Decimal(950), "USD", ended=False)

    assert (found.breakage_to_date, found.liability) == d(50, 0)


@pytest.mark.parametrize(("expected", "used"), [(-1, 0), (1001, 0), (0, 1001), (0, -1)])
def test_breakage_beyond_what_was_granted_is_refused(expected: int, used: int) -> None:
    with pytest.raises(BadBreakage):
        breakage(Decimal(1000), Decimal(expected), Decimal(used), "USD", ended=False)


def test_grants_of_one_name_are_refused() -> None:
    with pytest.raises(DuplicateGrant):
        draw_down([grant("x", 1), grant("x", 2)], [], JANUARY, "EUR")


def test_negative_quantities_are_refused() -> None:
    with pytest.raises(NegativeAllowance):
        draw_down([grant("x", 1, -1)], [], JANUARY, "EUR")
    with pytest.raises(NegativeAllowance):
        roll_over(RetainerTerms("EUR", Decimal(-1)), [])
    with pytest.raises(NegativeAllowance):
        pay_from_prepaid(Decimal(-1), [], "EUR")


@given(
    st.lists(st.tuples(HOURS, st.none() | st.integers(0, 300)), min_size=1, max_size=5),
    st.lists(st.tuples(HOURS, st.integers(0, 300)), max_size=6),
)
def test_granted_is_drawn_expired_and_left(
    granted: list[tuple[Decimal, int | None]], drawn: list[tuple[Decimal, int]]
) -> None:
    grants = [
        Grant(str(no), JANUARY, None if ends is None else JANUARY + timedelta(days=ends), quantity)
        for no, (quantity, ends) in enumerate(granted)
    ]
    draws = [Draw(JANUARY + timedelta(days=on), quantity) for quantity, on in drawn]

    found = draw_down(grants, draws, date(2024, 8, 1), "EUR")

    for state in found.grants:
        assert state.quantity == state.drawn + state.expired + state.left
        assert min(state.drawn, state.expired, state.left) >= 0
    used = [draw.quantity for draw in draws if draw.on <= date(2024, 8, 1)]
    assert sum(used) == sum(t.quantity for t in found.taken) + sum(found.overage)


@given(
    HOURS,
    st.lists(HOURS, min_size=1, max_size=8),
    st.none() | HOURS,
    st.none() | st.integers(0, 3),
)
def test_no_period_loses_or_finds_an_hour(
    allowance: Decimal, used: list[Decimal], limit: Decimal | None, lives: int | None
) -> None:
    terms = RetainerTerms("EUR", allowance, Decimal(0), limit, lives)

    periods = roll_over(terms, used)

    for period in periods:
        assert period.opening + period.allowance == period.drawn + period.expired + period.carried
        assert period.used == period.drawn + period.overage
        assert limit is None or period.carried <= limit


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=6), st.integers(0, 1000))
def test_breakage_only_grows_until_it_is_eaten(uses: list[int], expected: int) -> None:
    revenue = [
        breakage(
            Decimal(1000), Decimal(expected), Decimal(use), "EUR", ended=False
        ).revenue_to_date
        for use in sorted(uses)
    ]

    assert revenue == sorted(revenue)
    assert revenue[-1] <= 1000
