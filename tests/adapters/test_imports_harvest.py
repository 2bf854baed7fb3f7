"""Harvest's time report: the account's own notation, and rows that are equal."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.imports.refusals import (
    AmbiguousDates,
    AmbiguousNumbers,
)
from adapters.imports.timesheets import harvest
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.verdict import Broken
from tests.adapters.imported import accepted, file_of, refused

OPTIONS = TimeOptions(today=date(2024, 12, 31), person="Ann Example")
HARVEST = (
    "Date,Client,Project,Task,Notes,Hours,Billable?,First Name,Last Name,Billable Amount,Currency"
)


def rows_of(path: Path, options: TimeOptions = OPTIONS) -> list[TimeRow]:
    return accepted(harvest.read(path, options))


def verdict(path: Path, options: TimeOptions = OPTIONS) -> tuple[int, str, str | None]:
    return refused(harvest.read(path, options))


def harvest_row(hours: str, amount: str = '"2.000,0"', currency: str = "Euro - EUR") -> str:
    return f"2024-03-04,Acme,Site,Build,Walls,{hours},Yes,Ann,Example,{amount},{currency}"


def test_harvests_decimal_comma_is_found_out_for_the_file(tmp_path: Path) -> None:
    (row,) = rows_of(file_of(tmp_path, HARVEST, harvest_row('"20,0"')))

    assert (row.hours, row.amount) == (Decimal(20), Decimal(2000))
    assert (row.person, row.currency) == ("Ann Example", "EUR")
    assert row.seconds_qty == 72000


def test_a_cell_against_the_notation_of_its_file_is_broken(tmp_path: Path) -> None:
    path = file_of(tmp_path, HARVEST, harvest_row('"20,0"'), harvest_row("7.5"))

    assert verdict(path) == (3, "bad_number", "Hours")


def test_hours_that_could_be_thousands_must_be_said(tmp_path: Path) -> None:
    path = file_of(tmp_path, HARVEST, harvest_row('"1,234"', ""))
    said = TimeOptions(today=OPTIONS.today, decimal_mark=",")

    assert rows_of(path, said)[0].hours == Decimal("1.234")
    with pytest.raises(AmbiguousNumbers):
        harvest.read(path, OPTIONS)


def test_harvests_dates_that_show_no_order_must_be_said(tmp_path: Path) -> None:
    path = file_of(
        tmp_path, HARVEST, harvest_row("1.5", "1.5").replace("2024-03-04", "03/04/2024")
    )

    with pytest.raises(AmbiguousDates):
        harvest.read(path, OPTIONS)


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        (harvest_row("7.300000000000001", ""), "float_noise", "Hours"),
        (harvest_row("1e1", ""), "float_noise", "Hours"),
        (harvest_row("-1.5", ""), "negative_hours", "Hours"),
        (harvest_row("24.5", ""), "too_many_hours", "Hours"),
        (harvest_row("", ""), "missing_value", "Hours"),
        (harvest_row("1.5", "5.255"), "float_noise", "Billable Amount"),
        (harvest_row("1.5", "-5.5"), "negative_amount", "Billable Amount"),
        (harvest_row("1.5", "", "Euro - EUX"), "unknown_currency", "Currency"),
        (harvest_row("1.5", "", "Euro"), "unknown_currency", "Currency"),
        (harvest_row("1.5", "").replace("Ann,Example", ","), "missing_value", "First Name"),
    ],
)
def test_a_harvest_row_is_refused_for_what_is_wrong_with_it(
    tmp_path: Path, row: str, code: str, field: str
) -> None:
    assert verdict(file_of(tmp_path, HARVEST, row)) == (2, code, field)


def test_equal_rows_without_id_or_clock_count_once_unless_said(tmp_path: Path) -> None:
    path = file_of(tmp_path, HARVEST, *[harvest_row("1.5", "")] * 3)

    kept = rows_of(path, TimeOptions(today=OPTIONS.today, equal_rows="keep"))
    refused = [one for one in harvest.read(path, OPTIONS) if isinstance(one, Broken)]

    assert [one.code for one in refused] == ["duplicate_row", "duplicate_row"]
    first = kept[0].key
    assert [row.key for row in kept] == [first, (*first, "2"), (*first, "3")]


def test_hours_written_otherwise_are_the_same_hours(tmp_path: Path) -> None:
    path = file_of(tmp_path, HARVEST, harvest_row("1.50", ""), harvest_row("1.5", ""))

    assert verdict(path) == (3, "duplicate_row", None)
