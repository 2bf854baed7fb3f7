"""Reports as spreadsheets: numbers one can add up, and what is needed to ask again."""

import io
import xml.etree.ElementTree as ET
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from api import report_workbook
from api.report_workbook import workbook
from projections.packet import Column, Packet, amounts, text
from projections.report import BadParameter

M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
COLUMNS = (*text("name", "currency"), *amounts("amount"), Column("on", "date"),
           Column("pct", "number"), Column("tags", "list"))  # fmt: skip
ROWS: list[tuple[Any, ...]] = [
    ("=1+1", "EUR", Decimal("-1234.5"), date(2025, 1, 31), Decimal("12.5"), ["a", "b"]),
    ("yen", "JPY", Decimal(7), None, None, []),
    ("long", "EUR", Decimal(0), None, Decimal("1.2345678901234567"), []),
]


def packet(rows: list[tuple[Any, ...]] = ROWS) -> Packet:
    return Packet("sample", {"effective": date(2025, 1, 31), "entity": None}, COLUMNS,
                  tuple(rows), 42, "1.0", {})  # fmt: skip


def sheet(content: bytes, no: int) -> list[list[Any]]:
    """Cells by row: numbers as floats, text as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        texts = [
            "".join(t.text or "" for t in one.iter(f"{M}t"))
            for one in ET.fromstring(file.read("xl/sharedStrings.xml"))  # noqa: S314 -- ours
        ]
        rows = ET.fromstring(file.read(f"xl/worksheets/sheet{no}.xml")).iter(f"{M}row")  # noqa: S314
        return [
            [
                texts[int(c.findtext(f"{M}v") or 0)]
                if c.get("t") == "s"
                else float(c.findtext(f"{M}v") or 0)
                for c in row
            ]
            for row in rows
        ]


def test_amounts_are_numbers_and_text_is_never_a_formula() -> None:
    head, first, second, third = sheet(workbook(packet(), "Sample"), 1)

    assert head == ["name", "currency", "amount", "on", "pct", "tags"]
    assert first == ["=1+1", "EUR", -1234.5, 45688.0, 12.5, "a, b"]
    assert second[:3] == ["yen", "JPY", 7.0]
    assert third[-2] == "1.2345678901234567"


def test_formats_follow_the_currency() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook(packet(), "Sample"))) as file:
        styles = file.read("xl/styles.xml").decode()

    for shown in ("#,##0.00", "#,##0", "yyyy-mm-dd"):
        assert f'formatCode="{shown}"' in styles


def test_the_second_sheet_says_how_to_ask_again() -> None:
    made = packet()

    about = {row[0]: row[-1] for row in sheet(workbook(made, "Sample"), 2)}

    assert about["digest"] == f"sha256:{made.digest}"
    assert (about["effective"], about["known at position"]) == ("2025-01-31", "42")


def test_the_same_packet_is_the_same_bytes() -> None:
    assert workbook(packet(), "Sample") == workbook(packet(), "Sample")


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_workbook, "MOST_ROWS", 2)

    with pytest.raises(BadParameter):
        workbook(packet(), "Sample")
