"""The statements: what they tie to on days of a lived year; and by hand, on a small firm."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from projections.balances import Balance
from projections.report import BadParameter
from projections.reports import REPORTS
from projections.reports.rollforward import rolled
from projections.reports.utilisation import weekdays
from projections.stored_balances import AccountKey
from tests.firm import Firm
from tests.projections.history import YEAR_END

D = Decimal
DAYS = [date(2025, 2, 15), date(2025, 6, 30), YEAR_END, date(2026, 1, 1)]
Said = Sequence[Mapping[str, Any]]


def ask(firm: Firm, name: str, day: date = YEAR_END, **given: Any) -> Said:
    with firm.system.connect() as conn:
        return REPORTS[name].run(conn, {"effective": day, **given}).said()


def by(rows: Said, *names: str, amount: str = "amount") -> dict[Any, Decimal]:
    sums: dict[Any, Decimal] = defaultdict(D)
    for row in rows:
        sums[tuple(row[name] for name in names)] += D(row[amount])
    return dict(sums)


@pytest.fixture
def small(firm: Firm) -> Firm:
    """Capital, equipment, depreciation and rent over the turn of a year."""
    firm.do("OpenPeriod", entity="DE01", month=date(2026, 1, 1))
    for name, day, debit, credit, amount in (
        ("capital", date(2025, 1, 2), "1000", "3000", "1000"),
        ("bench", date(2025, 3, 1), "1600", "1000", "240"),
        ("wear", date(2025, 12, 31), "6100", "1610", "40"),
        ("rent", date(2025, 4, 1), "6010", "1000", "100"),
        ("fee", date(2026, 1, 10), "1000", "4010", "300"),
        ("cost", date(2026, 1, 11), "5010", "2000", "120"),
    ):
        lines = [{"account": debit, "currency": "EUR", "debit": amount},
                 {"account": credit, "currency": "EUR", "credit": amount}]  # fmt: skip
        firm.do("ImportJournal", source="books", reference=name, entity="DE01",
                accounting_date=day, description=name, lines=lines)  # fmt: skip
    firm.settle()
    return firm


@pytest.mark.parametrize("day", DAYS)
def test_statements_tie_to_each_other_and_to_the_ledger(year: Firm, day: date) -> None:
    sheet = by(ask(year, "balance-sheet", day), "entity", "section", "name")
    income = by(ask(year, "income-statement", day), "entity", "name")
    cash = by(ask(year, "cash-flow", day), "entity", "section", "name")
    bank = by(ask(year, "trial-balance", day), "entity", "account", amount="functional_debit")

    for entity in {key[0] for key in sheet}:
        assert sheet[entity, "check", "assets less liabilities and equity"] == 0
        assert cash[entity, "check", "cash gained less the sections"] == 0
        result = income.get((entity, "Result"), D(0))
        assert sheet.get((entity, "equity", "Result of the year"), D(0)) == result
        assert cash[entity, "operating", "Result"] == result
        assert cash[entity, "cash", "closing"] <= bank.get((entity, "1000"), D(0))


@pytest.mark.parametrize("day", DAYS)
def test_profitability_adds_up_to_the_income_statement(year: Firm, day: date) -> None:
    income = ask(year, "income-statement", day)
    wanted = by([r for r in income if r["section"] in ("revenue", "direct cost")
                 and r["account"] != "5090"], "entity")  # fmt: skip

    for name in ("project-profitability", "client-profitability"):
        found = by(ask(year, name, day), "entity", amount="margin")
        assert {k: v for k, v in found.items() if v} == {k: v for k, v in wanted.items() if v}


@pytest.mark.parametrize("account", ["1000", "1100", "1200", "2230", "4000"])
def test_movements_lead_from_opening_to_closing(year: Firm, account: str) -> None:
    rows = ask(year, "rollforward", date(2025, 6, 30), account=account,
               **{"from": date(2025, 2, 10)})  # fmt: skip

    checks = [row for row in rows if row["row"] == "check"]
    assert checks
    assert {(D(row["amount"]), D(row["functional"])) for row in checks} == {(D(0), D(0))}
    assert {row["rule"] for row in rows if row["row"] == "movement"}


def test_a_movement_that_the_lines_lost_shows() -> None:
    key = AccountKey("DE01", "main", "1100", "EUR", "EUR")
    days = [date(2025, 1, 1), date(2025, 1, 31)]
    found = {days[0]: {}, days[1]: {key: Balance(D(5), D(5))}}

    lost = list(rolled(found, days, {key: [("invoice", D(4), D(4))]}, key))

    assert lost[-1] == ("check", "", D(1), D(1))


def test_earlier_results_are_retained_without_a_journal(small: Firm) -> None:
    sheet = by(ask(small, "balance-sheet", date(2026, 1, 31)), "section", "account", "name")

    assert sheet["equity", "3100", "Retained earnings"] == -140
    assert sheet["equity", "", "Result of the year"] == 180
    assert sheet["total", "", "assets"] == 1160
    assert sheet["total", "", "liabilities"] == 120
    assert sheet["total", "", "equity"] == 1040


def test_an_income_statement_by_month_with_what_is_left(small: Firm) -> None:
    rows = ask(small, "income-statement", date(2026, 1, 31), **{"from": "2025-12-01"})

    assert [(r["month"], r["section"], r["name"], r["amount"]) for r in rows] == [
        ("2025-12-01", "total", "Gross margin", "0.00"),
        ("2025-12-01", "overheads", "Depreciation", "-40.00"),
        ("2025-12-01", "total", "Operating result", "-40.00"),
        ("2025-12-01", "total", "Result", "-40.00"),
        ("2026-01-01", "revenue", "Revenue, fixed fee", "300.00"),
        ("2026-01-01", "direct cost", "Subcontractors", "-120.00"),
        ("2026-01-01", "total", "Gross margin", "180.00"),
        ("2026-01-01", "total", "Operating result", "180.00"),
        ("2026-01-01", "total", "Result", "180.00"),
    ]


def test_a_cash_flow_by_hand(small: Firm) -> None:
    flow = by(ask(small, "cash-flow", YEAR_END), "section", "name")

    assert flow["operating", "Result"] == -140
    assert flow["operating", "Accumulated depreciation"] == 40
    assert [flow["total", one] for one in ("operating", "investing", "financing")] == [
        D(-100), D(-240), D(1000),
    ]  # fmt: skip
    assert flow["cash", "closing"] == 660


def test_a_projects_margin_is_its_revenue_less_its_cost(firm: Firm) -> None:
    _, project = firm.win("Deal")
    firm.rates(date(2025, 2, 3), USD="1.0321")
    firm.work(project, date(2025, 1, 3))
    firm.work(project, date(2025, 2, 3))
    firm.settle()

    rows = ask(firm, "project-profitability", date(2025, 1, 31))

    assert len(rows) == 1
    january = rows[0]
    assert (january["client"], january["labour"], january["expense"]) == ("ACME", "440.00", "0.00")
    assert january["revenue"] == "1162.68"
    assert (january["margin"], january["margin_pct"]) == ("722.68", "62.16")
    february = ask(firm, "project-profitability", date(2025, 2, 28), **{"from": "2025-02-01"})
    assert february[0]["labour"] == "440.00"


def test_utilisation_is_billable_over_the_hours_of_weekdays(firm: Firm) -> None:
    _, project = firm.win("Deal")
    for day in (3, 6, 7):
        firm.work(project, date(2025, 1, day), 450)
    firm.settle()

    rows = ask(firm, "utilisation", date(2025, 1, 31))

    assert [tuple(row.values()) for row in rows] == [
        ("DE01", "P1", "2025-01-01", "22.50", "184", "12.23")
    ]
    half = ask(firm, "utilisation", date(2025, 1, 15), hours=4)
    assert half[0]["available_hours"] == "44"
    with pytest.raises(BadParameter):
        ask(firm, "utilisation", hours=25)


def test_weekdays_are_counted_with_both_ends() -> None:
    assert weekdays(date(2025, 1, 3), date(2025, 1, 6)) == 2
    assert weekdays(date(2025, 1, 4), date(2025, 1, 5)) == 0


@pytest.mark.parametrize("name", ["income-statement", "cash-flow", "project-profitability"])
def test_a_period_has_days(firm: Firm, name: str) -> None:
    with pytest.raises(BadParameter):
        ask(firm, name, date(2025, 1, 1), **{"from": date(2025, 1, 2)})


def test_an_income_statement_has_an_end_of_months(firm: Firm) -> None:
    with pytest.raises(BadParameter):
        ask(firm, "income-statement", **{"from": date(1990, 1, 1)})
