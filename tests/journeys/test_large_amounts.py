"""The largest amounts there may be go the whole way into the books."""

from decimal import Decimal
from typing import Any

import pytest

from domain.errors import Refusal
from domain.identity import named_id
from tests.firm import Firm


def post(firm: Firm, name: str, amount: str) -> None:
    lines: list[dict[str, Any]] = [
        {"account": account, "currency": "EUR", side: amount}
        for account, side in (("6010", "debit"), ("1000", "credit"))
    ]
    firm.do("PostJournal", journal_id=named_id("journal", name), entity="DE01", description=name,
            accounting_date="2025-01-02", lines=lines)  # fmt: skip


def test_nobodys_slip_of_the_pen_halts_the_books(firm: Firm) -> None:
    largest = "99999999999999.99"
    for number in range(90):
        post(firm, str(number), largest)

    with pytest.raises(Refusal, match="too large"):
        post(firm, "slip", "999999999999999999")
    firm.settle()

    with firm.system.connect() as conn:
        halted = conn.execute("SELECT name FROM projections WHERE halted IS NOT NULL").fetchall()
        total = conn.execute(
            "SELECT sum(functional) FROM ledger_lines WHERE account = '6010'"
        ).fetchone()
    assert halted == []
    assert total == (90 * Decimal(largest),)
