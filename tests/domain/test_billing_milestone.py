"""Schedules that sum to the price."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.milestone import (
    AmountOrPercent,
    Entry,
    FrozenAbovePrice,
    Schedule,
    ScheduleMismatch,
    UnknownScheduleEntry,
    approve,
    plan,
    replan,
)
from domain.money import AmountTooFine

PRICE = Decimal(50000)


def amounts(schedule: Schedule) -> list[Decimal]:
    return [milestone.amount for milestone in schedule.milestones]


def three() -> Schedule:
    """Dynamics 365, milestone billing: 10,000, 20,000 and 20,000 of 50,000."""
    shares = [Decimal(10000), Decimal(20000), Decimal(20000)]
    return plan(PRICE, [Entry(str(no), amount) for no, amount in enumerate(shares)], "USD")


def test_an_approved_milestone_is_frozen() -> None:
    done = approve(three(), "0")

    assert (done.frozen, done.price) == (Decimal(10000), PRICE)
    assert approve(done, "0") == done


def test_amounts_and_percentages_mix() -> None:
    entries = [Entry("start", Decimal(10)), *(Entry(str(no), pct=Decimal(30)) for no in range(3))]

    found = plan(Decimal(100), entries, "JPY")

    assert amounts(found) == [Decimal(10), Decimal(30), Decimal(30), Decimal(30)]


def test_a_percentage_loses_no_cent() -> None:
    entries = [Entry("a", pct=Decimal("12.5")), Entry("b", pct=Decimal("87.5"))]

    assert amounts(plan(Decimal("0.04"), entries, "EUR")) == [Decimal("0.01"), Decimal("0.03")]


def test_a_new_price_is_spread_over_what_is_open() -> None:
    found = replan(approve(three(), "0"), Decimal(50001))

    assert amounts(found) == [Decimal(10000), Decimal("20000.50"), Decimal("20000.50")]
    assert found.steps[0].rule == "milestone.replan"


def test_open_entries_of_nothing_share_equally() -> None:
    done = replan(approve(three(), "0"), Decimal(10000))

    assert amounts(replan(done, Decimal(10001)))[1:] == [Decimal("0.50"), Decimal("0.50")]


@pytest.mark.parametrize("amount", ["49999.99", "50000.01"])
def test_a_schedule_that_misses_the_price_is_refused(amount: str) -> None:
    with pytest.raises(ScheduleMismatch):
        plan(PRICE, [Entry("all", Decimal(amount))], "USD")


def test_thirds_written_with_two_decimals_are_refused() -> None:
    with pytest.raises(ScheduleMismatch):
        plan(PRICE, [Entry(name, pct=Decimal("33.33")) for name in "abc"], "USD")


@pytest.mark.parametrize(
    "entry",
    [
        Entry("a"),
        Entry("a", Decimal(1), Decimal(1)),
        Entry("a", Decimal(0)),
        Entry("a", pct=-PRICE),
    ],
)
def test_an_entry_is_either_amount_or_percent(entry: Entry) -> None:
    with pytest.raises(AmountOrPercent):
        plan(PRICE, [entry], "USD")


def test_names_are_needed_once() -> None:
    with pytest.raises(UnknownScheduleEntry):
        plan(PRICE, [Entry("a", pct=Decimal(50)), Entry("a", pct=Decimal(50))], "USD")
    with pytest.raises(UnknownScheduleEntry):
        approve(three(), "9")
    with pytest.raises(UnknownScheduleEntry):
        plan(PRICE, [], "USD")
    with pytest.raises(AmountTooFine):
        plan(Decimal("0.5"), [Entry("a", pct=Decimal(100))], "JPY")


def test_a_price_below_what_is_approved_is_refused() -> None:
    done = approve(approve(three(), "0"), "1")

    with pytest.raises(FrozenAbovePrice):
        replan(done, Decimal(29999))
    with pytest.raises(FrozenAbovePrice):
        replan(approve(done, "2"), Decimal(50001))


@given(
    st.integers(0, 10**7),
    st.lists(st.integers(1, 50), min_size=1, max_size=12),
    st.integers(0, 10**7),
    st.data(),
)
def test_the_schedule_is_the_price_before_and_after(
    cents: int, shares: list[int], more: int, data: st.DataObject
) -> None:
    whole = sum(shares)
    price = Decimal(cents * whole).scaleb(-2)
    entries = [Entry(str(no), price * s / whole) for no, s in enumerate(shares)] if cents else []
    entries = entries or [Entry(str(no), pct=Decimal(100)) for no in range(1)]
    schedule = plan(price, entries, "EUR")
    frozen = data.draw(st.integers(0, len(entries) - 1))
    for no in range(frozen):
        schedule = approve(schedule, str(no))

    found = replan(schedule, price + Decimal(more).scaleb(-2))

    assert sum(amounts(schedule)) == price
    assert sum(amounts(found)) == found.price
    assert amounts(found)[:frozen] == amounts(schedule)[:frozen]
