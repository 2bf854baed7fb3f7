"""Opening other people's CSV files: encodings, delimiters, headers, lines as editors count."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.imports.refusals import (
    BadEncoding,
    DuplicateColumn,
    EmptyFile,
    MissingColumn,
    UnclosedQuote,
    UnreadableFile,
)
from adapters.imports.tabular import Layout, Record, open_table
from adapters.imports.verdict import Broken, CellError
from domain.errors import Refusal

LAYOUT = Layout(required=("Name", ("Hours", "Time")), optional=("Note",))


def file_of(folder: Path, content: str | bytes) -> Path:
    path = folder / "rows.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def records_of(path: Path) -> list[Record | Broken]:
    return list(open_table(path, LAYOUT).records())


def broken_in(path: Path) -> Broken:
    (found,) = [one for one in records_of(path) if isinstance(one, Broken)]
    return found


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_finds_the_columns(tmp_path: Path, delimiter: str) -> None:
    path = file_of(tmp_path, f"Name{delimiter}Hours\nAnn{delimiter}1\n")

    assert open_table(path, LAYOUT).delimiter == delimiter


def test_a_comma_in_a_name_does_not_win_over_the_semicolon_between_columns(tmp_path: Path) -> None:
    path = file_of(tmp_path, "Name;Hours;a,b,c,d,e\nAnn;1;x\n")

    assert open_table(path, LAYOUT).header == ("Name", "Hours", "a,b,c,d,e")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path, mark: bytes) -> None:
    path = file_of(tmp_path, mark + b"Name,Hours\nAnn,1\n")

    assert open_table(path, LAYOUT).header[0] == "Name"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_row_is_told_by_the_line_on_which_it_begins(tmp_path: Path, end: str) -> None:
    rows = ["Name,Hours,Note", 'Ann,1,"two', 'lines"', "", "Bea,2,"]
    path = file_of(tmp_path, end.join(rows))

    assert [record.line for record in records_of(path)] == [2, 5]


def test_blank_lines_and_rows_of_nothing_are_no_rows(tmp_path: Path) -> None:
    path = file_of(tmp_path, "\n  \nName,Hours,Note\n\nAnn,1,\n,,\n , ,\n")

    table = open_table(path, LAYOUT)

    assert table.rows == 1
    assert [record.line for record in table.records()] == [5]


def test_columns_are_found_whatever_the_case_of_their_names(tmp_path: Path) -> None:
    (record,) = records_of(file_of(tmp_path, "NAME, time \nAnn, 1 \n"))

    assert isinstance(record, Record)
    assert record.text("Name") == "Ann"
    assert record.needed("Hours", "Time") == ("1", "time")
    assert record.raw == {"NAME": "Ann", "time": " 1 "}


def test_a_short_row_lacks_its_last_cells(tmp_path: Path) -> None:
    (record,) = records_of(file_of(tmp_path, "Name,Hours,Note\nAnn,1\n"))

    assert isinstance(record, Record)
    assert record.text("Note") is None


def test_a_mandatory_cell_that_is_blank_is_a_missing_value(tmp_path: Path) -> None:
    (record,) = records_of(file_of(tmp_path, "Name,Time\n ,1\n"))

    assert isinstance(record, Record)
    with pytest.raises(CellError) as refused:
        record.needed("Name")
    assert (refused.value.code, refused.value.column) == ("missing_value", "Name")


def test_a_row_with_more_cells_than_columns_is_broken(tmp_path: Path) -> None:
    found = broken_in(file_of(tmp_path, "Name,Hours\nAnn,1,5\nBea,2,\n"))

    assert (found.line, found.code) == (2, "extra_cells")


def test_a_byte_that_is_not_utf8_breaks_its_row_only(tmp_path: Path) -> None:
    path = file_of(tmp_path, b"Name,Hours\nAnn,1\nZo\xeb,2\nBea,3\n")

    found = broken_in(path)

    assert (found.line, found.code, found.field) == (3, "bad_encoding", "Name")
    assert len(records_of(path)) == 3


def test_a_nul_breaks_its_row_only(tmp_path: Path) -> None:
    found = broken_in(file_of(tmp_path, "Name,Hours\nAnn,1\nBe\0a,2\n"))

    assert (found.line, found.code, found.field) == (3, "bad_character", "Name")


def test_a_stray_quotation_mark_breaks_its_row_only(tmp_path: Path) -> None:
    path = file_of(tmp_path, 'Name,Hours\n"An"n,1\nBea,2\n')

    found = broken_in(path)

    assert (found.line, found.code) == (2, "malformed_row")
    assert len(records_of(path)) == 2


def test_a_cell_too_long_to_be_one_breaks_its_row_only(tmp_path: Path) -> None:
    path = file_of(tmp_path, f"Name,Hours\n{'x' * 200_000},1\nBea,2\n")

    assert broken_in(path).code == "malformed_row"
    assert len(records_of(path)) == 2


@pytest.mark.parametrize(
    "rows", ['Ann,1\n"Bea,2\nCid,3\n', 'Ann,1\n"Bea,2\n"Cid",3\n'], ids=["to the end", "to a next"]
)
def test_a_quotation_mark_that_swallows_rows_refuses_the_file(tmp_path: Path, rows: str) -> None:
    path = file_of(tmp_path, f"Name,Hours\n{rows}")

    with pytest.raises(UnclosedQuote, match="line 3"):
        open_table(path, LAYOUT)


@pytest.mark.parametrize("content", ["", "\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_file_without_a_header_is_empty(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(EmptyFile):
        open_table(file_of(tmp_path, content), LAYOUT)


def test_a_header_alone_is_a_file_of_no_rows(tmp_path: Path) -> None:
    assert open_table(file_of(tmp_path, "Name,Hours"), LAYOUT).rows == 0


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_a_header_that_is_not_utf8_refuses_the_file(tmp_path: Path, encoding: str) -> None:
    path = file_of(tmp_path, "Näme,Name,Hours\nAnn,1\n".encode(encoding))

    with pytest.raises(BadEncoding, match="line 1"):
        open_table(path, LAYOUT)


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(MissingColumn, match=r"'Hours'.*It has: Name, Minutes"):
        open_table(file_of(tmp_path, "Name,Minutes\nAnn,1\n"), LAYOUT)


@pytest.mark.parametrize("header", ["Name,Hours,name", "Name,Hours,Note,NOTE"])
def test_a_column_that_is_read_may_stand_there_once(tmp_path: Path, header: str) -> None:
    with pytest.raises(DuplicateColumn):
        open_table(file_of(tmp_path, f"{header}\n"), LAYOUT)


def test_a_column_that_is_not_read_may_stand_there_twice(tmp_path: Path) -> None:
    assert open_table(file_of(tmp_path, "Name,Hours,Tag,Tag\nAnn,1,a,b\n"), LAYOUT).rows == 1


def test_a_file_that_is_not_there_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"nowhere\.csv"):
        open_table(tmp_path / "nowhere.csv", LAYOUT)
    with pytest.raises(UnreadableFile):
        open_table(tmp_path, LAYOUT)


@given(rows=st.lists(st.tuples(st.text(), st.text(), st.text())))
def test_every_row_of_a_file_is_given_out_once(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("Name", "Hours", "Note"), *rows])
    path = file_of(tmp_path_factory.getbasetemp(), text.getvalue())

    table = open_table(path, LAYOUT)
    found = list(table.records())

    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(found) == table.rows == len(filled)
    assert [one.cells for one in found if isinstance(one, Record)] == [
        row for row in filled if "\0" not in "".join(row)
    ]


@given(content=st.binary() | st.text().map(str.encode))
def test_no_bytes_raise_anything_but_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = file_of(tmp_path_factory.getbasetemp(), b"Name,Hours\n" + content)

    try:
        table = open_table(path, LAYOUT)
    except Refusal as refusal:
        assert refusal.code == "UNCLOSED_QUOTE"  # noqa: PT017 - an error is one of two outcomes
    else:
        assert len(list(table.records())) == table.rows
