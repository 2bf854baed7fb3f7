"""Parts of periods, in days, months of thirty, seconds and cycles."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.proration import (
    Alignment,
    BadCycle,
    BillCycle,
    EmptySpan,
    OutsidePeriod,
    Span,
    add_months,
    change_plan,
    cycles_due,
    cycles_of,
    days_of,
    prorate,
    prorate_days,
    prorate_time,
)

DAYS = st.dates(date(2019, 1, 1), date(2032, 12, 31))
PRICES = st.decimals(0, 10**6, places=2)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])


def d(*numbers: int | str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, numbers))


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_a_quarterly_plan_ended_inside_the_quarter_costs_its_days() -> None:
    """Published by Lago, upgrade_proration_spec: 91,000 over 91 days, 32 of them used."""
    quarter = Span.through(day("2024-04-15"), day("2024-07-14"))
    used = Span.through(day("2024-05-20"), day("2024-06-20"))

    found = prorate_days(Decimal("910.00"), quarter, used, "EUR")

    assert (found.amount, found.part, found.whole) == d("320.00", 32, 91)
    assert [step.rule for step in found.steps] == ["proration.actual_days", "proration.share"]


def test_a_span_is_half_open() -> None:
    february = Span(day("2024-02-01"), day("2024-03-01"))

    assert february.days == 29
    assert february == Span.through(day("2024-02-01"), day("2024-02-29"))
    assert february.text == "2024-02-01 to 2024-02-29"
    assert february.within(Span(day("2024-03-01"), day("2024-04-01"))) is None


@pytest.mark.parametrize(
    ("start", "end", "fixed", "days"),
    [
        ("2023-02-23", "2023-03-15", 30, 22),
        ("2023-05-23", "2023-06-15", 30, 22),
        ("2023-05-23", "2023-06-15", 28, 20),
        ("2024-02-01", "2024-03-01", 30, 30),
        ("2023-01-31", "2023-03-31", 30, 60),
        ("2023-01-30", "2023-01-31", 30, 0),
        ("2024-02-23", "2024-03-15", 0, 21),
    ],
)
def test_every_month_may_count_thirty_days(start: str, end: str, fixed: int, days: int) -> None:
    """The first three are published by Kill Bill (fixed proration)."""
    assert days_of(Span(day(start), day(end)), fixed) == days


def test_time_is_prorated_by_the_second() -> None:
    noon = datetime(2024, 2, 15, 12, tzinfo=UTC)
    february = (datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC))

    found = prorate_time(Decimal(29), february, (noon, datetime(2024, 4, 1, tzinfo=UTC)), "EUR")

    assert (found.amount, found.part) == d("14.50", 1_252_800)


def test_an_upgrade_credits_the_old_and_charges_the_new() -> None:
    """Published by Stripe (prorations): 10 to 20 at half time asks for 5."""
    found = change_plan(Decimal(10), Decimal(20), Decimal("0.5"), 1, "USD")

    assert (found.credit_unused, found.charge_remaining, found.net) == d(-5, 10, 5)


def test_a_downgrade_gives_back() -> None:
    assert change_plan(Decimal(249), Decimal(99), 18, 30, "USD").net == Decimal("-90.00")


@pytest.mark.parametrize(("part", "whole"), [(-1, 30), (31, 30)])
def test_a_part_outside_its_whole_is_refused(part: int, whole: int) -> None:
    with pytest.raises(OutsidePeriod):
        prorate(Decimal(10), part, whole, "EUR")


def test_a_period_without_a_day_is_refused() -> None:
    with pytest.raises(EmptySpan):
        prorate(Decimal(10), 0, 0, "EUR")
    with pytest.raises(EmptySpan):
        prorate_days(Decimal(10), Span(day("2024-01-01"), day("2024-01-01")),
                     Span(day("2024-01-01"), day("2024-01-02")), "EUR")  # fmt: skip
    with pytest.raises(EmptySpan):
        cycles_of(BillCycle(1), day("2024-01-02"), day("2024-01-02"))


@pytest.mark.parametrize("cycle", [BillCycle(0), BillCycle(32), BillCycle(1, 0)])
def test_a_cycle_that_is_none_is_refused(cycle: BillCycle) -> None:
    with pytest.raises(BadCycle):
        cycles_of(cycle, day("2024-01-01"), day("2024-03-01"))


@pytest.mark.parametrize(
    ("start", "end", "target", "cycle_day", "months", "cycles"),
    [
        ("2011-02-01", None, "2011-02-13", 13, 1, "1.387096774"),
        ("2010-06-17", "2010-07-25", "2010-07-17", 17, 1, "1.258064516"),
        ("2011-01-01", "2011-02-27", "2011-02-26", 15, 1, "1.880184332"),
        ("2011-01-01", "2012-01-27", "2012-01-15", 15, 12, "1.071143049"),
        ("2011-01-31", None, "2012-01-31", 31, 1, "13"),
    ],
)
def test_stubs_and_cycles_in_advance(
    start: str, end: str | None, target: str, cycle_day: int, months: int, cycles: str
) -> None:
    """Published by Kill Bill: leading, trailing and double proration, cycle day 31."""
    last = day(end) if end else None

    found = cycles_due(BillCycle(cycle_day, months), day(start), day(target), last)

    assert sum(piece.cycles for piece in found) == Decimal(cycles)


def test_in_arrears_only_what_has_ended_is_due() -> None:
    cycle = BillCycle(15, in_advance=False)
    start, end = day("2024-01-01"), day("2024-03-01")

    assert not cycles_due(cycle, start, day("2024-01-14"), end)
    assert [p.days for p in cycles_due(cycle, start, day("2024-01-15"), end)] == [14]
    assert [p.days for p in cycles_due(cycle, start, day("2024-03-01"), end)] == [14, 31, 15]


def test_the_anchor_day_survives_february() -> None:
    found = cycles_of(BillCycle(31), day("2023-01-31"), day("2023-05-31"))

    assert [piece.span.starts_on.day for piece in found] == [31, 28, 31, 30]
    assert all(piece.cycles == 1 for piece in found)


@pytest.mark.parametrize(("alignment", "whole"), [("anchor", 28), ("calendar", 31)])
def test_a_stub_before_a_short_month_belongs_to_the_agreed_cycle(
    alignment: Alignment, whole: int
) -> None:
    """Calendar: Kill Bill counts from 28 January, which has 31 days to 28 February."""
    cycle = BillCycle(31, alignment=alignment)

    stub = cycles_due(cycle, day("2011-02-14"), day("2011-02-14"))[0]

    assert (stub.days, stub.cycle_days) == (14, whole)


@given(PRICES, st.integers(1, 400), st.integers(0, 400), CURRENCIES)
def test_two_parts_of_a_period_are_within_a_unit_of_it(
    price: Decimal, days: int, used: int, currency: str
) -> None:
    used = min(used, days)
    first = prorate(price, used, days, currency).amount
    rest = prorate(price, days - used, days, currency).amount

    assert abs(first + rest - price) <= Decimal("0.01" if currency == "EUR" else 1)


@given(PRICES, st.integers(1, 366), st.data())
def test_a_plan_change_there_and_back_costs_nothing(
    price: Decimal, whole: int, data: st.DataObject
) -> None:
    left = data.draw(st.integers(0, whole))
    up = change_plan(price, price + 7, left, whole, "EUR")
    down = change_plan(price + 7, price, left, whole, "EUR")

    assert up.net == -down.net


@given(DAYS, st.integers(1, 900), st.integers(1, 31), st.sampled_from([1, 3, 6, 12]))
def test_pieces_cover_every_day_once(start: date, days: int, anchor: int, months: int) -> None:
    end = start + timedelta(days=days)

    pieces = cycles_of(BillCycle(anchor, months), start, end)

    assert pieces[0].span.starts_on == start
    assert pieces[-1].span.ends_before == end
    assert all(a.span.ends_before == b.span.starts_on for a, b in pairwise(pieces))
    assert all(0 < piece.days <= piece.cycle_days for piece in pieces)


@given(DAYS, st.integers(0, 40), st.integers(1, 31))
def test_months_later_keep_the_anchor_where_they_can(on: date, months: int, anchor: int) -> None:
    found = add_months(on, months, anchor)

    assert found.day <= anchor
    assert found.day == anchor or (found + timedelta(days=1)).day == 1
