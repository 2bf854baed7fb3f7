"""Discounts by volume, rebates and early payment."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure, NothingGiven, PercentOutOfRange
from domain.pricing.rebate import (
    EarlyPaymentTerms,
    VolumeMode,
    VolumeStep,
    early_payment,
    rebate,
    settled_by,
    volume_discount,
)
from domain.pricing.tiers import TiersOutOfOrder
from tests.domain.figures import figures

STEPS = [
    VolumeStep(Decimal(0), Decimal(0)),
    VolumeStep(Decimal(10000), Decimal(5)),
    VolumeStep(Decimal(20000), Decimal(10)),
]
TWO_TEN = EarlyPaymentTerms(Decimal(2), 10, grace_days=3)
NEW_YEAR = date(2024, 2, 20)


@pytest.mark.parametrize(
    ("amount", "mode", "discount"),
    [
        ("9999.99", "volume", "0"),
        ("10000", "volume", "500"),
        ("25000", "volume", "2500"),
        ("25000", "graduated", "1000"),
        ("10000", "graduated", "0"),
    ],
)
def test_volume_discounts_all_or_each_part(amount: str, mode: VolumeMode, discount: str) -> None:
    found = volume_discount(Decimal(amount), STEPS, "EUR", mode=mode)

    assert found.discount == Decimal(discount)


def test_units_may_decide_the_discount() -> None:
    steps = [VolumeStep(Decimal(100), Decimal(20))]

    assert volume_discount(Decimal(500), steps, "EUR", volume=Decimal(100)).net == 400
    assert volume_discount(Decimal(500), steps, "EUR", volume=Decimal(99)).net == 500


def test_a_rebate_gives_back_what_was_not_given_yet() -> None:
    found = rebate(figures("9000 8000 6000"), STEPS, "EUR", given=Decimal(850))

    assert (found.pct, found.to_date, found.due) == figures("10 2300 1450")


def test_a_rebate_is_taken_back_after_credits() -> None:
    assert rebate(figures("12000 -4000"), STEPS, "EUR", given=Decimal(600)).due == -600


@pytest.mark.parametrize(("days", "payable"), [(0, "980"), (10, "980"), (13, "980"), (14, "1000")])
def test_who_pays_in_time_keeps_the_discount(days: int, payable: str) -> None:
    paid_on = NEW_YEAR + timedelta(days=days)

    found = early_payment(Decimal(1000), NEW_YEAR, paid_on, TWO_TEN, "EUR")

    assert found.payable == Decimal(payable)
    assert found.last_day == date(2024, 3, 1)


def test_a_part_payment_settles_its_share_of_the_discount_too() -> None:
    assert settled_by(Decimal(490), Decimal(2), "EUR") == 500
    with pytest.raises(PercentOutOfRange):
        settled_by(Decimal(490), Decimal(100), "EUR")


@pytest.mark.parametrize(
    ("steps", "refusal"),
    [
        ([], NothingGiven),
        ([STEPS[1], STEPS[0]], TiersOutOfOrder),
        ([VolumeStep(Decimal(0), Decimal(101))], PercentOutOfRange),
        ([VolumeStep(Decimal(-1), Decimal(1))], NegativeFigure),
    ],
)
def test_steps_that_cannot_be_are_refused(
    steps: list[VolumeStep], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        volume_discount(Decimal(1), steps, "EUR")


@given(st.lists(st.decimals(0, 20000, places=2), min_size=1, max_size=6))
def test_rebates_of_a_term_sum_to_that_of_the_whole(turnover: list[Decimal]) -> None:
    given_before = Decimal(0)
    for at in range(1, len(turnover) + 1):
        given_before += rebate(turnover[:at], STEPS, "EUR", given=given_before).due

    assert given_before == rebate(turnover, STEPS, "EUR").to_date


@given(st.decimals(0, 50000, places=2), st.sampled_from(["volume", "graduated"]))
def test_no_discount_exceeds_the_highest_step(amount: Decimal, mode: VolumeMode) -> None:
    found = volume_discount(amount, STEPS, "KWD", mode=mode)

    assert found.gross == found.net + found.discount
    assert found.discount <= amount / 10 + Decimal("0.001")
