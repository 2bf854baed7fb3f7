"""Work items: a tree that time may name."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.delivery.project import ProjectClosed
from domain.delivery.timesheet import Timesheet
from domain.delivery.work_plan import (
    UnknownWorkItem,
    WorkItemClosed,
    WorkItemExists,
    WorkItemLoop,
    WorkItemsOpen,
    WorkPlan,
    work_plan_id,
)
from domain.delivery.work_plan_commands import OpenTime
from domain.errors import Refusal
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, set_up
from tests.domain.samples_outlook import AHEAD
from tests.firm import WORKER

CLOSED = {"project_id": new("over")}


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing: design with a logo under it, and build."""
    return set_up(paper)


def item(code: str, **fields: Any) -> dict[str, Any]:
    """Fields that name a work item."""
    return {**AHEAD, "work_item": code, **fields}


def logged(code: str, **fields: Any) -> dict[str, Any]:
    """Fields of an hour on a work item."""
    given = {"person_id": PaperFirm.person, "work_date": "2025-01-28", "minutes": 60, **fields}
    return item(code, **given)


def test_a_work_item_is_added_once_under_one_that_is_open(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.do("CloseWorkItem", **item("build"))

    paper.refuses(WorkItemExists, "AddWorkItem", **item("design", name="x"))
    paper.refuses(UnknownWorkItem, "AddWorkItem", **item("x", name="x", parent="nothing"))
    paper.refuses(WorkItemClosed, "AddWorkItem", **item("x", name="x", parent="build"))
    paper.refuses(ProjectClosed, "AddWorkItem", **{**item("x", name="x"), **CLOSED})


def test_a_work_item_never_lies_under_itself(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.refuses(WorkItemLoop, "MoveWorkItem", **item("design", parent="design.logo"))
    paper.refuses(WorkItemLoop, "MoveWorkItem", **item("design", parent="design"))
    paper.refuses(UnknownWorkItem, "MoveWorkItem", **item("nothing", parent=""))
    paper.refuses(ProjectClosed, "MoveWorkItem", **{**item("design", parent=""), **CLOSED})
    paper.do("CloseWorkItem", **item("build"))
    paper.refuses(WorkItemClosed, "MoveWorkItem", **item("design", parent="build"))
    before = len(paper.facts)
    paper.do("MoveWorkItem", **item("design.logo", parent="design"))
    assert len(paper.facts) == before


def test_a_work_item_is_closed_after_those_under_it(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.refuses(WorkItemsOpen, "CloseWorkItem", **item("design"))
    paper.refuses(UnknownWorkItem, "CloseWorkItem", **item("nothing"))
    paper.refuses(ProjectClosed, "CloseWorkItem", **{**item("design"), **CLOSED})
    for code in ("design.logo", "design", "design"):
        paper.do("CloseWorkItem", **item(code))

    assert len(paper.all(WorkPlan.ItemClosed)) == 2


def test_time_names_a_work_item_that_is_planned_and_open(paper: PaperFirm, at: Stage) -> None:
    noted: Any = paper.do("LogTime", WORKER, **logged("build")).answer
    assert paper.last(Timesheet.TimeLogged).placement.work_item == "build"
    paper.refuses(UnknownWorkItem, "LogTime", **logged("nothing"))
    paper.refuses(UnknownWorkItem, "LogTime", **{**logged("build"), "project_id": at.project})

    paper.do("CloseWorkItem", **item("design.logo"))
    paper.refuses(WorkItemClosed, "LogTime", **logged("design.logo"))
    paper.refuses(WorkItemClosed, "AmendTime", **logged("design.logo"), entry_id=noted.entry_id)
    timer = {"person_id": paper.person, "started_at": "2025-01-28T09:00:00Z"}
    paper.refuses(WorkItemClosed, "StartTimer", **item("design.logo"), **timer)
    paper.refuses(UnknownWorkItem, "StartTimer", **item("nothing"), **timer)


def test_a_work_item_waits_for_its_time_to_be_approved(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.do("LogTime", WORKER, **logged("build"))
    paper.do("LogTime", WORKER, **logged("", minutes=30))
    refusal = paper.refuses(OpenTime, "CloseWorkItem", **item("build"))
    assert str(refusal) == "1.00 hours of build are not approved"

    week = {"person_id": paper.person, "week": "2025-01-28"}
    paper.do("SubmitTimesheet", WORKER, **week)
    paper.refuses(OpenTime, "CloseWorkItem", **item("build"))
    paper.do("ApproveTime", **week)
    paper.do("CloseWorkItem", **item("build"))


def test_a_timer_that_ran_for_a_closed_item_is_not_noted(paper: PaperFirm, at: Stage) -> None:
    assert at
    who = {"person_id": paper.person}
    paper.do("StartTimer", **item("build"), **who, started_at="2025-01-28T09:00:00Z")
    paper.do("CloseWorkItem", **item("build"))

    paper.refuses(WorkItemClosed, "StopTimer", **who, stopped_at="2025-01-28T10:00:00Z")


NAMES = st.sampled_from(["", "a", "b", "c", "d"])
MOVES = st.lists(st.tuples(NAMES, NAMES), max_size=12)


@given(MOVES)
@settings(max_examples=60)
def test_items_stay_a_tree(moves: list[tuple[str, str]]) -> None:
    plan = WorkPlan(work_plan_id(new("p")), new("p"))
    for code in "abcd":
        plan.add(code, code, "")
    for code, parent in moves:
        try:
            plan.move(code, parent)
        except Refusal:
            continue

    for code in "abcd":
        seen = []
        while code:
            assert code not in seen
            seen.append(code)
            code = plan.items[code].parent  # noqa: PLW2901 -- climbing
