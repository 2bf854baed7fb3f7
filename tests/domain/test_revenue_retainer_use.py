"""What a retainer earns: by use, as it lapses, or with use where breakage is expected."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.retainer_use import GrantUse, used

D = Decimal


def grant(drawn: str, lapsed: str = "0", fee: str = "1000", quantity: str = "600") -> GrantUse:
    return GrantUse("January", D(fee), D(quantity), D(drawn), D(lapsed))


@pytest.mark.parametrize(
    ("drawn", "lapsed", "pct", "earned", "breakage"),
    [
        ("0", "0", "0", "0.00", "0.00"),
        ("200", "0", "0", "333.33", "0.00"),
        ("200", "100", "0", "500.00", "166.67"),
        ("200", "400", "0", "1000", "666.67"),
        # Expected to be used: 800; so 333.33 of use earns 333.33 / 800 of the fee.
        ("200", "0", "20", "416.66", "83.33"),
        ("200", "400", "20", "1000", "666.67"),
        # More was used than expected: the rest is earned, nothing more can be.
        ("540", "0", "20", "1000.00", "100.00"),
    ],
)
def test_the_fee_is_earned_in_proportion_to_use(
    drawn: str, lapsed: str, pct: str, earned: str, breakage: str
) -> None:
    found = used([grant(drawn, lapsed)], D(pct), "EUR")

    assert (str(found.earned), str(found.breakage)) == (earned, breakage)


def test_yen_have_no_decimals_and_a_grant_for_nothing_earns_nothing() -> None:
    found = used([grant("200", fee="100001"), grant("600", fee="0")], D(0), "JPY")

    assert found.earned == 33334
    assert [step.text for step in found.steps] == ["January: 33334 of 100001 JPY earned"]


def test_figures_are_not_negative() -> None:
    with pytest.raises(NegativeFigure):
        used([grant("-1")], D(0), "EUR")


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=6),
    st.integers(0, 99), st.integers(0, 10**7),
)  # fmt: skip
def test_what_is_earned_only_grows_with_use_and_ends_with_the_fee(
    uses: list[tuple[int, int]], pct: int, cents: int
) -> None:
    fee, drawn, lapsed, before = D(cents) / 100, 0, 0, D(0)
    whole = sum(map(sum, uses)) or 1
    for more, lost in uses:
        drawn, lapsed = drawn + more, lapsed + lost
        one = GrantUse("any", fee, D(whole), D(drawn), D(lapsed))
        found = used([one], D(pct), "EUR")
        assert before <= found.earned <= fee
        before = found.earned
    if sum(map(sum, uses)):
        assert before == fee
