"""At completion, and when to look at a project."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.measures.completion import AtCompletion, CostToDate, complete, complete_all
from domain.measures.early_warning import Sold, warn
from tests.domain.figures import figures

EUR = "EUR"


def cost(text: str, estimate: str | None = None, since: str = "0") -> CostToDate:
    """Budget, planned, actual and committed as they are printed."""
    said = None if estimate is None else Decimal(estimate)
    budget, planned, actual, committed = figures(text)
    return CostToDate(budget, planned, actual, committed, said, Decimal(since))


def of(found: AtCompletion, *names: str) -> tuple[Any, ...]:
    """Some figures of what was found."""
    return tuple(getattr(found, name) for name in names)


@pytest.mark.parametrize(
    ("known", "to_complete", "at_completion"),
    [
        (cost("1000 500 400 0"), 600, 1000),
        (cost("1000 500 1200 0"), 0, 1200),
        (cost("1000 500 400 0", "800"), 800, 1200),
        (cost("1000 500 400 0", "800", "300"), 500, 900),
        (cost("1000 500 400 0", "800", "900"), 0, 400),
        (cost("1000 500 400 700", "600"), 600, 1100),
        (cost("1000 500 400 500", "600"), 600, 1000),
        (cost("0 0 0 0"), 0, 0),
    ],
)
def test_what_is_to_come_is_estimated_planned_or_ordered(
    known: CostToDate, to_complete: int, at_completion: int
) -> None:
    found = complete(known, None, EUR)

    assert of(found, "to_complete", "at_completion") == (to_complete, at_completion)
    assert found.variance == known.budget - at_completion


def test_progress_is_reported_or_follows_cost() -> None:
    known = cost("1000 500 400 0", "600")

    reported, by_cost = complete(known, Fraction(1, 2), EUR), complete(known, None, EUR)

    names = "complete_pct", "cost_index", "schedule_index"
    assert of(reported, *names) == (50, Decimal("1.25"), 1)
    assert of(by_cost, *names) == (40, 1, Decimal("0.8"))


def test_a_plan_below_zero_has_no_index() -> None:
    found = complete(cost("-100 -50 0 0"), Fraction(1, 2), EUR)

    assert of(found, "complete_pct", "cost_index", "schedule_index") == (50, None, None)


def test_nothing_has_no_progress() -> None:
    found = complete(cost("0 0 0 0"), None, EUR)

    assert of(found, "complete_pct", "cost_index") == (None, None)


def test_an_order_is_not_paid_from_the_estimate_of_another_code() -> None:
    found = complete_all([cost("500 0 0 0", "500"), cost("0 0 0 400", "0")], None, EUR)

    assert of(found, "committed", "to_complete", "at_completion") == (400, 500, 900)


def test_yen_have_no_decimals() -> None:
    found = complete(cost("1000.4 0 300.5 0"), None, "JPY")

    assert of(found, "budget", "actual", "to_complete") == (1000, 301, 700)


AMOUNT = st.decimals(0, 10_000, places=2)
CODES = st.lists(
    st.builds(CostToDate, AMOUNT, AMOUNT, AMOUNT, AMOUNT, st.none() | AMOUNT, AMOUNT), max_size=5
)


@given(CODES)
def test_a_project_is_the_sum_of_its_codes(codes: list[CostToDate]) -> None:
    parts, whole = [complete(one, None, EUR) for one in codes], complete_all(codes, None, EUR)

    for name in ("budget", "actual", "committed", "to_complete", "at_completion", "variance"):
        assert getattr(whole, name) == sum(getattr(one, name) for one in parts)
    assert whole.at_completion >= whole.actual + max(whole.to_complete, whole.committed)


SOLD = Sold(*figures("2000 1000 2000 1000"))


@pytest.mark.parametrize(
    ("known", "sold", "level", "said"),
    [
        (cost("1000 400 400 0"), SOLD, "none", ""),
        (cost("1000 400 400 0", "650"), SOLD, "watch", "exceeds the budget by 50.00"),
        (cost("1000 400 400 0", "701"), SOLD, "act", "exceeds the budget by 101.00"),
        (cost("0 0 1 0"), None, "act", "exceeds the budget by 1.00"),
        (cost("1000 400 400 500", "400"), None, "watch", "500.00 is ordered and 400.00"),
        (cost("1000 500 400 0"), None, "watch", "the schedule index is 0.80"),
        (cost("1000 400 400 0"), Sold(*figures("2000 1000 900 -100")), "act", "a loss of 100"),
        (cost("1000 400 400 0"), Sold(*figures("2000 1000 1800 810")), "watch", "50.0 % to 45.0"),
        (cost("1000 400 400 0"), Sold(*figures("2000 1000 1800 811")), "none", ""),
        (cost("1000 400 400 0"), Sold(*figures("0 -1000 0 -1000")), "act", "a loss of 1000"),
    ],
)
def test_a_warning_says_why(known: CostToDate, sold: Sold | None, level: str, said: str) -> None:
    found = warn(complete(known, None, EUR), sold)

    assert found.level == level
    assert said in "; ".join(found.reasons)


def test_a_project_that_has_not_begun_is_not_behind() -> None:
    assert warn(complete(cost("1000 400 0 0"), None, EUR), None).level == "none"
