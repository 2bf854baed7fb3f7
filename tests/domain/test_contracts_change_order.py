"""Change orders: drafted by delivery, approved by finance, moving everything in one append."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contracts.change_order import (
    Change,
    ChangeOrder,
    ClientReferenceNeeded,
    HoursChange,
    NothingChanged,
    OwnChangeOrder,
    PlanNotPrice,
    WrongOrderState,
    budget_change,
)
from domain.contracts.change_order_commands import OtherContract
from domain.contracts.contract import (
    AlreadyTerminated,
    BelowBilled,
    Contract,
    ContractNotActive,
    OutsideTerm,
)
from domain.delivery.budget import BudgetBelowZero, NoBaseline
from domain.delivery.milestones import MilestoneNotReady, UnknownMilestone
from domain.delivery.project import Project, ProjectClosed
from domain.ledger.period import months_between
from domain.money import AmountTooFine
from domain.request import AlreadyTaken
from tests.domain.named import new
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import draft
from tests.domain.samples_sales import FINANCE, LEADER, change, changeable, ordered

AT = {"change_order_id": new("order a")}
YES = {"approved_on": "2025-09-10", "client_reference": "PO 9"}
NOTHING: dict[str, Any] = {"price": "0", "cost": "0", "days": 0, "hours": [], "added": []}
CENTS = st.decimals(-(10**6), 10**6, places=2)


def submit(paper: PaperFirm, **fields: Any) -> None:
    """Draft and submit order ``a``."""
    ordered(paper, "a", **fields)
    paper.do("SubmitChangeOrder", LEADER, **AT)


def test_a_change_of_july_approved_in_september_moves_everything_at_once(
    paper: PaperFirm,
) -> None:
    contract, project = changeable(paper)
    for month in range(1, 9):
        paper.do("SoftClosePeriod", entity="DE01", month=date(2025, month, 1))
        paper.do("HardClosePeriod", entity="DE01", month=date(2025, month, 1))
    submit(paper)
    before = len(paper.facts)

    answer: Any = paper.do("ApproveChangeOrder", FINANCE, **AT, **YES).answer

    assert (answer.value, answer.ends_on) == (1300, date(2026, 1, 31))
    found = paper.replayed(contract)
    assert (found.value, found.ends_on) == (1300, date(2026, 1, 31))
    planned = paper.replayed(project)
    assert (planned.budget_version, planned.budget) == (
        2, {"hours of consultant": 15, "cost": 825, "revenue": 1300},
    )  # fmt: skip
    assert [one.amount for one in planned.milestones.values()] == [400, 600, 300]
    moved = paper.last(Project.BudgetChanged)
    assert moved.effective_on == paper.last(Contract.Changed).effective_on == date(2025, 7, 1)
    assert moved.lines[0].month == date(2025, 7, 1)
    assert {fact.effective_date for fact in paper.facts[before:]} == {date(2025, 9, 10)}
    assert len(paper.facts) == before + 4
    assert not list(paper.entries())


def test_a_change_is_decided_by_somebody_else_than_its_authors(paper: PaperFirm) -> None:
    changeable(paper)
    ordered(paper, "a")
    paper.do("SubmitChangeOrder", FINANCE_AND_DELIVERY, **AT)

    paper.refuses(OwnChangeOrder, "ApproveChangeOrder", FINANCE_AND_DELIVERY, **AT, **YES)
    paper.refuses(OwnChangeOrder, "RejectChangeOrder", FINANCE_AND_DELIVERY, **AT, why="x")
    paper.do("ApproveChangeOrder", FINANCE, **AT, **YES)


FINANCE_AND_DELIVERY = type(LEADER)("both", FINANCE.roles | LEADER.roles, LEADER.entities)


def test_a_price_changes_by_the_clients_word(paper: PaperFirm) -> None:
    changeable(paper)
    submit(paper)
    paper.refuses(
        ClientReferenceNeeded, "ApproveChangeOrder", FINANCE, **AT, approved_on="2025-09-10",
        client_reference="  ",
    )  # fmt: skip
    paper.do("WithdrawChangeOrder", **AT, why="x")

    ordered(paper, "later", **{**NOTHING, "days": 10})
    later = {"change_order_id": new("order later")}
    paper.do("SubmitChangeOrder", LEADER, **later)
    paper.do("ApproveChangeOrder", FINANCE, **later, approved_on="2025-09-10")

    assert not paper.all(Project.BudgetChanged)
    assert paper.last(Contract.Changed).ends_on == date(2026, 1, 10)


def test_a_change_order_takes_its_steps_in_order(paper: PaperFirm) -> None:
    changeable(paper)
    ordered(paper, "a")
    paper.refuses(WrongOrderState, "ApproveChangeOrder", FINANCE, **AT, **YES)
    paper.refuses(WrongOrderState, "RejectChangeOrder", FINANCE, **AT, why="x")
    paper.do("SubmitChangeOrder", LEADER, **AT)
    paper.refuses(WrongOrderState, "SubmitChangeOrder", LEADER, **AT)
    paper.do("ApproveChangeOrder", FINANCE, **AT, **YES)
    paper.refuses(WrongOrderState, "ApproveChangeOrder", FINANCE, **AT, **YES)
    paper.refuses(WrongOrderState, "WithdrawChangeOrder", LEADER, **AT, why="x")


def test_what_is_rejected_or_withdrawn_changes_nothing(paper: PaperFirm) -> None:
    contract, _ = changeable(paper)
    submit(paper)
    paper.do("RejectChangeOrder", FINANCE, **AT, why="too dear")
    ordered(paper, "b")
    other = {"change_order_id": new("order b")}
    paper.do("WithdrawChangeOrder", LEADER, **other, why="x")
    paper.do("WithdrawChangeOrder", LEADER, **other, why="x")

    assert paper.replayed(contract).value == 1000
    assert len(paper.all(ChangeOrder.Withdrawn)) == 1


def test_a_change_order_changes_something_exactly(paper: PaperFirm) -> None:
    changeable(paper)
    at = {**AT, "name": "a"}

    paper.refuses(NothingChanged, "DraftChangeOrder", **at, **change(**NOTHING))
    empty = [{"role": "consultant", "hours": "0"}]
    paper.refuses(
        NothingChanged, "DraftChangeOrder", **at, **change(**{**NOTHING, "hours": empty})
    )
    paper.refuses(AmountTooFine, "DraftChangeOrder", **at, **change(price="0.001"))
    paper.refuses(AmountTooFine, "DraftChangeOrder", **at, **change(cost="0.001"))


def test_names_are_unique_in_a_contract(paper: PaperFirm) -> None:
    changeable(paper)
    changeable(paper, "other")
    ordered(paper, "a")

    paper.refuses(AlreadyTaken, "DraftChangeOrder", change_order_id=new("b"), name="a", **change())
    paper.do("DraftChangeOrder", change_order_id=new("b"), name="a", **change("other"))


def test_milestones_of_a_fee_add_up_to_its_new_price(paper: PaperFirm) -> None:
    changeable(paper)
    at = {**AT, "name": "a"}

    paper.refuses(PlanNotPrice, "DraftChangeOrder", **at, **change(price="301"))
    paper.refuses(UnknownMilestone, "DraftChangeOrder", **at, **change(dropped=[new("none")]))
    cut: dict[str, Any] = {"price": "-100", "dropped": [new("changeable 1")]}
    paper.do("DraftChangeOrder", **at, **change(**cut))
    paper.do("SubmitChangeOrder", **AT)
    paper.do("ApproveChangeOrder", FINANCE, **AT, **YES)

    assert paper.replayed(new("changeable")).value == 900
    states = [(m.amount, m.state) for m in paper.replayed(new("project changeable"))
              .milestones.values()]  # fmt: skip
    assert states == [(400, "dropped"), (600, "planned"), (300, "planned")]


def test_delivery_that_moved_on_stops_an_approval(paper: PaperFirm) -> None:
    changeable(paper)
    submit(paper, price="-100", dropped=[new("changeable 1")])
    at = {"project_id": new("project changeable")}
    paper.do("CompleteMilestone", **at, milestone_id=new("changeable 1"),
             completed_on="2025-03-03")  # fmt: skip

    paper.refuses(MilestoneNotReady, "ApproveChangeOrder", FINANCE, **AT, **YES)
    paper.refuses(
        MilestoneNotReady, "DraftChangeOrder", change_order_id=new("b"), name="b",
        **change(price="-100", dropped=[new("changeable 1")]),
    )  # fmt: skip


def test_a_milestone_that_is_there_is_not_planned_again(paper: PaperFirm) -> None:
    changeable(paper)
    changeable(paper, "other")
    elsewhere = [{"milestone_id": new("other 1"), "name": "x", "amount": "300",
                  "due_on": "2025-10-31"}]  # fmt: skip
    submit(paper, added=elsewhere)

    paper.refuses(AlreadyTaken, "ApproveChangeOrder", FINANCE, **AT, **YES)


def test_a_milestone_dropped_by_one_order_is_unknown_to_the_next(paper: PaperFirm) -> None:
    changeable(paper)
    cut = {**NOTHING, "price": "-400", "dropped": [new("changeable 1")]}
    submit(paper, **cut)
    ordered(paper, "b", **cut)
    paper.do("ApproveChangeOrder", FINANCE, **AT, **YES)
    paper.do("SubmitChangeOrder", LEADER, change_order_id=new("order b"))

    paper.refuses(
        MilestoneNotReady, "ApproveChangeOrder", FINANCE, change_order_id=new("order b"), **YES
    )


def billed(paper: PaperFirm) -> dict[str, Any]:
    """Accept and bill the 400 of the first milestone; a contract of time holds 1,000."""
    contract, project = paper.win("Deal", value="1000")
    paper.bill("i", contract, date(2025, 1, 7), paper.work(project, date(2025, 1, 6), 160))
    return {**change(**NOTHING), "contract_id": contract, "project_id": project}


@pytest.mark.parametrize(("price", "fits"), [("-600", True), ("-600.01", False)])
def test_a_cut_leaves_what_is_billed(paper: PaperFirm, price: str, fits: bool) -> None:
    given = billed(paper)
    submit(paper, **{**given, "price": price})

    if fits:
        paper.do("ApproveChangeOrder", FINANCE, **AT, **YES)
    else:
        paper.refuses(BelowBilled, "ApproveChangeOrder", FINANCE, **AT, **YES)


@pytest.mark.parametrize(
    "fields",
    [{"hours": [{"role": "consultant", "hours": "-10.01"}]},
     {"hours": [{"role": "partner", "hours": "-1"}]}, {"cost": "-550.01"}],
)  # fmt: skip
def test_a_cut_takes_no_more_than_is_planned(paper: PaperFirm, fields: dict[str, Any]) -> None:
    changeable(paper)
    submit(paper, **{**NOTHING, **fields})

    paper.refuses(BudgetBelowZero, "ApproveChangeOrder", FINANCE, **AT, **YES)


@pytest.mark.parametrize(
    "fields",
    [{"takes_effect_on": "2024-12-31"}, {"takes_effect_on": "2026-02-01"}, {"days": -365},
     {"days": 3650}],
)  # fmt: skip
def test_a_change_takes_effect_within_a_term_that_can_be(
    paper: PaperFirm, fields: dict[str, Any]
) -> None:
    forever = {"ends_on": "9999-12-31"} if fields.get("days") == 3650 else {}
    changeable(paper, **forever)
    submit(paper, **fields)

    paper.refuses(OutsideTerm, "ApproveChangeOrder", FINANCE, **AT, **YES)


def test_only_a_contract_in_force_is_changed(paper: PaperFirm) -> None:
    changeable(paper)
    paper.refuses(
        ContractNotActive, "DraftChangeOrder", **AT, name="a",
        **{**change(), "contract_id": draft(paper)},
    )  # fmt: skip
    submit(paper)
    paper.do("TerminateContract", contract_id=new("changeable"), on="2025-06-30", why="x")
    paper.refuses(AlreadyTerminated, "ApproveChangeOrder", FINANCE, **AT, **YES)


def test_the_project_is_the_contracts_and_open(paper: PaperFirm) -> None:
    changeable(paper)
    changeable(paper, "other")
    mixed = {**change(), "project_id": new("project other")}
    paper.refuses(OtherContract, "DraftChangeOrder", **AT, name="a", **mixed)
    submit(paper)
    paper.do("CloseProject", project_id=new("project changeable"))

    paper.refuses(ProjectClosed, "ApproveChangeOrder", FINANCE, **AT, **YES)


def test_without_a_baseline_there_is_no_budget_to_change(paper: PaperFirm) -> None:
    changeable(paper)
    paper.do("CreateProject", project_id=new("bare"), code="bare", name="b",
             contract_id=new("changeable"))  # fmt: skip
    submit(paper, project_id=new("bare"))

    paper.refuses(NoBaseline, "ApproveChangeOrder", FINANCE, **AT, **YES)


@given(
    CENTS, CENTS,
    st.dictionaries(st.sampled_from("abc"), CENTS.filter(bool), max_size=3),
    st.integers(0, 500),
)  # fmt: skip
def test_budget_lines_sum_to_the_change(
    price: Decimal, cost: Decimal, hours: dict[str, Decimal], days: int
) -> None:
    first = date(2025, 7, 15)
    roles = tuple(HoursChange(role, qty) for role, qty in hours.items())
    months = months_between(first, date.fromordinal(first.toordinal() + days))

    lines = budget_change(
        Change(new("p"), "scope", price, cost, 0, first, roles), months, "USD", "EUR"
    )

    assert sum(line.revenue for line in lines) == price
    assert sum(line.cost for line in lines) == cost
    for role, qty in hours.items():
        assert sum(line.hours for line in lines if line.role == role) == qty
