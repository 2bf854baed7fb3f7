"""Approved time put right: approvals taken back, entries reversed or moved elsewhere."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actor import Actor, WrongEntity
from domain.delivery.project import ProjectClosed
from domain.delivery.time_entry import NothingToDo
from domain.delivery.timesheet import (
    OwnWork,
    Timesheet,
    UnknownEntry,
    WrongState,
)
from domain.delivery.working_day import TooManyHours
from domain.ledger.posting import entries_of
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, note, set_up
from tests.firm import WORKER

WHY = "booked on the wrong project"


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing."""
    return set_up(paper)


def of(paper: PaperFirm, pair: tuple[UUID, UUID], **fields: Any) -> dict[str, Any]:
    """Fields that name an entry of the week of 6 January."""
    return {"person_id": paper.person, "week": "2025-01-06", "entry_ids": [pair[1]], "why": WHY,
            **fields}  # fmt: skip


def state(paper: PaperFirm, pair: tuple[UUID, UUID]) -> str:
    """Where an entry stands."""
    found: str = paper.replayed(pair[0]).entries[pair[1]].state
    return found


def booked(paper: PaperFirm) -> dict[str, Decimal]:
    """What all facts of time post, by account, in the books."""
    sums: dict[str, Decimal] = {}
    for fact in paper.facts:
        if isinstance(fact.event, Timesheet.Event):
            for entry in entries_of(fact.event):
                for line in entry.lines:
                    sums[line.account] = sums.get(line.account, Decimal(0)) + line.functional
    return sums


def test_an_approval_taken_back_undoes_what_it_posted(paper: PaperFirm, at: Stage) -> None:
    before = booked(paper)
    fresh = note(paper, at.project, date(2025, 1, 9))
    paper.do("SubmitTimesheet", WORKER, person_id=paper.person, week="2025-01-09")
    paper.do("ApproveTime", person_id=paper.person, week="2025-01-09")
    assert booked(paper) != before

    paper.do("UnapproveTime", **of(paper, fresh))

    assert booked(paper) == before
    assert state(paper, fresh) == "submitted"


def test_it_can_be_approved_again(paper: PaperFirm, at: Stage) -> None:
    paper.do("UnapproveTime", **of(paper, at.approved))

    paper.do("ApproveTime", person_id=paper.person, week="2025-01-06")

    assert state(paper, at.approved) == "approved"


def test_reversed_time_frees_its_day(paper: PaperFirm, at: Stage) -> None:
    day = {"person_id": paper.person, "project_id": at.project, "work_date": "2025-01-06"}
    paper.refuses(TooManyHours, "LogTime", WORKER, **day, minutes=24 * 60)

    paper.do("ReverseTime", **of(paper, at.approved))

    assert state(paper, at.approved) == "reversed"
    paper.do("LogTime", WORKER, **day, minutes=24 * 60)


def test_moved_time_waits_for_approval_on_its_new_project(paper: PaperFirm, at: Stage) -> None:
    moved = paper.do("TransferTime", **of(paper, at.approved), project_id=new("bare"))

    answer: Any = moved.answer
    sheet = paper.replayed(at.approved[0])
    assert sheet.entries[at.approved[1]].state == "reversed"
    assert sheet.entries[answer.entry_id].state == "submitted"
    assert sheet.entries[answer.entry_id].project_id == new("bare")
    assert sheet.entries[answer.entry_id].minutes == sheet.entries[at.approved[1]].minutes


@pytest.mark.parametrize("command", ["UnapproveTime", "ReverseTime", "TransferTime"])
def test_billed_time_is_credited_first(paper: PaperFirm, at: Stage, command: str) -> None:
    more = {"project_id": new("bare")} if command == "TransferTime" else {}
    fields = of(paper, at.billed, week="2025-01-03", **more)

    paper.refuses(WrongState, command, **fields)
    paper.do("IssueCreditMemo", memo_id=new("m5"), invoice_id=at.invoice, issued_on="2025-01-10",
             why=WHY, lines=[{"no": 1, "restore": True}])  # fmt: skip
    paper.do(command, **fields)


def test_what_was_never_there_cannot_be_put_right(paper: PaperFirm, at: Stage) -> None:
    unknown = of(paper, (at.approved[0], new("nothing")))

    paper.refuses(UnknownEntry, "UnapproveTime", **unknown)
    paper.refuses(UnknownEntry, "ReverseTime", **unknown)
    paper.refuses(UnknownEntry, "TransferTime", **unknown, project_id=new("bare"))
    paper.refuses(WrongState, "UnapproveTime", **of(paper, at.logged, week="2025-01-21"))
    paper.refuses(WrongState, "ReverseTime", **of(paper, at.logged, week="2025-01-21"))
    elsewhere = of(paper, at.logged, week="2025-01-21", project_id=new("bare"))
    paper.refuses(WrongState, "TransferTime", **elsewhere)


def test_nobody_corrects_their_own_time(paper: PaperFirm, at: Stage) -> None:
    worker = Actor("worker", frozenset({"approver"}), frozenset({"*"}))

    paper.refuses(OwnWork, "UnapproveTime", worker, **of(paper, at.approved))
    paper.refuses(OwnWork, "ReverseTime", worker, **of(paper, at.approved))
    move = of(paper, at.approved, project_id=new("bare"))
    paper.refuses(OwnWork, "TransferTime", worker, **move)


def test_correcting_needs_a_reach_to_the_project(paper: PaperFirm, at: Stage) -> None:
    paper.do("CreateProject", project_id=new("far"), code="FAR", name="far", entity="DE02")
    near = Actor("lead", frozenset({"approver"}), frozenset({"DE01"}))

    paper.refuses(WrongEntity, "TransferTime", near, **of(paper, at.approved),
                  project_id=new("far"))  # fmt: skip


def test_time_does_not_move_to_a_closed_project(paper: PaperFirm, at: Stage) -> None:
    paper.do("CloseProject", project_id=new("bare"))

    paper.refuses(ProjectClosed, "TransferTime", **of(paper, at.approved), project_id=new("bare"))


@given(
    steps=st.lists(st.sampled_from(["UnapproveTime", "ApproveTime", "ReverseTime"]), max_size=6)
)
def test_the_books_hold_just_what_is_approved(steps: list[str]) -> None:
    paper = PaperFirm()
    paper.found()
    at = set_up(paper)
    approved = booked(paper)
    paper.do("UnapproveTime", **of(paper, at.approved))
    without = booked(paper)

    for step in steps:
        fields = {k: v for k, v in of(paper, at.approved).items()
                  if step != "ApproveTime" or k in ("person_id", "week")}  # fmt: skip
        with suppress(WrongState, NothingToDo):
            paper.do(step, **fields)

    expected = approved if state(paper, at.approved) == "approved" else without
    assert booked(paper) == expected
