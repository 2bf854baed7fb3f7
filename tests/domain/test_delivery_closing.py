"""On hold, resumed, closed, opened again."""

from datetime import date
from typing import Any

import pytest

from domain.delivery.closing import WorkOpen
from domain.delivery.hold import NotOnHold, ProjectOnHold
from domain.delivery.milestone import MilestoneNotReady
from domain.delivery.project import ProjectClosed, ProjectOpen
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, note, set_up, spend, usd
from tests.domain.samples_outlook import AHEAD, order
from tests.firm import WORKER

PAUSED = {"project_id": new("paused")}
OVER = {"project_id": new("over")}


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing; one project is on hold from 8 January on."""
    return set_up(paper)


def logged(on: str, **fields: Any) -> dict[str, Any]:
    """Fields of an hour on the project that is on hold."""
    return {"person_id": PaperFirm.person, **PAUSED, "work_date": on, "minutes": 60, **fields}


def test_no_time_is_logged_for_days_on_hold(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(ProjectOnHold, "LogTime", **logged("2025-01-08"))
    amended = logged("2025-01-21", entry_id=at.logged[1])
    paper.refuses(ProjectOnHold, "AmendTime", **amended)
    paper.do("LogTime", **logged("2025-01-07"))


def test_days_on_hold_stay_closed_to_time_afterwards(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.do("ResumeProject", **PAUSED, resumed_on="2025-01-20")

    refusal = paper.refuses(ProjectOnHold, "LogTime", **logged("2025-01-19"))
    assert str(refusal) == ("project PAUSED is on hold from 2025-01-08 to 2025-01-20: no access")
    paper.do("LogTime", **logged("2025-01-20"))


def test_approved_time_is_not_moved_into_a_hold(paper: PaperFirm, at: Stage) -> None:
    paper.work(at.project, date(2025, 1, 9))
    entry = paper.work(at.project, date(2025, 1, 10))[1]

    paper.refuses(ProjectOnHold, "TransferTime", person_id=paper.person, week="2025-01-10",
                  entry_ids=[entry], why="x", **PAUSED)  # fmt: skip


def test_a_project_is_on_hold_once_at_a_time(paper: PaperFirm, at: Stage) -> None:
    assert at
    hold = {"held_on": "2025-02-01", "why": "x"}
    paper.refuses(ProjectOnHold, "HoldProject", **PAUSED, **hold)
    paper.refuses(ProjectClosed, "HoldProject", **OVER, **hold)
    paper.refuses(NotOnHold, "ResumeProject", **PAUSED, resumed_on="2025-01-07")
    paper.do("ResumeProject", **PAUSED, resumed_on="2025-01-08")
    paper.refuses(NotOnHold, "ResumeProject", **PAUSED, resumed_on="2025-01-09")
    paper.do("HoldProject", **PAUSED, **hold)


def closes(paper: PaperFirm, project: Any) -> str:
    """What a project has open, as the refusal says it."""
    refusal = paper.refuses(WorkOpen, "CloseProject", project_id=project)
    return str(refusal).split("has open: ")[1]


def test_a_close_names_all_that_is_open_and_how_much(paper: PaperFirm, at: Stage) -> None:
    assert closes(paper, at.project) == (
        "50.00 USD of unapproved expenses, 2.00 hours of unapproved time, "
        "50.00 USD of unbilled expenses, 1200.00 USD of unbilled time"
    )


def test_a_close_waits_for_orders_to_vendors(paper: PaperFirm, at: Stage) -> None:
    assert at
    assert closes(paper, new("ahead")) == "1000.00 EUR of orders to vendors"

    paper.do("ReleaseCommitment", **AHEAD, commitment_id=new("order 1"),
             released_on="2025-01-09", why="x")  # fmt: skip
    paper.do("CloseProject", **AHEAD)


def test_a_project_closes_once_all_is_approved_and_billed(paper: PaperFirm, at: Stage) -> None:
    assert at
    _, project = paper.win("Small")
    entry = paper.work(project, date(2025, 1, 8))
    noted = note(paper, project, date(2025, 1, 27))
    assert closes(paper, project) == "1.00 hours of unapproved time, 1200.00 USD of unbilled time"

    paper.do("WithdrawTime", WORKER, person_id=paper.person, week="2025-01-27", entry_id=noted[1])
    paper.bill("small", paper.replayed(project).contract_id, date(2025, 1, 10), entry)
    paper.do("CloseProject", project_id=project)


def test_what_is_written_off_is_not_open(paper: PaperFirm, at: Stage) -> None:
    assert at
    _, project = paper.win("Small")
    sheet, entry = paper.work(project, date(2025, 1, 8))
    thing = {"kind": "time", "holder_id": sheet, "item_id": entry, "on": "2025-01-10"}
    paper.do("WriteDownBillable", **thing, amount="1100.00", why="goodwill")
    assert closes(paper, project) == "100.00 USD of unbilled time"

    paper.do("WriteDownBillable", **thing, amount="100.00", why="goodwill")
    paper.do("CloseProject", project_id=project)


def test_what_was_rejected_or_reversed_or_moved_is_not_open(paper: PaperFirm, at: Stage) -> None:
    assert at
    _, project = paper.win("Small")
    entry = paper.work(project, date(2025, 1, 8))[1]
    paper.do("RejectExpense", expense_id=spend(paper, project, "x", net=usd("5.00")), why="no")
    paper.do("ReverseTime", person_id=paper.person, week="2025-01-08", entry_ids=[entry], why="x")

    paper.do("CloseProject", project_id=project)


def test_time_amended_to_another_project_is_found_there(paper: PaperFirm, at: Stage) -> None:
    _, project = paper.win("Small")
    amended = {"person_id": paper.person, "work_date": "2025-01-21", "minutes": 90}
    paper.do("AmendTime", **amended, project_id=project, entry_id=at.logged[1])

    assert closes(paper, project) == "1.50 hours of unapproved time"


def test_milestones_are_asked_too(paper: PaperFirm, at: Stage) -> None:
    paper.refuses(MilestoneNotReady, "CloseProject", project_id=at.fixed_project)


def test_a_closed_project_is_opened_again_for_a_reason(paper: PaperFirm, at: Stage) -> None:
    assert at
    paper.refuses(ProjectOpen, "ReopenProject", **PAUSED, why="x")
    paper.do("ReopenProject", **OVER, why="a defect")

    paper.do("CommitCost", **{**order("late"), **OVER})
