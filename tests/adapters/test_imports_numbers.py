"""Numbers in files: marks found out for a file, decimals no finer than their unit."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.imports.notation import notation_of
from adapters.imports.numbers import (
    DecimalMark,
    hours,
    known_unit,
    money,
    number,
    rate,
)
from adapters.imports.refusals import AmbiguousNumbers
from adapters.imports.tabular import Layout, Table, open_table
from adapters.imports.verdict import Cell, CellError


def cell(text: str) -> Cell:
    return Cell(text, "Hours")


def code_of(error: pytest.ExceptionInfo[CellError]) -> tuple[str, str | None]:
    return error.value.code, error.value.column


def table_of(folder: Path, numbers: list[str], delimiter: str = "\t") -> Table:
    path = folder / "numbers.csv"
    path.write_text("\n".join(["Hours" + delimiter + "x", *(n + delimiter for n in numbers)]))
    return open_table(path, Layout(required=("Hours",)))


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("7.25", ".", "7.25"),
        ("+7.25", ".", "7.25"),
        (".5", ".", "0.5"),
        ("1,234.5", ".", "1234.5"),
        ("1234", ".", "1234"),
        ("2.000,0", ",", "2000"),
        ("0,01", ",", "0.01"),
        ("1 234,5", ",", "1234.5"),
        ("1\u202f234\u00a0567,5", ",", "1234567.5"),
        ("1'234.5", ".", "1234.5"),
        ("\u22125", ".", "-5"),
        ("-0", ".", "0"),
    ],
)
def test_a_number_is_read_by_the_mark_of_its_file(
    text: str, mark: DecimalMark, value: str
) -> None:
    found = number(cell(text), 2, mark)

    assert found == Decimal(value)
    assert not (found == 0 and found.is_signed())


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("7,25", "."),
        ("7.25", ","),
        ("12,34.5", "."),
        ("1.23.4", ","),
        ("5.", "."),
        (".", "."),
        ("-", "."),
        ("seven", "."),
        ("7h", "."),
        ("NaN", "."),
        ("Infinity", "."),
        ("\u0667", "."),
        ("1_000", "."),
        ("1" * 19, "."),
        ("0." + "1" * 99, "."),
    ],
)
def test_what_is_no_number_is_said_to_be_none(text: str, mark: DecimalMark) -> None:
    with pytest.raises(CellError) as error:
        number(cell(text), 2, mark)

    assert code_of(error) == ("bad_number", "Hours")


@pytest.mark.parametrize("text", ["7.300000000000001", "0.12345", "1e2", "1E-3", "-7.3e0"])
def test_the_noise_of_binary_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(CellError) as error:
        hours(cell(text))

    assert code_of(error) == ("float_noise", "Hours")


def test_zeros_at_the_end_are_no_noise() -> None:
    assert hours(cell("7.30000000")) == Decimal("7.3")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-0.25", "negative_hours"),
        ("24.0001", "too_many_hours"),
        ("25", "too_many_hours"),
    ],
)
def test_an_entry_has_between_none_and_a_days_hours(text: str, code: str) -> None:
    with pytest.raises(CellError) as error:
        hours(cell(text))

    assert code_of(error) == (code, "Hours")


@pytest.mark.parametrize("text", ["0", "0.0001", "24", "24.0"])
def test_the_bounds_of_an_entry_belong_to_it(text: str) -> None:
    assert hours(cell(text)) == Decimal(text)


@pytest.mark.parametrize(
    ("text", "currency"), [("10.5", "JPY"), ("10.505", "EUR"), ("1.0005", "KWD"), ("1.505", None)]
)
def test_an_amount_is_no_finer_than_its_currency(text: str, currency: str | None) -> None:
    with pytest.raises(CellError) as error:
        money(cell(text), currency)

    assert error.value.code == "float_noise"


def test_amounts_of_currencies_with_other_minor_units_are_read() -> None:
    assert money(cell("10.505"), "KWD") == Decimal("10.505")
    assert money(cell("105"), "JPY") == 105


def test_a_rate_may_be_finer_than_its_currency() -> None:
    assert rate(cell("33.333333")) == Decimal("33.333333")


def test_neither_amounts_nor_rates_are_negative() -> None:
    for read in (rate, lambda one: money(one, "EUR")):
        with pytest.raises(CellError) as error:
            read(cell("-1"))
        assert error.value.code == "negative_amount"


@pytest.mark.parametrize("code", ["EUX", "euro", "", "eur"])
def test_a_currency_nobody_issues_is_unknown(code: str) -> None:
    with pytest.raises(CellError) as error:
        known_unit(cell(code))

    assert error.value.code == "unknown_currency"


@pytest.mark.parametrize(
    ("numbers", "mark"),
    [
        (["20,0"], ","),
        (["2.000,0", "1.234"], ","),
        (["1.234.567"], ","),
        (["0,125"], ","),
        (["1234,567"], ","),
        (["20.0"], "."),
        (["1,234.5", "1,234"], "."),
        (["0.125", "1,234"], "."),
        (["7.300000000000001"], "."),
        (["1.234"], "."),
        (["8", "", "n.a."], "."),
        ([], "."),
        (["1,5", "1.5", "2.5"], "."),
        (["1,5", "1.5", "2,5"], ","),
    ],
)
def test_the_cells_of_a_file_show_its_mark(
    tmp_path: Path, numbers: list[str], mark: DecimalMark
) -> None:
    assert notation_of(table_of(tmp_path, numbers), numbers=("Hours",)).mark == mark


@pytest.mark.parametrize("numbers", [["1,234"], ["1,234", "1.234"], ["1,5", "1.5"]])
def test_a_file_that_shows_no_mark_is_refused(tmp_path: Path, numbers: list[str]) -> None:
    with pytest.raises(AmbiguousNumbers):
        notation_of(table_of(tmp_path, numbers), numbers=("Hours",))


def test_a_point_that_may_part_thousands_is_doubted_between_semicolons(tmp_path: Path) -> None:
    with pytest.raises(AmbiguousNumbers):
        notation_of(table_of(tmp_path, ["1.234"], ";"), numbers=("Hours",))


@given(value=st.decimals(0, 10**9, places=2), mark=st.sampled_from([".", ","]))
def test_an_amount_written_either_way_is_the_same_amount(
    value: Decimal, mark: DecimalMark
) -> None:
    written = f"{value:,}"
    swapped = written.translate(str.maketrans(".,", ",.")) if mark == "," else written

    assert money(cell(swapped), "EUR", mark) == value


@given(text=st.text(alphabet="0123456789.,+-eE '", min_size=1) | st.text(min_size=1))
def test_no_text_raises_anything_but_what_is_wrong_with_the_cell(text: str) -> None:
    try:
        found = number(cell(text), 4)
    except CellError as trouble:
        assert trouble.code in {"bad_number", "float_noise"}  # noqa: PT017 - one of two outcomes
    else:
        assert found == found.quantize(Decimal("0.0001"))
