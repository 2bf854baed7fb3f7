"""A minimum, and what is missing to it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.commitment import Commitment, NegativeCommitment, true_up
from domain.billing.proration import Span

FEBRUARY = Span(date(2024, 2, 1), date(2024, 3, 1))
MARCH = Span(date(2024, 3, 1), date(2024, 4, 1))
TERMS = Commitment("EUR", Decimal(10000), Decimal(100))
AMOUNTS = st.decimals(0, 10**6, places=2)


def test_the_first_month_owes_its_days_of_the_minimum() -> None:
    """Published by Lago (minimum commitment, monthly, calendar): 2 of February's 29 days."""
    found = true_up(TERMS, Decimal(30), FEBRUARY, Span(date(2024, 2, 28), date(2024, 3, 1)))

    assert (found.minimum, found.fee) == (Decimal("689.66"), Decimal("6.90"))
    assert found.true_up == Decimal("652.76")
    assert found.steps[-1].rule == "commitment.true_up"


def test_a_whole_month_owes_all_of_it() -> None:
    """The same source, second month."""
    assert true_up(TERMS, Decimal(10), MARCH, MARCH).true_up == Decimal("9890.00")


def test_a_fee_that_does_not_count_is_not_set_against_it() -> None:
    apart = Commitment("EUR", Decimal(10000), Decimal(100), fee_counts=False)

    assert true_up(apart, Decimal(10), MARCH, MARCH).true_up == Decimal(9990)


@pytest.mark.parametrize("numbers", [(-1, 0, 0), (0, -1, 0), (0, 0, -1)])
def test_negative_amounts_are_refused(numbers: tuple[int, int, int]) -> None:
    minimum, fee, usage = map(Decimal, numbers)

    with pytest.raises(NegativeCommitment):
        true_up(Commitment("EUR", minimum, fee), usage, MARCH, MARCH)


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.integers(1, 31))
def test_use_and_true_up_reach_the_minimum(
    minimum: Decimal, fee: Decimal, usage: Decimal, days: int
) -> None:
    active = Span(MARCH.starts_on, MARCH.starts_on + timedelta(days=days))

    found = true_up(Commitment("EUR", minimum, fee), usage, MARCH, active)

    assert found.true_up >= 0
    assert found.counted + found.true_up == max(found.counted, found.minimum)
