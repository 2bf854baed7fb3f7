"""What a promise is, and the judgements that find it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.obligation import (
    CombiningFacts,
    ContractCriteria,
    DistinctFacts,
    InvalidSellingPrice,
    MeasureDoesNotFit,
    PerformanceObligation,
    ReceiptFacts,
    SeriesFacts,
    are_one_contract,
    check,
    is_contract,
    is_distinct,
    is_series,
    receipt_is_revenue,
)
from domain.revenue.progress import TermReversed
from domain.revenue.term import Term

SUPPORT = PerformanceObligation(
    id="support",
    name="Support",
    kind="series",
    pattern="over_time",
    measure="straight_line_daily",
    role="principal",
    ssp=Decimal(12000),
    ssp_basis="observed",
    valid_from=date(2028, 1, 1),
)
YEAR = Term.of_days(date(2028, 1, 1), date(2028, 12, 31))
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def test_an_obligation_with_fitting_terms_is_accepted() -> None:
    check(SUPPORT)
    check(replace(SUPPORT, kind="distinct_good", pattern="point_in_time", measure=None))
    check(replace(SUPPORT, ssp=Decimal(0), ssp_basis="residual"))


def test_over_time_needs_a_measure() -> None:
    with pytest.raises(MeasureDoesNotFit):
        check(replace(SUPPORT, measure=None))


def test_a_point_in_time_has_no_measure() -> None:
    with pytest.raises(MeasureDoesNotFit):
        check(replace(SUPPORT, kind="distinct_good", pattern="point_in_time"))


def test_a_series_passes_over_time() -> None:
    with pytest.raises(MeasureDoesNotFit, match="series"):
        check(replace(SUPPORT, pattern="point_in_time", measure=None))


def test_only_a_residual_has_no_selling_price() -> None:
    with pytest.raises(InvalidSellingPrice):
        check(replace(SUPPORT, ssp=Decimal(0)))
    with pytest.raises(NegativeFigure):
        check(replace(SUPPORT, ssp=Decimal(-1)))


def test_a_leap_year_is_half_done_when_the_second_of_july_begins() -> None:
    assert YEAR.days == 366
    assert YEAR.before(date(2028, 7, 2)).share * 2 == 1


def test_both_ends_of_a_term_count() -> None:
    assert YEAR.before(YEAR.first).share == 0
    assert YEAR.through(YEAR.first).done == 1
    assert YEAR.through(YEAR.last).share == 1


@given(DAYS, DAYS, DAYS)
@settings(max_examples=60)
def test_progress_of_days_never_falls_nor_leaves_its_bounds(a: date, b: date, on: date) -> None:
    term = Term.of_days(min(a, b), max(a, b))

    assert 0 <= term.through(on).share <= term.through(on + timedelta(days=1)).share <= 1


def test_a_term_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(TermReversed):
        _ = Term.of_days(date(2028, 2, 1), date(2028, 1, 1)).days


ALL_FIVE = ContractCriteria(
    approved=True,
    rights_identified=True,
    payment_terms_identified=True,
    commercial_substance=True,
    collection_probable=True,
)


def test_all_five_criteria_make_a_contract() -> None:
    assert is_contract(ALL_FIVE).holds


@pytest.mark.parametrize("missing", list(vars(ALL_FIVE)))
def test_no_contract_without_each_criterion(missing: str) -> None:
    finding = is_contract(replace(ALL_FIVE, **{missing: False}))

    assert not finding.holds
    assert sum(step.text.startswith("no:") for step in finding.steps) == 1


@pytest.mark.parametrize(
    ("refundable", "remaining", "terminated", "received", "revenue"),
    [
        (False, False, False, True, True),
        (False, True, True, False, True),
        (False, True, False, True, False),
        (False, False, False, False, False),
        (True, False, True, True, False),
    ],
)
def test_money_without_a_contract_is_revenue_only_when_all_is_settled(
    *, refundable: bool, remaining: bool, terminated: bool, received: bool, revenue: bool
) -> None:
    facts = ReceiptFacts(
        refundable=refundable,
        remaining_obligations=remaining,
        terminated=terminated,
        substantially_all_received=received,
    )

    assert receipt_is_revenue(facts).holds is revenue


DISTINCT = DistinctFacts(
    usable_alone_or_with_available=True,
    integrated_into_combined_output=False,
    modifies_or_customises_others=False,
    highly_interdependent=False,
)


def test_a_usable_separate_promise_is_distinct() -> None:
    assert is_distinct(DISTINCT).holds


@pytest.mark.parametrize("tie", list(vars(DISTINCT)))
def test_any_tie_makes_a_promise_not_distinct(tie: str) -> None:
    assert not is_distinct(replace(DISTINCT, **{tie: not getattr(DISTINCT, tie)})).holds


@pytest.mark.parametrize("tie", ["objective", "price", "obligation", ""])
def test_contracts_are_one_where_anything_ties_them(tie: str) -> None:
    facts = CombiningFacts(
        same_or_related_customer=True,
        near_the_same_time=True,
        single_commercial_objective=tie == "objective",
        price_interdependent=tie == "price",
        single_obligation=tie == "obligation",
    )

    assert are_one_contract(facts).holds is bool(tie)
    assert not are_one_contract(replace(facts, near_the_same_time=False)).holds
    assert not are_one_contract(replace(facts, same_or_related_customer=False)).holds


def test_a_series_needs_all_of_its_marks() -> None:
    facts = SeriesFacts(
        increments_distinct=True, substantially_the_same=True, each_over_time=True,
        same_measure=True,
    )  # fmt: skip

    assert is_series(facts).holds
    assert not any(is_series(replace(facts, **{mark: False})).holds for mark in vars(facts))
