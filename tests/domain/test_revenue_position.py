"""Contract asset, receivable or liability; rollforwards that tie; foreign layers."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.position import (
    Booked,
    ContractTwice,
    Layer,
    Movement,
    NoPositions,
    OutOfOrder,
    RollforwardDoesNotTie,
    UnconditionalAboveAsset,
    book,
    carrying,
    position,
    present,
    rollforward,
)

D = Decimal
START = date(2026, 1, 1)
FIGURES = st.integers(0, 10**6)
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["revenue", "invoice"]), st.integers(-500, 500), st.integers(1, 300)
    ),
    max_size=12,
)


def move(kind: Literal["revenue", "invoice"], amount: int, rate: str, day: int = 0) -> Movement:
    return Movement(kind, START + timedelta(days=day), D(amount), D(amount) * D(rate))


def test_a_contract_billed_ahead_owes_work_and_one_behind_is_owed() -> None:
    # Published WIP example: 500,000 earned, 550,000 or 450,000 billed.
    ahead = position("a", D(500000), D(550000))
    behind = position("a", D(500000), D(450000))

    assert (ahead.contract_liability, ahead.over_billed, ahead.contract_asset) == (
        D(50000), D(50000), D(0),
    )  # fmt: skip
    assert (behind.contract_asset, behind.under_billed, behind.contract_liability) == (
        D(50000), D(50000), D(0),
    )  # fmt: skip


def test_contracts_are_not_netted_with_each_other() -> None:
    # Totals of a contractor's SEC filing for 2017 (earned 667,200,361, billed 556,116,467), as
    # two made-up contracts: assets and liabilities as filed, not the net of all.
    shown = present(
        [
            position("under", D(667200361) - 1000, D(556041810) - 1000),
            position("over", D(1000), D(75657)),
        ]
    )

    assert (shown.contract_assets, shown.contract_liabilities) == (D(111158551), D(74657))
    assert shown.net == D(111083894)


def test_what_waits_for_time_alone_is_a_receivable() -> None:
    found = position("a", D(500), D(300), paid=D(250), unconditional=D(120))

    assert (found.contract_asset, found.unbilled_receivable, found.receivable) == (
        D(80), D(120), D(50),
    )  # fmt: skip


def test_money_before_the_bill_is_a_liability_too() -> None:
    found = position("a", D(20), D(50), paid=D(80))

    assert (found.contract_liability, found.receivable) == (D(60), D(0))


def test_silly_positions_are_refused() -> None:
    with pytest.raises(UnconditionalAboveAsset):
        position("a", D(10), D(5), unconditional=D(6))
    with pytest.raises(NegativeFigure):
        position("a", D(10), D(5), unconditional=D(-6))
    with pytest.raises(NoPositions):
        present([])
    with pytest.raises(ContractTwice):
        present([position("a", D(1), D(0)), position("a", D(0), D(1))])


def test_a_rollforward_ties_and_tells_what_was_owed_before() -> None:
    found = rollforward(D(-100), recognised=D(130), billed=D(50), fx=D(2), closing=D(-18))

    assert (found.closing, found.from_opening_liability) == (D(-18), D(100))
    with pytest.raises(RollforwardDoesNotTie):
        rollforward(D(-100), recognised=D(130), closing=D(31))


def test_revenue_of_a_prepaid_contract_has_the_rate_of_the_bill() -> None:
    # IFRIC 22: billed 100 at 1.10, earned 60 when the rate is 1.30.
    billed = book((), move("invoice", 100, "1.10"), "EUR")
    earned = book(billed.layers, move("revenue", 60, "1.30", 40), "EUR")

    assert (earned.functional, earned.fx) == (D(66), D(0))
    assert earned.layers == (Layer(START, D(-40), D(-44)),)


def test_revenue_beyond_the_bill_has_its_own_days_rate() -> None:
    billed = book((), move("invoice", 100, "1.10"), "EUR")
    earned = book(billed.layers, move("revenue", 150, "1.30", 40), "EUR")

    assert earned.functional == D(110) + D(65)
    assert earned.layers == (Layer(START + timedelta(days=40), D(50), D(65)),)


def test_a_bill_of_earned_work_shows_the_exchange_difference() -> None:
    earned = book((), move("revenue", 100, "1.10"), "EUR")
    billed = book(earned.layers, move("invoice", 150, "1.20", 30), "EUR")

    assert (billed.functional, billed.fx) == (D(180), D(10))
    assert carrying(billed.layers) == (D(-50), D(-60))


def test_oldest_bills_are_earned_first() -> None:
    first = book((), move("invoice", 100, "1.10"), "EUR")
    second = book(first.layers, move("invoice", 100, "1.30", 10), "EUR")

    earned = book(second.layers, move("revenue", 120, "2.00", 20), "EUR")

    assert earned.functional == D(110) + D(26)


def test_a_credit_memo_goes_back_at_the_rate_of_its_bill() -> None:
    billed = book((), move("invoice", 100, "1.10"), "EUR")
    credited = book(billed.layers, move("invoice", -100, "1.50", 10), "EUR")

    assert (credited.functional, credited.fx, credited.layers) == (D(-110), D(0), ())


def test_a_movement_before_the_last_layer_is_refused() -> None:
    layers = book((), move("invoice", 100, "1.10", 9), "EUR").layers

    with pytest.raises(OutOfOrder):
        book(layers, move("revenue", 1, "1.10", 8), "EUR")


@given(MOVES)
@settings(max_examples=80)
def test_layers_carry_every_movement_and_end_together(
    moves: list[tuple[Literal["revenue", "invoice"], int, int]],
) -> None:
    layers: tuple[Layer, ...] = ()
    net, booked = D(0), D(0)
    for day, (kind, amount, rate) in enumerate(moves):
        found: Booked = book(layers, move(kind, amount, str(D(rate) / 100), day), "EUR")
        sign = 1 if kind == "revenue" else -1
        net, booked = net + sign * amount, booked + sign * found.functional + found.fx
        layers = found.layers

        assert carrying(layers) == (net, booked)
        assert net or not booked


@given(st.lists(st.tuples(FIGURES, FIGURES), min_size=1, max_size=8))
@settings(max_examples=60)
def test_assets_less_liabilities_are_earned_less_billed(pairs: list[tuple[int, int]]) -> None:
    shown = present([position(str(no), D(e), D(b)) for no, (e, b) in enumerate(pairs)])

    assert shown.contract_assets - shown.contract_liabilities == sum(e - b for e, b in pairs)
    assert min(shown.contract_assets, shown.contract_liabilities) >= 0
