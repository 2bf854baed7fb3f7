"""Numbers as people's programs write them, with a decimal comma or a decimal point.

Which it is, is found out once for a file (``notation.py``). A number has at most the decimals
of its unit: more are the noise of binary arithmetic.
"""

import re
from decimal import Decimal
from typing import Literal

from adapters.imports.verdict import Cell
from domain.money import UnknownCurrency, minor_unit

DecimalMark = Literal[".", ","]

HOURS_DECIMALS = 4
RATE_DECIMALS = 6
_DAY_HOURS = Decimal(24)
_EXPONENT = re.compile(r"[+-]?[0-9.,]+[eE][+-]?[0-9]+")
# Between groups of thousands: plain, no-break and narrow spaces, and Swiss apostrophes.
SPACES = re.compile("[ \u00a0\u202f'\u2019](?=[0-9]{3}(?![0-9]))")
_SHAPE: dict[DecimalMark, re.Pattern[str]] = {
    ".": re.compile(r"[+-]?(?:[0-9]{1,18}|[0-9]{1,3}(?:,[0-9]{3}){1,5})?(?:\.[0-9]+)?"),
    ",": re.compile(r"[+-]?(?:[0-9]{1,18}|[0-9]{1,3}(?:\.[0-9]{3}){1,5})?(?:,[0-9]+)?"),
}
_LONGEST = 60
_GROUP: dict[DecimalMark, str] = {".": ",", ",": "."}
_NAME = {".": "point", ",": "comma"}


def number(cell: Cell, decimals: int, mark: DecimalMark = ".") -> Decimal:
    """Read a number of at most ``decimals`` decimals; zeros at its end do not count as such.

    Raises CellError: bad_number, float_noise.
    """
    plain = SPACES.sub("", cell.text).replace("\u2212", "-")
    if _EXPONENT.fullmatch(plain):
        raise cell.error("float_noise", "{} is written with an exponent; write the number out.")
    has_digit = any(char in "0123456789" for char in plain)
    if len(plain) > _LONGEST or not has_digit or not _SHAPE[mark].fullmatch(plain):
        raise cell.error("bad_number", f"{{}} is not a number with a decimal {_NAME[mark]}.")
    whole, _, fraction = plain.partition(mark)
    if len(fraction.rstrip("0")) > decimals:
        reason = f"{{}} has more than {decimals} decimals; round it to what was meant."
        raise cell.error("float_noise", reason)
    digits = whole.replace(_GROUP[mark], "")
    found = Decimal(f"{digits}.{fraction}" if fraction else digits)
    return found or Decimal(0)


def positive(found: Decimal, cell: Cell) -> Decimal:
    """Pass what is not less than nothing. Raises CellError (negative_amount)."""
    if found < 0:
        raise cell.error("negative_amount", "{} is less than nothing.")
    return found


def hours(cell: Cell, mark: DecimalMark = ".") -> Decimal:
    """Read the hours of one entry: 0 to 24, four decimals.

    Raises CellError: bad_number, float_noise, negative_hours, too_many_hours.
    """
    found = number(cell, HOURS_DECIMALS, mark)
    if found < 0:
        raise cell.error("negative_hours", "{} hours is less than none.")
    if found > _DAY_HOURS:
        raise cell.error("too_many_hours", "{} hours is more than a day has.")
    return found


def money(cell: Cell, currency: str | None, mark: DecimalMark = ".") -> Decimal:
    """Read an amount in its currency's decimals, in two where no currency is known.

    Raises CellError: bad_number, float_noise, negative_amount, unknown_currency.
    """
    unit = known_unit(Cell(currency, cell.column)) if currency else Decimal("0.01")
    return positive(number(cell, len(str(unit).partition(".")[2]), mark), cell)


def rate(cell: Cell, mark: DecimalMark = ".") -> Decimal:
    """Read a price or rate, which is not rounded to its currency: six decimals."""
    return positive(number(cell, RATE_DECIMALS, mark), cell)


def known_unit(currency: Cell) -> Decimal:
    """Give the minor unit of a currency. Raises CellError (unknown_currency)."""
    try:
        return minor_unit(currency.text)
    except UnknownCurrency:
        raise currency.error("unknown_currency", "{} is not a currency of ISO 4217.") from None
