"""Words in cells that stand for something: yes and no, lists, amounts under a currency's name."""

import re
from decimal import Decimal

from adapters.imports.numbers import DecimalMark, known_unit, money, rate
from adapters.imports.tabular import Record
from adapters.imports.verdict import Cell

_YES = {"yes", "true", "1", "y", "billable"}
_NO = {"no", "false", "0", "n", "non-billable"}


def flag(cell: Cell | None) -> bool | None:
    """Read a yes or no; None where the cell is blank. Raises CellError (bad_value)."""
    if cell is None:
        return None
    word = cell.text.casefold()
    if word not in _YES | _NO:
        raise cell.error("bad_value", "{} is neither yes nor no.")
    return word in _YES


def listed(text: str | None) -> tuple[str, ...]:
    """Part a list written with commas; a comma inside a name cannot be told from one between."""
    return tuple(filter(None, (part.strip() for part in (text or "").split(","))))


def currency_columns(header: tuple[str, ...], name: str) -> tuple[tuple[str, str], ...]:
    """Find columns such as ``Amount (EUR)`` with what stands in their brackets, maybe nothing."""
    shape = re.compile(re.escape(name) + r"\s*\(([^)]*)\)", re.IGNORECASE)
    found = ((column, shape.fullmatch(column)) for column in header)
    return tuple((column, match[1].strip()) for column, match in found if match)


def amount_in(
    record: Record, columns: tuple[tuple[str, str], ...], mark: DecimalMark
) -> tuple[Decimal | None, str | None]:
    """Read the one amount that stands under a currency, and that currency.

    A zero beside an amount in another currency is no amount. Raises CellError: two_currencies,
    unknown_currency, and what ``money`` raises.
    """
    cells = [(record.cell(column), code or None) for column, code in columns]
    found = [(money(cell, code, mark), code, cell) for cell, code in cells if cell]
    telling = [one for one in found if one[0]] or found[:1]
    if len(telling) > 1:
        names = " and ".join(cell.column for _, _, cell in telling)
        raise telling[1][2].error("two_currencies", f"There is an amount in {names}.")
    return telling[0][:2] if telling else (None, None)


def rate_in(
    record: Record, columns: tuple[tuple[str, str], ...], mark: DecimalMark
) -> tuple[Decimal | None, str | None]:
    """Read the first filled rate under a currency, and that currency. Raises CellError."""
    for column, code in columns:
        if cell := record.cell(column):
            if code:
                known_unit(Cell(code, column))
            return rate(cell, mark), code or None
    return None, None
