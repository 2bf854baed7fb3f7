"""A year of an agency on retainers: fees billed ahead, work drawn, rests carried, overage.

Four clients: one whose unused hours live on for a month, one on a budget of money for work and
expenses, one that pays in yen, one whose terms grow in July.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from api.commands.run_retainers import close_all
from domain.billing.retainer_account import retainer_id
from domain.identity import named_id
from tests.domain.named import new
from tests.domain.samples_retainers import retained, worked
from tests.domain.samples_revenue import ACCOUNTANT, ALL_FIVE, agreed, allocated, promise
from tests.firm import WORKER, Firm
from tests.journeys.books import in_books, report, rolled_forward
from tests.journeys.test_sample_firms import YEAR, bill, earn, last_day
from tests.projections.faults import off
from tests.projections.history import publish_rates

D = Decimal
CLIENTS = ("carry", "budget", "yen", "grow")
TERMS: dict[str, dict[str, Any]] = {
    "carry": {"unit": "hours", "allowance": "10", "fee": "1000", "carry_limit": "4",
              "carry_periods": 1},
    "budget": {"unit": "money", "allowance": "1500", "fee": "1200", "carry_periods": 0,
               "expenses": True, "overage": "absorbed"},
    "yen": {"unit": "hours", "allowance": "8", "fee": "100001", "carry_periods": 2,
            "overage_rate": "14000"},
    "grow": {"unit": "hours", "allowance": "6", "fee": "700", "carry_periods": 0,
             "in_advance": False},
}  # fmt: skip
GROWN = {"unit": "hours", "allowance": "12", "fee": "1300", "carry_periods": 0,
         "in_advance": False}  # fmt: skip
HOURS = {
    "carry": "8 3 14 10 2 16 9 11 5.5 12 10 7", "budget": "9 10 12 8 10 4 10 11 9 10 3 10",
    "yen": "8 2.25 10 9 7 8 12 1 3 11 8 8", "grow": "6 5 7 6 6 6 12 9 13 12 11 12",
}  # fmt: skip
FEES = {"carry": 12 * 1000, "budget": 12 * 1200, "yen": 12 * 100001, "grow": 12 * 700}
MORE = 6 * (1300 - 700)
OVERAGE = {"carry": "6000", "budget": "0", "yen": "300000", "grow": "2000"}


@pytest.fixture
def agency(firm: Firm) -> Firm:
    """Every client's retainer, with its fees and what may come above them identified."""
    publish_rates(firm)
    for on in (date(2025, 1, 2), date(2025, 12, 30)):
        firm.rates(on, USD="1.0321", GBP="0.8290", JPY="161.20")
    firm.do("AdoptRevenuePolicy", entity="DE01", from_on="2025-01-01", expected_breakage_pct="5")
    for name in CLIENTS:
        start(firm, name)
    firm.settle()
    return firm


def start(firm: Firm, name: str) -> None:
    yen: dict[str, Any] = {"currency": "JPY", "rate_card_id": new("yen rates")}
    if name == "yen":
        firm.do("PublishRateCard", rate_card_id=new("yen rates"), name="yen", entity="DE01",
                currency="JPY",
                lines=[{"hourly_rate": "12500", "from_date": "2025-01-01"}])  # fmt: skip
    contract, _ = retained(firm, name, **(yen if name == "yen" else {}))
    firm.do("SetRetainerTerms", contract_id=contract, from_date="2025-01-01", **TERMS[name])
    firm.do("IdentifyContract", ACCOUNTANT, contract_id=contract, **ALL_FIVE)
    promise(firm, contract, "allowance", measure="retainer", kind="series", ssp=str(FEES[name]))
    if D(OVERAGE[name]):
        promise(firm, contract, "above", measure="as_invoiced", ssp=OVERAGE[name])
    allocated(firm, contract, str(FEES[name] + int(OVERAGE[name])))


def work(firm: Firm, name: str, month: date) -> None:
    """The month's hours, a day each, approved one after another."""
    left = int(D(HOURS[name].split()[month.month - 1]) * 60)
    for no in range(9):
        if minutes := min(left, 120):
            day = date(month.year, month.month, 3 + 2 * no + CLIENTS.index(name) % 2)
            entry = new(f"{name} {month} {no}")
            worked(firm, new(f"{name} project"), day, entry, minutes)
            left -= minutes


def spend(firm: Firm, month: date) -> None:
    """A train ticket of the budget client."""
    expense = named_id("expense", f"{month}")
    firm.do("RecordExpense", WORKER, expense_id=expense, person_id=firm.person,
            project_id=new("budget project"), spent_on=month.replace(day=20), category="travel",
            net={"amount": "80.00", "currency": "EUR"},
            tax={"amount": "0.00", "currency": "EUR"})  # fmt: skip
    firm.do("ApproveExpense", expense_id=expense)


def close(firm: Firm, month: date) -> None:
    """Close the periods once the time is approved; the last one waits for the year to end."""
    firm.settle()
    if month.month < 12:
        rehearsed = close_all(firm.system, "DE01", last_day(month), dry_run=True)
        assert close_all(firm.system, "DE01", last_day(month), dry_run=False) == rehearsed
        assert [line.refusal for line in rehearsed if line.refusal] == []


def held(firm: Firm, on: date) -> list[dict[str, Any]]:
    return report(firm.system, "retainer-balances", on, entity="DE01")


def live(firm: Firm, month: date) -> None:
    """A month of everybody, billed and earned at its end."""
    if month.month == 7:
        grow(firm, month)
    for name in CLIENTS:
        work(firm, name, month)
    spend(firm, month)
    close(firm, month)
    firm.settle()
    bill(firm, month)
    if month.month == 5:
        rebill(firm)
    earn(firm, month)


def grow(firm: Firm, month: date) -> None:
    """Twice the hours from July on: other terms, and a change of the price of what remains."""
    firm.do("SetRetainerTerms", contract_id=new("grow"), from_date=month, **GROWN)
    order = agreed(firm, new("grow"), "growth", str(MORE), str(month))
    rest = D(OVERAGE["grow"]) - 150  # an hour of March was above
    firm.do("AssessModification", ACCOUNTANT, contract_id=new("grow"), change_order_id=order,
            modification_id=new("growth"), remaining="distinct", adds=True, added_distinct=True,
            changes=[
                {"obligation": "allowance", "distinct": True, "total_ssp": "12000",
                 "remaining_ssp": "7800"},
                {"obligation": "above", "distinct": True, "total_ssp": OVERAGE["grow"],
                 "remaining_ssp": str(rest)},
            ])  # fmt: skip
    firm.do("ConfirmModification", modification_id=new("growth"), change_order_id=order,
            treatment="prospective", why="what remains is distinct")  # fmt: skip


def rebill(firm: Firm) -> None:
    """The fee of May had the wrong address: taken back and billed again."""
    fee = named_id("retainer grant", f"{retainer_id(new('carry'))}:2025-05-01", date(2025, 5, 1))
    with firm.system.connect() as conn:
        (invoice,) = conn.execute(
            "SELECT invoice_id FROM billable_moves WHERE item_id = %s AND state = 'billed'", [fee]
        ).fetchall()[0]
    firm.do("RebillInvoice", invoice_id=invoice, memo_id=new("memo"), new_invoice_id=new("again"),
            issued_on="2025-05-31", why="wrong address")  # fmt: skip
    firm.settle()


def position(firm: Firm, contract: UUID, on: date) -> Decimal:
    """What is earned and not billed of a contract, in its currency; a liability below zero."""
    with firm.system.connect() as conn:
        return D(conn.execute(
            "SELECT coalesce(sum(amount), 0) FROM position_moves"
            " WHERE contract_id = %s AND effective_date <= %s", [contract, on],
        ).fetchall()[0][0])  # fmt: skip


def test_a_year_on_retainers_ties_at_every_months_end(agency: Firm) -> None:
    for month in YEAR:
        on = last_day(month)
        live(agency, month)

        assert rolled_forward(agency.system, "DE01", on) == in_books(
            agency.system, "DE01", "1200", on
        )
        last = {row["contract"]: row for row in held(agency, on)}
        for name in CLIENTS:
            assert position(agency, new(name), on) == -D(last[name]["fee_closing"])
            assert_adds_up(last[name])

    assert_earned_within_what_was_allocated(agency)
    assert_nothing_leaks_but_what_was_absorbed(agency)
    assert off(agency) == {}


def assert_adds_up(row: dict[str, Any]) -> None:
    moved = D(row["opening"]) + D(row["funded"]) - D(row["drawn"]) - D(row["expired"])
    assert moved + D(row["adjusted"]) + D(row["taken_back"]) == D(row["closing"])
    fees = D(row["fee_opening"]) + D(row["fee_funded"]) - D(row["fee_earned"])
    assert fees == D(row["fee_closing"])


def assert_earned_within_what_was_allocated(firm: Firm) -> None:
    with firm.system.connect() as conn:
        rows = conn.execute(
            "SELECT contract_id, sum(amount) FROM position_moves WHERE kind = 'recognised'"
            " GROUP BY contract_id"
        ).fetchall()
    allocated_to = {new(name): FEES[name] + int(OVERAGE[name]) for name in CLIENTS}
    allocated_to[new("grow")] += MORE
    assert all(0 < earned <= allocated_to[contract] for contract, earned in rows)
    assert len(rows) == len(CLIENTS)


def assert_nothing_leaks_but_what_was_absorbed(firm: Firm) -> None:
    """All approved work is drawn or billed; the budget client got some for nothing."""
    leaks = report(firm.system, "leakage", last_day(YEAR[-1]), entity="DE01", days="0")
    assert {(leak["contract"], leak["leak"], leak["reason"]) for leak in leaks} == {
        ("budget", "written down", "overage absorbed by the retainer"),
        ("yen", "written down", "overage at a rate of its own"),
    }


def test_a_month_closed_and_charged_again_changes_nothing(agency: Firm) -> None:
    live(agency, YEAR[0])
    before = held(agency, last_day(YEAR[0]))

    close(agency, YEAR[0])
    agency.settle()

    assert bill(agency, YEAR[0]) == []
    assert earn(agency, YEAR[0]) == []
    assert held(agency, last_day(YEAR[0])) == before


def test_an_undone_approval_gives_the_hours_and_the_revenue_back(agency: Firm) -> None:
    live(agency, YEAR[0])
    entry, day = new("carry 2025-01-01 0"), date(2025, 1, 3)
    agency.do("UnapproveTime", person_id=agency.person, week=day, entry_ids=[entry], why="x")
    agency.settle()

    assert sum(earn(agency, YEAR[0])) < 0
    agency.do("ApproveTime", person_id=agency.person, week=day, entry_ids=[entry])
    agency.settle()

    assert sum(earn(agency, YEAR[0])) > 0
    assert off(agency) == {}


def test_the_same_hour_is_not_drawn_by_two_approvals_at_once(agency: Firm) -> None:
    project, days = new("carry project"), [date(2025, 1, 6 + 7 * week) for week in range(3)]
    for day in days:
        agency.do("LogTime", WORKER, person_id=agency.person, project_id=project, work_date=day,
                  minutes=420)  # fmt: skip
        agency.do("SubmitTimesheet", WORKER, person_id=agency.person, week=day)

    def approve(day: date) -> None:
        agency.do("ApproveTime", person_id=agency.person, week=day)

    with ThreadPoolExecutor() as threads:
        list(threads.map(approve, days))
    agency.settle()

    row = next(row for row in held(agency, days[-1]) if row["contract"] == "carry")
    assert (row["drawn"], row["closing"]) == ("10.00", "0.00")
    unbilled = report(agency.system, "unbilled", days[-1], entity="DE01")
    hours = [item for item in unbilled if item["contract"] == "carry"]
    assert sum(D(item["amount"]) for item in hours) == 1000 + 11 * 150
    assert off(agency) == {}


def test_the_last_rights_end_with_the_year(agency: Firm) -> None:
    """Nothing is left once the contract is over, and all that was paid is earned."""
    live(agency, YEAR[0])
    for name in CLIENTS:
        agency.do("TerminateContract", contract_id=new(name), on="2025-01-31", why="the end")
        agency.do("ExpireRetainer", contract_id=new(name), on="2025-02-01")
    agency.settle()
    bill(agency, YEAR[0])
    earn(agency, YEAR[0])

    assert {D(row["closing"]) for row in held(agency, last_day(YEAR[0]))} == {D(0)}
    assert {D(row["fee_closing"]) for row in held(agency, last_day(YEAR[0]))} == {D(0)}
    assert in_books(agency.system, "DE01", "1200", last_day(YEAR[0]) + timedelta(1)) == 0
