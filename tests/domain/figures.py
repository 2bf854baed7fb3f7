"""Figures of worked examples, written as they are printed."""

from decimal import Decimal


def figures(text: str) -> tuple[Decimal, ...]:
    """``"1050 52.50"`` as two exact decimals."""
    return tuple(map(Decimal, text.split()))
