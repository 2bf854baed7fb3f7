"""A revenue run of a whole entity: gathered in few statements, once, the same in a rehearsal."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from api.commands.run import Line, recognise
from domain.identity import named_id
from projections.as_of import snapshot
from projections.reports import REPORTS
from projections.revenue_inputs import READS, Planned, planned
from tests.domain.samples_revenue import allocated, identified, promise, ready
from tests.firm import Firm
from tests.projections.faults import off
from tests.projections.history import publish_rates

D = Decimal
JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)
Said = list[tuple[str, str, str, str]]


@pytest.fixture
def busy(firm: Firm) -> Firm:
    """A firm with contracts of every measure that is gathered, and work on each."""
    publish_rates(firm)
    worked(firm, "Hours", measure="hours", whole="100")
    worked(firm, "Cost", measure="cost", whole="1000")
    worked(firm, "Time", measure="as_invoiced")
    ready(firm, "Even", "1200", currency="EUR")
    firm.settle()
    return firm


def project_of(contract: UUID) -> UUID:
    return named_id("project", str(contract))


def worked(firm: Firm, name: str, **fields: Any) -> UUID:
    """A contract in dollars with eight hours of January on its project."""
    terms = {"billing_model": "time_and_materials", "rate_card_id": firm.card}
    contract = identified(firm, name, **terms)
    promise(firm, contract, ssp="10000", **fields)
    allocated(firm, contract, "10000")
    firm.do("CreateProject", project_id=project_of(contract), code=name, name=name,
            contract_id=contract)  # fmt: skip
    firm.work(project_of(contract), date(2025, 1, {"Hours": 13, "Cost": 14}.get(name, 15)))
    return contract


def runs(firm: Firm, month: date) -> list[Planned]:
    with firm.system.connect() as conn, snapshot(conn, READS) as known:
        return planned(conn, "DE01", month, known)


def said(lines: list[Line]) -> Said:
    return sorted(
        (x.contract, f"{x.month:%m}", str(x.delta), "late" if x.catch_up else x.refusal)
        for x in lines
    )


def test_inputs_are_what_was_done_by_the_day_of_the_work(busy: Firm) -> None:
    given = {run.contract: run.command.measures for run in runs(busy, JANUARY)}

    assert given["Hours"][0].hours == 8
    assert given["Cost"][0].cost == 440
    assert (given["Time"][0].invoiceable, given["Time"][0].invoiced) == (D(1200), D(0))
    assert given["Even"] == ()
    assert all(not run.command.measures or not run.command.measures[0].hours
               for run in runs(busy, date(2024, 12, 1)))  # fmt: skip


def test_a_rehearsal_is_the_run_and_the_run_is_once(busy: Firm) -> None:
    rehearsed = recognise(busy.system, "DE01", JANUARY, dry_run=True)
    before = length(busy)
    again = recognise(busy.system, "DE01", JANUARY, dry_run=True)
    assert length(busy) == before

    done = recognise(busy.system, "DE01", JANUARY, dry_run=False)
    assert rehearsed == again == done
    assert said(done) == [
        ("Cost", "01", "4400.00", ""), ("Even", "01", "100.00", ""),
        ("Hours", "01", "800.00", ""), ("Time", "01", "1200.00", ""),
    ]  # fmt: skip

    busy.settle()
    before = length(busy)
    assert recognise(busy.system, "DE01", JANUARY, dry_run=False) == []
    assert length(busy) == before


def length(firm: Firm) -> int:
    with firm.system.connect() as conn:
        row = conn.execute("SELECT max(position) FROM events").fetchone()
    return int(row[0]) if row else 0


def test_time_that_comes_late_is_caught_up_before_the_next_month(busy: Firm) -> None:
    recognise(busy.system, "DE01", JANUARY, dry_run=False)
    busy.close(JANUARY)
    hours = next(run.command.contract_id for run in runs(busy, JANUARY) if run.contract == "Hours")
    busy.work(project_of(hours), date(2025, 1, 20), 120)
    busy.work(project_of(hours), date(2025, 2, 10), 60)
    busy.settle()

    rehearsed = recognise(busy.system, "DE01", FEBRUARY, dry_run=True)
    done = recognise(busy.system, "DE01", FEBRUARY, dry_run=False)
    busy.settle()

    assert rehearsed == done
    assert said(done) == [
        ("Even", "02", "100.00", ""), ("Hours", "01", "200.00", "late"),
        ("Hours", "02", "100.00", ""),
    ]  # fmt: skip
    assert booked(busy, "200.00") == date(2025, 2, 1)
    assert off(busy).keys() <= {"log sealed and intact"}


def booked(firm: Firm, amount: str) -> date:
    """The accounting date of a journal line on the position."""
    with firm.system.connect() as conn:
        row = conn.execute(
            "SELECT accounting_date FROM ledger_lines WHERE account = '1200' AND amount = %s"
            " AND rule = 'revenue'", [D(amount)],
        ).fetchone()  # fmt: skip
    assert row is not None
    on: date = row[0]
    return on


def test_a_new_price_or_estimate_is_run_again_by_itself(busy: Firm) -> None:
    recognise(busy.system, "DE01", JANUARY, dry_run=False)
    even = next(run.command.contract_id for run in runs(busy, JANUARY) if run.contract == "Even")
    busy.do("DetermineTransactionPrice", contract_id=even, determined_on=FEBRUARY, fixed="2400")
    busy.settle()

    done = recognise(busy.system, "DE01", JANUARY, dry_run=False)

    assert said(done) == [("Even", "01", "100.00", "late")]


def test_what_is_refused_is_told_and_the_others_run(busy: Firm) -> None:
    hours = next(run.command.contract_id for run in runs(busy, JANUARY) if run.contract == "Time")
    busy.do("DetermineTransactionPrice", contract_id=hours, determined_on=JANUARY, fixed="1000")
    busy.settle()

    done = recognise(busy.system, "DE01", JANUARY, dry_run=False)

    refused = [line for line in done if line.refusal]
    assert [(x.contract, x.refusal.split(":")[0]) for x in refused] == [
        ("Time", "OVER_ALLOCATION")
    ]
    assert len(done) == 4


def test_reports_show_positions_by_contract_and_by_month(busy: Firm) -> None:
    recognise(busy.system, "DE01", JANUARY, dry_run=False)
    time = next(run.command.contract_id for run in runs(busy, JANUARY) if run.contract == "Time")
    entries = entries_of(busy, time)
    busy.do("IssueInvoice", invoice_id=named_id("invoice", "run"), contract_id=time,
            issued_on="2025-02-20", sources=entries)  # fmt: skip
    busy.settle()

    def report(name: str, **given: Any) -> list[dict[str, Any]]:
        with busy.system.connect() as conn:
            packet = REPORTS[name].run(conn, {"effective": date(2025, 2, 28), **given})
        return packet.said()

    positions = {row["contract"]: row for row in report("contract-position")}
    assert (positions["Time"]["asset"], positions["Time"]["functional"]) == ("0.00", "0.00")
    assert positions["Time"]["receivable"] == "1200.00"
    assert positions["Hours"]["asset"] == "800.00"
    months = report("contract-rollforward")
    assert [row["month"] for row in months] == ["2025-01-01", "2025-02-01"]
    assert months[1]["opening"] == months[0]["closing"]
    assert D(months[1]["fx"]) != 0
    held = sum(D(row["functional"]) for row in positions.values())
    assert D(months[1]["closing"]) == held
    bands = {row["band"]: row["amount"] for row in report("remaining-performance-obligations",
                                                          exclude="right-to-invoice")
             if row["currency"] == "EUR"}  # fmt: skip
    assert bands == {"1-12": "1100.00", "13-24": "0.00", ">24": "0.00", "excluded": "0.00"}
    falls = [row for row in report("revenue-waterfall") if row["currency"] == "EUR"]
    assert [row["recognised"] for row in falls if row["month"] == "2025-01-01"] == ["100.00"]
    assert sum(D(row["expected"]) for row in falls) == 1100
    sides = report("deferred-and-unbilled")
    assert {row["currency"]: row["unbilled"] for row in sides} == {
        "EUR": "100.00", "USD": "5200.00",
    }  # fmt: skip
    assert off(busy).keys() <= {"log sealed and intact"}


def entries_of(firm: Firm, contract: UUID) -> list[dict[str, Any]]:
    """Unbilled time of a contract."""
    with firm.system.connect() as conn:
        rows = conn.execute(
            "SELECT holder_id, id FROM billables WHERE contract_id = %s", [contract]
        ).fetchall()
    return [{"kind": "time", "holder_id": holder, "ids": [id_]} for holder, id_ in rows]
