"""Retainer balances by contract and period, worked out by hand, and what a revenue run is told."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.billing.retainer_account import retainer_id
from projections.as_of import snapshot
from projections.reports import REPORTS
from projections.revenue_inputs import READS, planned
from tests.domain.named import new
from tests.domain.samples_retainers import retained, terms, worked
from tests.domain.samples_revenue import ACCOUNTANT, ALL_FIVE, allocated, promise
from tests.firm import Firm
from tests.projections.faults import damage, off

D = Decimal
FEBRUARY = date(2025, 2, 1)
Kept = tuple[Firm, UUID, UUID]


@pytest.fixture
def kept(firm: Firm) -> Kept:
    """Ten hours for 1,200 a month, five of which live on; seven were worked in January."""
    contract, project = retained(firm, "kept")
    firm.do("SetRetainerTerms", contract_id=contract, **terms())
    worked(firm, project, date(2025, 1, 8), new("one"), 420)
    firm.do("RollRetainerPeriod", contract_id=contract, day="2025-01-31")
    firm.settle()
    return firm, contract, project


def work_in_february(kept: Kept, minutes: int = 540) -> None:
    firm, _, project = kept
    worked(firm, project, date(2025, 2, 5), new("two"), minutes)
    firm.settle()


def balances(firm: Firm, on: str, **given: Any) -> list[dict[str, Any]]:
    with firm.system.connect() as conn:
        return list(REPORTS["retainer-balances"].run(conn, {"effective": on, **given}).said())


def said(rows: list[dict[str, Any]], *names: str) -> list[list[str]]:
    return [[row[name] for name in names] for row in rows]


def test_balances_add_up_by_period(kept: Kept) -> None:
    work_in_february(kept)

    rows = balances(kept[0], "2025-02-28")

    assert said(rows, "period", "opening", "funded", "drawn", "expired", "closing",
                "carried_on") == [
        ["2025-01-01", "0.00", "10.00", "7.00", "0.00", "3.00", "3.00"],
        ["2025-02-01", "3.00", "10.00", "9.00", "0.00", "4.00", "0.00"],
    ]  # fmt: skip
    assert said(rows, "fee_opening", "fee_funded", "fee_earned", "fee_closing") == [
        ["0.00", "1200.00", "840.00", "360.00"], ["360.00", "1200.00", "1080.00", "480.00"]
    ]  # fmt: skip


def test_within_a_period_they_are_of_the_day_and_a_late_fact_is_not_known_before(
    kept: Kept,
) -> None:
    firm, contract, _ = kept
    work_in_february(kept)
    before = balances(firm, "2025-02-04")
    with firm.system.connect() as conn:
        known = conn.execute("SELECT max(position) FROM events").fetchall()[0][0]
    firm.do("AdjustRetainer", contract_id=contract, quantity="1", on="2025-01-20", why="x",
            approved_by="a director")  # fmt: skip
    firm.settle()

    assert said(before, "drawn", "closing") == [["7.00", "3.00"], ["0.00", "13.00"]]
    assert balances(firm, "2025-02-04", known=known) == before
    late = balances(firm, "2025-02-04")
    assert said(late, "adjusted", "closing", "fee_closing") == [
        ["1.00", "4.00", "360.00"], ["0.00", "14.00", "1560.00"]
    ]  # fmt: skip


def bill_fee(firm: Firm, contract: UUID, which: int = 0) -> str:
    """Bill January's fee, or a later one, with a tenth off; what is asked for."""
    firm.do("SetVolumeDiscount", contract_id=contract, steps=[{"from_volume": "0", "pct": "10"}])
    retainer: Any = firm.store.load_fresh([retainer_id(contract)])[retainer_id(contract)]
    fee = sorted(one.granted.period for one in retainer.grants.values())[which]
    ids = [id_ for id_, one in retainer.grants.items() if one.granted.period == fee]
    answer: Any = firm.do(
        "IssueInvoice", invoice_id=new("fee"), contract_id=contract, issued_on="2025-01-31",
        sources=[{"kind": "retainer", "holder_id": retainer.id, "ids": ids}],
    ).answer  # fmt: skip
    return str(answer.net)


def cut_fee(firm: Firm) -> None:
    """Take a tenth of the billed fee back."""
    firm.do("IssueCreditMemo", memo_id=new("m"), invoice_id=new("fee"), issued_on="2025-01-31",
            why="x", lines=[{"no": 1, "net": "108.00"}])  # fmt: skip
    firm.settle()


def test_a_fee_is_earned_as_far_as_it_is_asked_for(kept: Kept) -> None:
    firm, contract, _ = kept
    assert bill_fee(firm, contract) == "1080.00"
    firm.settle()
    first = balances(firm, "2025-01-31")[0]
    cut_fee(firm)
    second = balances(firm, "2025-01-31")[0]

    assert (first["fee_funded"], first["fee_earned"]) == ("1080.00", "756.00")
    assert (second["taken_back"], second["closing"]) == ("-1.00", "2.00")
    assert (second["fee_funded"], second["fee_earned"]) == ("972.00", "756.00")
    assert off(firm) == {}


def test_a_fee_that_is_cut_as_it_is_billed_ahead_is_of_its_period(kept: Kept) -> None:
    firm, contract, _ = kept
    firm.do("FundRetainer", contract_id=contract, through="2025-02-01")
    bill_fee(firm, contract, 1)
    firm.settle()
    identify(firm, contract)

    with firm.system.connect() as conn, snapshot(conn, READS) as known:
        (run,) = planned(conn, "DE01", date(2025, 1, 1), known)

    assert [one.fee for one in run.command.measures[0].grants] == [1200]
    found = said(balances(firm, "2025-02-28"), "fee_funded", "fee_closing")
    assert found == [["1200.00", "360.00"], ["1080.00", "1440.00"]]


def identify(firm: Firm, contract: UUID) -> None:
    """Promise the allowance, and what comes above it."""
    firm.do("IdentifyContract", ACCOUNTANT, contract_id=contract, **ALL_FIVE)
    promise(firm, contract, "allowance", measure="retainer", ssp="14400")
    promise(firm, contract, "above", measure="as_invoiced", ssp="3600")
    allocated(firm, contract, "18000")
    firm.settle()


def test_a_run_is_told_of_grants_and_of_work_that_is_not_paid_for(kept: Kept) -> None:
    firm, contract, _ = kept
    identify(firm, contract)
    bill_fee(firm, contract)
    cut_fee(firm)
    work_in_february(kept, 15 * 60)

    with firm.system.connect() as conn, snapshot(conn, READS) as known:
        (run,) = planned(conn, "DE01", FEBRUARY, known)

    grants, above = run.command.measures
    assert [(one.fee, one.drawn) for one in grants.grants] == [(D(972), D(540)), (D(1200), D(600))]
    assert above.invoiceable == 3 * 150


def test_a_balance_without_its_movement_and_a_lost_cover_are_named(kept: Kept) -> None:
    firm, _, _ = kept
    work_in_february(kept)
    damage(firm, "UPDATE retainers_1.retainer_moves SET quantity = -1 WHERE kind = 'drawn'")
    damage(firm, "UPDATE retainers_1.retainer_draws SET covered = 1 WHERE quantity = 420")

    found = off(firm)["retainers = their movements"]

    assert len(found) == 3
    assert "retainers paid 1, it lost 1050.00" in found[-1]
