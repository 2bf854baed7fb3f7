"""Euro reference rates of the European Central Bank: the history as CSV, and its XML layouts.

A rate says how much of a currency one euro is on a day; day and currency identify it. Days are
TARGET business days, newest first; a currency that has no rate on a day is ``N/A``. Each rate
is read by itself: one bad rate breaks neither its day nor its file, a bad date breaks its day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from adapters.imports.days import past_day
from adapters.imports.ecb_quote import Quote
from adapters.imports.ecb_xml import looks_like_xml, read_xml
from adapters.imports.numbers import RATE_DECIMALS, known_unit, number
from adapters.imports.tabular import Layout, Record, Table, open_table, read_header
from adapters.imports.verdict import Broken, CellError, broken, read_rows

BASE = "EUR"
_DATE = "Date"
_ABSENT = "n/a"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """One euro is ``rate`` of ``currency`` on ``rate_date``."""

    line: int
    key: tuple[str, ...]
    raw: Mapping[str, str]
    rate_date: date
    currency: str
    rate: Decimal


def read(path: Path, today: date) -> Iterator[RateRow | Broken]:
    """Read every rate of a CSV or XML file, in the file's order.

    Raises Refusal where the file as a whole cannot be read.
    """
    if looks_like_xml(path):
        return read_rows(read_xml(path, today), _row)
    header = read_header(path)
    currencies = tuple(name for name in header if name and name.casefold() != _DATE.casefold())
    table = open_table(path, Layout(required=(_DATE,), optional=currencies))
    return read_rows(_quotes(table, currencies, today), _row)


def _quotes(table: Table, currencies: tuple[str, ...], today: date) -> Iterator[Quote | Broken]:
    """Part the days into quotes; a day whose date cannot be read is one broken row."""
    for record in table.records():
        if isinstance(record, Broken):
            yield record
            continue
        try:
            day = past_day(record.needed(_DATE), today)
        except CellError as trouble:
            yield broken(record, trouble)
            continue
        yield from _day_quotes(record, day, currencies)


def _day_quotes(record: Record, day: date, currencies: tuple[str, ...]) -> Iterator[Quote]:
    for currency in currencies:
        cell = record.cell(currency)
        if cell and cell.text.casefold() != _ABSENT:
            raw = {_DATE: record.text(_DATE) or "", currency: cell.text}
            yield Quote(record.line, raw, day, currency, cell)


def _row(quote: Quote) -> RateRow:
    known_unit(quote.rate._replace(text=quote.currency))
    rate = number(quote.rate, RATE_DECIMALS)
    if rate <= 0:
        raise quote.rate.error("bad_number", "{} is no rate: a rate is greater than zero.")
    return RateRow(
        line=quote.line,
        key=(quote.day.isoformat(), quote.currency),
        raw=quote.raw,
        rate_date=quote.day,
        currency=quote.currency,
        rate=rate,
    )
