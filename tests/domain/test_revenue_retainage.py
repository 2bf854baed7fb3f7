"""What a customer keeps back of each draw, and what it is called."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure
from domain.revenue.retainage import (
    Draw,
    DrawAboveContract,
    DrawsOutOfOrder,
    Line,
    OverReleased,
    RetainageRateOutOfRange,
    draws,
    held,
)

D = Decimal
DAY = date(2026, 1, 31)


def draw(complete: int, rate_pct: int, day: int = 31, released: int = 0) -> Draw:
    return Draw(date(2026, 1, day), D(complete), D(rate_pct), released=D(released))


def test_a_falling_rate_frees_what_was_kept() -> None:
    # Viewpoint Spectrum help, billing retention by draw request: 10 %, 5 %, nothing.
    first, second, third = draws(
        D(100000),
        (
            Draw(date(2015, 12, 31), D(90000), D(10)),
            Draw(date(2016, 1, 31), D(100000), D(5)),
            Draw(date(2016, 2, 28), D(100000), D(0)),
        ),
        "USD",
    )

    assert [x.retainage for x in (first, second, third)] == [D(9000), D(5000), D(0)]
    assert [x.billed_to_date for x in (first, second, third)] == [D(81000), D(95000), D(100000)]
    assert second.lines == (
        Line("trade_receivable", D(14000), D(0)),
        Line("retainage", D(0), D(4000)),
        Line("contract_revenue", D(0), D(10000)),
    )
    assert third.lines == (
        Line("trade_receivable", D(5000), D(0)),
        Line("retainage", D(0), D(5000)),
    )
    assert third.to_finish == 0


def test_a_rate_on_new_work_alone_keeps_what_was_kept() -> None:
    found = draws(D(1000), (draw(500, 10, 1), draw(1000, 0, 2)), "USD", "this_draw")

    assert [each.retainage for each in found] == [D(50), D(50)]


def test_retainage_stops_at_its_limit() -> None:
    found = draws(D(1000), (draw(400, 10, 1), draw(900, 10, 2)), "USD", limit=D(50))

    assert [each.retainage for each in found] == [D(40), D(50)]


def test_a_release_bills_what_was_held() -> None:
    _, last = draws(D(1000), (draw(1000, 10, 1), draw(1000, 10, 2, released=60)), "USD")

    assert (last.retainage, last.due_now) == (D(40), D(60))


def test_stored_material_may_have_its_own_rate() -> None:
    request = Draw(DAY, D(800), D(10), D(200), D(5))

    (found,) = draws(D(1000), (request,), "USD")
    (again,) = draws(D(1000), (request,), "USD", "this_draw")

    assert found.retainage == again.retainage == 90


def test_held_money_becomes_a_receivable_once_only_time_is_missing() -> None:
    accepted, due = date(2026, 3, 1), date(2026, 6, 1)

    assert held(D(90), accepted, due, date(2026, 2, 28)).contract_asset == 90
    assert held(D(90), None, None, date(2030, 1, 1)).contract_asset == 90
    assert held(D(90), accepted, due, accepted).retention_receivable == 90
    assert held(D(90), accepted, due, due).trade_receivable == 90


def test_silly_draws_are_refused() -> None:
    with pytest.raises(DrawAboveContract):
        draws(D(99), (draw(100, 10),), "USD")
    with pytest.raises(DrawsOutOfOrder):
        draws(D(1000), (draw(500, 10, 1), draw(400, 10, 2)), "USD")
    with pytest.raises(DrawsOutOfOrder):
        draws(D(1000), (draw(500, 10, 2), draw(500, 10, 1)), "USD")
    with pytest.raises(RetainageRateOutOfRange):
        draws(D(1000), (draw(500, 101),), "USD")
    with pytest.raises(NegativeFigure):
        draws(D(1000), (draw(-1, 10),), "USD")
    with pytest.raises(OverReleased):
        draws(D(1000), (draw(500, 10, released=51),), "USD")
    with pytest.raises(NegativeFigure):
        held(D(-1), None, None, DAY)


@given(
    st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 100)), min_size=1, max_size=8),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
@settings(max_examples=60)
def test_entries_balance_and_sum_to_the_work(work: list[tuple[int, int]], currency: str) -> None:
    done = sorted(amount for amount, _ in work)
    requests = [Draw(DAY, D(n), D(rate)) for n, (_, rate) in zip(done, work, strict=True)]

    found = draws(D(1000), tuple(requests), currency)

    for each in found:
        assert sum(x.debit for x in each.lines) == sum(x.credit for x in each.lines)
        assert each.billed_to_date + each.retainage == each.earned_to_date
    assert sum(each.due_now for each in found) == found[-1].billed_to_date
