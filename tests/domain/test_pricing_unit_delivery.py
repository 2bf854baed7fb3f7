"""A price for each unit handed over."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.pricing.unit_delivery import OverDelivered, bill_units
from tests.domain.figures import figures


def test_units_completed_are_billed() -> None:
    """Dynamics 365, billing rule for units of delivery: one of five at 10,000."""
    found = bill_units(Decimal(10000), Decimal(5), Decimal(1), "USD")

    assert (found.amount, found.remaining) == figures("10000 40000")


def test_units_billed_before_are_not_billed_again() -> None:
    found = bill_units(Decimal(10000), Decimal(5), Decimal(3), "USD", billed=Decimal(1))

    assert (found.units, found.amount, found.billed_to_date) == figures("2 20000 30000")


def test_no_more_than_contracted_is_billed() -> None:
    with pytest.raises(OverDelivered):
        bill_units(Decimal(1), Decimal(5), Decimal(6), "USD")


@pytest.mark.parametrize("arguments", ["-1 5 1 0", "1 5 -1 0", "1 5 1 -1", "1 5 1 2"])
def test_figures_below_zero_are_refused(arguments: str) -> None:
    price, contracted, completed, billed = figures(arguments)

    with pytest.raises(NegativeFigure):
        bill_units(price, contracted, completed, "USD", billed)


@given(
    st.decimals(0, 1000, places=5),
    st.lists(st.decimals(0, 50, places=2), min_size=1, max_size=6),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_bills_sum_to_the_contract(price: Decimal, done: list[Decimal], currency: str) -> None:
    stages = [Decimal(0), *sorted(done), Decimal(50)]
    bills = [
        bill_units(price, Decimal(50), now, currency, before) for before, now in pairwise(stages)
    ]

    assert sum(bill.amount for bill in bills) == bills[-1].billed_to_date
    assert not bills[-1].remaining
