"""A report as a spreadsheet: numbers as numbers, and beside them what is needed to trust them.

The second sheet holds the parameters, the position and the digest, so that a printed figure can
be asked for again. The same packet is the same bytes.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from domain.money import minor_unit
from projections.packet import Column, Packet, plain
from projections.report import BadParameter

MOST_ROWS = 1_048_575
MOST_DIGITS = 15
"""A spreadsheet's numbers are exact up to so many digits; longer ones are kept as text."""
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
MOST_WIDTH = 60


def workbook(packet: Packet, title: str) -> bytes:
    """The file. Raises BadParameter where a sheet cannot hold the rows."""
    from xlsxwriter import Workbook

    if len(packet.rows) > MOST_ROWS:
        raise BadParameter(f"a sheet holds {MOST_ROWS:,} rows, not {len(packet.rows):,}")
    out = BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": title, "created": MADE})
        _Sheet(book, packet).write(title)
        _about(book, packet, title)
    return out.getvalue()


class _Sheet:
    """The rows; formats are made once each."""

    def __init__(self, book: Any, packet: Packet) -> None:
        self._packet = packet
        self._book = book
        self._formats: dict[str, Any] = {}

    def write(self, title: str) -> None:
        sheet = self._book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        bold = self._book.add_format({"bold": True})
        for place, column in enumerate(self._packet.columns):
            sheet.write_string(0, place, column.title, bold)
            sheet.set_column(place, place, self._width(column))
        for no, row in enumerate(self._packet.said(beside=True), 1):
            for place, column in enumerate(self._packet.columns):
                self._cell(sheet, (no, place), column, row)

    def _width(self, column: Column) -> int:
        return min(MOST_WIDTH, max(12, len(column.title) + 2))

    def _cell(
        self, sheet: Any, at: tuple[int, int], column: Column, row: Mapping[str, Any]
    ) -> None:
        value = row[column.name]
        if value is None:
            return
        if column.kind in ("amount", "number", "count") and fits(value):
            sheet.write_number(*at, Decimal(value), self._format(self._shown(column, row)))
        elif column.kind == "date":
            day = date.fromisoformat(value)
            sheet.write_datetime(*at, day, self._format("yyyy-mm-dd"))
        else:
            sheet.write_string(*at, ", ".join(value) if isinstance(value, list) else str(value))

    def _shown(self, column: Column, row: Mapping[str, Any]) -> str:
        if column.kind == "count":
            return "0"
        if column.kind == "number":
            return "General"
        places = -int(minor_unit(row[column.currency]).as_tuple().exponent)
        return f"#,##0.{'0' * places}" if places else "#,##0"

    def _format(self, shown: str) -> Any:
        if shown not in self._formats:
            self._formats[shown] = self._book.add_format({"num_format": shown})
        return self._formats[shown]


def fits(value: Any) -> bool:
    """Whether a spreadsheet keeps every digit."""
    return len(Decimal(value).as_tuple().digits) <= MOST_DIGITS


def _about(book: Any, packet: Packet, title: str) -> None:
    sheet = book.add_worksheet("About")
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, MOST_WIDTH)
    said = {
        "report": packet.name, "title": title, "digest": f"sha256:{packet.digest}",
        "known at position": packet.known, "version": packet.code, **packet.parameters,
    }  # fmt: skip
    for no, (name, value) in enumerate(said.items()):
        sheet.write_string(no, 0, name)
        sheet.write_string(no, 1, "" if value is None else str(plain(value)))
