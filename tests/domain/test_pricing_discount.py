"""Discounts of lines and documents, before tax."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pricing.bounds import NegativeFigure, NothingGiven, PercentOutOfRange
from domain.pricing.discount import (
    NO_DISCOUNT,
    Discount,
    DiscountedLine,
    DiscountLine,
    DiscountOverAmount,
    TwoDiscounts,
    discount_lines,
)
from tests.domain.figures import figures

TEN_PCT = Discount(pct=Decimal(10))
AMOUNTS = st.lists(st.decimals(0, 10**5, places=3), min_size=1, max_size=10)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])


def lines(text: str) -> list[DiscountLine]:
    return [DiscountLine(amount, tax_rate_pct=Decimal(20)) for amount in figures(text)]


def net_of(line: DiscountedLine) -> Decimal:
    return line.net


def test_a_documents_discount_is_spread_by_largest_remainder() -> None:
    found = discount_lines(lines("10 10 10"), Discount(amount=Decimal(10)), "EUR")

    assert [line.document_discount for line in found.lines] == list(figures("3.34 3.33 3.33"))
    assert (found.net, found.tax, found.total) == figures("20 3.99 23.99")


def test_a_lines_own_discount_comes_first() -> None:
    given_lines = [
        DiscountLine(Decimal(200), Discount(pct=Decimal(50))),
        DiscountLine(Decimal(100)),
    ]

    found = discount_lines(given_lines, TEN_PCT, "EUR")

    assert [line.document_discount for line in found.lines] == [10, 10]
    assert (found.gross, found.discount, found.net) == figures("300 120 180")


def test_tax_is_on_what_is_asked() -> None:
    """Lago, a coupon of 250.00 on one of two lines."""
    given_lines = [
        DiscountLine(Decimal("179.00"), tax_rate_pct=Decimal(10)),
        DiscountLine(Decimal("399.00"), Discount(amount=Decimal(250)), Decimal(20)),
    ]

    found = discount_lines(given_lines, NO_DISCOUNT, "EUR")

    assert (found.tax, found.total) == figures("47.70 375.70")


def test_all_may_be_taken_off() -> None:
    found = discount_lines(lines("10 0.01"), Discount(pct=Decimal(100)), "EUR")

    assert not found.total


@pytest.mark.parametrize(
    ("discount", "refusal"),
    [
        (Discount(Decimal(1), Decimal(1)), TwoDiscounts),
        (Discount(pct=Decimal(101)), PercentOutOfRange),
        (Discount(pct=Decimal(-1)), PercentOutOfRange),
        (Discount(amount=Decimal(-1)), NegativeFigure),
        (Discount(amount=Decimal("30.01")), DiscountOverAmount),
    ],
)
def test_a_discount_that_cannot_be_is_refused(
    discount: Discount, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        discount_lines(lines("10 10 10"), discount, "EUR")


def test_lines_are_some_and_not_below_zero() -> None:
    with pytest.raises(NothingGiven):
        discount_lines([], TEN_PCT, "EUR")
    with pytest.raises(NegativeFigure):
        discount_lines(lines("-1"), TEN_PCT, "EUR")


@given(AMOUNTS, st.integers(0, 100), CURRENCIES)
def test_lines_add_up_and_none_goes_below_zero(
    amounts: list[Decimal], pct: int, currency: str
) -> None:
    given_lines = [DiscountLine(amount) for amount in amounts]

    found = discount_lines(given_lines, Discount(pct=Decimal(pct)), currency)

    assert sum(map(net_of, found.lines)) == found.net == found.gross - found.discount
    assert min(map(net_of, found.lines)) >= 0
    assert all(line.gross - line.document_discount == line.net for line in found.lines)
