"""Graduated, volume and package prices."""

from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure, NothingGiven
from domain.pricing.tiers import (
    BeyondLastTier,
    EmptyPackage,
    Tier,
    TierMode,
    TiersOutOfOrder,
    price_packages,
    price_tiers,
)

MILEAGE = [Tier(Decimal(1000), Decimal("0.45")), Tier(None, Decimal("0.25"))]
FEES = [
    Tier(Decimal(10), Decimal(5), flat_fee=Decimal(100)),
    Tier(Decimal(20), Decimal(3), flat_fee=Decimal(50)),
    Tier(None, Decimal(1), flat_fee=Decimal(7)),
]
QUANTITIES = st.decimals(0, 2000, places=2)


def test_each_mile_takes_the_rate_of_its_tier() -> None:
    """Dynamics 365, mileage rate tiers: 1000 at 0.45 and 500 at 0.25."""
    found = price_tiers(Decimal(1500), MILEAGE, "USD")

    assert found.amount == 575
    assert [part.amount for part in found.parts] == [450, 125]
    assert found.steps[1].text == "over 1000, no limit: 500 x 0.25 = 125.00"


@pytest.mark.parametrize(
    ("quantity", "mode", "amount"),
    [
        ("0", "graduated", "0"),
        ("0", "volume", "0"),
        ("10", "graduated", "150"),
        ("10.01", "graduated", "200.03"),
        ("25", "graduated", "242"),
        ("10", "volume", "150"),
        ("11", "volume", "83"),
        ("25", "volume", "32"),
    ],
)
def test_a_tier_reached_adds_its_fee(quantity: str, mode: TierMode, amount: str) -> None:
    found = price_tiers(Decimal(quantity), FEES, "EUR", mode)

    assert found.amount == Decimal(amount)


@pytest.mark.parametrize(("mode", "amount"), [("graduated", "80"), ("volume", "80")])
def test_earlier_bills_have_used_the_first_tiers(mode: TierMode, amount: str) -> None:
    found = price_tiers(Decimal(10), FEES, "EUR", mode, already=Decimal(10))

    assert found.amount == Decimal(amount)


def test_a_fee_is_due_once() -> None:
    assert price_tiers(Decimal(5), FEES, "EUR", already=Decimal(12)).amount == 15


def test_what_is_left_of_a_tier_is_used_first() -> None:
    found = price_tiers(Decimal(200), MILEAGE, "USD", already=Decimal(900))

    assert found.amount == 70


def test_above_a_closed_last_tier_there_is_no_price() -> None:
    closed = [Tier(Decimal(10), Decimal(1))]

    assert price_tiers(Decimal(10), closed, "EUR").amount == 10
    with pytest.raises(BeyondLastTier):
        price_tiers(Decimal(1), closed, "EUR", already=Decimal(10))


@pytest.mark.parametrize(
    "limits", [(10, 10, None), (20, 10, None), (None, 10), (0, None), (20, 10)]
)
def test_tiers_rise_and_only_the_last_is_open(limits: tuple[int | None, ...]) -> None:
    tiers = [Tier(None if end is None else Decimal(end), Decimal(1)) for end in limits]

    with pytest.raises(TiersOutOfOrder):
        price_tiers(Decimal(1), tiers, "EUR")


def test_no_tiers_are_refused() -> None:
    with pytest.raises(NothingGiven):
        price_tiers(Decimal(1), [], "EUR")


@pytest.mark.parametrize(
    ("quantity", "rate", "fee", "already"),
    [(-1, 1, 1, 1), (1, -1, 1, 1), (1, 1, -1, 1), (1, 1, 1, -1)],
)
def test_figures_below_zero_are_refused(quantity: int, rate: int, fee: int, already: int) -> None:
    tiers = [Tier(None, Decimal(rate), Decimal(fee))]

    with pytest.raises(NegativeFigure):
        price_tiers(Decimal(quantity), tiers, "EUR", already=Decimal(already))


@pytest.mark.parametrize(
    ("quantity", "free", "packages"),
    [("0", "0", 0), ("100", "0", 1), ("101", "0", 2), ("150", "60", 1)],
)
def test_a_package_begun_is_billed(quantity: str, free: str, packages: int) -> None:
    found = price_packages(Decimal(quantity), Decimal(100), Decimal(5), "EUR", Decimal(free))

    assert (found.packages, int(found.amount)) == (packages, 5 * packages)


def test_a_package_holds_something() -> None:
    with pytest.raises(EmptyPackage):
        price_packages(Decimal(1), Decimal(0), Decimal(5), "EUR")


@given(st.lists(QUANTITIES, min_size=1, max_size=6))
def test_bills_of_a_term_add_up_to_the_whole(quantities: list[Decimal]) -> None:
    used = [Decimal(0), *accumulate(quantities)]
    bills = [
        price_tiers(one, MILEAGE, "KWD", already=before)
        for one, before in zip(quantities, used, strict=False)
    ]

    exact = sum(part.amount for bill in bills for part in bill.parts)
    assert exact == sum(part.amount for part in price_tiers(used[-1], MILEAGE, "KWD").parts)


@given(QUANTITIES, QUANTITIES)
def test_more_never_costs_less_when_graduated(one: Decimal, more: Decimal) -> None:
    less = price_tiers(one, FEES, "JPY")

    assert less.amount <= price_tiers(one + more, FEES, "JPY").amount
    assert sum(part.quantity for part in less.parts) == one
