"""Payables and assets in reports: they age, roll forward, and are their accounts on any day."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from projections.reports.asset_register import FIGURES
from tests.domain.named import new
from tests.domain.samples_payables import cost, owed, payment, vendor
from tests.firm import Firm
from tests.projections.faults import damage, off, rewrite
from tests.projections.test_reports import ask, rows, total

ACCOUNTS = {"1600": "equipment", "1620": "intangible"}
BUCKETS = ("current", "days_1_30", "days_31_60", "days_61_90", "days_91_up", "total")


def booked(firm: Firm, account: str, day: date, prefix: str = "") -> Decimal:
    balance = ask(firm, "trial-balance", effective=day)
    sides = [total(balance, f"{prefix}{side}", account=account) for side in ("debit", "credit")]
    return sides[0] - sides[1]


def test_what_vendors_are_owed_is_the_account_on_any_day(year: Firm) -> None:
    for month in range(1, 13):
        day = date(2025, month, 10)
        ageing = ask(year, "payables-ageing", effective=day)

        assert total(ageing, "total") == -booked(year, "2000", day)
        assert total(ageing, "functional_total") == -booked(year, "2000", day, "functional_")
        assert total(ageing, "held_back") == -booked(year, "2020", day)


def test_the_asset_register_is_its_accounts_on_any_day(year: Firm) -> None:
    for month in range(1, 13):
        day = date(2025, month, 10)
        register = ask(year, "asset-register", effective=day,
                       **{"from": date(2025, month, 1)})  # fmt: skip
        for cost_account, off_account in (("1600", "1610"), ("1620", "1630")):
            kind = ACCOUNTS[cost_account]
            assert total(register, "closing_cost", kind=kind) == booked(year, cost_account, day)
            written = total(register, "closing_written_off", kind=kind)
            assert written == booked(year, off_account, day)


def test_the_register_rolls_forward(year: Firm) -> None:
    register = ask(year, "asset-register", **{"from": date(2025, 2, 1)})

    for row in register.said():
        figures = {name: Decimal(row[name]) for name in FIGURES}
        opening, more, less = (figures[name] for name in (
            "opening_cost", "additions", "cost_disposed"))  # fmt: skip
        assert opening + more + less == figures["closing_cost"]
        moves = ("opening_written_off", "depreciation", "impairment", "written_off_disposed")
        assert sum(figures[name] for name in moves) == figures["closing_written_off"]
        assert figures["closing_cost"] + figures["closing_written_off"] == figures["carrying"]
    states = dict(rows(register, "asset", "state"))
    assert states["van"] == "disposed"
    assert states["desk"] == "in service"
    assert states["SHOP desks/2"] == "to capitalize"


def test_bills_age_by_their_due_day_and_a_release_by_its_own(firm: Firm) -> None:
    vendor(firm, retainage_pct="10")
    firm.do("CreateProject", project_id=new("ahead"), code="A", name="a", entity="DE01")
    bill = owed(firm, "B1", cost("1000.00"), due_on="2025-02-01")
    firm.do("PayVendorBill", **bill, **payment("p", "300.00"))
    firm.do("ReleaseSubcontractRetainage", **bill, released_on="2025-01-15", amount="100.00",
            due_on="2025-03-31", why="accepted")  # fmt: skip
    firm.settle()

    def aged(day: date) -> tuple[Any, ...]:
        return rows(ask(firm, "payables-ageing", effective=day), *BUCKETS)[0]

    assert aged(date(2025, 1, 10)) == ("600.00", "0.00", "0.00", "0.00", "0.00", "600.00")
    assert aged(date(2025, 1, 15)) == ("700.00", "0.00", "0.00", "0.00", "0.00", "700.00")
    assert aged(date(2025, 2, 2)) == ("100.00", "600.00", "0.00", "0.00", "0.00", "700.00")
    assert aged(date(2025, 5, 15)) == ("0.00", "0.00", "100.00", "0.00", "600.00", "700.00")


def test_a_vendor_is_told_every_document(firm: Firm) -> None:
    vendor(firm)
    firm.do("CreateProject", project_id=new("ahead"), code="A", name="a", entity="DE01")
    bill = owed(firm, "B1", cost("1000.00"), retainage_pct="10")
    firm.do("PayVendorBill", **bill, **payment("p", "300.00"))
    firm.settle()

    found = ask(firm, "vendor-statement", vendor="SUB", effective=date(2025, 1, 31))

    assert rows(found, "row", "document", "credit", "debit", "balance") == [
        ("opening", "", "0.00", "0.00", "0.00"), ("line", "B1", "1000.00", "0.00", "1000.00"),
        ("line", "out p", "0.00", "300.00", "700.00"), ("closing", "", "0.00", "0.00", "700.00"),
    ]  # fmt: skip


def test_what_vendors_charge_is_the_projects_cost(firm: Firm) -> None:
    vendor(firm)
    firm.do("CreateProject", project_id=new("ahead"), code="A", name="a", entity="DE01")
    owed(firm, "B1", cost("1000.00"))
    firm.do("AccrueCost", accrual_id=new("a"), entity="DE01", currency="EUR",
            accrued_on="2025-01-31", line=cost("200.00"), description="more")  # fmt: skip
    firm.settle()

    def spent(day: date) -> str:
        found = ask(firm, "budget-vs-actual", project="A", effective=day)
        return str(rows(found, "role", "actual_cost"))

    assert spent(date(2025, 1, 31)) == "[('design', '1200.00'), ('all', '1200.00')]"
    assert spent(date(2025, 2, 1)) == "[('design', '1000.00'), ('all', '1000.00')]"


def test_work_in_progress_is_earned_billed_and_spent(firm: Firm) -> None:
    contract, project = firm.win("Advice")
    vendor(firm)
    entry = firm.work(project, date(2025, 1, 3))
    firm.work(project, date(2025, 1, 6))
    owed(firm, "B1", cost("500.00", project_id=project))
    firm.bill("one", contract, date(2025, 1, 7), entry)
    firm.settle()

    found = ask(firm, "wip", effective=date(2025, 1, 31))

    assert rows(found, "earned", "billed", "under_billed", "over_billed", "cost", "profit") == [
        ("2325.36", "1162.68", "1162.68", "0.00", "1380.00", "945.36")
    ]
    assert rows(found, "profit_pct") == [("40.65",)]


def test_payroll_is_held_against_what_projects_took(firm: Firm) -> None:
    _, project = firm.win("Advice")
    firm.work(project, date(2025, 1, 3))
    lines = [{"account": "6000", "currency": "EUR", "debit": "4000"},
             {"account": "2100", "currency": "EUR", "credit": "4000"}]  # fmt: skip
    firm.do("PostJournal", journal_id=new("pay"), entity="DE01", accounting_date="2025-01-31",
            description="payroll", lines=lines)  # fmt: skip
    firm.settle()

    found = ask(firm, "labour-absorption")

    assert rows(found, "month", "payroll", "absorbed", "variance") == [
        ("2025-01-01", "4000.00", "440.00", "3560.00")
    ]


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE payable_moves SET amount = amount + 1 WHERE account = '2000'",
         "payables = 2000"),
        ("DELETE FROM payable_moves WHERE account = '2020'", "retainage of vendors = 2020"),
        ("UPDATE payable_moves SET functional = functional - 0.01 WHERE number = 'paid'",
         "settled bills are zero"),
        ("UPDATE asset_moves SET amount = amount + 1 WHERE account = '1600'", "assets = 1600"),
        ("UPDATE asset_moves SET amount = amount + 1 WHERE account = '1620'",
         "intangibles = 1620"),
        ("DELETE FROM asset_moves WHERE what = 'depreciated'", "depreciation = 1610"),
        ("DELETE FROM asset_moves WHERE what = 'impaired'", "amortisation = 1630"),
    ],
)  # fmt: skip
def test_costs_that_are_off_are_named(year: Firm, statement: str, check: str) -> None:
    damage(year, statement)

    assert off(year)[check]


def test_labour_that_was_read_otherwise_is_named(year: Firm) -> None:
    damage(year, "UPDATE asset_moves SET amount = amount + 1 WHERE what = 'labour'")

    assert off(year)["capital labour as it was read"]


def test_labour_is_made_an_asset_of_what_was_carried(year: Firm) -> None:
    """Four hours at 55 and a quarter, and 100 that were expensed before."""
    register = ask(year, "asset-register", effective=date(2025, 11, 30))

    assert total(register, "closing_cost", asset="product") == Decimal("375.00")
    assert total(register, "closing_cost", asset="FIT") == 0


def test_a_month_that_is_off_its_plan_is_named(year: Firm) -> None:
    def more(facts: dict[str, Any]) -> None:
        facts["writes"][0]["amount"] = "7.00"

    rewrite(year, "assets.asset_depreciated", more)

    assert len(off(year)["depreciation follows its plans"]) == 2
