"""Time, from the note to the invoice."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.actor import Actor
from domain.delivery.project import ProjectClosed
from domain.delivery.time_commands import FutureDate
from domain.delivery.time_entry import NothingToDo, monday_of, timesheet_id
from domain.delivery.time_policy import MissingDays
from domain.delivery.timesheet import (
    OwnWork,
    Timesheet,
    UnknownEntry,
    WrongState,
)
from domain.delivery.working_day import TooManyHours
from domain.organisation.person import NoCostRate
from domain.pricing.fx import MissingRate
from domain.pricing.rate_card import NoBillRate
from domain.unit_of_work import NotFound
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, note, set_up
from tests.firm import CHIEF, TODAY, WORKER

OTHER_APPROVER = Actor("lead", frozenset({"approver"}), frozenset({"*"}))


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing."""
    return set_up(paper)


def state(paper: PaperFirm, pair: tuple[UUID, UUID]) -> str:
    """Where an entry stands."""
    found: str = paper.replayed(pair[0]).entries[pair[1]].state
    return found


def logged(paper: PaperFirm, at: Stage, **fields: Any) -> dict[str, Any]:
    """Fields of an hour on 28 January."""
    return {"person_id": paper.person, "project_id": at.project, "work_date": "2025-01-28",
            "minutes": 60, **fields}  # fmt: skip


def week(paper: PaperFirm, day: str, **fields: Any) -> dict[str, Any]:
    """Fields of a person's week."""
    return {"person_id": paper.person, "week": day, **fields}


def test_an_entry_goes_from_note_to_invoice(paper: PaperFirm, at: Stage) -> None:
    pair = note(paper, at.project, date(2025, 1, 23))
    seen = [state(paper, pair)]
    paper.do("SubmitTimesheet", WORKER, **week(paper, "2025-01-23"))
    seen.append(state(paper, pair))
    paper.do("ApproveTime", **week(paper, "2025-01-23"))
    seen.append(state(paper, pair))
    paper.bill("two", at.contract, date(2025, 1, 24), pair)
    seen.append(state(paper, pair))

    assert seen == ["logged", "submitted", "approved", "billed"]


def test_a_rejected_entry_is_amended_and_submitted_again(paper: PaperFirm, at: Stage) -> None:
    paper.do("RejectTime", **week(paper, "2025-01-14", why="wrong project"))
    assert state(paper, at.submitted) == "rejected"
    paper.refuses(NothingToDo, "SubmitTimesheet", WORKER, **week(paper, "2025-01-14"))

    amended = logged(paper, at, entry_id=at.submitted[1], work_date="2025-01-15", minutes=90)
    paper.do("AmendTime", WORKER, **amended)
    paper.do("SubmitTimesheet", WORKER, **week(paper, "2025-01-14"))
    paper.do("ApproveTime", **week(paper, "2025-01-14"))

    rated = paper.last(Timesheet.TimeApproved).rated[0]
    assert (rated.work_date, rated.minutes) == (date(2025, 1, 15), 90)


def test_a_withdrawn_entry_is_gone_and_its_hours_are_free(paper: PaperFirm, at: Stage) -> None:
    full = note(paper, at.project, date(2025, 1, 28), minutes=24 * 60)
    paper.refuses(TooManyHours, "LogTime", **logged(paper, at, minutes=1))

    paper.do("WithdrawTime", WORKER, **week(paper, "2025-01-28", entry_id=full[1]))

    paper.do("LogTime", **logged(paper, at))
    paper.refuses(UnknownEntry, "WithdrawTime", **week(paper, "2025-01-28", entry_id=full[1]))


def test_a_day_has_24_hours(paper: PaperFirm, at: Stage) -> None:
    first = note(paper, at.project, date(2025, 1, 28), minutes=1000)

    paper.refuses(TooManyHours, "LogTime", **logged(paper, at, minutes=441))
    paper.do("LogTime", **logged(paper, at, minutes=440))
    paper.refuses(TooManyHours, "AmendTime", **logged(paper, at, entry_id=first[1], minutes=1001))
    paper.do("AmendTime", **logged(paper, at, entry_id=first[1], minutes=1000))


def test_time_far_ahead_is_not_work_done(paper: PaperFirm, at: Stage) -> None:
    paper.do("LogTime", **logged(paper, at, work_date=TODAY + timedelta(days=7)))

    late = logged(paper, at, work_date=TODAY + timedelta(days=8))
    paper.refuses(FutureDate, "LogTime", **late)


def test_a_closed_project_takes_no_time(paper: PaperFirm, at: Stage) -> None:
    closed = {"project_id": new("bare")}
    paper.do("CloseProject", **closed)

    paper.refuses(ProjectClosed, "LogTime", **logged(paper, at, **closed))
    amended = logged(paper, at, entry_id=at.logged[1], work_date="2025-01-21", **closed)
    paper.refuses(ProjectClosed, "AmendTime", **amended)


def test_an_entry_has_the_id_of_its_command(paper: PaperFirm, at: Stage) -> None:
    """Entries are billed by id, and no two commands share one."""
    answer: Any = paper.do("LogTime", **logged(paper, at, command_id=new("mine"))).answer

    assert answer.entry_id == new("mine")
    sheet = paper.replayed(answer.id)
    with pytest.raises(WrongState):
        sheet.log(sheet.entries[new("mine")], "", "")


@pytest.mark.parametrize("which", ["submitted", "approved", "billed"])
def test_what_is_on_its_way_is_not_amended(paper: PaperFirm, at: Stage, which: str) -> None:
    holder, entry = getattr(at, which)
    day = paper.replayed(holder).entries[entry].work_date

    paper.refuses(WrongState, "AmendTime", **logged(paper, at, entry_id=entry, work_date=day))


@pytest.mark.parametrize("which", ["approved", "billed"])
def test_what_is_approved_is_not_withdrawn(paper: PaperFirm, at: Stage, which: str) -> None:
    holder, entry = getattr(at, which)
    day = paper.replayed(holder).monday

    paper.refuses(WrongState, "WithdrawTime", **week(paper, day, entry_id=entry))


def test_an_entry_that_is_not_there_is_refused(paper: PaperFirm, at: Stage) -> None:
    missing = new("no")

    paper.refuses(
        UnknownEntry, "AmendTime", **logged(paper, at, entry_id=missing, work_date="2025-01-21")
    )
    paper.refuses(
        UnknownEntry, "RejectTime", **week(paper, "2025-01-14", entry_ids=[missing], why="x")
    )
    paper.refuses(UnknownEntry, "ApproveTime", **week(paper, "2025-01-14", entry_ids=[missing]))
    paper.refuses(NotFound, "WithdrawTime", **week(paper, "2025-03-04", entry_id=missing))


def test_a_step_needs_something_that_waits_for_it(paper: PaperFirm, at: Stage) -> None:
    assert at.billed

    paper.refuses(NothingToDo, "SubmitTimesheet", WORKER, **week(paper, "2025-01-03"))
    paper.refuses(NothingToDo, "ApproveTime", **week(paper, "2025-01-03"))
    paper.refuses(NothingToDo, "RejectTime", **week(paper, "2025-01-03", why="x"))


def test_only_what_was_submitted_is_approved_or_rejected(paper: PaperFirm, at: Stage) -> None:
    named = week(paper, "2025-01-21", entry_ids=[at.logged[1]])

    paper.refuses(WrongState, "ApproveTime", **named)
    paper.refuses(WrongState, "RejectTime", **named, why="x")


def test_some_entries_of_a_week_are_approved_and_others_are_not(
    paper: PaperFirm, at: Stage
) -> None:
    other = note(paper, at.project, date(2025, 1, 22))
    paper.do("SubmitTimesheet", WORKER, **week(paper, "2025-01-21"))

    paper.do("ApproveTime", **week(paper, "2025-01-21", entry_ids=[other[1]]))

    assert (state(paper, other), state(paper, at.logged)) == ("approved", "submitted")


def test_nobody_approves_or_rejects_their_own_time(paper: PaperFirm, at: Stage) -> None:
    assert at.submitted
    worker = Actor("worker", frozenset({"approver"}), frozenset({"*"}))

    paper.refuses(OwnWork, "ApproveTime", worker, **week(paper, "2025-01-14"))
    paper.refuses(OwnWork, "RejectTime", worker, **week(paper, "2025-01-14", why="x"))


def test_who_entered_time_for_somebody_else_does_not_approve_it(
    paper: PaperFirm, at: Stage
) -> None:
    paper.do("LogTime", CHIEF, **logged(paper, at, work_date="2025-01-15"))
    paper.do("SubmitTimesheet", WORKER, **week(paper, "2025-01-14"))

    paper.refuses(OwnWork, "ApproveTime", CHIEF, **week(paper, "2025-01-14"))

    paper.do("ApproveTime", OTHER_APPROVER, **week(paper, "2025-01-14"))


def test_time_before_the_first_cost_rate_is_refused(paper: PaperFirm, at: Stage) -> None:
    paper.do("LogTime", WORKER, **logged(paper, at, work_date="2024-12-31"))
    paper.do("SubmitTimesheet", WORKER, **week(paper, "2024-12-31"))

    paper.refuses(NoCostRate, "ApproveTime", **week(paper, "2024-12-31"))


def test_time_without_an_exchange_rate_is_refused(paper: PaperFirm, at: Stage) -> None:
    paper.do("LogTime", WORKER, **logged(paper, at, work_date="2025-03-04"))
    paper.do("SubmitTimesheet", WORKER, **week(paper, "2025-03-04"))

    paper.refuses(MissingRate, "ApproveTime", **week(paper, "2025-03-04"))


def test_time_that_no_line_of_the_card_prices_is_refused(paper: PaperFirm) -> None:
    lines = [{"hourly_rate": "9", "from_date": "2025-01-01", "role": "partner"}]
    paper.do("PublishRateCard", rate_card_id=new("narrow"), name="narrow", entity="DE01",
             currency="USD", lines=lines)  # fmt: skip
    _, project = paper.win("Narrow", rate_card_id=new("narrow"))
    note(paper, project, date(2025, 1, 3))
    paper.do("SubmitTimesheet", WORKER, **week(paper, "2025-01-03"))

    paper.refuses(NoBillRate, "ApproveTime", **week(paper, "2025-01-03"))


def test_figures_are_frozen_at_approval(paper: PaperFirm, at: Stage) -> None:
    paper.do("SetCostRate", person_id=paper.person, from_date="2025-01-05", hourly_rate="99")
    paper.do("AddRateCardLines", rate_card_id=paper.card,
             lines=[{"hourly_rate": "500", "from_date": "2025-01-02"}])  # fmt: skip
    paper.do("ImportFxRates", quoted_on="2025-01-02", rates=[{"currency": "USD", "rate": "2"}])

    paper.bill("two", at.contract, date(2025, 1, 9), at.approved)

    rated = paper.replayed(at.approved[0]).entries[at.approved[1]].rated
    assert rated.cost.amount == Decimal("440.00")
    assert rated.bill.amount == Decimal("1200.00")
    assert rated.bill.functional == Decimal("1162.68")


def test_a_figure_says_how_it_came_about(paper: PaperFirm, at: Stage) -> None:
    rated = paper.replayed(at.approved[0]).entries[at.approved[1]].rated

    assert rated.explanation == (
        "2025-01-06: 150 USD/h for everyone since 2025-01-01 (rate card); 480 min = 1200.00 USD;"
        " ECB 2025-01-02: 1162.68 EUR"
    )


@pytest.mark.parametrize(
    ("project", "billable", "words"),
    [("project", False, "marked not billable"), ("fixed_project", True, "fixed fee"),
     ("bare", True, "internal project")],
)  # fmt: skip
def test_time_that_nobody_pays_for_still_costs(
    paper: PaperFirm, at: Stage, project: str, *, billable: bool, words: str
) -> None:
    id_ = new("bare") if project == "bare" else getattr(at, project)
    paper.do("LogTime", WORKER, **logged(paper, at, project_id=id_, billable=billable))
    paper.do("SubmitTimesheet", WORKER, **week(paper, "2025-01-28"))
    paper.do("ApproveTime", **week(paper, "2025-01-28"))

    rated = paper.last(Timesheet.TimeApproved).rated[0]
    assert rated.bill is None
    assert rated.cost.amount == 55
    assert words in rated.explanation


def test_a_week_belongs_to_one_person_and_monday() -> None:
    days = [date(2025, 1, 6) + timedelta(days=n) for n in range(7)]

    assert {monday_of(day) for day in days} == {date(2025, 1, 6)}
    assert len({timesheet_id(new("p"), day) for day in days}) == 1
    assert timesheet_id(new("p"), date(2025, 1, 5)) != timesheet_id(new("p"), days[0])


def test_a_week_is_submitted_with_time_on_every_day_that_is_asked_for(
    paper: PaperFirm, at: Stage
) -> None:
    paper.do("RequireWeekdays", entity="DE01", weekdays=[5, 1, 1, 2])
    for day in ("2025-01-27", "2025-01-28"):
        paper.do("LogTime", **logged(paper, at, work_date=day))

    refusal = paper.refuses(MissingDays, "SubmitTimesheet", WORKER, **week(paper, "2025-01-28"))
    assert str(refusal) == "no time on 2025-01-31"
    paper.do("SubmitTimesheet", WORKER, **week(paper, "2025-01-28", days_off=["2025-01-31"]))

    assert paper.last(Timesheet.Submitted).days_off == (date(2025, 1, 31),)


def test_days_to_come_are_not_asked_for(paper: PaperFirm, at: Stage) -> None:
    paper.do("RequireWeekdays", entity="DE01", weekdays=[1, 2, 3, 4, 5])
    for day in range(29, 32):
        paper.do("LogTime", **logged(paper, at, work_date=date(2025, 12, day)))

    paper.do("SubmitTimesheet", WORKER, **week(paper, "2025-12-31"))


def test_nothing_is_asked_for_once_the_policy_is_lifted(paper: PaperFirm, at: Stage) -> None:
    paper.do("RequireWeekdays", entity="DE01", weekdays=[1])
    paper.do("RequireWeekdays", entity="DE01", weekdays=[])
    paper.do("LogTime", **logged(paper, at))

    paper.do("SubmitTimesheet", WORKER, **week(paper, "2025-01-28"))
