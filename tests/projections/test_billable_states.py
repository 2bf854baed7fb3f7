"""Where billable things stand, what they lost on the way, and that nothing of it is made up."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from projections.packet import Packet
from projections.report import BadParameter
from tests.domain.named import new
from tests.domain.samples import draft
from tests.domain.samples_clauses import tax_code
from tests.domain.samples_sales import FINANCE, LEADER, changeable, ordered
from tests.firm import WORKER, Firm
from tests.projections.faults import damage, found, off
from tests.projections.test_reports import ask, rows, total

LEAKS = ("contract", "project", "leak", "reason", "items", "hours", "amount")
TERMS = ("discount", "scope", "volume", "overrun", "rate_leak", "write_off", "fx")
ONE_STATE = "billables in one state"
JUNE = date(2025, 6, 30)


def leaks(firm: Firm, contract: str, **given: Any) -> list[tuple[Any, ...]]:
    packet = ask(firm, "leakage", **given)
    return [row[1:] for row in rows(packet, *LEAKS) if row[0] == contract]


def test_every_way_to_lose_money_is_named_with_its_reason(year: Firm) -> None:
    assert leaks(year, "Capped") == [
        ("Capped", "held", "not yet", 1, "8.00", "1200.00"),
        ("Capped", "rate under standard", "", 1, "8.00", "120.00"),
        ("Capped", "unbilled", "longer than 30 days", 1, "8.00", "1000.00"),
        ("Capped", "written down", "cap", 1, "0.00", "700.00"),
        ("Capped", "written down", "goodwill", 1, "0.00", "80.00"),
    ]
    assert ("INNER", "not billable", "internal project", 1, "8.00", "0.00") in leaks(year, "")
    assert ("", "price cut", "agreed", 1, "0.00", "100.00") in leaks(year, "Advice")


def test_what_is_not_old_yet_does_not_leak(year: Firm) -> None:
    def old(days: int) -> int:
        """Of the contract Advice, on 12 April."""
        packet = ask(year, "leakage", effective=date(2025, 4, 12), days=days)
        found = rows(packet, "contract", "leak", "items")
        return sum(row[2] for row in found if row[:2] == ("Advice", "unbilled"))

    assert [old(60), old(30), old(4), old(0)] == [1, 2, 3, 3]
    with pytest.raises(BadParameter):
        ask(year, "leakage", days=-1)


def test_time_marked_not_billable_leaks_until_its_approval_is_taken_back(firm: Firm) -> None:
    _, project = firm.win()
    on = date(2025, 1, 8)
    noted: Any = firm.do("LogTime", WORKER, person_id=firm.person, project_id=project,
                         work_date=on, minutes=90, billable=False).answer  # fmt: skip
    firm.do("SubmitTimesheet", WORKER, person_id=firm.person, week=on)
    firm.do("ApproveTime", person_id=firm.person, week=on)
    firm.settle()
    assert leaks(firm, "Deal") == [
        ("Deal", "not billable", "marked not billable", 1, "1.50", "0.00")
    ]

    firm.do("UnapproveTime", person_id=firm.person, week=on, entry_ids=[noted.entry_id], why="x")
    firm.settle()

    assert leaks(firm, "Deal") == []


def test_standard_worth_is_discounted_written_down_cut_billed_or_unbilled(year: Firm) -> None:
    for by in ("project", "client", "person"):
        packet = ask(year, "realisation", by=by)

        parts = ("discount", "written_down", "price_cut", "billed", "unbilled", "drawn")
        assert total(packet, "standard") == sum(total(packet, part) for part in parts)
        assert total(packet, "standard") == total(ask(year, "realisation"), "standard") > 0


def test_realisation_is_billed_of_the_standard_worth_of_what_is_settled(year: Firm) -> None:
    packet = ask(year, "realisation", effective=JUNE)

    found = rows(packet, "of", "standard", "billed", "unbilled", "realisation_pct")
    assert [row for row in found if row[0] in ("Advice", "Build", "Capped")] == [
        ("Advice", "6053.75", "2300.00", "3653.75", "95.83"),
        ("Build", "9000.00", "3950.00", "5000.00", "98.75"),
        ("Capped", "3600.00", "500.00", "2200.00", "41.67"),
    ]
    with pytest.raises(BadParameter):
        ask(year, "realisation", by="colour")


def test_unbilled_of_realisation_is_that_of_the_unbilled_report_on_any_day(year: Firm) -> None:
    for month in range(1, 13):
        day = date(2025, month, 15)

        worth = total(ask(year, "realisation", effective=day), "unbilled")
        unbilled = ask(year, "unbilled", effective=day)
        fees = total(unbilled, "amount", contract="kept", project="")

        assert worth == total(unbilled, "amount") - fees


def test_the_bridge_leaves_nothing_unexplained_on_any_day(year: Firm) -> None:
    for month in range(1, 13):
        packet = ask(year, "margin-bridge", effective=date(2025, month, 28))
        for row in packet.said():
            if row["sold_price"] is not None:
                terms = sum(Decimal(row[term]) for term in TERMS)
                assert Decimal(row["sold_margin"]) + terms == Decimal(row["delivered_margin"])
                assert Decimal(row["residual"]) == 0


def test_the_bridge_ends_at_the_cost_and_value_that_others_know(year: Firm) -> None:
    bridge, actual = ask(year, "margin-bridge"), ask(year, "budget-vs-actual")

    for name in ("Advice", "Build", "Capped"):
        cost = total(actual, "actual_cost", project=name, role="all")
        assert total(bridge, "delivered_cost", contract=name) == cost
    assert ("Capped", "-755.74", "-116.26") in rows(bridge, "contract", "write_off", "discount")


def test_a_rate_above_the_one_sold_is_no_volume(firm: Firm) -> None:
    """100 hours sold for 10,000; 8 worked at 150 an hour, all at one exchange rate."""
    _, project = firm.win()
    firm.work(project, date(2025, 1, 3))
    firm.settle()

    packet = ask(firm, "margin-bridge")

    usd = Decimal("1.0321")
    volume, leak = Decimal(rows(packet, "volume")[0][0]), Decimal(rows(packet, "rate_leak")[0][0])
    assert abs(volume - (800 - 10_000) / usd) < Decimal("0.02")
    assert abs(leak - 8 * (150 - 100) / usd) < Decimal("0.02")


def test_a_cap_shows_what_it_used_and_a_credit_gives_back(year: Firm) -> None:
    packet = ask(year, "cap-usage")

    found = rows(packet, "contract", "limit_name", "effect", "most", "used", "left", "used_pct",
                 "thresholds_passed")  # fmt: skip
    assert ("Capped", "all", "hard", "1500.00", "500.00", "1000.00", "33.33", "75,90,100") in found


def test_orders_and_caps_in_hours_count_what_names_them(firm: Firm) -> None:
    contract, project = firm.win()
    firm.do("SetCap", contract_id=contract, name="hours", limit="20", measure="hours", hard=False)
    firm.do("SetCap", contract_id=contract, name="travel", limit="500", kinds=["expense"])
    first, second = firm.work(project, date(2025, 1, 3)), firm.work(project, date(2025, 1, 6))
    firm.bill("before the order", contract, date(2025, 1, 7), first)
    firm.do("AttachPurchaseOrder", contract_id=contract, number="PO-7", limit="5000")
    firm.bill("on the order", contract, date(2025, 1, 8), second)
    firm.settle()

    assert rows(ask(firm, "cap-usage"), "source", "limit_name", "used", "left") == [
        ("cap", "hours", "16.00", "4.00"), ("cap", "travel", "0.00", "500.00"),
        ("order", "PO-7", "1200.00", "3800.00"),
    ]  # fmt: skip


def test_verify_counts_things_by_state(year: Firm) -> None:
    verdict = found(year)[ONE_STATE]

    assert verdict.holds
    assert all(state in verdict.figures for state in ("billed", "held", "unbilled"))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE billable_moves SET state = 'billed' WHERE state = 'held'", "0 on invoices"),
        ("UPDATE billable_moves SET state = 'unbilled' WHERE state = 'billed'", "on invoices"),
        ("DELETE FROM billable_moves WHERE state = 'billed'", "on invoices"),
        ("UPDATE billable_moves SET billed = billed + 1 WHERE state = 'billed'", "on invoices"),
        ("UPDATE billable_moves SET value = value + 1 WHERE kind = 'milestone'", "the log"),
        ("UPDATE billable_moves SET written = 0", "the log"),
        ("DELETE FROM billable_moves WHERE kind = 'expense'", "the log"),
        ("UPDATE billable_moves SET state = 'held' WHERE state = 'undone'", "is held"),
    ],
)
def test_a_thing_in_two_states_or_in_none_is_named(year: Firm, statement: str, words: str) -> None:
    damage(year, statement)

    assert any(words in one for one in off(year)[ONE_STATE])


def test_no_report_of_the_past_moves_when_a_thing_is_billed_later(year: Firm) -> None:
    def asked() -> list[Packet]:
        names = ("leakage", "realisation", "margin-bridge")
        return [ask(year, name, effective=JUNE) for name in names]

    before = [packet.canonical for packet in asked()]
    contract, project = year.win("Later")
    year.bill("later", contract, date(2025, 9, 2), year.work(project, date(2025, 9, 1)))
    year.settle()

    assert [packet.canonical for packet in asked()][:2] == before[:2]


def test_a_discount_of_a_document_is_no_write_down(firm: Firm) -> None:
    contract, project = firm.win()
    holder, entry = firm.work(project, date(2025, 1, 3))
    source = {"kind": "time", "holder_id": holder, "ids": [entry]}
    firm.do("IssueInvoice", invoice_id=new("i"), contract_id=contract, issued_on="2025-01-07",
            sources=[source], discount_pct="10", discount_why="x")  # fmt: skip
    firm.settle()
    columns = ("discount", "written_down", "billed", "unbilled")
    assert rows(ask(firm, "realisation"), *columns) == [("120.00", "0.00", "1080.00", "0.00")]
    assert leaks(firm, "Deal") == [("Deal", "document discount", "", 1, "0.00", "120.00")]

    firm.do("IssueCreditMemo", memo_id=new("memo"), invoice_id=new("i"), issued_on="2025-01-08",
            why="again", lines=[{"no": 1, "restore": True}])  # fmt: skip
    firm.settle()

    assert rows(ask(firm, "realisation"), *columns) == [("0.00", "0.00", "0.00", "1200.00")]
    assert off(firm) == {}


def test_a_cut_of_a_line_with_tax_in_its_price_is_that_part_of_its_worth(firm: Firm) -> None:
    contract, project = draft(firm, "in", recognition="by_run"), new("in project")
    firm.do("ActivateContract", contract_id=contract, approved_by="order 1")
    firm.do("CreateProject", project_id=project, code="IN", name="in", contract_id=contract)
    firm.do("DefineTaxCode", **tax_code("IN", "20", included=True))
    firm.do("SetContractTax", contract_id=contract, tax_code="IN")
    invoice = firm.bill("in", contract, date(2025, 1, 7), firm.work(project, date(2025, 1, 3)))
    firm.do("IssueCreditMemo", memo_id=new("memo"), invoice_id=invoice, issued_on="2025-01-08",
            why="a quarter", lines=[{"no": 1, "net": "250.00"}])  # fmt: skip
    firm.settle()

    assert rows(ask(firm, "realisation"), "price_cut", "billed") == [("300.00", "900.00")]
    assert off(firm) == {}


def test_what_a_month_lacks_to_its_minimum_stands_with_the_rest(firm: Firm) -> None:
    contract, project = firm.win()
    firm.work(project, date(2025, 1, 3))
    firm.rates(date(2025, 1, 31), USD="1.0393")
    firm.do("SetMinimumCommitment", contract_id=contract, from_date="2025-01-01",
            monthly="500.00")  # fmt: skip
    firm.do("TrueUpCommitment", contract_id=contract, month="2025-01-31")
    firm.settle()

    found = rows(ask(firm, "realisation"), "of", "unbilled")
    assert found == [("", "500.00"), ("Deal", "1200.00")]
    assert off(firm) == {}


def test_a_change_order_is_scope_and_not_overrun(firm: Firm) -> None:
    firm.rates(date(2025, 12, 30), USD="1.0321")
    changeable(firm)
    order = ordered(firm, "more")
    firm.do("SubmitChangeOrder", LEADER, change_order_id=order)
    firm.do("ApproveChangeOrder", FINANCE, change_order_id=order, approved_on="2025-06-10",
            client_reference="PO 9")  # fmt: skip
    firm.settle()

    def bridged(on: date) -> list[tuple[Any, ...]]:
        return rows(ask(firm, "margin-bridge", effective=on), "planned_cost", "scope", "overrun")

    scope = Decimal(bridged(date(2025, 12, 31))[0][1])
    assert bridged(date(2025, 12, 31)) == [("550.00", f"{scope}", "825.00")]
    assert abs(scope - (Decimal(300) / Decimal("1.0321") - 275)) < Decimal("0.02")
