"""Revenue cumulative to date, less what is posted."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.money import quantize
from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import ForecastBelowActual
from domain.revenue.progress import Costs, ExclusionTooLarge, hours, reported
from domain.revenue.recognition import (
    OverAllocation,
    PeriodEnd,
    as_invoiced,
    at_cost,
    at_point,
    capped,
    cost_period,
    recognise,
    series,
    within_allocation,
)

D = Decimal
PRICES = st.decimals(0, 10**9, places=2)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])


def by_cost(price: int, done: int, total: int) -> PeriodEnd:
    return cost_period("", D(price), Costs(D(done), D(total)))


def test_a_better_estimate_catches_up_in_its_year() -> None:
    # Textbook exercise: 9.0 m price; 1, 4, 8 m cost to date of 6, 8, 8 m estimated.
    years = series(
        (
            by_cost(9000000, 1000000, 6000000),
            by_cost(9000000, 4000000, 8000000),
            by_cost(9000000, 8000000, 8000000),
        ),
        "USD",
    )

    assert [year.revenue for year in years] == [D(1500000), D(3000000), D(4500000)]
    assert [year.gross_profit for year in years] == [D(500000), D(0), D(500000)]


def test_a_price_cut_catches_up_in_its_year() -> None:
    # Textbook exercise: 7.0 m cut to 6.7 m in the second year.
    years = series(
        (
            by_cost(7000000, 2500000, 6000000),
            by_cost(6700000, 5800000, 6200000),
            by_cost(6700000, 6210000, 6210000),
        ),
        "USD",
    )

    profits = [year.gross_profit for year in years]
    assert profits == [D("416666.67"), D("51075.27"), D("22258.06")]
    assert sum(profits) == years[-1].gross_profit_to_date == 490000


def test_a_worse_estimate_takes_revenue_back() -> None:
    first, second = series((by_cost(1000, 500, 1000), by_cost(1000, 510, 1500)), "EUR")

    assert (first.revenue, second.revenue) == (D(500), D(-160))


def test_uninstalled_material_earns_its_cost_and_no_margin() -> None:
    # ASC 606-10-55-187 to 55-192 (example 19): revenue 2.2 m, cost 2.0 m.
    costs = Costs(
        D(2000000), D(4000000), uninstalled_to_date=D(1500000), uninstalled_total=D(1500000)
    )

    (year,) = series((cost_period("2019", D(5000000), costs),), "USD")

    assert (year.revenue, year.gross_profit) == (D(2200000), D(200000))
    assert year.steps[-1].rule == "revenue.uninstalled_material"


def test_material_beyond_price_or_plan_is_refused() -> None:
    with pytest.raises(ExclusionTooLarge):
        cost_period("", D(10), Costs(D(0), D(40), uninstalled_total=D(20)))
    with pytest.raises(ExclusionTooLarge):
        cost_period("", D(100), Costs(D(20), D(40), uninstalled_to_date=D(20)))


def test_what_is_posted_is_taken_off_what_is_earned() -> None:
    found = recognise(D(16000000), reported(D("47.2")), D(4304000), "USD")

    assert (found.cumulative, found.delta) == (D(7552000), D(3248000))


def test_a_promise_kept_at_once_earns_all_then() -> None:
    day = date(2026, 3, 1)

    assert at_point(D(100), day, date(2026, 2, 28), D(0), "EUR").delta == 0
    assert at_point(D(100), day, day, D(0), "EUR").delta == 100
    assert at_point(D(100), None, day, D(0), "EUR").delta == 0


def test_the_right_to_invoice_is_revenue_up_to_a_fixed_price() -> None:
    assert as_invoiced(D("150.005"), D(100), "EUR").delta == D("50.01")
    with pytest.raises(OverAllocation):
        as_invoiced(D(151), D(0), "EUR", limit=D(150))


def test_cost_is_revenue_until_progress_can_be_measured() -> None:
    assert at_cost(D(80), D(100), D(30), "EUR").delta == 50
    assert at_cost(D(120), D(100), D(0), "EUR").cumulative == 100


def test_capped_work_earns_its_value_while_the_forecast_fits() -> None:
    found = capped(D(800), D(1000), D(1000), D(300), "EUR")

    assert (found.cumulative, found.delta, found.write_down) == (D(800), D(500), D(0))


def test_capped_work_earns_its_share_of_the_cap_once_it_does_not() -> None:
    # 800 worked of 1,250 forecast: 64 % of the cap of 1,000, 160 nobody pays for.
    found = capped(D(800), D(1250), D(1000), D(800), "EUR")

    assert (found.cumulative, found.delta, found.write_down) == (D(640), D(-160), D(160))


def test_silly_figures_are_refused() -> None:
    with pytest.raises(ForecastBelowActual):
        capped(D(800), D(700), D(1000), D(0), "EUR")
    with pytest.raises(NegativeFigure):
        recognise(D(-1), hours(D(1), D(2)), D(0), "EUR")
    with pytest.raises(OverAllocation):
        within_allocation(recognise(D(100), hours(D(2), D(2)), D(0), "EUR"), D(99))


@given(PRICES, st.lists(st.integers(0, 1000), min_size=1, max_size=12), CURRENCIES)
@settings(max_examples=60)
def test_periods_sum_to_the_price_whatever_the_estimates(
    price: Decimal, worked: list[int], currency: str
) -> None:
    ends = [PeriodEnd("", price, hours(D(each), D(1000))) for each in worked]
    done = PeriodEnd("", price, hours(D(1000), D(1000)))

    periods = series((*ends, done), currency)

    assert sum(period.revenue for period in periods) == quantize(price, currency)
    assert all(0 <= period.revenue_to_date <= quantize(price, currency) for period in periods)


@given(PRICES, PRICES, PRICES, CURRENCIES)
@settings(max_examples=60)
def test_capped_revenue_and_write_down_are_the_worked_value(
    value: Decimal, more: Decimal, cap: Decimal, currency: str
) -> None:
    found = capped(value, value + more + 1, cap, D(0), currency)

    assert found.cumulative <= quantize(cap, currency)
    assert found.cumulative + found.write_down == quantize(value, currency)
    assert capped(value, value + more + 1, cap, found.cumulative, currency).delta == 0
