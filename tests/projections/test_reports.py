"""Reports on the small firm's year: right today, and never changing once both dates are fixed."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from domain.identity import named_id
from projections.packet import Packet
from projections.report import LATEST
from projections.reports import REPORTS
from tests.domain.named import new
from tests.domain.samples_payables import desk, owed
from tests.domain.samples_progress import (
    applied,
    built,
    certified,
    charged,
    deposited,
    entry,
    hall,
)
from tests.domain.samples_progress import work as walls
from tests.domain.samples_revenue import ready, run
from tests.domain.samples_sales import FINANCE, open_deal, ordered, quoted
from tests.firm import Firm
from tests.projections.history import YEAR_END, live_a_year
from tests.projections.history_group import charge_late
from tests.projections.overhead import spent

NEEDED: Mapping[str, dict[str, str]] = {
    "general-ledger": {"account": "1100"},
    "audit-trail": {"of": "DE01-INV-2025-00001"},
    "close-checklist": {"entity": "DE01"},
    "flux": {"entity": "LU01", "month": "2025-01-01"},
    "consolidation": {"group": "IEG"},
    "cta-proof": {"group": "IEG"},
    "customer-statement": {"client": "ACME"},
    "vendor-statement": {"vendor": "SUB"},
    "rollforward": {"account": "1200"},
}
CARE = named_id("revenue sample", "Care")
NAIVE = datetime.fromisoformat("2025-01-01T00:00:00")
FIXED = [name for name, report in REPORTS.items() if not report.live]


def ask(firm: Firm, name: str, **given: Any) -> Packet:
    with firm.system.connect() as conn:
        return REPORTS[name].run(conn, {"effective": YEAR_END, **NEEDED.get(name, {}), **given})


def rows(packet: Packet, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in packet.said()]


def total(packet: Packet, column: str, **where: str) -> Decimal:
    chosen = (r for r in packet.said() if all(r[k] == v for k, v in where.items()))
    return sum((Decimal(row[column]) for row in chosen), Decimal(0))


@pytest.mark.parametrize("name", FIXED)
def test_a_report_never_changes_once_both_dates_are_fixed(year: Firm, name: str) -> None:
    _, project = year.win("Late")
    _, entry = year.work(project, date(2025, 1, 7))
    year.settle()
    before = ask(year, name, effective=date(2025, 3, 31))

    year.work(project, date(2025, 1, 8))
    year.do("ReverseTime", person_id=year.person, week=date(2025, 1, 7), entry_ids=[entry],
            why="another client's")  # fmt: skip
    run(year, ready(year, "Late care"), "2025-02")
    decide_late(year)
    year.settle()

    assert ask(year, name, effective=date(2025, 3, 31), known=before.known).canonical == (
        before.canonical
    )


def decide_late(year: Firm) -> None:
    """Approve what takes effect long before."""
    year.do("WithdrawChangeOrder", change_order_id=new("order two"), effective_date="2025-02-28",
            why="again, for less")  # fmt: skip
    less = [{"milestone_id": new("less"), "name": "less", "amount": "1", "due_on": "2025-10-31"}]
    ordered(year, "late", takes_effect_on="2025-02-01", price="1", added=less)
    year.do("SubmitChangeOrder", change_order_id=new("order late"))
    year.do("ApproveChangeOrder", FINANCE, change_order_id=new("order late"),
            approved_on="2025-12-01", client_reference="PO 10")  # fmt: skip


@pytest.mark.parametrize(
    "name",
    sorted({*FIXED} - {"audit-trail", "general-ledger", "cap-usage"} - {"periods", "flux"}),
)
def test_a_late_fact_shows_in_what_is_known_now(year: Firm, name: str) -> None:
    before = ask(year, name, effective=date(2025, 3, 31))

    contract, project = year.win("Late")
    work, more = year.work(project, date(2025, 1, 8)), year.work(project, date(2025, 1, 9))
    year.bill("late", contract, date(2025, 1, 31), work)
    ready(year, "Late care")
    ordered(year, "late", effective_date="2025-01-10")
    year.do("RecordUsage", contract_id=CARE, name="backup", quantity="1", used_on="2025-01-30",
            reference="late")  # fmt: skip
    open_deal(year, "deal late")
    quoted(year, "late")
    year.do("CommitCost", project_id=project, commitment_id=new("late"), cost_code="print",
            vendor="Fictional Press", reference="late", committed_on="2025-01-10",
            amount={"amount": "1.00", "currency": "EUR"})  # fmt: skip
    year.do("AdjustRetainer", contract_id=new("kept"), quantity="1", on="2025-01-10", why="late",
            approved_by="a director")  # fmt: skip
    hall(year, "late hall")
    applied(year, "late", "2025-01-08", walls("walls", "10.00"), on="late hall")
    certified(year, "late", "2025-01-09", on="late hall")
    charged(year, "late", "2025-01-10", on="late hall")
    deposited(year, "late", "1.00", "2025-01-09", on="late hall")
    owed(year, "tardy", desk("10.00"), billed_on="2025-01-10")
    year.win("Late sale")
    charge_late(year)
    year.do("SetRebateAgreement", contract_id=new("late hall"), from_month="2025-01-01",
            through_month="2025-01-01", steps=[{"from_volume": "1", "pct": "10"}])  # fmt: skip
    year.do("AccrueRebate", contract_id=new("late hall"), month="2025-01-31",
            expected_turnover="10")  # fmt: skip
    built(year, "late tower", "1")
    year.do("PlanBillingSchedule", contract_id=new("late tower"),
            project_id=new("late tower site"), effective_date="2025-01-10",
            entries=[entry("late", "2025-02-01", pct="100")])  # fmt: skip
    spent(year, "late overhead", date(2025, 1, 20), "1.00")
    year.do("RunAllocation", entity="DE01", month="2025-01-01")
    year.do("RevalueForeignBalances", entity="DE01", month=date(2025, 1, 1))
    year.settle()

    assert more
    assert ask(year, name, effective=date(2025, 3, 31)).digest != before.digest


def test_digests_are_the_same_on_another_machine_that_did_the_same(year: Firm, twin: Firm) -> None:
    settle_at_other_times(twin)
    live_a_year(twin)
    names = [name for name in FIXED if name != "audit-trail"]

    ones, twos = [ask(year, name) for name in names], [ask(twin, name) for name in names]

    assert [one.canonical for one in ones] == [two.canonical for two in twos]
    assert [one.name for one in ones if not one.rows] == []


def settle_at_other_times(firm: Firm) -> None:
    run = firm.do

    def do_and_settle(*args: Any, **fields: Any) -> Any:
        outcome = run(*args, **fields)
        firm.settle()
        return outcome

    firm.do = do_and_settle  # type: ignore[method-assign]


@pytest.mark.parametrize(("known", "position"), [("2", 2), (2, 2), ("2025-01-01", 0), (NAIVE, 0)])
def test_nothing_was_known_before_it_was_recorded(year: Firm, known: Any, position: int) -> None:
    packet = ask(year, "trial-balance", known=known)

    assert (packet.rows, packet.known) == ((), position)


def test_a_trial_balance_balances_by_entity_in_the_books(year: Firm) -> None:
    packet = ask(year, "trial-balance")

    for entity in ("DE01", "UK01"):
        debit = total(packet, "functional_debit", entity=entity)
        assert debit == total(packet, "functional_credit", entity=entity) > 0


def test_a_trial_balance_of_an_entity_has_nothing_of_another(year: Firm) -> None:
    packet = ask(year, "trial-balance", entity="UK01")

    assert rows(packet, "account", "currency", "debit", "credit", "functional_debit") == [
        ("1000", "JPY", "0", "90000", "0.00"),
        ("6010", "JPY", "90000", "0", packet.said()[1]["functional_debit"]),
        ("7010", "GBP", "11.06", "0.00", "11.06"),  # its bank, revalued
    ]


def test_the_general_ledger_leads_from_opening_to_closing_balance(year: Firm) -> None:
    packet = ask(year, "general-ledger", **{"from": "2025-03-01", "to": "2025-03-31"})

    signed = {
        kind: total(packet, "debit", row=kind) - total(packet, "credit", row=kind)
        for kind in ("opening", "line", "closing")
    }
    assert signed["opening"] == Decimal("2355.99")
    assert signed["opening"] + signed["line"] == signed["closing"] != signed["opening"]


def test_pages_of_the_general_ledger_are_its_lines_in_order(year: Firm) -> None:
    whole = rows(ask(year, "general-ledger"), "row", "document", "debit", "credit")
    lines = [row for row in whole if row[0] == "line"]

    pages = [rows(ask(year, "general-ledger", rows=2, page=page), "row", "document", "debit",
                  "credit") for page in range(1, len(lines))]  # fmt: skip

    assert [row for page in pages for row in page if row[0] == "line"] == lines
    assert len(lines) > 4


def test_receivables_age_by_due_date_at_the_effective_date(year: Firm) -> None:
    def aged(day: date) -> list[tuple[Any, ...]]:
        found = rows(ask(year, "receivables-ageing", effective=day), "client", "current",
                     "days_1_30", "days_31_60", "days_61_90", "days_91_up", "total")  # fmt: skip
        return [row[1:] for row in found if row[0] == "ACME"]

    assert aged(date(2025, 2, 4)) == [("2856.00", "0.00", "0.00", "0.00", "0.00", "2856.00")]
    assert aged(date(2025, 3, 5)) == [("2236.99", "0.00", "0.00", "0.00", "0.00", "2236.99")]
    assert aged(date(2025, 3, 6)) == [("0.00", "2236.99", "0.00", "0.00", "0.00", "2236.99")]
    assert aged(date(2025, 6, 4)) == [("0.00", "0.00", "0.00", "0.00", "2236.99", "2236.99")]


def test_ageing_equals_the_receivables_account_on_any_day(year: Firm) -> None:
    for month in range(1, 13):
        day = date(2025, month, 15)
        ageing = ask(year, "receivables-ageing", effective=day)
        balance = ask(year, "trial-balance", effective=day)

        for prefix in ("", "functional_"):
            booked = total(balance, f"{prefix}debit", account="1100")
            assert total(ageing, f"{prefix}total") == booked


def test_contract_positions_equal_their_account_on_any_day(year: Firm) -> None:
    for month in range(1, 13):
        day = date(2025, month, 15)
        positions = ask(year, "contract-position", effective=day)
        balance = ask(year, "trial-balance", effective=day)

        net = total(positions, "asset") - total(positions, "liability")
        sides = [total(balance, side, account="1200") for side in ("debit", "credit")]
        assert net == sides[0] - sides[1]
        books = [total(balance, f"functional_{side}", account="1200")
                 for side in ("debit", "credit")]  # fmt: skip
        assert total(positions, "functional") == books[0] - books[1]


def test_unbilled_work_is_the_position_of_what_is_earned_at_once(year: Firm) -> None:
    for month in range(1, 13):
        day = date(2025, month, 15)
        unbilled = ask(year, "unbilled", effective=day)
        positions = ask(year, "contract-position", effective=day)
        by_run = sum(total(positions, "functional", contract=of) for of in ("Care", "kept"))

        assert total(unbilled, "functional") == total(positions, "functional") - by_run


def test_what_was_unbilled_stays_so_at_a_known_position_after_it_was_undone(year: Firm) -> None:
    contract, project = year.win("Undone")
    sheet, entry = year.work(project, date(2025, 1, 8))
    year.settle()
    march = {"effective": date(2025, 3, 31)}
    before = ask(year, "unbilled", **march)

    year.do("ReverseTime", person_id=year.person, week="2025-01-08", entry_ids=[entry], why="x")
    year.settle()

    assert contract
    assert sheet
    assert ask(year, "unbilled", **march, known=before.known).canonical == before.canonical
    assert ask(year, "unbilled", **march).canonical != before.canonical


def test_unbilled_work_names_client_contract_and_project(year: Firm) -> None:
    packet = ask(year, "unbilled", effective=date(2025, 3, 31))

    assert rows(packet, "client", "contract", "project", "amount", "items", "oldest_on") == [
        ("ACME", "Advice", "Advice", packet.said()[0]["amount"], 2, "2025-02-10"),
        ("ACME", "Care", "", "366.00", 5, "2025-01-01"),
        ("ACME", "kept", "", "3600.00", 3, "2025-01-01"),
        ("OTHER", "hall", "", "1300.00", 1, "2025-03-20"),
    ]


def test_revenue_of_the_months_adds_up_to_the_trial_balance(year: Firm) -> None:
    months = ask(year, "revenue-by-month")
    balance = ask(year, "trial-balance")

    booked = [total(balance, f"functional_{side}", type="revenue") for side in ("credit", "debit")]
    assert total(months, "revenue") == booked[0] - booked[1] > 0
    assert {row[0] for row in rows(months, "month")} == {
        "2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01",
            "2025-06-01",
    }  # fmt: skip


def test_a_budget_stands_beside_what_was_done(year: Firm) -> None:
    packet = ask(year, "budget-vs-actual", project="Advice", effective=date(2025, 1, 31))

    assert rows(packet, "role", "budget_hours", "actual_hours", "actual_cost", "actual_value") == [
        ("consultant", "100.00", "16.00", "880.00", "2400.00"),
        ("print", "0.00", "0.00", "0.00", "0.00"),
        ("all", "100.00", "16.00", "880.00", "2400.00"),
    ]
    assert rows(packet, "budget_value", "value_left")[0] == ("10000.00", "7600.00")


def test_an_order_approved_in_may_counts_from_february_once_it_is_known(year: Firm) -> None:
    def standing(day: date, **known: int) -> list[tuple[Any, ...]]:
        return rows(ask(year, "change-orders", effective=day, **known), "change_order", "status",
                    "price", "cost", "effective_on", "approved_on")  # fmt: skip

    figures = ("300.00", "275.00", "2025-02-01")
    approved = ("one", "approved", *figures, "2025-05-12")
    assert standing(date(2025, 1, 31)) == []
    assert standing(date(2025, 2, 5)) == [approved, ("two", "draft", *figures, None)]
    assert standing(date(2025, 2, 28)) == [approved, ("two", "submitted", *figures, None)]
    before = position_of(year, "contracts.change_order_approved") - 1
    assert [row[1] for row in standing(date(2025, 2, 28), known=before)] == ["submitted"] * 2


def test_a_changed_budget_stands_beside_the_first_one(year: Firm) -> None:
    def planned(day: date, **known: int) -> tuple[Any, ...]:
        packet = ask(year, "budget-vs-actual", project="changeable", effective=day, **known)
        return rows(packet, *(f"{kind}_{of}" for of in ("hours", "cost", "value")
                              for kind in ("original", "changed", "budget")))[-1]  # fmt: skip

    first = ("10.00", "0.00", "10.00", "550.00", "0.00", "550.00", "1000.00", "0.00", "1000.00")
    changed = ("10.00", "5.00", "15.00", "550.00", "275.00", "825.00", "1000.00", "300.00",
               "1300.00")  # fmt: skip
    assert planned(date(2025, 1, 31)) == first
    assert planned(date(2025, 2, 1)) == changed
    before = position_of(year, "contracts.contract_changed") - 1
    assert planned(date(2025, 2, 1), known=before) == first


def position_of(year: Firm, topic: str) -> int:
    """Where a fact of that topic stands first."""
    with year.system.connect() as conn:
        found = conn.execute("SELECT min(position) FROM events WHERE topic = %s", [topic])
        return int(found.fetchone()[0])  # type: ignore[index]


def test_the_audit_trail_of_an_invoice_tells_who_why_and_what_was_posted(year: Firm) -> None:
    packet = ask(year, "audit-trail")

    found = rows(packet, "what", "actor", "because_of")
    assert ("billing.invoice_issued", "chief", "") in found
    assert ("billing.payment_applied", "chief", "") in found
    assert ("ledger.journal_posted", "system", "billing.invoice_issued") in found
    issued = next(row for row in packet.said() if row["what"] == "billing.invoice_issued")
    assert issued["journals"].startswith("invoice 2025-02-03: 1100 2856.00 USD, 1200 -2400.00 USD")


@pytest.mark.parametrize("of", ["ACME", "Advice", "J rent", "P1", str(Firm.client)])
def test_the_audit_trail_starts_from_any_name_or_id(year: Firm, of: str) -> None:
    assert ask(year, "audit-trail", of=of).rows


def test_the_audit_trail_of_a_contract_shows_the_whole_chain_of_causes(year: Firm) -> None:
    packet = ask(year, "audit-trail", of="Advice", effective=LATEST)

    drafted = next(
        r for r in packet.said(beside=True) if r["what"] == "contracts.contract_drafted"
    )
    assert drafted["because_of"] == "sales.opportunity_closed_won"
    assert int(drafted["because_of_positions"]) < drafted["position"]


def test_sync_health_counts_documents_by_connection_and_state(year: Firm) -> None:
    with year.system.connect() as conn:
        conn.execute("UPDATE deliveries SET state = 'dead', error = 'no such client'"
                     " WHERE kind = 'payment'")  # fmt: skip
        conn.execute(
            "INSERT INTO dead_letters (reader, position, error) VALUES ('deals_1', 5, 'x')"
        )

    packet = ask(year, "sync-health")

    assert rows(packet, "where", "kind", "state", "documents") == [
        ("connection accounting", "credit_memo", "waiting", 8),
        ("connection accounting", "invoice", "waiting", 9),
        ("connection accounting", "payment", "dead", 2),
        ("connection crm", "deal_update", "waiting", 4),
        ("reader deals_1", "event", "dead", 1),
    ]
