"""How a file writes its numbers and dates, found out from all of its cells at once.

A cell such as ``1.234`` or ``03/04/2024`` does not say by itself what its point or its first
number is; the other cells of the file do. Where none does, the file is refused rather than
guessed at, unless its format has a usual way.
"""

import re
from collections import Counter
from dataclasses import dataclass

from adapters.imports.days import WRITTEN, YEAR_LAST, DayOrder
from adapters.imports.numbers import SPACES, DecimalMark
from adapters.imports.refusals import AmbiguousDates, AmbiguousNumbers, WrongDayOrder
from adapters.imports.tabular import Record, Table

_MONTHS = 12
_THOUSANDS_DIGITS = 3
_FIRST_GROUP = re.compile(r"[1-9][0-9]{0,2}")
_NUMERIC = re.compile(r"[0-9.,]+")


@dataclass(frozen=True, slots=True)
class Notation:
    """What the dates and numbers of one file are to be read by."""

    order: DayOrder
    mark: DecimalMark


def notation_of(
    table: Table,
    *,
    dates: tuple[str, ...] = (),
    numbers: tuple[str, ...] = (),
    usual: DayOrder | None = None,
    order: DayOrder | None = None,
    mark: DecimalMark | None = None,
) -> Notation:
    """Find how a file writes the columns named; ``order`` and ``mark`` where they are known.

    ``usual`` is the order of the format. Raises WrongDayOrder where the dates contradict it and
    none supports it, AmbiguousDates and AmbiguousNumbers where nothing shows what is meant.
    """
    asked = () if order else dates, () if mark else numbers
    of_dates, of_numbers = _votes(table, *asked)
    return Notation(order or _order(of_dates, usual), mark or _mark(of_numbers, table.delimiter))


def _votes(
    table: Table, dates: tuple[str, ...], numbers: tuple[str, ...]
) -> tuple[Counter[str], Counter[str]]:
    """Go through a file once and count what each of its cells shows."""
    days, marks = Counter[str](), Counter[str]()
    if not {name.casefold() for name in (*dates, *numbers)} & {
        name.casefold() for name in table.header
    }:
        return days, marks
    for record in table.records():
        if isinstance(record, Record):
            days.update(_day_vote(text) for name in dates if (text := record.text(name)))
            marks.update(_mark_vote(text) for name in numbers if (text := record.text(name)))
    return days, marks


def _day_vote(text: str) -> str:
    """Tell the order one date proves, or why it proves none."""
    found = YEAR_LAST.match(text)
    first, second = (int(found[1]), int(found[2])) if found else (0, 0)
    if found is None or min(first, second) > _MONTHS:
        return "none"
    if first == second:
        return "same"
    if max(first, second) <= _MONTHS:
        return "unsure"
    return "dmy" if first > _MONTHS else "mdy"


def _order(votes: Counter[str], usual: DayOrder | None) -> DayOrder:
    shown: set[DayOrder] = {order for order in _WITH_YEAR_LAST if votes[order]}
    if usual:
        if usual not in shown and shown:
            raise WrongDayOrder(f"Dates are like {WRITTEN[shown.pop()]}; say that they are.")
        return usual
    if len(shown) == 1:
        return shown.pop()
    if votes["unsure"] or shown:
        raise AmbiguousDates("The day or the month may come first in the dates; say which it is.")
    return "mdy" if votes["same"] else "ymd"


_WITH_YEAR_LAST: tuple[DayOrder, ...] = ("mdy", "dmy")


def _mark_vote(text: str) -> str:
    """Tell the mark one number proves; else the marks it may be read by either way."""
    plain = SPACES.sub("", text).lstrip("+-\u2212")
    if not _NUMERIC.fullmatch(plain):
        return ""
    points, commas = plain.count("."), plain.count(",")
    if points and commas:
        return "point" if plain.rfind(".") > plain.rfind(",") else "comma"
    if points + commas > 1:
        return "comma" if points else "point"
    mark = "." if points else ","
    before, found, after = plain.partition(mark)
    if not found or (_FIRST_GROUP.fullmatch(before) and len(after) == _THOUSANDS_DIGITS):
        return found
    return "point" if points else "comma"


def _mark(votes: Counter[str], delimiter: str) -> DecimalMark:
    """Take the mark most numbers prove: the others will be broken rows."""
    if votes["point"] != votes["comma"]:
        return "." if votes["point"] > votes["comma"] else ","
    # Where a comma parts the cells a lone point is the decimal one; after ; it may be neither.
    if votes["point"] or votes[","] or (votes["."] and delimiter == ";"):
        raise AmbiguousNumbers("Numbers may have a decimal comma or point; say which they have.")
    return "."
