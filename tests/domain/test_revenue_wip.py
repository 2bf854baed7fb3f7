"""The WIP schedule, row and totals."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.revenue.wip import Contract, NoContracts, row, totals

D = Decimal


def contract(price: int, estimated: int, cost: int, billed: int) -> Contract:
    return Contract("job", D(price), D(estimated), D(cost), D(billed))


def test_half_the_cost_earns_half_the_price() -> None:
    # Published WIP example: 1,000,000 price, 850,000 cost, 425,000 of it spent.
    found = row(contract(1000000, 850000, 425000, 550000), "USD")

    assert (found.progress.ratio, found.earned) == (D("0.5"), D(500000))
    assert (found.over_billed, found.under_billed) == (D(50000), D(0))
    assert (found.profit_to_date, found.estimated_profit) == (D(75000), D(150000))
    assert (found.backlog, found.backlog_profit) == (D(500000), D(75000))
    assert (found.cost_to_complete, found.left_to_bill) == (D(425000), D(450000))


def test_the_years_own_columns_start_at_last_years_end() -> None:
    begun = Contract(
        "job", D(1000), D(800), D(400), D(0), earlier_revenue=D(200), earlier_cost=D(160)
    )

    found = row(begun, "USD")

    assert (found.revenue_this_year, found.profit_this_year) == (D(300), D(60))


def test_an_expected_loss_is_provided_for() -> None:
    assert row(contract(1000, 1250, 500, 0), "USD").loss_provision == 150


def test_a_schedule_needs_a_contract() -> None:
    with pytest.raises(NoContracts):
        totals([])


@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 10**6)),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=60)
def test_totals_tie(jobs: list[tuple[int, int, int]]) -> None:
    rows = [row(contract(price, cost, cost // 3, billed), "EUR") for price, cost, billed in jobs]

    whole = totals(rows)

    assert whole.under_billed - whole.over_billed == whole.earned - whole.billed
    assert whole.earned + whole.backlog == whole.price
    assert whole.profit_to_date == whole.earned - whole.cost_to_date
