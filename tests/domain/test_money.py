"""Rounding, minor units, and splits that lose nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import (
    LARGEST,
    AmountTooFine,
    AmountTooLarge,
    Money,
    UnknownCurrency,
    checked,
    minor_unit,
    quantize,
    split,
    to_minor,
)

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])
AMOUNTS = st.decimals(-(10**12), 10**12, places=5, allow_nan=False)
WEIGHTS = st.lists(st.decimals(0, 10**6, places=4), min_size=1, max_size=40).filter(any)


@pytest.mark.parametrize(
    ("currency", "unit"), [("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.001"), ("CLF", "0.0001")]
)
def test_every_currency_has_its_own_smallest_amount(currency: str, unit: str) -> None:
    assert minor_unit(currency) == Decimal(unit)


@pytest.mark.parametrize("code", ["EURO", "eur", "", "ZZZ"])
def test_a_currency_that_does_not_exist_is_refused(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        minor_unit(code)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("2.665", "EUR", "2.67"),
        ("0.125", "EUR", "0.13"),
        ("-0.125", "EUR", "-0.13"),
        ("1.005", "EUR", "1.01"),
        ("0.5", "JPY", "1"),
        ("1.2345", "KWD", "1.235"),
        ("0.004", "EUR", "0.00"),
    ],
)
def test_a_half_goes_away_from_zero(amount: str, currency: str, rounded: str) -> None:
    assert quantize(Decimal(amount), currency) == Decimal(rounded)


@given(AMOUNTS, CURRENCIES)
def test_a_credit_rounds_as_its_invoice_did(amount: Decimal, currency: str) -> None:
    assert quantize(-amount, currency) == -quantize(amount, currency)


@given(AMOUNTS, CURRENCIES)
def test_rounding_moves_by_half_a_unit_at_most(amount: Decimal, currency: str) -> None:
    assert abs(quantize(amount, currency) - amount) * 2 <= minor_unit(currency)


@pytest.mark.parametrize("amount", ["1E+14", "-1E+14", "1E+40", "100000000000000"])
def test_an_amount_beyond_all_books_is_refused(amount: str) -> None:
    with pytest.raises(AmountTooLarge):
        quantize(Decimal(amount), "JPY")


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_ninety_of_the_largest_amounts_fit_a_balance(currency: str) -> None:
    largest = LARGEST - minor_unit(currency)

    assert 90 * to_minor(quantize(largest, currency), currency) < 2**63


@pytest.mark.parametrize(("amount", "currency"), [("1.001", "EUR"), ("1.5", "JPY")])
def test_an_amount_finer_than_its_currency_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(AmountTooFine):
        checked(Money(Decimal(amount), currency))


def test_trailing_zeros_are_not_finer() -> None:
    assert checked(Money(Decimal("100.000"), "JPY")).amount == 100


@given(AMOUNTS, CURRENCIES)
def test_minor_units_are_whole_and_exact(amount: Decimal, currency: str) -> None:
    rounded = quantize(amount, currency)

    assert to_minor(rounded, currency) * minor_unit(currency) == rounded


@pytest.mark.parametrize(
    ("total", "weights", "currency", "parts"),
    [
        ("10.00", "1 1 1", "EUR", "3.34 3.33 3.33"),
        ("0.02", "1 1 1", "EUR", "0.01 0.01 0.00"),
        ("100", "1 2 3", "JPY", "17 33 50"),
        ("-0.05", "1 1", "EUR", "-0.03 -0.02"),
        ("1", "0.001 0.999", "KWD", "0.001 0.999"),
        ("5.00", "0 1 0", "EUR", "0 5.00 0"),
    ],
)
def test_what_is_left_goes_by_largest_remainder_ties_to_the_earlier(
    total: str, weights: str, currency: str, parts: str
) -> None:
    found = split(Decimal(total), list(map(Decimal, weights.split())), currency)

    assert found == list(map(Decimal, parts.split()))


@given(AMOUNTS, WEIGHTS, CURRENCIES)
def test_parts_sum_to_the_whole(total: Decimal, weights: list[Decimal], currency: str) -> None:
    whole = quantize(total, currency)

    assert sum(split(whole, weights, currency)) == whole


@given(AMOUNTS, WEIGHTS, CURRENCIES)
def test_no_part_is_a_whole_unit_off_its_share(
    total: Decimal, weights: list[Decimal], currency: str
) -> None:
    whole, unit = quantize(total, currency), minor_unit(currency)

    for part, weight in zip(split(whole, weights, currency), weights, strict=True):
        assert abs(part - whole * weight / sum(weights)) < unit
