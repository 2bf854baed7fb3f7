"""Reference rates of the European Central Bank, as CSV and XML, rate by rate."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.imports.ecb import RateRow, read
from adapters.imports.refusals import (
    BrokenXml,
    DuplicateColumn,
    EmptyFile,
    MissingColumn,
    UnknownFormat,
)
from adapters.imports.verdict import Broken
from domain.errors import Refusal
from tests.adapters.imported import SHARED, accepted, file_of, needs, refused

TODAY = date(2026, 1, 1)
ENVELOPE = (
    '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
    ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube>{}</Cube></gesmes:Envelope>'
)


def xml_of(
    folder: Path, cubes: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>\n'
) -> Path:
    return file_of(folder, head + ENVELOPE.format(cubes))


def test_a_day_gives_a_rate_for_each_currency_that_has_one(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "Date,USD,CYP,EEK,",
        "2011-01-14,1.3349,N/A,N/A,",
        "2010-12-31,1.3362,,15.6466,",
    )

    rates = accepted(read(path, TODAY))

    assert [(str(row.rate_date), row.currency, str(row.rate)) for row in rates] == [
        ("2011-01-14", "USD", "1.3349"),
        ("2010-12-31", "USD", "1.3362"),
        ("2010-12-31", "EEK", "15.6466"),
    ]
    assert [row.line for row in rates] == [2, 3, 3]
    assert rates[0].key == ("2011-01-14", "USD")


def test_the_banks_file_of_one_day_is_read_too(tmp_path: Path) -> None:
    path = file_of(tmp_path, "Date, USD, JPY, ", "14 December 2021, 1.1309, 128.45, ")

    first, second = accepted(read(path, TODAY))

    assert (first.rate_date, first.rate) == (date(2021, 12, 14), Decimal("1.1309"))
    assert second.currency == "JPY"


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("2011-13-14,1.3", "bad_date", "Date"),
        ("2026-01-02,1.3", "future_date", "Date"),
        (",1.3", "missing_value", "Date"),
        ("2011-01-14,1.30000000000001", "float_noise", "USD"),
        ("2011-01-14,1e2", "float_noise", "USD"),
        ("2011-01-14,0", "bad_number", "USD"),
        ("2011-01-14,-1.3", "bad_number", "USD"),
        ("2011-01-14,about 1", "bad_number", "USD"),
    ],
)
def test_a_day_or_rate_is_refused_for_what_is_wrong_with_it(
    tmp_path: Path, row: str, code: str, field: str
) -> None:
    assert refused(read(file_of(tmp_path, "Date,USD", row), TODAY)) == (2, code, field)


def test_a_bad_rate_breaks_itself_alone(tmp_path: Path) -> None:
    path = file_of(tmp_path, "Date,USD,EUX,GBP", "2011-01-14,1.3,2,0.8")

    found = list(read(path, TODAY))

    assert refused(found) == (2, "unknown_currency", "EUX")
    assert [row.currency for row in found if isinstance(row, RateRow)] == ["USD", "GBP"]


def test_a_day_stands_in_a_file_once(tmp_path: Path) -> None:
    path = file_of(tmp_path, "Date,USD", "2011-01-14,1.3", "2011-01-14,1.4")

    assert refused(read(path, TODAY)) == (3, "duplicate_row", None)


def test_a_csv_without_date_or_with_a_currency_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingColumn):
        read(file_of(tmp_path, "Day,USD", "2011-01-14,1.3"), TODAY)
    with pytest.raises(DuplicateColumn):
        read(file_of(tmp_path, "Date,USD,USD", "2011-01-14,1.3,1.4"), TODAY)
    with pytest.raises(EmptyFile):
        read(file_of(tmp_path, ""), TODAY)


@pytest.mark.parametrize("quote", ["'", '"'])
def test_xml_of_a_day_or_of_many_is_read_alike(tmp_path: Path, quote: str) -> None:
    path = xml_of(
        tmp_path,
        '\n<Cube time="2021-12-14">\n<Cube currency="USD" rate="1.1300"/>\n</Cube>'
        '\n<Cube time="2021-12-13">\n<Cube currency="USD" rate="1.1278"/>\n</Cube>'.replace(
            '"', quote
        ),
    )

    rates = accepted(read(path, TODAY))

    assert [(row.line, str(row.rate_date), row.rate) for row in rates] == [
        (4, "2021-12-14", Decimal("1.13")),
        (7, "2021-12-13", Decimal("1.1278")),
    ]


@pytest.mark.parametrize(
    ("cubes", "code", "field"),
    [
        ('<Cube time="soon"><Cube currency="USD" rate="1"/></Cube>', "bad_date", "time"),
        ('<Cube time="2026-01-02"><Cube currency="USD" rate="1"/></Cube>', "future_date", "time"),
        ('<Cube time="2021-12-14"><Cube currency="USD"/></Cube>', "missing_value", "USD"),
        (
            '<Cube time="2021-12-14"><Cube currency="EUX" rate="1"/></Cube>',
            "unknown_currency",
            "EUX",
        ),
        ('<Cube currency="USD" rate="1"/>', "malformed_row", "USD"),
        ('<Cube time="2021-12-14"/><Cube currency="USD" rate="1"/>', "malformed_row", "USD"),
        (
            '<Cube time="2021-12-14"><Cube currency="USD" rate="1"/>{}</Cube>'.format(
                '<Cube currency="USD" rate="2"/>'
            ),
            "duplicate_row",
            None,
        ),
    ],
)
def test_a_cube_is_refused_for_what_is_wrong_with_it(
    tmp_path: Path, cubes: str, code: str, field: str | None
) -> None:
    assert refused(read(xml_of(tmp_path, cubes), TODAY))[1:] == (code, field)


def test_xml_broken_at_its_end_gives_nothing(tmp_path: Path) -> None:
    path = file_of(tmp_path, ENVELOPE.format('<Cube time="2021-12-14"/>')[:-5])

    with pytest.raises(BrokenXml, match="line 1"):
        read(path, TODAY)


@pytest.mark.parametrize(
    "head",
    [
        '<?xml version="1.0"?><!DOCTYPE lol [<!ENTITY lol "lol">]>',
        '<?xml version="1.0" encoding="klingon"?>',
        '<?xml version="1.0" encoding="utf-7"?>',
        "<one/>",
    ],
)
def test_xml_that_cannot_be_trusted_is_refused(tmp_path: Path, head: str) -> None:
    with pytest.raises(BrokenXml):
        read(xml_of(tmp_path, '<Cube time="2021-12-14"/>', head), TODAY)


def test_xml_about_something_else_is_of_no_known_format(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat):
        read(file_of(tmp_path, "<html><body/></html>"), TODAY)


@given(
    days=st.lists(st.dates(date(2020, 1, 1), date(2026, 2, 1)).map(str) | st.text(max_size=5)),
    cells=st.lists(st.sampled_from(["1.1", "N/A", "", "1e2", "0", "x"]), min_size=2, max_size=2),
)
def test_every_day_gives_a_verdict_for_each_rate_or_for_itself(
    tmp_path_factory: pytest.TempPathFactory, days: list[str], cells: list[str]
) -> None:
    rows = [",".join(['"{}"'.format(day.replace('"', '""')), *cells]) for day in days]
    path = file_of(tmp_path_factory.getbasetemp(), "Date,USD,GBP", *rows)

    found = list(read(path, TODAY))

    of_days = [one for one in found if isinstance(one, Broken) and one.field in {"Date", None}]
    rates = sum(cell not in {"", "N/A"} for cell in cells)
    duplicates = sum(one.code == "duplicate_row" for one in of_days)
    blank = sum(not day.strip() and not any(cells) for day in days)
    broken_days = len(of_days) - duplicates
    assert len(found) - broken_days == rates * (len(days) - blank - broken_days)


@given(content=st.binary())
def test_no_bytes_raise_anything_but_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "rates"
    for head in (b"Date,USD\n", b"<?xml version='1.0'?><Cube>"):
        path.write_bytes(head + content)
        try:
            list(read(path, TODAY))
        except Refusal as refusal:
            assert refusal.code in {"BROKEN_XML", "UNKNOWN_FORMAT", "UNCLOSED_QUOTE"}  # noqa: PT017


@needs("ecb-rates")
@pytest.mark.parametrize(
    "name",
    ["eurofxref-hist_2010-12_2011-01.csv", "eurofxref-hist_2023-01-02_2025-12-31.csv"],
)
def test_a_real_history_gives_its_figures(name: str) -> None:
    figures = json.loads((SHARED / "ecb-rates/FIGURES.json").read_text())[name]

    rates = accepted(read(SHARED / "ecb-rates" / name, TODAY))

    days = sorted({row.rate_date for row in rates})
    counts = Counter(row.currency for row in rates)
    usd = {row.rate_date: row.rate for row in rates if row.currency == "USD"}
    gbp = [row.rate for row in rates if row.currency == "GBP"]
    assert figures == {
        "days": len(days),
        "first": str(days[0]),
        "last": str(days[-1]),
        "currencies_with_data": len(counts),
        "days_per_currency": {c: n for c, n in counts.items() if n < len(days)},
        "usd_first": str(usd[days[0]]),
        "usd_last": str(usd[days[-1]]),
        "usd_mean": mean(list(usd.values())),
        "gbp_mean": mean(gbp),
        "usd_min": str(min(usd.values())),
        "usd_max": str(max(usd.values())),
        "note": figures["note"],
    }


def mean(rates: list[Decimal]) -> str:
    return str((sum(rates, Decimal(0)) / len(rates)).quantize(Decimal("0.000001")))


@needs("ecb-rates")
def test_the_real_xml_gives_its_figures() -> None:
    folder = SHARED / "ecb-rates"
    figures = json.loads((folder / "FIGURES.json").read_text())

    daily = accepted(read(folder / "eurofxref-daily_2021-12-14.xml", TODAY))
    many = accepted(read(folder / "eurofxref-hist-90d_first5days_2017-03-03.xml", TODAY))

    of_daily = figures["eurofxref-daily_2021-12-14.xml"]
    assert len(daily) == of_daily["currencies"]
    assert {str(row.rate_date) for row in daily} == {of_daily["equals_history_row"].split(",")[0]}
    days = sorted({str(row.rate_date) for row in many})
    assert figures["eurofxref-hist-90d_first5days_2017-03-03.xml"] == {
        "days": len(days),
        "rates": len(many),
        "first": days[0],
        "last": days[-1],
    }


@needs("ecb-rates")
def test_a_real_day_is_the_same_in_xml_and_as_a_row_of_the_history(tmp_path: Path) -> None:
    daily = accepted(read(SHARED / "ecb-rates/eurofxref-daily_2021-12-14.xml", TODAY))
    header = ",".join(["Date", *(row.currency for row in daily), ""])
    cells = [f"{row.rate.normalize():f}" for row in daily]

    history = accepted(
        read(file_of(tmp_path, header, ",".join(["2021-12-14", *cells, ""])), TODAY)
    )

    assert [(row.key, row.rate) for row in history] == [(row.key, row.rate) for row in daily]
    assert any(str(row.rate) != cell for row, cell in zip(daily, cells, strict=True))
