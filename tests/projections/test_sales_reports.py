"""The quote register of the small firm's year: where an offer stood on a day, and what it left."""

from datetime import date
from typing import Any

from tests.firm import Firm
from tests.projections.test_reports import ask, rows

STANDING = "deal", "quote", "version", "last_step", "since", "discount", "net", "margin_pct"


def on(year: Firm, day: date, **given: Any) -> list[tuple[Any, ...]]:
    """The register of a day."""
    return rows(ask(year, "quote-register", effective=day, **given), *STANDING)


def test_a_quote_stands_where_its_last_step_put_it(year: Firm) -> None:
    assert on(year, date(2025, 1, 1)) == []
    assert on(year, date(2025, 2, 5)) == [
        ("deal sold", 1, 2, "sent", "2025-01-03", "0.00", "15500.00", "60.71"),
    ]
    assert on(year, date(2025, 2, 6)) == [
        ("deal sold", 1, 2, "signed", "2025-02-06", "0.00", "15500.00", "60.71"),
    ]


def test_what_was_not_known_yet_is_not_told(year: Firm) -> None:
    packet = ask(year, "quote-register", effective=date(2025, 12, 31))
    with year.system.connect() as conn:
        (position,) = conn.execute(
            "SELECT position FROM quote_steps WHERE step = 'discount_rejected'"
        ).fetchall()[0]

    before = on(year, date(2025, 12, 31), known=position)

    assert before == [
        ("deal sold", 1, 1, "discount_rejected", "2025-01-02", "3000.00", "12000.00", "52.70"),
    ]
    assert packet.known > position


REBATE = "contract", "last_step", "pct", "turnover", "expected", "owed_back", "given", "booked"


def test_a_rebate_is_owed_until_it_is_given_back(year: Firm) -> None:
    days = date(2025, 3, 30), date(2025, 3, 31), date(2025, 4, 30), date(2025, 5, 5)
    found = {day: rows(ask(year, "rebates", effective=day), *REBATE) for day in days}

    assert found[days[0]] == []
    assert [row[:7] for day in days for row in found[day]] == [
        ("hall", "accrued", "10", "2000.00", "9000.00", "200.00", "0.00"),
        ("hall", "accrued", "5", "2000.00", "3000.00", "100.00", "0.00"),
        ("hall", "settled", "5", "2000.00", "2000.00", "0.00", "100.00"),
    ]
    assert found[days[3]][0][7] == "0.00"
