"""The outlook of a project: estimates, orders, progress, and budget moved within the plan."""

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.delivery.budget import ExceedsSource, NoBaseline, NothingMoved
from domain.delivery.outlook import (
    EstimateBackdated,
    EstimateOfPast,
    NothingCommitted,
    Outlook,
    ProgressFell,
    UnknownCommitment,
    outlook_id,
)
from domain.delivery.outlook_commands import OrderNotPositive, WholeNeeded
from domain.delivery.project import Project, ProjectClosed
from domain.errors import Refusal
from domain.money import AmountTooFine
from domain.pricing.fx import MissingRate
from domain.request import AlreadyTaken
from domain.revenue.contract import RevenueContract
from domain.revenue.progress import ProgressOutOfRange
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, eur, new, set_up, usd
from tests.domain.samples_outlook import AHEAD, estimate, order
from tests.domain.samples_revenue import ready
from tests.firm import WORKER

BARE = {"project_id": new("bare")}
CLOSED = {"project_id": new("over")}
MORE = ("consultant", "2025-02-01", "3000")


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing."""
    return set_up(paper)


def outlook(paper: PaperFirm) -> Any:
    """The outlook of the project that is looked ahead on."""
    return paper.replayed(outlook_id(new("ahead")))


def moved(**fields: Any) -> dict[str, Any]:
    """Fields of a transfer of 10 hours from design in January to consulting in February."""
    return {**AHEAD, "from_cost_code": "designer", "from_month": "2025-01-17",
            "to_cost_code": "consultant", "to_month": "2025-02-01", "hours": "10", "cost": "550",
            "transferred_on": "2025-01-09", "why": "less design", **fields}  # fmt: skip


def reported(done: str, on: str = "2025-01-09", **fields: Any) -> dict[str, Any]:
    """Fields of a report of progress."""
    return {**AHEAD, "reported_on": on, "done": done, "evidence": "minutes", **fields}


def test_an_estimate_replaces_the_one_before(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.do("ReforecastProject", **estimate(MORE))
    paper.do("ReforecastProject", **estimate(on="2025-01-20"))

    first, second = paper.all(Outlook.EstimateToCompleteSet)
    assert (first.version, [str(line.cost) for line in first.lines]) == (1, ["3000"])
    assert (second.version, second.lines) == (2, ())


def test_an_estimate_looks_ahead_and_is_not_backdated(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.do("ReforecastProject", **estimate(MORE))

    paper.refuses(EstimateBackdated, "ReforecastProject", **estimate(MORE, on="2025-01-09"))
    past = estimate(("consultant", "2025-01-31", "1"), on="2025-02-01")
    paper.refuses(EstimateOfPast, "ReforecastProject", **past)
    fine = estimate(("consultant", "2025-02-01", "1.001"))
    paper.refuses(AmountTooFine, "ReforecastProject", **fine)
    paper.refuses(ProjectClosed, "ReforecastProject", **{**estimate(MORE), **CLOSED})


def test_an_order_is_noted_in_its_currency_and_in_the_books(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.do("CommitCost", **order("o", amount=usd("1032.10")))

    held = outlook(paper).commitment(new("o"))
    assert (held.amount, held.books) == (Decimal("1032.10"), Decimal("1000.00"))


def test_an_order_has_one_id_and_one_reference_a_vendor(paper: PaperFirm, at: Stage) -> None:
    assert at
    again = order("other", reference="order 1")

    paper.refuses(AlreadyTaken, "CommitCost", **order("order 1", reference="another"))
    paper.refuses(AlreadyTaken, "CommitCost", **again)
    paper.do("CommitCost", **{**again, "vendor": "Another Fictional"})


def test_an_order_is_above_zero_with_a_rate_for_an_open_project(
    paper: PaperFirm, at: Stage
) -> None:
    assert at
    paper.refuses(OrderNotPositive, "CommitCost", **order("o", amount=eur("0.00")))
    late = order("o", amount=usd("1.00"), committed_on="2025-03-04")
    paper.refuses(MissingRate, "CommitCost", **late)
    paper.refuses(ProjectClosed, "CommitCost", **{**order("o"), **CLOSED})


def spend(paper: PaperFirm, name: str, net: dict[str, str], **fields: Any) -> None:
    """An approved expense that pays the first order."""
    paper.do("RecordExpense", WORKER, **expense(name, net, **fields))
    paper.do("ApproveExpense", expense_id=new(name))


def expense(name: str, net: dict[str, str], **fields: Any) -> dict[str, Any]:
    """Fields of an expense of 6 January."""
    return {"expense_id": new(name), "person_id": PaperFirm.person, **AHEAD,
            "spent_on": "2025-01-06", "category": "print", "net": net,
            "tax": {**net, "amount": "0"}, "commitment_id": new("order 1"),
            **fields}  # fmt: skip


def test_actual_cost_consumes_the_order_it_pays(paper: PaperFirm, at: Stage) -> None:
    assert at
    spend(paper, "a", eur("300.00"))
    spend(paper, "b", usd("206.42"))

    left = outlook(paper).commitment(new("order 1"))
    assert (left.amount, left.books) == (Decimal("500.00"), Decimal("500.00"))


def test_what_costs_more_than_the_order_consumes_all_of_it(paper: PaperFirm, at: Stage) -> None:
    assert at
    spend(paper, "a", eur("1200.00"))
    spend(paper, "b", eur("1.00"))

    consumed = [str(one.amount) for one in paper.all(Outlook.CommitmentConsumed)]
    assert consumed == ["1000.00", "0.00"]
    paper.refuses(NothingCommitted, "ReleaseCommitment", **AHEAD, commitment_id=new("order 1"),
                  released_on="2025-01-09", why="x")  # fmt: skip


def test_an_order_is_open_again_after_a_cost_that_does_not_count(
    paper: PaperFirm, at: Stage
) -> None:
    assert at
    spend(paper, "a", eur("1200.00"))
    paper.do("ReverseExpense", expense_id=new("a"), why="of another project")

    left = outlook(paper).commitment(new("order 1"))
    assert (left.amount, left.books) == (Decimal("1000.00"), Decimal("1000.00"))


def test_an_expense_pays_an_order_of_its_own_project(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.refuses(UnknownCommitment, "RecordExpense", WORKER, **expense("a", eur("1.00"), **BARE))
    unknown = expense("a", eur("1.00"), commitment_id=new("nothing"))
    paper.refuses(UnknownCommitment, "RecordExpense", WORKER, **unknown)


def test_what_is_left_of_an_order_is_released_once(paper: PaperFirm, at: Stage) -> None:
    assert at
    spend(paper, "a", eur("300.00"))
    given_up = {**AHEAD, "commitment_id": new("order 1"), "released_on": "2025-01-09", "why": "x"}
    paper.do("ReleaseCommitment", **given_up)

    assert paper.last(Outlook.CommitmentReleased).books == Decimal("700.00")
    paper.refuses(NothingCommitted, "ReleaseCommitment", **given_up)
    unknown = {**given_up, "commitment_id": new("nothing")}
    paper.refuses(UnknownCommitment, "ReleaseCommitment", **unknown)
    paper.refuses(ProjectClosed, "ReleaseCommitment", **{**given_up, **CLOSED})


def test_progress_does_not_fall_without_a_reason(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.do("ReportProgress", **reported("40"))

    paper.refuses(ProgressFell, "ReportProgress", **reported("39", on="2025-01-10"))
    paper.refuses(ProgressFell, "ReportProgress", **reported("41", on="2025-01-08"))
    more = {"measure": "units", "whole": "300"}
    paper.refuses(ProgressFell, "ReportProgress", **reported("110", on="2025-01-10", **more))
    paper.do("ReportProgress", **reported("30", on="2025-01-10"), reason="work to be done again")

    assert outlook(paper).progress(paper.today).done == 30


def test_progress_is_a_share_of_the_whole(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.refuses(ProgressOutOfRange, "ReportProgress", **reported("100.5"))
    units = {"measure": "units", "whole": "8"}
    paper.refuses(ProgressOutOfRange, "ReportProgress", **reported("9", **units))
    paper.refuses(WholeNeeded, "ReportProgress", **reported("9", measure="units"))
    paper.refuses(WholeNeeded, "ReportProgress", **reported("9", measure="units", whole="0"))
    paper.refuses(WholeNeeded, "ReportProgress", **reported("9", whole="8"))
    paper.refuses(ProjectClosed, "ReportProgress", **{**reported("9"), **CLOSED})
    paper.do("ReportProgress", **reported("100"))


def delivering(paper: PaperFirm, **fields: Any) -> dict[str, Any]:
    """A project whose contract a revenue run earns by 120 units, unless said otherwise."""
    given = {"measure": "units", "whole": "120", **fields}
    contract = ready(paper, "by units", **given)
    project = {"project_id": new("counted")}
    paper.do("CreateProject", **project, code="COUNTED", name="counted", contract_id=contract)
    return project


def measured(paper: PaperFirm) -> Iterator[tuple[str, str, str]]:
    """What revenue was told, oldest first."""
    for fact in paper.all(RevenueContract.ProgressMeasured):
        one = fact.measured
        yield f"{one.done:f}", f"{one.whole:f}", one.estimate


def test_reported_units_and_percent_measure_the_revenue(paper: PaperFirm, at: Stage) -> None:
    assert at
    project = delivering(paper)
    paper.do("ReportProgress", **{**reported("12.5"), **project})
    paper.do("ReportProgress", **{**reported("33", whole="132", measure="units"), **project})
    paper.settle()

    assert list(measured(paper))[-2:] == [
        ("15.0000", "120", "progress report 1"), ("33", "132", "progress report 2"),
    ]  # fmt: skip


def test_what_is_measured_otherwise_is_not_told(paper: PaperFirm, at: Stage) -> None:
    assert at
    before = list(measured(paper))
    paper.do("ReportProgress", **{**reported("10"), **delivering(paper, measure="hours")})
    paper.do("ReportProgress", **reported("10"))
    paper.settle()

    assert list(measured(paper)) == before


def test_a_transfer_moves_the_plan_and_keeps_its_sum(paper: PaperFirm, at: Stage) -> None:
    assert at
    before = dict(paper.replayed(new("ahead")).budget)
    paper.do("TransferBudget", **moved())

    after = paper.replayed(new("ahead"))
    assert (after.budget["cost"], after.plan.version) == (before["cost"], 2)
    assert after.budget["hours of designer"] == 90
    assert [str(line.cost) for line in paper.last(Project.BudgetTransferred).lines] == [
        "-550", "550",
    ]  # fmt: skip


def test_a_transfer_takes_what_is_there_and_no_more(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.refuses(ExceedsSource, "TransferBudget", **moved(hours="100.01"))
    paper.refuses(ExceedsSource, "TransferBudget", **moved(cost="5500.01"))
    paper.refuses(ExceedsSource, "TransferBudget", **moved(from_month="2025-02-01"))
    paper.refuses(NothingMoved, "TransferBudget", **moved(hours="0", cost="0"))
    here = moved(to_cost_code="designer", to_month="2025-01-31")
    paper.refuses(NothingMoved, "TransferBudget", **here)
    paper.refuses(AmountTooFine, "TransferBudget", **moved(cost="1.001"))
    paper.refuses(NoBaseline, "TransferBudget", **{**moved(), **BARE})
    paper.refuses(ProjectClosed, "TransferBudget", **{**moved(), **CLOSED})


STEPS = st.lists(
    st.tuples(st.sampled_from(["spend", "undo", "commit", "release"]), st.integers(1, 60_000)),
    max_size=8,
)


@given(STEPS)
@settings(max_examples=20)
def test_what_is_ordered_is_open_consumed_or_released(steps: list[tuple[str, int]]) -> None:
    paper = PaperFirm()
    paper.found()
    set_up(paper)
    for no, (step, cents) in enumerate(steps):
        with suppress(Refusal):
            take(paper, step, str(no), f"{Decimal(cents) / 100:.2f}")

    ordered = sum(one.order.books for one in paper.all(Outlook.CostCommitted))
    back = sum(one.books for one in paper.all(Outlook.CommitmentRestored))
    gone = (*paper.all(Outlook.CommitmentConsumed), *paper.all(Outlook.CommitmentReleased))
    left = [one.books for one in outlook(paper).commitments.values()]
    assert ordered == sum(left) + sum(one.books for one in gone) - back
    assert min(left) >= 0


def take(paper: PaperFirm, step: str, name: str, amount: str) -> None:
    """One step; some are refused where nothing is left."""
    if step == "spend":
        spend(paper, f"spent {name}", usd(amount))
    elif step == "undo":
        spend(paper, f"spent {name}", usd(amount))
        paper.do("ReverseExpense", expense_id=new(f"spent {name}"), why="x")
    elif step == "commit":
        paper.do("CommitCost", **order(name, amount=usd(amount)))
    else:
        paper.do("ReleaseCommitment", **AHEAD, commitment_id=new("order 1"),
                 released_on="2025-01-09", why="x")  # fmt: skip
