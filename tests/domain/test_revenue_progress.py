"""Progress as exact fractions."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.money import minor_unit, quantize
from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import portion
from domain.revenue.progress import (
    Costs,
    ExclusionTooLarge,
    Milestone,
    NothingToMeasure,
    Override,
    OverrideIncomplete,
    ProgressOutOfRange,
    TermReversed,
    cost_to_cost,
    elapsed_days,
    elapsed_months,
    estimate_at_completion,
    hours,
    milestones,
    overridden,
    reported,
    units,
)

D = Decimal
AMOUNTS = st.decimals(0, 10**9, places=2)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])


def test_uninstalled_material_and_its_cost_show_no_progress() -> None:
    # ASC 606-10-55-187 to 55-192 (example 19): 500,000 of 2,500,000 other cost is 20 %.
    costs = Costs(
        D(2000000), D(4000000), uninstalled_to_date=D(1500000), uninstalled_total=D(1500000)
    )

    progress = cost_to_cost(costs)

    assert progress.share == Fraction(1, 5)
    assert progress.steps[0].rule == "progress.excluded"


def test_progress_is_not_rounded_before_it_multiplies() -> None:
    # IFRS 15 example 8: 51.2 % gives a catch-up of 91,200, the exact share 91,463.41.
    costs = Costs(D(420000), D(820000))

    assert cost_to_cost(costs).of(D(1350000), "USD") - 600000 == D("91463.41")
    assert cost_to_cost(costs, decimals=3).of(D(1350000), "USD") - 600000 == D(91200)


def test_waste_is_left_out_and_out_of_an_estimate_that_holds_it() -> None:
    waste = Costs(D(450), D(1050), waste_to_date=D(50), waste_in_estimate=D(50))

    assert cost_to_cost(waste).share == Fraction(2, 5)


def test_an_overrun_estimate_stops_at_all_of_the_work() -> None:
    progress = hours(D(120), D(100))

    assert progress.share == 1
    assert progress.steps[-1].rule == "progress.cap"


def test_units_hours_and_stages_are_shares_of_their_whole() -> None:
    stages = (
        Milestone("design", D(30), date(2026, 1, 31)),
        Milestone("build", D(50), date(2026, 3, 1)),
        Milestone("accept", D(20)),
    )

    assert units(D(65000), D(100000)).ratio == D("0.65")
    assert hours(D(30), D(90)).share == Fraction(1, 3)
    assert milestones(stages, date(2026, 2, 28)).ratio == D("0.3")
    assert estimate_at_completion(D(3), D(4)) == 7


def test_days_and_months_pass_to_the_end_of_a_term() -> None:
    # A leap year has 366 days, 183 of them before 2 July.
    first, last = date(2028, 1, 1), date(2028, 12, 31)

    assert elapsed_days(first, last, date(2028, 7, 1)).share == Fraction(1, 2)
    assert elapsed_days(first, last, date(2029, 5, 5)).share == 1
    assert elapsed_days(first, last, date(2027, 12, 31)).share == 0
    assert elapsed_months(first, last, date(2028, 3, 1)).share == Fraction(1, 4)
    assert elapsed_months(first, last, date(2027, 12, 31)).share == 0


def test_an_override_holds_for_its_time_and_says_why() -> None:
    override = Override(D(40), "survey", date(2026, 2, 1), date(2026, 2, 28))
    counted = hours(D(1), D(2))

    assert overridden(counted, override, date(2026, 2, 28)).ratio == D("0.4")
    lapsed = overridden(counted, override, date(2026, 3, 1))
    assert lapsed.share == Fraction(1, 2)
    assert lapsed.steps[-1].rule == "progress.override_lapsed"


@pytest.mark.parametrize(
    "override",
    [
        Override(D(40), " ", date(2026, 2, 1), date(2026, 2, 28)),
        Override(D(40), "survey", date(2026, 2, 2), date(2026, 2, 1)),
    ],
)
def test_an_override_without_reason_or_time_is_refused(override: Override) -> None:
    with pytest.raises(OverrideIncomplete):
        overridden(hours(D(1), D(2)), override, date(2026, 2, 1))


@pytest.mark.parametrize("pct", ["-1", "100.01"])
def test_a_percentage_beyond_the_work_is_refused(pct: str) -> None:
    with pytest.raises(ProgressOutOfRange):
        reported(D(pct))


def test_silly_measures_are_refused() -> None:
    with pytest.raises(ProgressOutOfRange):
        units(D(11), D(10))
    with pytest.raises(NegativeFigure):
        hours(D(-1), D(10))
    with pytest.raises(NegativeFigure):
        milestones((Milestone("a", D(-1)), Milestone("b", D(2))), date(2026, 1, 1))
    with pytest.raises(NothingToMeasure):
        milestones((), date(2026, 1, 1))
    with pytest.raises(NothingToMeasure):
        cost_to_cost(Costs(D(0), D(0)))
    with pytest.raises(ExclusionTooLarge):
        cost_to_cost(Costs(D(10), D(100), waste_to_date=D(11)))
    with pytest.raises(TermReversed):
        elapsed_days(date(2026, 1, 2), date(2026, 1, 1), date(2026, 1, 1))


@given(AMOUNTS, st.fractions(0, 1), CURRENCIES)
@settings(max_examples=100)
def test_a_portion_is_half_a_unit_off_at_most_and_mirrors(
    amount: Decimal, of: Fraction, currency: str
) -> None:
    found = portion(amount, of, currency)

    assert abs(Fraction(found) - Fraction(amount) * of) * 2 <= Fraction(minor_unit(currency))
    assert portion(-amount, of, currency) == -found
    assert portion(amount, Fraction(1), currency) == quantize(amount, currency)
