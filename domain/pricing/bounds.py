"""Bounds of a price's terms: what no figure of a price may be, refused with its name."""

from collections.abc import Sized
from decimal import Decimal

from domain.errors import Refusal

ZERO = Decimal(0)
HUNDRED = Decimal(100)


class NegativeFigure(Refusal):
    """A quantity, price or share is below zero."""

    code = "NEGATIVE_FIGURE"


class PercentOutOfRange(Refusal):
    """A share of a whole is below 0 or above 100 percent."""

    code = "PERCENT_OUT_OF_RANGE"


class NothingGiven(Refusal):
    """A list that must have something in it is empty."""

    code = "NOTHING_GIVEN"


class UnequalCount(Refusal):
    """Two lists that belong together differ in length."""

    code = "UNEQUAL_COUNT"


def require_not_negative(figure: Decimal | int, field: str) -> None:
    """Raises NegativeFigure."""
    if figure < 0:
        raise NegativeFigure(f"{field} is {figure}, below zero", field=field)


def require_share(pct: Decimal, field: str) -> None:
    """Raises PercentOutOfRange where ``pct`` is no share of a whole."""
    if not 0 <= pct <= HUNDRED:
        raise PercentOutOfRange(f"{field} is {pct} %, not between 0 and 100", field=field)


def require_some(values: Sized, field: str) -> None:
    """Raises NothingGiven."""
    if not len(values):
        raise NothingGiven(f"no {field} given", field=field)


def require_same_count(one: Sized, other: Sized, field: str) -> None:
    """Raises UnequalCount."""
    if len(one) != len(other):
        raise UnequalCount(f"{len(one)} given, but {len(other)} {field}", field=field)


def pct_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """A part in percent of its whole, unrounded; None of nothing."""
    return part * HUNDRED / whole if whole else None


def shown(pct: Decimal | None) -> str:
    """A percentage for a sentence, two decimals."""
    return "not defined" if pct is None else f"{pct:.2f} %"
