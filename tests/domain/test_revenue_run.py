"""Running revenue: cumulative, once, never above what is allocated, late facts in open months."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.delivery.timesheet import OwnWork
from domain.ledger.period import PeriodNotOpen
from domain.money import CurrencyMismatch
from domain.pricing.bounds import NegativeFigure
from domain.pricing.fx import MissingRate
from domain.revenue.allocation import UnknownObligation
from domain.revenue.contract import RevenueContract, revenue_id
from domain.revenue.obligation import MeasureDoesNotFit
from domain.revenue.price import NotAllocated
from domain.revenue.progress import NothingToMeasure, OverrideIncomplete, ProgressOutOfRange
from domain.revenue.recognition import OverAllocation
from domain.revenue.run_commands import MonthNotBegun
from domain.revenue.runs import NothingToReverse, PeriodSkipped, RunOutOfOrder
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_revenue import (
    ACCOUNTANT,
    CONTROLLER,
    allocated,
    identified,
    promise,
    ready,
    run,
)

D = Decimal
EURO = {"currency": "EUR"}


def added(answer: Any) -> list[tuple[str, str]]:
    """What each line of a run adds, and whether it is a catch-up."""
    return [(str(line.delta), "late" if line.catch_up else "") for line in answer.lines]


def recognised(firm: PaperFirm, contract: UUID) -> Decimal:
    held: RevenueContract = firm.replayed(revenue_id(contract))
    return sum((promise.recognised for promise in held.promises.values()), D(0))


def close(firm: PaperFirm, month: date) -> None:
    """Close a month of DE01 for good."""
    firm.do("SoftClosePeriod", entity="DE01", month=month)
    firm.do("HardClosePeriod", entity="DE01", month=month)


def test_even_service_is_earned_month_by_month(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO, price="1000")

    deltas = [added(run(paper, contract, f"2025-{month:02}")) for month in (1, 2, 3)]

    assert deltas == [[("83.33", "")], [("83.34", "")], [("83.33", "")]]
    assert recognised(paper, contract) == 250


def test_days_of_a_leap_year_count(paper: PaperFirm) -> None:
    paper.today = date(2028, 12, 31)
    for no in range(36):
        year, month = divmod(no, 12)
        paper.do("OpenPeriod", entity="DE01", month=date(2026 + year, month + 1, 1))
    contract = ready(paper, "leap", **EURO, price="366", measure="straight_line_daily",
                     starts_on="2028-01-01", ends_on="2028-12-31")  # fmt: skip

    assert added(run(paper, contract, "2028-01")) == [("31.00", "")]
    assert added(run(paper, contract, "2028-02")) == [("29.00", "")]


def test_cost_without_uninstalled_material_measures_progress(paper: PaperFirm) -> None:
    # ASC 606-10-55-187 to 55-192 (example 19): 20 % of 3,500,000 and the elevators at cost.
    contract = ready(paper, "lift", **EURO, price="5000000", measure="cost")
    paper.do("MeasureProgress", contract_id=contract, obligation="support",
             measured_on="2025-01-31", whole="4000000", uninstalled_to_date="1500000",
             uninstalled_total="1500000")  # fmt: skip

    answer = run(paper, contract, "2025-01", cost="2000000")

    assert added(answer) == [("2200000.00", "")]


def test_progress_is_not_rounded_before_revenue_is(paper: PaperFirm) -> None:
    # IFRS 15 example 8: 600,000 at 60 %, then 51.2 % of 1,350,000 as costs and price are raised.
    contract = ready(paper, "build", **EURO, price="1000000", measure="cost", whole="700000")
    assert added(run(paper, contract, "2025-01", cost="420000")) == [("600000.00", "")]

    paper.do("MeasureProgress", contract_id=contract, obligation="support",
             measured_on="2025-02-28", whole="820000", estimate="2")  # fmt: skip
    paper.do("DetermineTransactionPrice", contract_id=contract, determined_on="2025-02-28",
             fixed="1350000")  # fmt: skip
    assert added(run(paper, contract, "2025-02", cost="420000")) == [("91463.41", "")]


@pytest.mark.parametrize(
    ("measure", "inputs", "earned"),
    [
        ("hours", {"hours": "25"}, "250.00"),
        ("units", {"units": "40"}, "400.00"),
        ("milestones", {"milestones": "30"}, "300.00"),
        ("zero_margin", {"cost": "123.45"}, "123.45"),
        ("as_invoiced", {"invoiceable": "77.70"}, "77.70"),
    ],
)
def test_each_measure_earns_by_what_was_gathered(
    paper: PaperFirm, measure: str, inputs: dict[str, str], earned: str
) -> None:
    whole = "0" if measure == "as_invoiced" else "100"
    contract = ready(paper, "care", **EURO, price="1000", measure=measure, whole=whole)

    assert added(run(paper, contract, "2025-01", **inputs)) == [(earned, "")]


def test_a_forecast_above_the_cap_earns_the_cap_by_its_share(paper: PaperFirm) -> None:
    contract = ready(paper, "capped", **EURO, price="1000", measure="as_invoiced", whole="2000")

    assert added(run(paper, contract, "2025-01", invoiceable="500")) == [("250.00", "")]


def test_a_promise_at_a_point_in_time_is_earned_when_control_passes(paper: PaperFirm) -> None:
    contract = ready(paper, "box", **EURO, price="900", pattern="point_in_time", measure=None,
                     kind="distinct_good")  # fmt: skip

    assert added(run(paper, contract, "2025-01")) == []
    given = {"contract_id": contract, "satisfied_on": "2025-02-10"}
    paper.refuses(UnknownObligation, "SatisfyObligation", **given, obligation="x")
    paper.do("SatisfyObligation", **given, obligation="support")
    assert added(run(paper, contract, "2025-02")) == [("900.00", "")]
    before = len(paper.facts)
    paper.do("SatisfyObligation", **given, obligation="support")
    assert len(paper.facts) == before


def test_what_a_person_measured_counts_where_nothing_is_gathered(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO, price="1000", measure="units", whole="100")
    given = {"contract_id": contract, "obligation": "support", "measured_on": "2025-01-20"}
    paper.refuses(ProgressOutOfRange, "MeasureProgress", **given, whole="10", done="11")
    paper.refuses(UnknownObligation, "MeasureProgress", **{**given, "obligation": "x"}, whole="1")
    paper.do("MeasureProgress", **given, whole="100", done="10")
    paper.do("MeasureProgress", **{**given, "measured_on": "2025-02-20"}, whole="100", done="30")

    assert added(run(paper, contract, "2025-01")) == [("100.00", "")]
    assert added(run(paper, contract, "2025-02")) == [("200.00", "")]


def test_material_beyond_what_was_planned_earns_nothing_beyond_the_price(
    paper: PaperFirm,
) -> None:
    contract = ready(paper, "lift", **EURO, price="1000", measure="cost")
    paper.do("MeasureProgress", contract_id=contract, obligation="support",
             measured_on="2025-01-31", whole="500", uninstalled_to_date="300",
             uninstalled_total="200")  # fmt: skip

    paper.refuses(OverAllocation, "RunRecognition", contract_id=contract, month="2025-01-01",
                  measures=[{"obligation": "support", "cost": "600"}])  # fmt: skip


def test_nobody_measures_what_measures_itself(paper: PaperFirm) -> None:
    even, billed = ready(paper, "even", **EURO), ready(paper, "t", **EURO, measure="as_invoiced")
    measured = {"obligation": "support", "measured_on": "2025-01-31", "whole": "10"}
    override = {"obligation": "support", "pct": "10", "why": "x", "from_on": "2025-01-01",
                "expires_on": "2025-01-31"}  # fmt: skip

    paper.refuses(MeasureDoesNotFit, "MeasureProgress", contract_id=even, **measured)
    paper.refuses(MeasureDoesNotFit, "OverrideProgress", contract_id=billed, **override)
    paper.refuses(MeasureDoesNotFit, "SatisfyObligation", contract_id=even,
                  obligation="support", satisfied_on="2025-01-31")  # fmt: skip


def test_material_at_cost_is_in_the_currency_of_the_books(paper: PaperFirm) -> None:
    contract = ready(paper, "lift", measure="cost")

    paper.refuses(CurrencyMismatch, "MeasureProgress", contract_id=contract, whole="10",
                  obligation="support", measured_on="2025-01-31",
                  uninstalled_total="1")  # fmt: skip


def test_the_same_inputs_again_change_nothing(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO, measure="hours", whole="100")
    run(paper, contract, "2025-01", hours="10")
    before = len(paper.facts)

    assert added(run(paper, contract, "2025-01", hours="10")) == []
    assert len(paper.facts) == before


def test_late_inputs_of_an_open_month_are_a_catch_up_in_it(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO, measure="hours", whole="100")
    run(paper, contract, "2025-01", hours="10")

    answer = run(paper, contract, "2025-01", hours="15")

    assert (added(answer), answer.booked_on) == ([("60.00", "late")], date(2025, 1, 31))


def test_late_inputs_of_a_closed_month_go_to_the_first_open_day(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO, measure="hours", whole="100")
    run(paper, contract, "2025-01", hours="10")
    close(paper, date(2025, 1, 1))

    answer = run(paper, contract, "2025-01", hours="12")

    assert (added(answer), answer.booked_on) == ([("24.00", "late")], date(2025, 2, 1))
    fact = paper.last(RevenueContract.Recognized)
    assert (fact.run.period, fact.run.on) == (date(2025, 1, 1), date(2025, 1, 31))
    assert added(run(paper, contract, "2025-02", hours="20")) == [("96.00", "")]


def test_work_taken_back_is_revenue_taken_back(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO, measure="hours", whole="100")
    run(paper, contract, "2025-01", hours="10")

    assert added(run(paper, contract, "2025-01", hours="0")) == [("-120.00", "late")]
    assert paper.balances()["1200", "EUR"] == (D(0), D(0))


def test_months_are_run_in_order_and_none_before_its_time(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO, measure="hours", whole="100")
    run(paper, contract, "2025-01", hours="10")
    run(paper, contract, "2025-02", hours="20")
    given = {"contract_id": contract, "month": "2025-01-15"}
    other = [{"obligation": "support", "hours": "11"}]

    paper.refuses(RunOutOfOrder, "RunRecognition", **given, measures=other)
    paper.refuses(MonthNotBegun, "RunRecognition", contract_id=contract, month="2026-01-01")
    assert added(run(paper, contract, "2025-01", hours="10")) == []


def test_a_run_needs_a_price_and_figures_that_make_sense(paper: PaperFirm) -> None:
    bare = identified(paper, "bare", **EURO)
    promise(paper, bare, measure="hours", whole="0")
    given = {"contract_id": bare, "month": "2025-01-01"}
    paper.refuses(NotAllocated, "RunRecognition", **given)
    allocated(paper, bare)
    fixed = ready(paper, "fixed", **EURO, measure="as_invoiced")
    counted = ready(paper, "counted", **EURO, measure="units", whole="10")

    def measured(**inputs: str) -> list[dict[str, str]]:
        return [{"obligation": "support", **inputs}]

    paper.refuses(NothingToMeasure, "RunRecognition", **given)
    paper.refuses(UnknownObligation, "RunRecognition", **given, measures=[{"obligation": "x"}])
    paper.refuses(OverAllocation, "RunRecognition", **{**given, "contract_id": fixed},
                  measures=measured(invoiceable="1200.01"))  # fmt: skip
    paper.refuses(NegativeFigure, "RunRecognition", **{**given, "contract_id": fixed},
                  measures=measured(invoiceable="-1"))  # fmt: skip
    paper.refuses(ProgressOutOfRange, "RunRecognition", **{**given, "contract_id": counted},
                  measures=measured(units="11"))  # fmt: skip


def test_a_run_needs_an_open_month_and_a_rate(paper: PaperFirm) -> None:
    contract = ready(paper, "dollars")
    given = {"contract_id": contract, "month": "2025-06-01"}
    paper.refuses(MissingRate, "RunRecognition", **given)
    paper.today = date(2026, 6, 30)

    paper.refuses(PeriodNotOpen, "RunRecognition", **{**given, "month": "2026-06-01"})


def test_a_rehearsal_answers_what_the_run_then_does(paper: PaperFirm) -> None:
    paper.rates(date(2025, 1, 31), USD="1.0393")
    contract = ready(paper, "dollars", measure="hours", whole="100")
    given = {"contract_id": contract, "month": "2025-01-01",
             "measures": [{"obligation": "support", "hours": "33"}]}  # fmt: skip

    expected = deepcopy(paper).do("RunRecognition", ACCOUNTANT, **given, dry_run=True).answer

    assert paper.do("RunRecognition", ACCOUNTANT, **given).answer == expected


def test_an_override_holds_for_its_time_and_skips_no_month(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO, price="1000", measure="hours", whole="100")
    given = {"contract_id": contract, "obligation": "support", "pct": "50", "why": "rework",
             "from_on": "2025-02-01", "expires_on": "2025-02-28"}  # fmt: skip
    paper.refuses(PeriodSkipped, "OverrideProgress", CONTROLLER, **given)
    run(paper, contract, "2025-01", hours="10")
    paper.refuses(PeriodSkipped, "OverrideProgress", CONTROLLER,
                  **{**given, "from_on": "2025-03-01", "expires_on": "2025-04-01"})  # fmt: skip
    paper.refuses(OverrideIncomplete, "OverrideProgress", CONTROLLER,
                  **{**given, "expires_on": "2025-01-31"})  # fmt: skip
    paper.refuses(UnknownObligation, "OverrideProgress", CONTROLLER,
                  **{**given, "obligation": "x"})  # fmt: skip

    paper.do("OverrideProgress", CONTROLLER, **given)

    assert added(run(paper, contract, "2025-02", hours="20")) == [("400.00", "")]
    assert added(run(paper, contract, "2025-03", hours="60")) == [("100.00", "")]


def test_a_run_is_taken_back_by_somebody_else_and_run_again(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO, measure="hours", whole="100")
    run(paper, contract, "2025-01", hours="10")
    both = type(ACCOUNTANT)("revenue", ACCOUNTANT.roles | CONTROLLER.roles, ACCOUNTANT.entities)
    given = {"contract_id": contract, "month": "2025-01-31", "why": "wrong term"}
    paper.refuses(OwnWork, "ReverseRecognition", both, **given)
    paper.refuses(NothingToReverse, "ReverseRecognition", CONTROLLER,
                  **{**given, "month": "2025-02-01"})  # fmt: skip

    answer: Any = paper.do("ReverseRecognition", CONTROLLER, **given).answer

    assert added(answer) == [("-120.00", "")]
    assert paper.balances()["1200", "EUR"] == paper.balances()["4010", "EUR"] == (D(0), D(0))
    paper.refuses(NothingToReverse, "ReverseRecognition", CONTROLLER, **given)
    assert added(run(paper, contract, "2025-01", hours="10")) == [("120.00", "")]


def test_a_reversal_needs_an_open_month(paper: PaperFirm) -> None:
    contract = ready(paper, "care", **EURO, starts_on="2025-12-01")
    run(paper, contract, "2025-12")
    for month in range(1, 13):
        close(paper, date(2025, month, 1))

    paper.refuses(PeriodNotOpen, "ReverseRecognition", CONTROLLER, contract_id=contract,
                  month="2025-12-01", why="late")  # fmt: skip


@pytest.mark.parametrize("account", ["4010"])
def test_revenue_debits_the_position_and_credits_its_account(
    paper: PaperFirm, account: str
) -> None:
    paper.rates(date(2025, 1, 31), USD="1.25")
    run(paper, ready(paper, "dollars"), "2025-01")

    held = paper.balances()
    assert held["1200", "USD"] == (D(100), D(80))
    assert held[account, "USD"] == (D(-100), D(-80))


@given(st.lists(st.tuples(st.integers(0, 120), st.booleans()), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None)
def test_revenue_is_the_sum_of_what_runs_added_and_never_above_the_price(
    steps: list[tuple[int, bool]],
) -> None:
    firm = PaperFirm()
    firm.found()
    contract = ready(firm, "care", **EURO, price="999.97", measure="hours", whole="100")
    month, total = 1, D(0)
    for worked, next_month in steps:
        month += next_month
        answer = run(firm, contract, f"2025-{month:02}", hours=str(worked))
        total += sum((line.delta for line in answer.lines), D(0))

        assert recognised(firm, contract) == total <= D("999.97")
        assert firm.balances().get(("1200", "EUR"), (D(0), D(0))) == (total, total)
