"""A builder with schedule of values and retainage lives a year: two sites, monthly papers."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.billing.run_commands import run_invoice_id
from domain.identity import named_id
from tests.domain.named import new
from tests.domain.samples_progress import (
    applied,
    certified,
    deposited,
    enlarged,
    eur,
    freed,
    hall,
    work,
)
from tests.domain.samples_revenue import ACCOUNTANT, ALL_FIVE, allocated, promise
from tests.firm import Firm
from tests.journeys.books import in_books, report, rolled_forward
from tests.journeys.test_sample_firms import YEAR, bill, earn, last_day
from tests.projections.faults import off

FALLING = [{"rate_pct": "10"}, {"from_pct": "50", "rate_pct": "5"}]
WORKS: dict[int, list[dict[str, str]]] = {
    1: [work("walls", "1000.00")],
    2: [work("walls", "1000.00", "500.00")],
    3: [work("walls", "1500.00", "200.00")],
    4: [work("walls", "1500.00"), work("roof", "500.00", "800.00")],
    5: [work("walls", "500.00"), work("roof", "500.00", "300.00")],
    6: [work("walls", "500.00"), work("CO 7", "200.00")],
    7: [work("roof", "1000.00"), work("CO 7", "500.00")],
    8: [work("roof", "1500.00")],
    9: [work("roof", "500.00"), work("CO 7", "500.00")],
}
"""Work and stored materials of the works, 10,000 EUR and a gate of 1,200; certificates earn."""


@pytest.fixture
def builder(firm: Firm) -> Firm:
    """The works, earned as certified, with a lower rate from half on; a depot earned evenly."""
    hall(firm, "works")
    firm.do("SetRetainageTerms", contract_id=new("works"), steps=FALLING, on_total=True,
            stored_rate_pct="5", conditions=["handover"])  # fmt: skip
    hall(firm, "depot", recognition="by_run")
    firm.do("IdentifyContract", ACCOUNTANT, contract_id=new("depot"), **ALL_FIVE)
    promise(firm, new("depot"), "depot", ssp="10000")
    allocated(firm, new("depot"), "10000")
    deposited(firm, "works", "2000.00", "2025-01-15", on="works")
    firm.settle()
    return firm


def build(firm: Firm, month: date) -> None:
    """Apply for a month of both sites; in April the client certifies 500 less for the works."""
    day, no = str(last_day(month)), month.month
    if no in WORKS:
        due = applied(firm, f"works {no}", day, *WORKS[no], on="works").due
        less = {"certified": str(due - 500), "why": "a wall out of plumb"} if no == 4 else {}
        certified(firm, f"works {no}", day, on="works", **less)
    if no <= 10:
        lines = work("walls", "600.00"), work("roof", "400.00")
        applied(firm, f"depot {no}", day, *lines, on="depot")
        certified(firm, f"depot {no}", day, on="depot")


def invoice(month: date, site: str) -> Any:
    """The invoice that a month's run issued for a site."""
    return run_invoice_id(named_id("run", f"{month}"), new(site))


def happen(firm: Firm, month: date) -> None:
    """What comes between: a change order, the deposit, a rebill, releases and their invoices."""
    day = str(last_day(month))
    if month.month == 2:
        firm.do("RebillInvoice", invoice_id=invoice(month, "works"), memo_id=new("memo"),
                issued_on=day, why="another address", new_invoice_id=new("again"))  # fmt: skip
    if month.month == 3:
        firm.do("ApplyDeposit", contract_id=new("works"), invoice_id=invoice(month, "works"),
                applied_on=day, amount=eur("1200.00"))  # fmt: skip
    if month.month == 5:
        enlarged(firm, "1200.00", on="works", takes_effect_on="2025-05-01")
    if month.month == 11:
        for site in ("works", "depot"):
            freed(firm, None, day, on=site)
        firm.do("RefundDeposit", contract_id=new("works"), refunded_on=day, amount=eur("800.00"),
                bank_reference="D back")  # fmt: skip
    if month.month == 12:
        for site in ("works", "depot"):
            firm.do("BillRetainage", contract_id=new(site), invoice_id=new(f"{site} kept"),
                    issued_on=day)  # fmt: skip
    firm.settle()


def total(rows: list[dict[str, Any]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def check(firm: Firm, day: date) -> None:
    """Every sub-ledger is its account, and nothing is earned beyond what was promised."""
    kept = report(firm.system, "retainage-held", day)
    assert rolled_forward(firm.system, "DE01", day) == in_books(firm.system, "DE01", "1200", day)
    assert total(kept, "held") == in_books(firm.system, "DE01", "1210", day)
    assert total(kept, "released") == in_books(firm.system, "DE01", "1120", day)
    assert total(report(firm.system, "deposits-held", day), "held") == -in_books(
        firm.system, "DE01", "2210", day
    )
    assert total(report(firm.system, "receivables-ageing", day), "total") == in_books(
        firm.system, "DE01", "1100", day
    )
    for row in report(firm.system, "contract-position", day):
        price = Decimal(11200) if row["contract"] == "works" else Decimal(10000)
        assert Decimal(row["recognised"]) <= price
    assert report(firm.system, "leakage", day) == []


def test_a_builder_bills_what_is_certified_and_gets_what_was_kept(builder: Firm) -> None:
    held = []
    for month in YEAR:
        build(builder, month)
        builder.settle()
        bill(builder, month)
        earn(builder, month)
        happen(builder, month)
        check(builder, last_day(month))
        held.append(in_books(builder.system, "DE01", "1210", last_day(month)))

    end = last_day(YEAR[-1])
    assert max(held[:4]) > 0
    assert held[-2:] == [0, 0]
    sheet = report(builder.system, "pay-applications", end, entity="DE01")
    works = [row for row in sheet if row["contract"] == "works"]
    assert [row["withheld"] for row in works][3] == "500.00"
    assert works[-1]["contract_sum"] == works[-1]["completed_and_stored"] == "11200.00"
    asked = Decimal("21200.00") * Decimal("1.19")
    assert in_books(builder.system, "DE01", "1100", end) == asked - 1200
    assert -in_books(builder.system, "DE01", "2300", end) == Decimal("21200.00") * Decimal("0.19")
    assert (
        -in_books(builder.system, "DE01", "4010", end)
        + -in_books(builder.system, "DE01", "4020", end)
        == 21200
    )
    assert (
        in_books(builder.system, "DE01", "1200", end)
        == in_books(builder.system, "DE01", "1120", end)
        == 0
    )
    assert off(builder) == {}


def test_the_continuation_sheet_is_that_of_the_paper(builder: Firm) -> None:
    for month in YEAR[:2]:
        build(builder, month)
    builder.settle()

    sheet = report(builder.system, "schedule-of-values", last_day(YEAR[1]))
    columns = ("application", "item", "scheduled", "previous", "this_period", "stored",
               "completed_to_date", "percent", "balance_to_finish", "retainage")  # fmt: skip
    works = [tuple(row[name] for name in columns) for row in sheet if row["contract"] == "works"]
    assert works == [
        (1, "walls", "6000.00", "0.00", "1000.00", "0.00", "1000.00", "16.6667", "5000.00",
         "100.00"),
        (1, "roof", "4000.00", "0.00", "0.00", "0.00", "0.00", "0.0000", "4000.00", "0.00"),
        (2, "walls", "6000.00", "1000.00", "1000.00", "500.00", "2500.00", "41.6667", "3500.00",
         "225.00"),
        (2, "roof", "4000.00", "0.00", "0.00", "0.00", "0.00", "0.0000", "4000.00", "0.00"),
    ]  # fmt: skip
