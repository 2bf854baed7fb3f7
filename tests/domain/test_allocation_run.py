"""Runs of a month: what they take, what a second one finds, re-runs and reversals."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.allocation.pool import DriverSumNotPositive
from domain.allocation.reciprocal import NeverPassedOn
from domain.allocation.rule import UnknownRule
from domain.allocation.run import (
    MonthAllocation,
    NoDifference,
    NoStandingRun,
    NothingToAllocate,
    SupersedeInstead,
)
from domain.allocation.run_commands import RulesMoved
from domain.command import NotGathered
from domain.ledger.period import PeriodNotOpen
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples_allocation import JANUARY, read, rule, run_of

FEBRUARY, MARCH = date(2025, 2, 1), date(2025, 3, 1)
RUN, AGAIN = "RunAllocation", "SupersedeAllocationRun"


@pytest.fixture
def ruled(paper: PaperFirm) -> PaperFirm:
    """The firm with one rule."""
    paper.do("DefineAllocationRule", **rule())
    return paper


def rent(held: str = "100", **figures: str) -> dict[str, Any]:
    """A run of January over the rent."""
    given: dict[str, Any] = figures or {"A": "1", "B": "2"}
    return run_of(read("RENT", held, **given))


def done(paper: PaperFirm, command: str, **fields: Any) -> Any:
    """What a command answers."""
    return paper.do(command, **fields).answer


def booked(paper: PaperFirm) -> list[tuple[str, str, str, str]]:
    """Rule, account, department and amount of every line that allocations posted."""
    return [
        (entry.document, line.account, line.dimensions.department if line.dimensions else "",
         f"{line.amount:.2f}")
        for entry in paper.entries() if entry.rule.startswith("allocation")
        for line in entry.lines
    ]  # fmt: skip


def test_a_run_posts_overhead_to_cost_objects(ruled: PaperFirm) -> None:
    answer = done(ruled, RUN, **rent())

    assert [(one.key, one.share, str(one.amount)) for one in answer.lines] == [
        ("A", "1/3", "33.33"), ("B", "2/3", "66.67"),
    ]  # fmt: skip
    assert answer.allocated == 100
    assert booked(ruled) == [
        ("RENT v1", "5040", "A", "33.33"), ("RENT v1", "5040", "B", "66.67"),
        ("RENT v1", "6090", "", "-100.00"),
    ]  # fmt: skip


def test_a_run_keeps_what_it_was_made_of(ruled: PaperFirm) -> None:
    ruled.do(RUN, **rent())

    run = ruled.last(MonthAllocation.Ran).run
    pool = run.pools[0]
    assert (run.number, run.position, pool.driver, pool.held) == (1, 7, "desks", 100)
    assert [(one.to.key, one.quantity) for one in pool.measured] == [("A", 1), ("B", 2)]


def test_the_same_run_again_finds_nothing(ruled: PaperFirm) -> None:
    ruled.do(RUN, **rent())

    ruled.refuses(NothingToAllocate, "RunAllocation", **rent())


def test_what_comes_late_is_all_that_a_second_run_takes(ruled: PaperFirm) -> None:
    ruled.do(RUN, **rent())
    ruled.do(RUN, **rent("130"))

    run = ruled.last(MonthAllocation.Ran).run
    assert (run.number, run.pools[0].before, run.pools[0].amount) == (2, 100, 30)


def test_figures_are_gathered_and_never_given(ruled: PaperFirm) -> None:
    given = {"entity": "DE01", "month": JANUARY}

    ruled.refuses(NotGathered, "RunAllocation", **given)
    ruled.refuses(NotGathered, "SupersedeAllocationRun", **given, why="x")


def test_rules_that_changed_while_the_books_were_read_refuse_the_run(ruled: PaperFirm) -> None:
    ruled.refuses(RulesMoved, "RunAllocation", **run_of(read("RENT", "100", version=2, A="1")))
    ruled.refuses(RulesMoved, "RunAllocation", **run_of())
    ruled.do(RUN, **rent())
    ruled.refuses(RulesMoved, "SupersedeAllocationRun", **run_of(), why="x")


def test_a_rule_that_is_not_in_force_is_refused(ruled: PaperFirm) -> None:
    ruled.refuses(UnknownRule, "RunAllocation", **rent(), rules=["POWER"])
    ruled.refuses(UnknownRule, "SupersedeAllocationRun", **rent(), rules=["POWER"], why="x")


def test_other_rules_than_those_of_a_standing_run_need_a_rerun(ruled: PaperFirm) -> None:
    ruled.do(RUN, **rent())
    ruled.do("DefineAllocationRule", **rule(statistic="chairs"))
    changed = run_of(read("RENT", "130", version=2, A="1"))

    ruled.refuses(SupersedeInstead, "RunAllocation", **changed)

    ruled.do(AGAIN, **changed, why="chairs are fairer")


def test_a_driver_of_nothing_refuses_the_run(ruled: PaperFirm) -> None:
    ruled.refuses(DriverSumNotPositive, "RunAllocation", **run_of(read("RENT", "100", A="-1")))
    ruled.do(RUN, **rent())
    ruled.refuses(DriverSumNotPositive, "SupersedeAllocationRun",
                  **run_of(read("RENT", "100")), why="x")  # fmt: skip


def test_services_that_only_serve_one_another_refuse_the_run(paper: PaperFirm) -> None:
    for name in ("IT", "HR"):
        paper.do("DefineAllocationRule", **rule(name, department=name, method="reciprocal"))
    fine = run_of(read("IT", "1", HR="1", A="1"), read("HR", "1", IT="1"))
    round_ = run_of(read("IT", "1", HR="1"), read("HR", "1", IT="1"))

    paper.refuses(NeverPassedOn, "RunAllocation", **round_)

    paper.do(RUN, **fine)
    paper.refuses(NeverPassedOn, "SupersedeAllocationRun", **round_, why="x")


def test_no_run_where_no_month_is_open(ruled: PaperFirm) -> None:
    ruled.refuses(PeriodNotOpen, "RunAllocation", **{**rent(), "month": "2026-01-01"})
    ruled.do(RUN, **rent())
    close_all(ruled)

    ruled.refuses(PeriodNotOpen, "SupersedeAllocationRun", **rent("90"), why="x")
    ruled.refuses(PeriodNotOpen, "ReverseAllocationRun", entity="DE01", month=JANUARY, why="x")


def close_all(paper: PaperFirm) -> None:
    """Every month of the year, for good."""
    for no in range(1, 13):
        for command in ("SoftClosePeriod", "HardClosePeriod"):
            paper.do(command, entity="DE01", month=f"2025-{no:02}-01")


def test_a_rerun_says_what_each_cost_object_bears_more(ruled: PaperFirm) -> None:
    ruled.do(RUN, **rent())

    answer = done(ruled, AGAIN, **rent("100", A="1", C="1"), why="B moved out")

    assert [(one.key, f"{one.change:.2f}") for one in answer.differences] == [
        ("A", "16.67"), ("B", "-66.67"), ("C", "50.00"),
    ]  # fmt: skip
    assert sum(Decimal(amount) for *_, amount in booked(ruled)) == 0
    assert [amount for *_, department, amount in booked(ruled) if department == "B"] == [
        "66.67", "-66.67",
    ]  # fmt: skip


def test_a_rerun_takes_the_place_of_all_that_stands(ruled: PaperFirm) -> None:
    ruled.do(RUN, **rent())
    ruled.do(RUN, **rent("130"))

    ruled.do(AGAIN, **rent("140"), why="more rent")

    assert ruled.last(MonthAllocation.Ran).replaces == (1, 2)
    assert ruled.last(MonthAllocation.Ran).run.number == 3
    assert [fact.run.number for fact in ruled.all(MonthAllocation.Reversed)] == [1, 2]
    ruled.refuses(NothingToAllocate, "RunAllocation", **rent("140"))


def test_a_rerun_with_nothing_changed_changes_nothing(ruled: PaperFirm) -> None:
    ruled.do(RUN, **rent())
    ruled.do(AGAIN, **rent("110"), why="more rent")

    ruled.refuses(NoDifference, "SupersedeAllocationRun", **rent("110"), why="again")


def test_a_rerun_of_nothing(ruled: PaperFirm) -> None:
    ruled.refuses(NoStandingRun, "SupersedeAllocationRun", **rent(), why="x")
    ruled.do(RUN, **rent())

    ruled.refuses(NothingToAllocate, "SupersedeAllocationRun", **rent("0"), why="x")


def test_a_run_is_taken_back_once(ruled: PaperFirm) -> None:
    back = {"entity": "DE01", "month": JANUARY, "why": "too early"}
    ruled.refuses(NoStandingRun, "ReverseAllocationRun", **back)
    ruled.do(RUN, **rent())

    ruled.do("ReverseAllocationRun", **back)

    assert {department for *_, department, _ in booked(ruled)} == {"A", "B", ""}
    assert sum(Decimal(amount) for *_, department, amount in booked(ruled) if department) == 0
    ruled.refuses(NoStandingRun, "ReverseAllocationRun", **back)
    ruled.do(RUN, **rent())


def test_an_earlier_run_can_be_taken_back_alone(ruled: PaperFirm) -> None:
    ruled.do(RUN, **rent())
    ruled.do(RUN, **rent("130"))
    back = {"entity": "DE01", "month": JANUARY, "why": "too early"}

    ruled.do("ReverseAllocationRun", **back, number=1)

    ruled.refuses(NoStandingRun, "ReverseAllocationRun", **back, number=1)
    ruled.do(RUN, **rent("130"))
    assert ruled.last(MonthAllocation.Ran).run.pools[0].amount == 100


def test_rules_run_in_the_order_asked_for(paper: PaperFirm) -> None:
    for name in ("IT", "HR"):
        paper.do("DefineAllocationRule", **rule(name, department=name, method="step"))
    pools = read("IT", "10", HR="1", A="1"), read("HR", "90", IT="1", A="1")

    first = done(paper, RUN, **run_of(*pools), rules=["HR", "IT"])
    default = done(paper, RUN, **run_of(*pools, month=FEBRUARY))

    assert [one.rule for one in first.lines] == ["HR", "HR", "IT"]
    assert [one.rule for one in default.lines] == ["HR", "HR", "IT"]
    other = done(paper, RUN, **run_of(*pools, month=MARCH), rules=["IT", "HR"])
    assert [one.rule for one in other.lines] == ["IT", "IT", "HR"]
    assert [str(one.amount) for one in other.lines] == ["5.00", "5.00", "95.00"]


def test_a_department_that_passes_on_what_it_got_bears_nothing(paper: PaperFirm) -> None:
    for name in ("IT", "HR"):
        paper.do("DefineAllocationRule", **rule(name, department=name, method="step"))

    paper.do(RUN, **run_of(read("IT", "10", HR="1", A="1"), read("HR", "90", A="1")))

    of_hr = [Decimal(amount) for *_, department, amount in booked(paper) if department == "HR"]
    assert sum(of_hr) == -90
