"""What a client owes for a consolidated invoice: one line, one reminder, parts beside it."""

from datetime import date
from typing import Any

import pytest

from domain.billing.consolidated import part_id
from tests.domain.named import new
from tests.domain.samples_consolidated import deals, issue, part
from tests.firm import Firm
from tests.projections.test_receivables_reports import ask, receive, rows, usd

NUMBER = "DE01-INV-2025-00001"
DAY = date(2025, 3, 11)


@pytest.fixture
def owed(firm: Firm) -> Firm:
    """Parts of 150.00, 300.00 and 450.00 USD due on 8 February; the second is in dispute."""
    firm.rates(date(2025, 2, 3), USD="1.0400")
    firm.do("SetDunningPolicy", entity="DE01", annual_rate_pct="9",
            levels=[{"level": 1, "days_overdue": 10, "fee": "5"}])  # fmt: skip
    made = deals(firm, "One", "Two", "Three")
    issue(firm, "doc", [part(firm, *one, 60 * no) for no, one in enumerate(made, 1)])
    firm.do("OpenDispute", invoice_id=part_id(new("doc"), made[1][0]), why="hours",
            opened_on=date(2025, 2, 1))  # fmt: skip
    firm.do("SettleConsolidatedInvoice", document_id=new("doc"), amount=usd("100.00"),
            payment_id=receive(firm, "P", "100.00"), applied_on=date(2025, 2, 4))  # fmt: skip
    firm.settle()
    return firm


def test_a_statement_shows_the_document_once_with_its_parts(owed: Firm) -> None:
    packet = ask(owed, "customer-statement", DAY, client="ACME")

    shown = rows(packet, "row", "what", "document", "debit", "credit", "balance")
    assert shown[1:] == [
        ("line", "consolidated invoice", NUMBER, "900.00", "0.00", "900.00"),
        ("part", "invoice", f"{NUMBER}/1", "150.00", "0.00", "900.00"),
        ("part", "invoice", f"{NUMBER}/2", "300.00", "0.00", "900.00"),
        ("part", "invoice", f"{NUMBER}/3", "450.00", "0.00", "900.00"),
        ("line", "payment", "P", "0.00", "100.00", "800.00"),
        ("closing", "", "", "0.00", "0.00", "800.00"),
    ]


def test_the_dunning_list_asks_for_the_document_once(owed: Firm) -> None:
    def listed() -> list[Any]:
        return rows(ask(owed, "dunning-list", DAY), "number", "open", "due_level", "fee",
                    "interest", "state")  # fmt: skip

    assert listed() == [
        (NUMBER, "500.00", 1, "5.00", "3.82", "due"),
        (NUMBER, "300.00", 0, "0.00", "0.00", "disputed"),
    ]

    owed.do("SendDunning", invoice_id=part_id(new("doc"), _first(owed)), sent_on=DAY)
    owed.settle()

    assert listed()[0][2:] == (0, "0.00", "3.82", "wait")
    with owed.system.connect() as conn:
        sent = conn.execute("SELECT sum(open), sum(fee) FROM reminders").fetchall()
    assert sent == [(500, 5)]


def _first(firm: Firm) -> Any:
    with firm.system.connect() as conn:
        return conn.execute("SELECT id FROM contracts WHERE name = 'One'").fetchall()[0][0]
