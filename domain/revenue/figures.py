"""Figures of revenue: exact shares, rounded once, in parts that lose nothing.

Shares and progress stay fractions until a cumulative figure or a part is rounded, half away from
zero. What no figure may be (negative, more than the whole) is refused here for all calculators.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from domain.errors import Refusal
from domain.money import minor_unit, quantize
from domain.pricing.bounds import NegativeFigure

ZERO = Decimal(0)


class FigureNotPositive(Refusal):
    """A figure that others are divided by, or that must exist, is zero or less."""

    code = "FIGURE_NOT_POSITIVE"


class InvalidPercentage(Refusal):
    """A percentage is not between 0 and 100."""

    code = "INVALID_PERCENTAGE"


class ForecastBelowActual(Refusal):
    """Less is expected in all than there was already."""

    code = "FORECAST_BELOW_ACTUAL"


class CreditAboveInvoice(Refusal):
    """The credit is more than the invoice, or than what is left of it."""

    code = "CREDIT_ABOVE_INVOICE"


class UnitTooCoarse(Refusal):
    """The amount is no multiple of the unit it shall be split in."""

    code = "UNIT_TOO_COARSE"


def portion(amount: Decimal, of: Fraction, currency: str) -> Decimal:
    """A fraction of an amount, rounded once. Raises AmountTooLarge."""
    return to_money(Fraction(amount) * of, currency)


def to_money(value: Fraction, currency: str) -> Decimal:
    """Half away from zero to the currency's minor unit. Raises AmountTooLarge."""
    return quantize(rounded(value, minor_unit(currency)), currency)


def rounded(value: Fraction, unit: Decimal) -> Decimal:
    """Half away from zero to a multiple of ``unit``, without going through a decimal first."""
    size = abs(value) / Fraction(unit)
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return (whole if value >= 0 else -whole) * unit


def to_decimal(value: Fraction) -> Decimal:
    """A price or rate for people to read: as many digits as a decimal carries, not rounded."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def apportion(total: Decimal, weights: Sequence[Decimal], unit: Decimal) -> tuple[Decimal, ...]:
    """Parts of ``total`` by weight, in whole ``unit``s, by largest remainder, ties to the earlier.

    Weights are not negative and not all zero. Raises UnitTooCoarse, FigureNotPositive.
    """
    require_not_negative(*weights, field="weights")
    whole = Fraction(sum(weights, Decimal(0)))
    if not whole:
        raise FigureNotPositive("there is nothing to split by: all weights are zero")
    units = Fraction(total) / Fraction(unit)
    if units.denominator != 1:
        raise UnitTooCoarse(f"{total} is no multiple of {unit}", field="unit")
    exact = [abs(units) * Fraction(weight) / whole for weight in weights]
    parts = _largest_remainder(exact, abs(units.numerator))
    return tuple((part if total >= 0 else -part) * unit for part in parts)


def _largest_remainder(exact: list[Fraction], total: int) -> list[int]:
    parts = [share.numerator // share.denominator for share in exact]
    order = sorted(range(len(parts)), key=lambda no: parts[no] - exact[no])
    for no in order[: total - sum(parts)]:
        parts[no] += 1
    return parts


def unit_of(currency: str, unit: Decimal | None) -> Decimal:
    """The unit amounts are split in: the one agreed, else the currency's minor unit."""
    if unit is not None and unit <= 0:
        raise FigureNotPositive(f"a unit of {unit} splits nothing", field="unit")
    return unit or minor_unit(currency)


def require_not_negative(*figures: Decimal, field: str) -> None:
    """Raises NegativeFigure, naming the field and the first figure at fault."""
    for figure in figures:
        if figure < 0:
            raise NegativeFigure(f"{field} of {figure} is below zero", field=field)


def require_positive(*figures: Decimal, field: str) -> None:
    """Raises FigureNotPositive, naming the field and the first figure at fault."""
    for figure in figures:
        if figure <= 0:
            raise FigureNotPositive(f"{field} of {figure} must be above zero", field=field)


def require_pct(*figures: Decimal, field: str) -> None:
    """Raises InvalidPercentage unless each is from 0 to 100."""
    for figure in figures:
        if not 0 <= figure <= 100:  # noqa: PLR2004 - a percentage ends there
            raise InvalidPercentage(f"{field} of {figure} % is not from 0 to 100", field=field)


def cumulative_deltas(to_date: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """What each period adds to the figure before it."""
    return tuple(now - then for now, then in zip(to_date, (Decimal(0), *to_date), strict=False))


def shown(value: Decimal, places: int = 4) -> str:
    """A long decimal in a sentence, to so many places and without trailing zeros."""
    text = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
