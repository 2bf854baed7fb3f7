"""Costs to win and set up contracts, kept and written off."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.contract_cost import (
    ContractCost,
    NoAmortisationPeriod,
    ReversalNotAllowed,
    by_months,
    by_revenue,
    by_term,
    impair,
    revise,
    treat,
)
from domain.revenue.term import Term

D = Decimal


def test_a_commission_is_written_off_over_the_customers_life() -> None:
    # Published example: 3,000 over 60 months.
    plan = by_months(D(3000), 60, "USD")

    assert plan.amounts == (D(50),) * 60
    assert plan.balances[-1] == 0


def test_the_last_month_takes_the_rest() -> None:
    plan = by_months(D(1000), 36, "USD")

    assert (plan.amounts[0], plan.amounts[-1]) == (D("27.78"), D("27.70"))


def test_a_changed_life_spreads_what_is_left() -> None:
    assert revise(D(3000), D(600), 24, "USD").amounts[0] == 100


def test_amortisation_may_follow_revenue_or_days() -> None:
    first_year = Term.of_days(date(2026, 1, 1), date(2026, 12, 31))

    assert by_revenue(D(100), [D(1), D(0), D(2)], "USD").amounts == (
        D("33.33"), D(0), D("66.67"),
    )  # fmt: skip
    assert by_term(D(365), first_year, "USD").months[1].amount == 28


@pytest.mark.parametrize(
    ("cost", "reason"),
    [
        (ContractCost("obtain", D(100), 12), "benefit of 12 months: expedient for a year or less"),
        (ContractCost("obtain", D(100), 36, incremental=False), "paid without the contract"),
        (ContractCost("fulfil", D(100), 36, future_resource=False), "no work still to be done"),
        (ContractCost("obtain", D(100), 36, recoverable=False), "not expected to be recovered"),
    ],
)
def test_some_costs_are_expensed_at_once(cost: ContractCost, reason: str) -> None:
    found = treat(cost, one_year_expedient=True)

    assert (found.capitalised, found.expensed) == (D(0), D(100))
    assert found.steps[0].text.endswith(reason)


@pytest.mark.parametrize(
    "cost",
    [
        ContractCost("obtain", D(100), 13),
        ContractCost("fulfil", D(100), 12),
        ContractCost("obtain", D(100), 36, incremental=False, chargeable_regardless=True),
    ],
)
def test_other_costs_are_kept(cost: ContractCost) -> None:
    assert treat(cost, one_year_expedient=True).capitalised == 100
    assert treat(ContractCost("obtain", D(100), 6)).capitalised == 100


def test_an_asset_is_worth_what_is_still_to_come() -> None:
    found = impair(D(500), D(900), D(600), "USD")

    assert (found.loss, found.carrying) == (D(200), D(300))
    assert impair(D(500), D(900), D(100), "USD").loss == 0
    assert impair(D(500), D(100), D(600), "USD").carrying == 0


def test_only_ifrs_takes_an_impairment_back() -> None:
    back = impair(
        D(300), D(900), D(100), "EUR", standard="ifrs", carrying_without_impairment=D(450)
    )

    assert (back.loss, back.carrying) == (D(-150), D(450))
    with pytest.raises(ReversalNotAllowed):
        impair(D(300), D(900), D(100), "USD", carrying_without_impairment=D(450))


def test_silly_costs_are_refused() -> None:
    with pytest.raises(NegativeFigure):
        treat(ContractCost("obtain", D(-1), 12))
    with pytest.raises(NoAmortisationPeriod):
        treat(ContractCost("obtain", D(1), 0))
    with pytest.raises(NoAmortisationPeriod):
        by_months(D(1), 0, "USD")
    with pytest.raises(NegativeFigure):
        by_months(D(-1), 1, "USD")
    with pytest.raises(NoAmortisationPeriod):
        by_revenue(D(1), [D(0)], "USD")
    with pytest.raises(NegativeFigure):
        by_revenue(D(1), [D(2), D(-1)], "USD")
    with pytest.raises(NegativeFigure):
        impair(D(-1), D(1), D(1), "USD")


@given(
    st.decimals(0, 10**6, places=0), st.integers(1, 120), st.sampled_from(["EUR", "JPY", "KWD"])
)
@settings(max_examples=60)
def test_amounts_sum_to_the_asset(asset: Decimal, months: int, currency: str) -> None:
    plan = by_months(asset, months, currency)

    assert sum(plan.amounts) == asset
    assert min(plan.amounts) >= 0
    assert plan.balances[-1] == 0
