"""Reports of progress billing on a small firm, worked out by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from projections.reports import REPORTS
from tests.domain.named import new
from tests.domain.samples_progress import (
    applied,
    built,
    certified,
    charged,
    deposited,
    freed,
    hall,
    mark,
    thirds,
    tower,
    work,
)
from tests.firm import Firm


@pytest.fixture
def site(firm: Firm) -> Firm:
    """A hall with 250 EUR kept of January's invoice, 100 of them released in June."""
    firm.do("RegisterClient", client_id=new("builder"), code="B", name="Builder Fictional",
            entity="DE01", currency="EUR")  # fmt: skip
    hall(firm, client_id=new("builder"))
    applied(firm, "one", "2025-01-03", work("walls", "2000.00", "500.00"))
    certified(firm, "one", "2025-01-04")
    charged(firm, "one", "2025-01-05")
    freed(firm, "100.00", "2025-06-30")
    deposited(firm, "a", "300.00", "2025-01-03")
    firm.settle()
    return firm


def ask(firm: Firm, name: str, on: str, *columns: str) -> list[tuple[Any, ...]]:
    with firm.system.connect() as conn:
        found = REPORTS[name].run(conn, {"effective": date.fromisoformat(on)}).said()
    return [tuple(row[column] for column in columns) for row in found]


def test_retainage_is_held_released_and_ages_from_its_invoice(site: Firm) -> None:
    columns = ("client", "contract", "invoice", "days", "held", "released", "days_0_90",
               "days_91_180", "functional_held")  # fmt: skip

    assert ask(site, "retainage-held", "2025-01-31", *columns) == [
        ("B", "hall", "DE01-INV-2025-00001", 26, "250.00", "0.00", "250.00", "0.00", "250.00"),
    ]
    assert ask(site, "retainage-held", "2025-06-30", *columns) == [
        ("B", "hall", "DE01-INV-2025-00001", 176, "150.00", "100.00", "0.00", "250.00", "150.00"),
    ]
    assert ask(site, "retainage-held", "2025-01-04", *columns) == []


def test_an_application_stands_as_it_did_on_any_day(site: Firm) -> None:
    columns = ("application", "state", "due", "certified", "retained")

    assert ask(site, "pay-applications", "2025-01-03", *columns) == [
        (1, "submitted", "2250.00", None, None),
    ]
    assert ask(site, "pay-applications", "2025-01-04", *columns) == [
        (1, "certified", "2250.00", "2250.00", "250.00"),
    ]


def test_a_withdrawn_application_is_on_no_sheet(site: Firm) -> None:
    applied(site, "two", "2025-01-31", work("roof", "100.00"))
    site.do("WithdrawPayApplication", contract_id=new("hall"), application_id=new("two"),
            why="a slip", effective_date="2025-01-31")  # fmt: skip
    site.settle()

    assert ask(site, "schedule-of-values", "2025-12-31", "application", "line") == [
        (1, 1), (1, 2),
    ]  # fmt: skip


def test_a_billing_plan_tells_what_is_still_to_come(firm: Firm) -> None:
    built(firm, "tower", "1000", currency="EUR")
    firm.do("PlanBillingSchedule", **tower(), entries=thirds(), effective_date="2025-01-02")
    firm.do("CompleteMilestone", **mark("frame"), completed_on="2025-01-03")
    firm.do("AcceptMilestone", **mark("frame"), accepted_on="2025-01-06", evidence="mail")
    source = {"kind": "milestone", "holder_id": new("tower site"), "ids": [new("frame")]}
    firm.do("IssueInvoice", invoice_id=new("i"), contract_id=new("tower"),
            issued_on="2025-01-07", sources=[source])  # fmt: skip
    firm.settle()
    columns = ("due_on", "milestone", "state", "planned", "billed", "remaining",
               "remaining_to_date")  # fmt: skip

    assert ask(firm, "billing-plan", "2025-12-31", *columns) == [
        ("2025-03-31", "frame", "billed", "400.00", "400.00", "0.00", "0.00"),
        ("2025-06-30", "interior", "planned", "300.00", "0.00", "300.00", "300.00"),
        ("2025-09-30", "handover", "planned", "300.00", "0.00", "300.00", "600.00"),
    ]
    assert [row[2] for row in ask(firm, "billing-plan", "2025-01-06", *columns)] == [
        "accepted", "planned", "planned",
    ]  # fmt: skip


def test_deposits_are_told_by_contract(site: Firm) -> None:
    columns = ("client", "contract", "received", "applied", "refunded", "held")

    assert ask(site, "deposits-held", "2025-01-31", *columns) == [
        ("B", "hall", "300.00", "0.00", "0.00", "300.00"),
    ]


def test_accounting_gets_retainage_as_a_line(site: Firm) -> None:
    with site.system.connect() as conn:
        rows = conn.execute("SELECT document FROM deliveries WHERE kind = 'invoice'").fetchall()

    document = rows[0][0]
    assert [Decimal(line["net"]) for line in document["lines"]] == [2500, -250]
    assert [Decimal(document[name]) for name in ("net", "total")] == [2250, 2725]


def test_the_invoice_is_open_with_what_it_asks_for(site: Firm) -> None:
    with site.system.connect() as conn:
        rows = conn.execute("SELECT gross, retained FROM invoices").fetchall()

    assert rows == [(Decimal("2975.00"), Decimal("250.00"))]
