"""Amounts as text: the database's own digits, padded to the currency's decimals."""

from functools import cache

from domain.money import UnknownCurrency, minor_unit


def exact(amount: str, currency: str) -> str:
    """``"1200"`` of EUR is ``"1200.00"``; more decimals than the currency has are kept."""
    digits = decimals(currency)
    whole, _, fraction = amount.partition(".")
    return f"{whole}.{fraction:0<{digits}}" if len(fraction) < digits else amount


@cache
def decimals(currency: str) -> int:
    """How many decimals a currency has; none where the code is not ISO 4217."""
    try:
        return -int(minor_unit(currency).as_tuple().exponent)
    except UnknownCurrency:
        return 0
