"""The figures of a modified contract."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import FigureNotPositive
from domain.revenue.progress import Progress
from domain.revenue.remeasurement import (
    MixedPolicy,
    ModifiedObligation,
    MoreThanRemains,
    PriceBelowNothing,
    Units,
    blend_and_extend,
    blend_units,
    catch_up,
    remeasure,
    separate_contract,
    unpriced_change_order,
)
from domain.revenue.term import Term

HALF, NOTHING = Progress(Decimal(1), Decimal(2)), Progress(Decimal(0))
CONTRACT = Units(Decimal(120), Decimal(100), Decimal(60))
SHARES = st.lists(
    st.tuples(st.integers(0, 10**5), st.integers(0, 100), st.booleans(), st.integers(1, 10**5)),
    min_size=1,
    max_size=5,
)


def obligation(
    name: str, recognised: str, progress: Progress, total: str, remaining: str, *, distinct: bool
) -> ModifiedObligation:
    return ModifiedObligation(
        name, Decimal(recognised), progress, distinct, Decimal(total), Decimal(remaining)
    )


def test_added_units_at_their_price_leave_the_old_contract_alone() -> None:
    # ASC 606 illustrative example 5, case A: 30 more products at 95, a fair price then.
    apart = separate_contract(CONTRACT, Decimal(30), Decimal(95), "EUR")

    assert [apart.remaining_revenue, apart.added_revenue] == [6000, 2850]


def test_added_units_below_their_price_are_blended_with_what_remains() -> None:
    # Illustrative example 5, case B: 93.33 a product, and 900 credited for the 60 delivered.
    mix = blend_units(CONTRACT, Decimal(30), Decimal(80), "EUR", credit_for_past=Decimal(900))

    assert [mix.consideration, mix.remaining, mix.revenue_now] == [8400, 90, -900]
    assert mix.price.quantize(Decimal("0.01")) == Decimal("93.33")
    assert mix.revenue(Decimal(10), "EUR") == Decimal("933.33")
    assert mix.revenue(Decimal(90), "EUR") == 8400


def test_units_taken_out_leave_a_smaller_contract() -> None:
    mix = blend_units(CONTRACT, Decimal(-20), Decimal(100), "EUR")

    assert [mix.consideration, mix.remaining, mix.price] == [4000, 40, 100]


def test_a_series_prolonged_at_a_new_price_is_blended() -> None:
    # Illustrative example 7: 80,000 for year 3 and 200,000 for three more is 70,000 a year.
    mix = blend_and_extend(Decimal(80000), Decimal(1), Decimal(200000), Decimal(3), "EUR")

    assert [mix.consideration, mix.price] == [280000, 70000]


def test_revenue_to_date_catches_up_with_price_and_progress() -> None:
    # Illustrative example 8: 91,200 in print, with progress rounded to 51.2 %.
    progress = Progress(Decimal(420000), Decimal(820000))

    exact = catch_up(Decimal(1350000), progress, Decimal(600000), "EUR")
    printed = catch_up(Decimal(1350000), progress.to_decimals(3), Decimal(600000), "EUR")

    assert exact.catch_up == Decimal("91463.41")
    assert printed.catch_up == 91200
    assert exact.revised_cumulative + exact.future_revenue == 1350000


@pytest.mark.parametrize(("change", "caught"), [("30000", "15000"), ("-30000", "-15000")])
def test_a_new_price_at_half_of_a_leap_year_catches_up_by_half(change: str, caught: str) -> None:
    # Figures of a public decision tool's acceptance cases: 120,000 for 2028, new price on 2 July.
    term = Term.of_days(date(2028, 1, 1), date(2028, 12, 31))
    done = term.before(date(2028, 7, 2))
    before = done.of(Decimal(120000), "USD")

    revised = catch_up(Decimal(120000) + Decimal(change), done, before, "USD")

    assert revised.catch_up == Decimal(caught)


# Figures of the same tool's cases: 200,000 in two obligations, a third and 50,000 added.
MIXED = [
    obligation("one", "60000", HALF, "180000", "90000", distinct=False),
    obligation("two", "0", NOTHING, "80000", "60000", distinct=True),
    obligation("new", "0", NOTHING, "40000", "30000", distinct=True),
]


def test_a_mixed_change_may_split_the_whole_modified_price() -> None:
    made = remeasure(Decimal(200000), Decimal(50000), MIXED, "USD", "updated_total_price")

    assert [row.allocated for row in made.obligations] == [
        150000, Decimal("66666.67"), Decimal("33333.33")
    ]  # fmt: skip
    assert [made.split, made.lifetime, made.catch_up] == [250000, 250000, 15000]


def test_a_mixed_change_may_split_only_what_is_not_recorded() -> None:
    made = remeasure(Decimal(200000), Decimal(50000), MIXED, "USD", "updated_remaining_price")

    assert [row.allocated for row in made.obligations] == [
        95000, Decimal("63333.33"), Decimal("31666.67")
    ]  # fmt: skip
    assert made.obligations[0].entitlement == 155000
    assert [made.split, made.catch_up] == [190000, 17500]


def test_where_all_is_distinct_the_change_is_prospective() -> None:
    # The same tool's prospective case: 18,000 for a service that sells for 30,000.
    rows = [
        obligation("old", "60000", HALF, "120000", "60000", distinct=True),
        obligation("new", "0", NOTHING, "30000", "30000", distinct=True),
    ]

    made = remeasure(Decimal(120000), Decimal(18000), rows, "USD")

    assert [row.allocated for row in made.obligations] == [52000, 26000]
    assert [made.recognised, made.catch_up, made.lifetime] == [60000, 0, 138000]


@given(
    SHARES,
    st.integers(0, 10**6),
    st.sampled_from(["updated_total_price", "updated_remaining_price"]),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
@settings(max_examples=80)
def test_what_was_and_what_will_be_recorded_is_the_modified_price(
    rows: list[tuple[int, int, bool, int]], more: int, policy: MixedPolicy, currency: str
) -> None:
    old = [
        ModifiedObligation(
            str(no), Decimal(done), Progress(Decimal(pct), Decimal(100)), distinct,
            Decimal(ssp), Decimal(ssp),
        )
        for no, (done, pct, distinct, ssp) in enumerate(rows)
    ]  # fmt: skip
    price = sum((row.recognised for row in old), Decimal(more))

    made = remeasure(price, Decimal(more), old, currency, policy)

    later = sum(row.future_revenue for row in made.obligations)
    assert made.recognised + made.catch_up + later == made.lifetime == price + more
    assert all(row.catch_up == 0 for row, was in zip(made.obligations, old, strict=True)
               if was.distinct)  # fmt: skip


@given(st.integers(0, 1000), st.integers(1, 200), st.integers(0, 200))
@settings(max_examples=60)
def test_blended_revenue_ends_at_the_consideration_and_never_falls(
    added: int, price: int, done: int
) -> None:
    mix = blend_units(CONTRACT, Decimal(added), Decimal(price), "JPY")
    some = min(Decimal(done), mix.remaining - 1)

    assert mix.revenue(some, "JPY") <= mix.revenue(some + 1, "JPY") <= mix.consideration
    assert mix.revenue(mix.remaining, "JPY") == mix.consideration


@pytest.mark.parametrize(
    ("enforceable", "probable", "included"),
    [(True, True, 100), (True, False, 0), (False, True, 0)],
)
def test_an_unpriced_change_order_counts_while_it_probably_stays(
    *, enforceable: bool, probable: bool, included: int
) -> None:
    order = unpriced_change_order(
        Decimal(1000), Decimal(100), HALF, Decimal(480), "EUR",
        enforceable=enforceable, probable=probable,
    )  # fmt: skip

    assert order.included == included
    assert order.revenue.catch_up == (1000 + included) / 2 - 480


def test_more_than_there_is_cannot_be_delivered_or_taken_out() -> None:
    with pytest.raises(MoreThanRemains):
        _ = Units(Decimal(1), Decimal(1), Decimal(2)).remaining
    with pytest.raises(MoreThanRemains):
        blend_units(CONTRACT, Decimal(-60), Decimal(100), "EUR")


def test_a_price_does_not_fall_below_nothing() -> None:
    with pytest.raises(PriceBelowNothing):
        catch_up(Decimal(-1), HALF, Decimal(0), "EUR")
    with pytest.raises(PriceBelowNothing):
        blend_units(CONTRACT, Decimal(-59), Decimal(1000), "EUR")
    with pytest.raises(PriceBelowNothing):
        remeasure(Decimal(100), Decimal(-41), MIXED, "EUR")


def test_negative_or_missing_figures_are_refused() -> None:
    with pytest.raises(FigureNotPositive):
        separate_contract(CONTRACT, Decimal(0), Decimal(1), "EUR")
    with pytest.raises(NegativeFigure):
        blend_units(CONTRACT, Decimal(1), Decimal(-1), "EUR")
    with pytest.raises(FigureNotPositive):
        blend_and_extend(Decimal(1), Decimal(0), Decimal(1), Decimal(0), "EUR")
    with pytest.raises(FigureNotPositive):
        remeasure(Decimal(1), Decimal(0), [obligation("a", "0", HALF, "0", "0", distinct=True)],
                  "EUR")  # fmt: skip
