"""A timer: one a person, and what it took is noted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.delivery.hold import ProjectOnHold
from domain.delivery.project import ProjectClosed
from domain.delivery.time_commands import FutureDate
from domain.delivery.time_entry import timesheet_id
from domain.delivery.timer import NoTimerRuns, StoppedEarly, TimerRuns, spans, timer_id
from domain.delivery.timesheet import Timesheet
from domain.delivery.working_day import TimeOverlaps, TooManyHours, minute_of
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, set_up
from tests.firm import WORKER

WHO = {"person_id": PaperFirm.person}
BERLIN = "Europe/Berlin"


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing, in Berlin; one project is on hold from 8 January on."""
    return set_up(paper)


def start(paper: PaperFirm, project: Any, when: str) -> None:
    """Begin to work."""
    paper.do("StartTimer", WORKER, **WHO, project_id=project, started_at=when, activity="build")


def stop(paper: PaperFirm, when: str) -> list[tuple[str, str, int]]:
    """Stop; the days, times and minutes that were noted."""
    before = len(paper.all(Timesheet.TimeLogged))
    paper.do("StopTimer", WORKER, **WHO, stopped_at=when, note="done")
    return [
        (str(one.work_date), one.placement.starts_at, one.minutes)
        for one in paper.all(Timesheet.TimeLogged)[before:]
    ]


def test_what_a_timer_took_is_noted_on_the_local_day(paper: PaperFirm, at: Stage) -> None:
    start(paper, at.project, "2025-01-27T23:30:00+00:00")

    assert stop(paper, "2025-01-28T01:00:20Z") == [("2025-01-28", "00:30", 90)]
    noted = paper.last(Timesheet.TimeLogged)
    assert (noted.activity, noted.note, noted.author) == ("build", "done", "worker")
    assert paper.replayed(timer_id(paper.person)).running is None


def test_work_past_midnight_is_noted_on_both_days(paper: PaperFirm, at: Stage) -> None:
    start(paper, at.project, "2025-02-02T23:00:00+01:00")

    assert stop(paper, "2025-02-03T02:15:00+01:00") == [
        ("2025-02-02", "23:00", 60), ("2025-02-03", "00:00", 135),
    ]  # fmt: skip
    monday = paper.replayed(timesheet_id(paper.person, datetime(2025, 2, 3, tzinfo=UTC).date()))
    assert [one.minutes for one in monday.entries.values()][-1] == 135


def test_one_timer_runs_a_person(paper: PaperFirm, at: Stage) -> None:
    given = {**WHO, "project_id": at.project, "started_at": "2025-01-28T09:00:00+01:00"}
    paper.do("StartTimer", **given)

    paper.refuses(TimerRuns, "StartTimer", **given)
    paper.do("DiscardTimer", **WHO, why="forgotten")
    paper.refuses(NoTimerRuns, "DiscardTimer", **WHO)
    paper.refuses(NoTimerRuns, "StopTimer", **WHO, stopped_at="2025-01-28T10:00:00+01:00")
    paper.do("StartTimer", **given)


def test_a_timer_starts_where_time_may_be_logged(paper: PaperFirm, at: Stage) -> None:
    given = {**WHO, "started_at": "2025-01-28T09:00:00+01:00"}
    paper.refuses(ProjectOnHold, "StartTimer", **given, project_id=new("paused"))
    paper.refuses(ProjectClosed, "StartTimer", **given, project_id=new("over"))
    late = {"started_at": "2026-01-08T09:00:00Z", "project_id": at.project}
    paper.refuses(FutureDate, "StartTimer", **{**given, **late})


def test_a_timer_stops_by_the_rules_of_time(paper: PaperFirm, at: Stage) -> None:
    paper.do("LogTime", **WHO, project_id=at.project, work_date="2025-01-28", minutes=60,
             starts_at="10:00")  # fmt: skip
    paper.do("HoldProject", project_id=at.fixed_project, held_on="2025-01-29", why="x")
    start(paper, at.fixed_project, "2025-01-28T09:30:00+01:00")

    early, overlapping, endless = (
        {"stopped_at": f"2025-01-{when}+01:00"}
        for when in ("28T09:29:59", "28T10:01:00", "29T09:31:00")
    )
    paper.refuses(StoppedEarly, "StopTimer", **WHO, **early)
    paper.refuses(TimeOverlaps, "StopTimer", **WHO, **overlapping)
    paper.refuses(TooManyHours, "StopTimer", **WHO, **endless)
    paper.do("DiscardTimer", **WHO)
    start(paper, at.fixed_project, "2025-01-28T23:30:00+01:00")
    paper.refuses(ProjectOnHold, "StopTimer", **WHO, stopped_at="2025-01-29T00:30:00+01:00")


def test_a_timer_is_stopped_after_all_where_the_project_was_closed(
    paper: PaperFirm, at: Stage
) -> None:
    assert at
    start(paper, new("bare"), "2025-01-28T09:30:00+01:00")
    paper.do("CloseProject", project_id=new("bare"))

    paper.refuses(ProjectClosed, "StopTimer", **WHO, stopped_at="2025-01-28T10:00:00+01:00")
    paper.do("DiscardTimer", **WHO)


def test_a_timer_that_runs_far_ahead_is_not_work_done(paper: PaperFirm, at: Stage) -> None:
    start(paper, at.project, "2026-01-07T22:30:00+01:00")

    paper.refuses(FutureDate, "StopTimer", **WHO, stopped_at="2026-01-08T00:30:00+01:00")


@pytest.mark.parametrize(
    "text", ["2025-01-28T09:00:00", "2025-13-28T09:00:00Z", "today at nine o'clock"]
)
def test_a_time_without_offset_is_no_instant(paper: PaperFirm, at: Stage, text: str) -> None:
    with pytest.raises(ValidationError):
        start(paper, at.project, text)


NOON = datetime(2025, 3, 29, 12, tzinfo=UTC)


@given(st.integers(0, 2 * 86_400), st.integers(0, 86_400))
def test_days_of_a_timer_follow_each_other_and_sum_to_it(first: int, seconds: int) -> None:
    started = NOON + timedelta(seconds=first)
    stopped = started + timedelta(seconds=seconds)

    found = spans(started, stopped, BERLIN)

    assert sum(one.minutes for one in found) == max(1, (seconds + 30) // 60)
    assert all(minute_of(one.starts_at) + one.minutes <= 1440 for one in found)
    assert [one.starts_at for one in found[1:]] == ["00:00"] * (len(found) - 1)
    assert len({one.work_date for one in found}) == len(found)
