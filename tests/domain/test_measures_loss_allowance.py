"""What of the receivables will not be paid, by age."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.measures.loss_allowance import (
    LossRateOutOfRange,
    PaidOverSales,
    loss_allowance,
    rolled_rates,
)
from domain.pricing.bounds import NegativeFigure, NothingGiven, UnequalCount
from tests.domain.figures import figures

BUCKETS = ("current", "1-30", "31-60", "61-90", "91+")
PAID = figures("50000 27000 15000 6000")
BALANCES = list(zip(BUCKETS, figures("300000 140000 60000 23000 5000"), strict=True))


def test_rates_are_rolled_from_a_cohort() -> None:
    """IFRScommunity, provision matrix: 2,000 of 100,000 were never paid."""
    found = rolled_rates(Decimal(100000), PAID)

    assert [round(rate, 4) for rate in found] == list(figures("0.02 0.04 0.0870 0.25 1"))


def test_the_matrix_multiplies_balances_by_unrounded_rates() -> None:
    found = loss_allowance(BALANCES, rolled_rates(Decimal(100000), PAID), "JPY")

    assert [line.allowance for line in found.lines] == list(figures("6000 5600 5217 5750 5000"))
    assert found.total == 27567
    assert found.steps[2].text == "31-60: 60000 x 8.70 % = 5217 JPY"


def test_rates_may_be_given() -> None:
    """IFRS 9, illustrative example 12."""
    balances = figures("15000000 7500000 4000000 2500000 1000000")
    rates = figures("0.003 0.016 0.036 0.066 0.106")

    assert loss_allowance(list(zip(BUCKETS, balances, strict=True)), rates, "USD").total == 580000


def test_an_outlook_scales_rates_to_one_at_most() -> None:
    found = loss_allowance(BALANCES[:2], figures("0.02 0.9"), "EUR", outlook=Decimal("1.5"))

    assert [line.allowance for line in found.lines] == [9000, 140000]


def test_a_bucket_in_credit_takes_none() -> None:
    assert loss_allowance([("current", Decimal(-100))], figures("0.5"), "EUR").total == 0


def test_a_cohort_paid_in_full_loses_nothing() -> None:
    assert rolled_rates(Decimal(100), figures("60 40")) == figures("0 0 0")


def test_more_paid_than_sold_is_refused() -> None:
    with pytest.raises(PaidOverSales):
        rolled_rates(Decimal(100), figures("60 41"))


@pytest.mark.parametrize("rate", ["-0.01", "1.01"])
def test_a_loss_rate_is_a_fraction(rate: str) -> None:
    with pytest.raises(LossRateOutOfRange):
        loss_allowance(BALANCES[:1], figures(rate), "EUR")


def test_each_bucket_has_a_rate() -> None:
    with pytest.raises(UnequalCount):
        loss_allowance(BALANCES, figures("0.1"), "EUR")
    with pytest.raises(NothingGiven):
        loss_allowance([], [], "EUR")
    with pytest.raises(NothingGiven):
        rolled_rates(Decimal(1), [])
    with pytest.raises(NegativeFigure):
        rolled_rates(Decimal(1), figures("-1"))


@given(st.lists(st.decimals(0, 1000, places=2), min_size=1, max_size=6), st.integers(0, 1000))
def test_the_longer_unpaid_the_likelier_lost(paid: list[Decimal], lost: int) -> None:
    found = rolled_rates(sum(paid, Decimal(lost)), paid)

    assert list(found) == sorted(found)
    assert found[-1] == (1 if lost else 0)


@given(st.lists(st.decimals(0, 10**6, places=2), min_size=1, max_size=5))
def test_an_allowance_is_the_sum_of_its_lines(balances: list[Decimal]) -> None:
    rates = [Decimal(1) / (no + 2) for no in range(len(balances))]

    found = loss_allowance([("bucket", one) for one in balances], rates, "KWD")

    assert sum(line.allowance for line in found.lines) == found.total <= found.balance
