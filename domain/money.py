"""Amounts: the currency table's minor unit, half-up rounding, splits that lose no cent.

Amounts are ``Decimal`` beside an ISO 4217 code, or py-moneyed ``Money`` where both travel
together. py-moneyed's own rounding is half-even, so rounding is ours.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from math import lcm

from moneyed import CurrencyDoesNotExist, Money, get_currency

from domain.errors import Refusal

__all__ = [
    "Money",
    "apportion",
    "checked",
    "minor_unit",
    "quantize",
    "require_fine",
    "split",
    "to_minor",
    "whole_numbers",
]

LARGEST = Decimal(10) ** 14


class UnknownCurrency(Refusal):
    """The code is not an ISO 4217 currency."""

    code = "UNKNOWN_CURRENCY"


class AmountTooFine(Refusal):
    """The amount has more decimals than its currency."""

    code = "AMOUNT_TOO_FINE"


class AmountTooLarge(Refusal):
    """The amount is beyond what books are kept for: 100 trillion of its currency."""

    code = "AMOUNT_TOO_LARGE"


class CurrencyMismatch(Refusal):
    """Two amounts that must share a currency do not."""

    code = "CURRENCY_MISMATCH"


@cache
def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 EUR, 1 JPY, 0.001 KWD. Raises UnknownCurrency."""
    try:
        found = get_currency(currency)
    except CurrencyDoesNotExist:
        raise UnknownCurrency(f"{currency!r} is not an ISO 4217 currency code") from None
    return Decimal(1).scaleb(-len(str(found.sub_unit)) + 1)


def quantize(amount: Decimal, currency: str) -> Decimal:
    """Round half away from zero to the minor unit, so a credit mirrors its invoice.

    Raises AmountTooLarge: balances are kept as whole minor units in 64 bits, and a typo in one
    amount must not stop the books of all.
    """
    if not -LARGEST < amount < LARGEST:
        raise AmountTooLarge(f"{amount:.2E} {currency} is too large an amount")
    return amount.quantize(minor_unit(currency), ROUND_HALF_UP)


def checked(amount: Money, *, field: str = "amount") -> Money:
    """The amount as given; raises AmountTooFine where it needs rounding first."""
    require_fine(amount.amount, amount.currency.code, field=field)
    return amount


def require_fine(amount: Decimal, currency: str, *, field: str = "amount") -> None:
    """Raise AmountTooFine where the amount has more decimals than its currency."""
    if amount != quantize(amount, currency):
        raise AmountTooFine(f"{amount} has more decimals than {currency} has", field=field)


def to_minor(amount: Decimal, currency: str) -> int:
    """A rounded amount as a whole number of minor units."""
    return int(amount / minor_unit(currency))


def split(
    total: Decimal, weights: Sequence[Decimal] | Sequence[Fraction], currency: str
) -> list[Decimal]:
    """Parts in proportion to ``weights`` that sum to ``total``, by largest remainder.

    Ties go to the earlier part; shares are exact. Weights are not all zero and share a sign.
    """
    unit = minor_unit(currency)
    return [part * unit for part in apportion(int(total / unit), whole_numbers(weights))]


def apportion(units: int, weights: Sequence[int]) -> list[int]:
    """The same in whole units by whole weights, with their sum not zero."""
    whole, sign = sum(weights), -1 if units < 0 else 1
    shares = [divmod(abs(units) * weight, whole) for weight in weights]
    parts = [part for part, _ in shares]
    left = abs(units) - sum(parts)
    if left:
        rests = [abs(rest) for _, rest in shares]
        for at in sorted(range(len(parts)), key=rests.__getitem__, reverse=True)[:left]:
            parts[at] += 1
    return parts if sign > 0 else [-part for part in parts]


def whole_numbers(weights: Sequence[Decimal] | Sequence[Fraction]) -> list[int]:
    """Whole numbers in the same proportions."""
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = lcm(*(below for _, below in ratios))
    return [above * (common // below) for above, below in ratios]
