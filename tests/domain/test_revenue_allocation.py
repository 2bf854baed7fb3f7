"""A price is allocated to its obligations, to the cent, and changes the way it began."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.allocation import (
    Allocation,
    AllocationMismatch,
    DiscountTooLarge,
    NoDiscount,
    NoSellingPrice,
    NothingToAllocateTo,
    Promise,
    ResidualNotPositive,
    Share,
    UnknownObligation,
    allocate,
    allocate_by_hand,
    allocate_discount,
    allocate_residual,
    allocate_variable,
    change_after_modification,
    change_price,
)
from domain.revenue.figures import UnitTooCoarse
from domain.revenue.progress import Progress

WHOLE = Decimal(1)
SSPS = st.lists(st.decimals("0.001", 10**6, places=3), min_size=1, max_size=8)
CURRENCIES = st.sampled_from([("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.001")])
DONE, OPEN = Progress(Decimal(1)), Progress(Decimal(0))


def promises(**ssps: str) -> list[Promise]:
    return [Promise(name, Decimal(ssp)) for name, ssp in ssps.items()]


def amounts(allocation: Allocation) -> list[Decimal]:
    return [share.amount for share in allocation.shares]


def test_a_bundle_is_allocated_by_relative_selling_price() -> None:
    # ASC 606 / IFRS 15 illustrative example 33: 100 over 50, 25 and 75.
    split = allocate(Decimal(100), promises(a="50", b="25", c="75"), "EUR", unit=WHOLE)

    assert amounts(split) == [33, 17, 50]
    assert split.amount_of("b") == 17
    assert split.shares[0].discount == 17
    assert split.steps[0].rule == "allocation.relative_ssp"


def test_a_discount_of_some_obligations_stays_with_them() -> None:
    # Illustrative example 34, case A: B and C are regularly sold together for 60.
    bundle = promises(a="40", b="55", c="45")

    split = allocate_discount(Decimal(100), bundle, ["b", "c"], "EUR", unit=WHOLE)

    assert amounts(split) == [40, 33, 27]


def test_a_residual_takes_what_observable_prices_leave() -> None:
    # Illustrative example 34, case B: D sells for anything from 15 to 45.
    split = allocate_residual(
        Decimal(130), promises(a="40", b="55", c="45"), "d", "EUR",
        bundle=["b", "c"], bundle_price=Decimal(60), unit=WHOLE,
    )  # fmt: skip

    assert amounts(split) == [40, 33, 27, 30]


def test_a_residual_without_a_bundle_takes_the_rest() -> None:
    assert amounts(allocate_residual(Decimal(100), promises(a="70"), "b", "EUR")) == [70, 30]


def test_a_royalty_is_of_the_licence_it_is_about() -> None:
    # Illustrative example 35, case A: 800 fixed for X, royalties of about 1,000 for Y.
    pair = promises(x="800", y="1000")

    split = allocate_variable(Decimal(800), Decimal(1000), ["y"], pair, "EUR")

    assert amounts(split) == [800, 1000]


def test_a_bonus_comes_on_top_of_the_shared_fixed_price() -> None:
    pair = promises(a="60", b="40")

    split = allocate_variable(Decimal(90), Decimal(10), ["b"], pair, "EUR")

    assert amounts(split) == [54, 46]


def test_the_fixed_price_goes_to_those_named() -> None:
    pair = promises(a="60", b="40")

    split = allocate_variable(Decimal(90), Decimal(10), ["b"], pair, "EUR", fixed_to=["a"])

    assert amounts(split) == [90, 10]


@given(st.integers(0, 10**9), SSPS, CURRENCIES)
@settings(max_examples=60)
def test_shares_sum_to_the_price(count: int, ssps: list[Decimal], money: tuple[str, str]) -> None:
    currency, unit = money
    price = count * Decimal(unit)

    split = allocate(price, [Promise(str(no), ssp) for no, ssp in enumerate(ssps)], currency)

    assert sum(amounts(split)) == price


@given(st.integers(0, 10**6), st.integers(0, 10**6), SSPS)
@settings(max_examples=60)
def test_a_change_there_and_back_leaves_the_first_allocation(
    price: int, other: int, ssps: list[Decimal]
) -> None:
    split = allocate(Decimal(price), [Promise(str(n), s) for n, s in enumerate(ssps)], "EUR")

    moved = change_price(split, Decimal(other), [OPEN] * len(ssps))
    back = change_price(split, Decimal(price), [OPEN] * len(ssps))

    assert sum(share.after for share in moved.shares) == other
    assert [share.after for share in back.shares] == amounts(split)


def test_a_change_of_price_is_earned_at_once_on_what_is_done() -> None:
    # ASC 606-10-32-43: the basis of inception; half of 20 % more is earned on the half done.
    split = allocate(Decimal(100), promises(a="60", b="40"), "EUR")

    changed = change_price(split, Decimal(120), [Progress(Decimal("0.5")), OPEN])

    assert [share.after for share in changed.shares] == [72, 48]
    assert [share.revenue_now for share in changed.shares] == [6, 0]
    assert [changed.change, changed.revenue_now] == [20, 6]


def test_a_change_about_one_obligation_leaves_the_others() -> None:
    split = allocate(Decimal(100), promises(a="60", b="40"), "EUR")

    changed = change_price(split, Decimal(90), [DONE, DONE], only=["b"])

    assert [share.after for share in changed.shares] == [60, 30]
    assert changed.revenue_now == -10


def test_a_discounted_allocation_changes_by_what_it_gave() -> None:
    bundle = promises(a="40", b="55", c="45")
    split = allocate_discount(Decimal(100), bundle, ["b", "c"], "EUR", unit=WHOLE)

    changed = change_price(split, Decimal(200), [OPEN] * 3)

    assert [share.after for share in changed.shares] == [80, 66, 54]


def test_a_bonus_of_the_old_contract_moves_after_a_modification() -> None:
    # Illustrative example 6: 40 more is 20 of X, which is done, then 10 each of Y and Z.
    before = allocate(Decimal(1200), promises(x="1", y="1"), "EUR")

    later = change_after_modification(Decimal(40), before, ["x"], promises(y="300", z="300"))

    assert later.revenue_now == 20
    assert [share.after - share.before for share in later.shares] == [20, 10, 10]


def test_shares_by_hand_sum_to_the_price() -> None:
    shares = [Share("a", Decimal(60), Decimal(50), Decimal(1))]

    assert allocate_by_hand(Decimal(50), shares, "EUR").amount_of("a") == 50
    with pytest.raises(AllocationMismatch, match="sum to 50, the price is 51"):
        allocate_by_hand(Decimal(51), shares, "EUR")


def test_there_must_be_something_to_allocate_to() -> None:
    with pytest.raises(NothingToAllocateTo):
        allocate(Decimal(1), [], "EUR")


@pytest.mark.parametrize("ssp", ["0", "-1"])
def test_an_obligation_without_a_selling_price_is_refused(ssp: str) -> None:
    with pytest.raises(NoSellingPrice, match="b has"):
        allocate(Decimal(1), promises(a="1", b=ssp), "EUR")


def test_a_negative_price_is_refused() -> None:
    with pytest.raises(NegativeFigure):
        allocate(Decimal(-1), promises(a="1"), "EUR")


def test_a_price_finer_than_its_unit_is_refused() -> None:
    with pytest.raises(UnitTooCoarse):
        allocate(Decimal("100.5"), promises(a="1"), "JPY")


def test_obligations_are_named_once_and_exist() -> None:
    with pytest.raises(UnknownObligation):
        allocate(Decimal(1), [*promises(a="1"), *promises(a="1")], "EUR")
    with pytest.raises(UnknownObligation):
        allocate_discount(Decimal(1), promises(a="2"), ["z"], "EUR")
    with pytest.raises(UnknownObligation):
        allocate_residual(Decimal(9), promises(a="2"), "a", "EUR")
    with pytest.raises(UnknownObligation):
        allocate(Decimal(1), promises(a="1"), "EUR").amount_of("z")


def test_a_discount_there_is_not_is_refused() -> None:
    with pytest.raises(NoDiscount):
        allocate_discount(Decimal(100), promises(a="60", b="40"), ["a"], "EUR")


def test_a_discount_larger_than_its_obligations_is_refused() -> None:
    with pytest.raises(DiscountTooLarge):
        allocate_discount(Decimal(30), promises(a="60", b="40"), ["a"], "EUR")


def test_a_residual_of_nothing_is_refused() -> None:
    with pytest.raises(ResidualNotPositive, match="70 less 70 leaves 0"):
        allocate_residual(Decimal(70), promises(a="70"), "b", "EUR")
