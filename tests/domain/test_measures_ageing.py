"""Open items by age, on any day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.measures.ageing import (
    USUAL_DAYS,
    BucketsOutOfOrder,
    OpenItem,
    age,
    bucket_names,
    bucket_of,
)
from domain.money import AmountTooFine, CurrencyMismatch
from domain.pricing.bounds import NothingGiven
from tests.domain.figures import figures

TODAY = date(2024, 2, 29)


def item(amount: str, days_late: int = 0, currency: str = "EUR") -> OpenItem:
    due = TODAY - timedelta(days=days_late)
    return OpenItem("INV-1", due - timedelta(days=30), due, Decimal(amount), currency)


@pytest.mark.parametrize(
    ("days_late", "name"),
    [
        (-5, "current"),
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91+"),
        (4000, "91+"),
    ],
)
def test_an_item_is_current_on_the_day_it_is_due(days_late: int, name: str) -> None:
    assert bucket_of(days_late) == name


def test_buckets_are_said_by_their_last_days() -> None:
    assert bucket_names((15, 45)) == ("current", "1-15", "16-45", "46+")


def test_items_are_summed_by_age_and_credits_reduce() -> None:
    found = age([item("100"), item("60", 10), item("-20", 10), item("60", 100)], TODAY, "EUR")

    assert [bucket.amount for bucket in found.buckets] == [100, 40, 0, 0, 60]
    assert [bucket.items for bucket in found.buckets] == [1, 2, 0, 0, 1]
    assert (found.total, found.overdue, found.buckets[0].share_pct) == figures("200 100 50")


def test_items_may_age_from_their_issue() -> None:
    found = age([item("100")], TODAY, "EUR", by="issued_on")

    assert found.buckets[1].amount == 100


def test_nothing_open_makes_empty_buckets() -> None:
    found = age([], TODAY, "JPY")

    assert [bucket.amount for bucket in found.buckets] == [0] * 5
    assert found.buckets[0].share_pct is None


def test_items_of_another_currency_or_too_fine_are_refused() -> None:
    with pytest.raises(CurrencyMismatch):
        age([item("1", currency="USD")], TODAY, "EUR")
    with pytest.raises(AmountTooFine):
        age([item("1.5", currency="JPY")], TODAY, "JPY")


@pytest.mark.parametrize("days", [(30, 30), (30, 15), (0, 30), (-1,)])
def test_buckets_rise(days: tuple[int, ...]) -> None:
    with pytest.raises(BucketsOutOfOrder):
        bucket_names(days)


def test_there_are_buckets() -> None:
    with pytest.raises(NothingGiven):
        bucket_names(())


@given(st.lists(st.tuples(st.decimals(-1000, 1000, places=2), st.integers(-100, 400))))
def test_buckets_sum_to_all_items(opens: list[tuple[Decimal, int]]) -> None:
    found = age([item(str(amount), late) for amount, late in opens], TODAY, "EUR", USUAL_DAYS)

    assert sum(bucket.amount for bucket in found.buckets) == found.total
    assert sum(bucket.items for bucket in found.buckets) == len(opens)
    assert found.total == sum(amount for amount, _ in opens)
