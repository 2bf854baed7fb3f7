"""A loss still to come is provided for at once."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.onerous import LossEstimate, provide, provisions
from domain.revenue.progress import Costs, cost_to_cost, reported
from domain.revenue.recognition import cost_period, series

D = Decimal


def expected(price: int, cost: int, pct: int, exit_cost: int | None = None) -> LossEstimate:
    leave = None if exit_cost is None else D(exit_cost)
    return LossEstimate(D(price), D(cost), reported(D(pct)), leave)


def test_the_loss_on_work_not_done_is_provided_for() -> None:
    # Made up: 1,000 price, 1,200 cost, 40 % done: 80 of the loss is in revenue and cost already.
    found = provide(expected(1000, 1200, 40), D(0), "EUR")

    assert (found.expected_loss, found.balance, found.charged) == (D(200), D(120), D(120))


def test_the_provision_is_used_as_the_work_goes_on() -> None:
    first, second, last = provisions(
        (expected(1000, 1200, 40), expected(1000, 1200, 75), expected(1000, 1200, 100)), "EUR"
    )

    assert (first.change, second.change, last.change) == (D(120), D(-70), D(-50))
    assert (last.balance, last.used) == (D(0), D(50))


def test_a_better_estimate_releases_it() -> None:
    assert provide(expected(1000, 900, 50), D(120), "EUR").used == 120


def test_leaving_the_contract_may_be_cheaper() -> None:
    assert provide(expected(1000, 1200, 40, 100), D(0), "EUR").balance == 100
    assert provide(expected(1000, 1200, 40, 130), D(0), "EUR").balance == 120


def test_us_gaap_provides_for_construction_alone_and_off_for_none() -> None:
    building = LossEstimate(D(1000), D(1200), reported(D(0)), construction_type=True)

    assert provide(expected(1000, 1200, 0), D(0), "USD", "us_gaap").balance == 0
    assert provide(building, D(0), "USD", "us_gaap").balance == 200
    assert provide(building, D(0), "USD", "off").steps[0].rule == "onerous.policy"


def test_a_negative_price_is_refused() -> None:
    with pytest.raises(NegativeFigure):
        provide(LossEstimate(D(-1), D(1), reported(D(0))), D(0), "EUR")


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.data())
@settings(max_examples=60)
def test_profit_less_provision_is_the_whole_loss_from_the_day_it_is_known(
    price: int, cost: int, data: st.DataObject
) -> None:
    done = data.draw(st.integers(0, cost))
    costs = Costs(D(done), D(cost))
    estimate = LossEstimate(D(price), D(cost), cost_to_cost(costs))

    (period,) = series((cost_period("", D(price), costs),), "EUR")
    found = provide(estimate, D(0), "EUR")

    if cost > price:
        assert abs(period.gross_profit - found.balance - (price - cost)) <= D("0.01")
    else:
        assert found.balance == 0
