"""How one file of an export writes dates and numbers: said by the caller, else found out."""

from dataclasses import dataclass

from adapters.imports.days import DayOrder
from adapters.imports.notation import notation_of
from adapters.imports.numbers import DecimalMark
from adapters.imports.tabular import Table
from adapters.imports.timesheets.entry import TimeOptions
from adapters.imports.words import currency_columns

CurrencyColumns = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What holds for every row of one file, beside what the caller said."""

    options: TimeOptions
    order: DayOrder
    mark: DecimalMark
    amounts: CurrencyColumns = ()
    rates: CurrencyColumns = ()


def dialect_of(
    table: Table,
    options: TimeOptions,
    *,
    dates: tuple[str, ...],
    usual: DayOrder | None = None,
    numbers: tuple[str, ...] = (),
    amounts: str = "",
    rates: str = "",
) -> Dialect:
    """Find out how a file writes its dates and numbers.

    ``amounts`` and ``rates`` begin the names of columns that end in a currency. Raises
    AmbiguousDates, WrongDayOrder, AmbiguousNumbers.
    """
    priced = currency_columns(table.header, amounts) if amounts else ()
    rated = currency_columns(table.header, rates) if rates else ()
    columns = (*numbers, *(name for name, _ in (*priced, *rated)))
    found = notation_of(
        table,
        dates=dates,
        numbers=columns,
        usual=usual,
        order=options.day_order,
        mark=options.decimal_mark,
    )
    return Dialect(options, found.order, found.mark, priced, rated)
