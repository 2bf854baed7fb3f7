"""Earned value: variances, indices and forecasts."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.measures.earned_value import (
    Forecast,
    NoForecast,
    ProjectStatus,
    earned_value,
    forecast_cost,
    status_of,
)
from domain.pricing.bounds import NegativeFigure, PercentOutOfRange
from tests.domain.figures import figures

FENCE = ProjectStatus(*figures("4000 3000 2500 2800"))
AMOUNTS = st.decimals(1, 10**6, places=2)
STATUSES = st.builds(ProjectStatus, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)


def test_a_fence_is_late_and_dear() -> None:
    """A four-sided fence of an exam preparation; its 4,479 is from a rounded index."""
    found = earned_value(FENCE, "USD")

    assert (found.cost_variance, found.schedule_variance) == figures("-300 -500")
    assert found.cost_index == Decimal(25) / 28
    assert found.schedule_index == Decimal(5) / 6
    assert found.estimate_at_completion == 4480
    assert (found.estimate_to_complete, found.variance_at_completion) == figures("1680 -480")
    assert found.to_complete_index == Decimal(1500) / 1200
    assert found.to_forecast_index == found.cost_index


@pytest.mark.parametrize(
    ("by", "total"), [("cpi", "4480"), ("remaining", "4300"), ("etc", "4700"), ("cpi_spi", "4816")]
)
def test_forecasts_differ_by_what_is_assumed_of_the_rest(by: Forecast, total: str) -> None:
    status = replace(FENCE, estimate_to_complete=Decimal(1900))

    assert forecast_cost(status, by) == Decimal(total)
    assert earned_value(status, "USD", by).steps[-1].rule == f"earned_value.forecast_{by}"


def test_shares_of_the_budget_make_a_status() -> None:
    found = status_of(*figures("4000 75 62.5 2800"))

    assert found == FENCE
    with pytest.raises(PercentOutOfRange):
        status_of(*figures("4000 101 50 1"))


def test_a_project_not_begun_has_variances_and_no_indices() -> None:
    found = earned_value(ProjectStatus(*figures("4000 0 0 0")), "JPY", None)

    assert found.cost_variance == 0
    assert (found.cost_index, found.schedule_index) == (None, None)
    assert found.estimate_at_completion is None


@pytest.mark.parametrize(
    ("status", "by"),
    [
        (replace(FENCE, earned_value=Decimal(0)), "cpi"),
        (replace(FENCE, earned_value=Decimal(0)), "cpi_spi"),
        (FENCE, "etc"),
    ],
)
def test_a_forecast_without_its_figures_is_refused(status: ProjectStatus, by: Forecast) -> None:
    with pytest.raises(NoForecast):
        earned_value(status, "USD", by)


@pytest.mark.parametrize("text", ["-1 1 1 1", "1 -1 1 1", "1 1 -1 1", "1 1 1 -1", "1 1 1 1 -1"])
def test_figures_below_zero_are_refused(text: str) -> None:
    with pytest.raises(NegativeFigure):
        earned_value(ProjectStatus(*figures(text)), "USD")


@given(STATUSES, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_forecasts_add_up(status: ProjectStatus, currency: str) -> None:
    found = earned_value(status, currency)

    assert found.estimate_at_completion is not None
    assert found.estimate_to_complete is not None
    assert found.variance_at_completion is not None
    assert found.actual_cost + found.estimate_to_complete == found.estimate_at_completion


@given(AMOUNTS, AMOUNTS)
def test_a_project_that_is_done_costs_what_it_cost(budget: Decimal, spent: Decimal) -> None:
    done = ProjectStatus(budget, budget, budget, spent)

    assert earned_value(done, "EUR").estimate_at_completion == spent
