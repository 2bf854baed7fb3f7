"""One rate for a team, against what its roles would have brought."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.blended import EmptyMix, RoleShare, bill_blended, blended_rate, compare_fee
from domain.pricing.bounds import NegativeFigure, NothingGiven
from tests.domain.figures import figures

TEAM = [
    RoleShare("senior", Decimal(10), Decimal(200)),
    RoleShare("junior", Decimal(30), Decimal(100)),
]
MIXES = st.lists(
    st.builds(
        RoleShare,
        st.text(max_size=3),
        st.decimals("0.25", 1000, places=2),
        st.decimals(0, 500, places=4),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


def test_the_mix_weighs_its_rates() -> None:
    found = blended_rate(TEAM)

    assert (found.hourly_rate, found.weight, found.value) == figures("125 40 5000")


def test_a_mix_may_be_in_percent() -> None:
    shares = [RoleShare("a", Decimal(25), Decimal(200)), RoleShare("b", Decimal(75), Decimal(100))]

    assert blended_rate(shares).hourly_rate == 125


def test_a_fixed_blend_is_shown_against_standard_rates() -> None:
    found = bill_blended(TEAM, Decimal("110.005"), "EUR")

    assert (found.amount, found.standard_amount) == figures("4400.20 5000")
    assert found.variance == Decimal("-599.80")
    assert (found.effective_rate, found.standard_rate) == figures("110.005 125")
    assert found.realisation_pct == Decimal("88.004")


def test_a_fixed_fee_has_an_effective_rate() -> None:
    found = compare_fee(TEAM, Decimal(6000), "EUR")

    assert (found.effective_rate, found.realisation_pct) == figures("150 120")


@pytest.mark.parametrize(
    ("mix", "refusal"),
    [
        ([], NothingGiven),
        ([RoleShare("a", Decimal(0), Decimal(5))], EmptyMix),
        ([RoleShare("a", Decimal(-1), Decimal(5))], NegativeFigure),
        ([RoleShare("a", Decimal(1), Decimal(-5))], NegativeFigure),
    ],
)
def test_a_mix_that_has_no_mean_is_refused(mix: list[RoleShare], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        blended_rate(mix)


def test_a_free_team_has_no_realisation() -> None:
    free = [RoleShare("intern", Decimal(8), Decimal(0))]

    assert bill_blended(free, Decimal(10), "JPY").realisation_pct is None


@given(MIXES)
def test_a_blend_lies_between_its_rates(mix: list[RoleShare]) -> None:
    rates = [one.hourly_rate for one in mix]

    assert min(rates) - Decimal("1E-20") <= blended_rate(mix).hourly_rate <= max(rates)


@given(MIXES)
def test_billing_at_the_mean_brings_the_standard_amount(mix: list[RoleShare]) -> None:
    found = bill_blended(mix, blended_rate(mix).hourly_rate, "KWD")

    assert abs(found.variance) <= Decimal("0.001")
