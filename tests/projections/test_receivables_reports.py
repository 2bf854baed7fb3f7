"""Reports on receivables, worked by hand on a small firm, and the books behind them."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.identity import named_id
from projections.packet import Packet
from projections.report import BadParameter
from projections.reports import REPORTS
from tests.firm import Firm
from tests.projections.faults import off

YEAR_END = date(2025, 12, 31)
SINCE: Any = {"from": "2025-02-03"}
TOO_LATE: Any = {"from": "2026-01-01"}


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


@pytest.fixture
def owed(firm: Firm) -> Firm:
    """Invoices of 1,200, 600 and 300 USD due on 6 February, in trouble of every kind."""
    firm.rates(date(2025, 2, 3), USD="1.0400")
    firm.do("SetTolerance", entity="DE01", amount="5")
    firm.do("SetWriteOffLimit", entity="DE01", amount="500")
    firm.do("SetCreditLimit", client_id=firm.client, limit={"amount": "900", "currency": "EUR"})
    firm.do("SetDunningPolicy", entity="DE01", annual_rate_pct="9",
            levels=[{"level": 1, "days_overdue": 10, "fee": "5"},
                    {"level": 2, "days_overdue": 30, "fee": "10"}])  # fmt: skip
    contract, project = firm.win("Work", tax_rate_pct="0")
    for name, minutes in (("big", 480), ("mid", 240), ("small", 120)):
        firm.bill(name, contract, date(2025, 1, 7), firm.work(project, date(2025, 1, 6), minutes))
    pay_and_undo(firm)
    let_go_and_argue(firm)
    firm.settle()
    return firm


def invoice(name: str) -> UUID:
    return named_id("invoice", name)


def receive(firm: Firm, name: str, amount: str, **fields: Any) -> UUID:
    id_ = named_id("payment", name)
    firm.do("RecordPayment", payment_id=id_, amount=usd(amount), received_on=date(2025, 2, 3),
            bank_reference=name, **{"client_id": firm.client, **fields})  # fmt: skip
    return id_


def settle(firm: Firm, payment: UUID, name: str, amount: str, **fields: Any) -> None:
    firm.do("ApplyPayment", payment_id=payment, invoice_id=invoice(name), amount=usd(amount),
            applied_on=date(2025, 2, 4), **fields)  # fmt: skip


def pay_and_undo(firm: Firm) -> None:
    """The small one is paid, credited and its credit used; a payment of the big one bounces."""
    settle(firm, receive(firm, "P1", "300.00"), "small", "300.00")
    memo = {"memo_id": named_id("memo", "m"), "invoice_id": invoice("small")}
    firm.do("IssueCreditMemo", **memo, issued_on=date(2025, 2, 5), why="agreed",
            lines=[{"no": 1, "net": "100.00"}])  # fmt: skip
    firm.do("ApplyCredit", **memo, to_invoice_id=invoice("big"), amount=usd("60.00"),
            applied_on=date(2025, 2, 6))  # fmt: skip
    bounced = receive(firm, "P2", "500.00")
    settle(firm, bounced, "big", "400.00")
    firm.do("ReversePayment", payment_id=bounced, reversed_on=date(2025, 2, 7), why="no funds")
    receive(firm, "P3", "77.00", client_id=None, entity="DE01")


def let_go_and_argue(firm: Firm) -> None:
    """Some of the middle one is given up and recovered; the big one is disputed for a while."""
    gone = {"write_off_id": named_id("write-off", "w")}
    firm.do("WriteOffReceivable", **gone, invoice_id=invoice("mid"), amount=usd("200.00"),
            why="insolvent", written_off_on=date(2025, 2, 8))  # fmt: skip
    firm.do("RecoverWriteOff", **gone, received_on=date(2025, 2, 9), amount=usd("50.00"),
            bank_reference="P4")  # fmt: skip
    firm.do("BookAllowance", entity="DE01", month=date(2025, 2, 1),
            buckets=[{"bucket": "1-30", "balance": "1000.00", "loss_rate_pct": "3"}])  # fmt: skip
    firm.do("SendDunning", invoice_id=invoice("mid"), sent_on=date(2025, 2, 20))
    firm.do("OpenDispute", invoice_id=invoice("big"), opened_on=date(2025, 2, 10), why="hours")
    firm.do("ResolveDispute", invoice_id=invoice("big"), resolved_on=date(2025, 3, 2),
            outcome="agreed")  # fmt: skip
    firm.do("SuspendDunning", invoice_id=invoice("mid"), until=date(2025, 3, 31), why="promised",
            effective_date=date(2025, 2, 21))  # fmt: skip


def ask(firm: Firm, name: str, day: date = YEAR_END, /, **given: Any) -> Packet:
    with firm.system.connect() as conn:
        return REPORTS[name].run(conn, {"effective": day, **given})


def rows(packet: Packet, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in packet.said()]


def test_every_account_of_receivables_is_its_sub_ledger(owed: Firm) -> None:
    assert not {name: found for name, found in off(owed).items() if "sealed" not in name}


def test_ageing_shows_what_is_disputed_and_what_clients_have_with_us(owed: Firm) -> None:
    def aged(day: date) -> list[tuple[Any, ...]]:
        return rows(ask(owed, "receivables-ageing", day), "total", "disputed", "credits")

    assert aged(date(2025, 2, 3)) == [("2100.00", "0.00", "800.00")]
    assert aged(date(2025, 2, 6)) == [("1340.00", "0.00", "140.00")]
    assert aged(date(2025, 2, 7)) == [("1740.00", "0.00", "40.00")]
    assert aged(date(2025, 2, 10)) == [("1540.00", "1140.00", "40.00")]
    assert aged(date(2025, 3, 2)) == [("1540.00", "0.00", "40.00")]


def test_ageing_is_the_receivables_account_on_any_day(owed: Firm) -> None:
    for day in range(1, 28):
        on = date(2025, 2, day)
        ageing = ask(owed, "receivables-ageing", on).said()
        lines = [row for row in ask(owed, "trial-balance", on).said() if row["account"] == "1100"]
        for column in ("total", "functional_total"):
            side = "debit" if column == "total" else "functional_debit"
            assert [row[column] for row in ageing] == [row[side] for row in lines]


def test_a_statement_leads_from_balance_to_balance_and_hides_settlements(owed: Firm) -> None:
    packet = ask(owed, "customer-statement", date(2025, 2, 8), client="ACME",
                 **SINCE)  # fmt: skip

    assert rows(packet, "row", "on", "what", "debit", "credit", "balance") == [
        ("opening", "2025-02-03", "", "0.00", "0.00", "2100.00"),
        ("line", "2025-02-03", "payment", "0.00", "300.00", "1800.00"),
        ("line", "2025-02-03", "payment", "0.00", "500.00", "1300.00"),
        ("line", "2025-02-05", "credit memo", "0.00", "100.00", "1200.00"),
        ("line", "2025-02-07", "payment, bounced", "500.00", "0.00", "1700.00"),
        ("line", "2025-02-08", "write-off", "0.00", "200.00", "1500.00"),
        ("closing", "2025-02-08", "", "0.00", "0.00", "1500.00"),
    ]
    with pytest.raises(BadParameter):
        ask(owed, "customer-statement", YEAR_END, client="ACME", **TOO_LATE)


def test_the_dunning_list_leaves_out_days_of_disputes_and_waits_where_told(owed: Firm) -> None:
    def listed(day: date) -> list[tuple[Any, ...]]:
        return rows(ask(owed, "dunning-list", day), "number", "open", "days_overdue",
                    "sent_level", "due_level", "fee", "state")  # fmt: skip

    big, mid = "DE01-INV-2025-00001", "DE01-INV-2025-00002"
    assert listed(date(2025, 2, 6)) == []
    assert listed(date(2025, 2, 16)) == [
        (big, "1140.00", 3, 0, 0, "0.00", "disputed"), (mid, "400.00", 10, 0, 1, "5.00", "due"),
    ]  # fmt: skip
    assert listed(date(2025, 3, 8)) == [
        (big, "1140.00", 10, 0, 1, "5.00", "due"), (mid, "400.00", 30, 1, 0, "0.00", "suspended"),
    ]  # fmt: skip
    assert listed(date(2025, 4, 1))[1] == (mid, "400.00", 54, 1, 2, "10.00", "due")


def test_days_sales_outstanding_by_formula_and_counted_back(owed: Firm) -> None:
    found = ask(owed, "dso", date(2025, 2, 28), days="90").said()[0]

    open_, sales = Decimal(found["receivables"]), Decimal(found["sales"])
    assert open_ == Decimal("1492.11")
    assert sales == Decimal("1937.80")
    assert found["dso_days"] == "69.3"
    assert found["best_possible_days"] == "0.0"
    assert found["count_back_days"] == "50.7"
    with pytest.raises(BadParameter):
        ask(owed, "dso", days="0")


def test_exposure_stands_beside_the_limit(owed: Firm) -> None:
    found = ask(owed, "credit-exposure").said()[0]

    assert (found["open"], found["unbilled"], found["limit"]) == ("1492.11", "0.00", "900.00")
    assert (found["available"], found["state"]) == ("-592.11", "above")


def test_anothers_payment_is_on_the_statement_of_payer_and_debtor(owed: Firm) -> None:
    payer = named_id("client", "payer")
    owed.do("RegisterClient", client_id=payer, code="PAYER", name="Payer", entity="DE01",
            currency="USD")  # fmt: skip
    paid = receive(owed, "P5", "150.00", client_id=payer)
    settle(owed, paid, "mid", "150.00", consent_by="board", consent_evidence="minutes of May")
    owed.settle()

    def last(client: str) -> Any:
        packet = ask(owed, "customer-statement", date(2025, 2, 4), client=client,
                     **SINCE)  # fmt: skip
        return rows(packet, "what", "document", "debit", "credit", "balance")[-2:]

    number = last("PAYER")[0][1]
    assert last("PAYER") == [
        ("payment, applied", number, "150.00", "0.00", "0.00"), ("", "", "0.00", "0.00", "0.00"),
    ]  # fmt: skip
    assert last("ACME")[0][:4] == ("payment, applied", number, "0.00", "150.00")
    aged = ask(owed, "receivables-ageing", date(2025, 2, 4))
    assert [row["client"] for row in aged.said()] == ["ACME"]
    assert not {name: found for name, found in off(owed).items() if "sealed" not in name}
