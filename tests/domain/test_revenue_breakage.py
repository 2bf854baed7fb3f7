"""Prepaid rights that are never used."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.breakage import (
    BreakageAbovePrepaid,
    Usage,
    UsedAbovePrepaid,
    pro_rata,
    when_remote,
)

HUNDRED = Decimal(100)


def usage(*used: str, breakage: str = "0") -> list[Usage]:
    return [Usage(Decimal(one), Decimal(breakage)) for one in used]


def test_expected_breakage_follows_the_rights_used() -> None:
    # Made up: 1,000 of vouchers, a tenth never used; half of the rest brings half of the tenth.
    first, second = pro_rata(Decimal(1000), usage("450", "450", breakage="100"), "EUR").rows

    assert [first.revenue, first.breakage, first.liability] == [500, 50, 500]
    assert [second.revenue, second.breakage, second.liability] == [500, 50, 0]


def test_a_new_expectation_changes_what_was_earned_to_date() -> None:
    rows = pro_rata(
        Decimal(1000),
        [Usage(Decimal(450), Decimal(100)), Usage(Decimal(50), Decimal(0))], "EUR",
    ).rows  # fmt: skip

    assert [row.revenue for row in rows] == [500, 0]
    assert rows[-1].liability == 500


def test_use_beyond_the_expectation_earns_all_and_no_more() -> None:
    (row,) = pro_rata(HUNDRED, usage("95", breakage="10"), "EUR").rows

    assert [row.revenue, row.liability] == [100, 0]


def test_what_the_law_hands_over_is_never_revenue() -> None:
    (row,) = pro_rata(HUNDRED, usage("60"), "EUR", unclaimed=Decimal(30), expires=True).rows

    assert [row.revenue, row.breakage, row.liability] == [70, 10, 30]


def test_without_an_expectation_breakage_waits_until_use_is_remote() -> None:
    waiting = when_remote(HUNDRED, usage("60", "0")).rows
    remote = when_remote(HUNDRED, usage("60", "0"), remote=True).rows

    assert [row.revenue for row in waiting] == [60, 0]
    assert [row.revenue for row in remote] == [60, 40]


@given(
    st.integers(0, 10**6),
    st.lists(st.integers(0, 30), min_size=1, max_size=5),
    st.integers(0, 100),
    st.booleans(),
)
@settings(max_examples=80)
def test_revenue_and_liability_are_the_prepayment(
    prepaid: int, shares: list[int], pct: int, ends: bool
) -> None:
    used = [Decimal(prepaid * share // 150) for share in shares]
    lost = Decimal(prepaid * pct // 100)

    rows = pro_rata(Decimal(prepaid), [Usage(u, lost) for u in used], "JPY", expires=ends).rows

    assert sum(row.revenue for row in rows) + rows[-1].liability == prepaid
    assert sum(row.breakage for row in rows) >= 0
    assert all(row.revenue >= 0 for row in rows)


def test_figures_fit_the_prepayment() -> None:
    with pytest.raises(UsedAbovePrepaid):
        pro_rata(HUNDRED, usage("60", "41"), "EUR")
    with pytest.raises(BreakageAbovePrepaid):
        pro_rata(HUNDRED, usage("1", breakage="101"), "EUR")
    with pytest.raises(NegativeFigure):
        when_remote(HUNDRED, usage("-1"))
