"""A day of a person: 24 hours, each of them worked once."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.delivery.time_entry import Entry, Placement
from domain.delivery.working_day import (
    PastMidnight,
    TimeOverlaps,
    clock,
    minute_of,
    refuse_day,
)
from domain.errors import Refusal
from tests.domain.paper_firm import PaperFirm
from tests.domain.samples import Stage, new, set_up


@pytest.fixture
def at(paper: PaperFirm) -> Stage:
    """The firm in full swing."""
    return set_up(paper)


def logged(at: Stage, starts_at: str, minutes: int = 60, **fields: Any) -> dict[str, Any]:
    """Fields of work on 28 January from a time on."""
    return {"person_id": PaperFirm.person, "project_id": at.project, "work_date": "2025-01-28",
            "minutes": minutes, "starts_at": starts_at, **fields}  # fmt: skip


def test_nobody_works_twice_at_one_time(paper: PaperFirm, at: Stage) -> None:
    paper.do("LogTime", **logged(at, "09:00", 90))

    for starts_at in ("08:01", "09:00", "10:29"):
        paper.refuses(TimeOverlaps, "LogTime", **logged(at, starts_at))
    for starts_at in ("08:00", "10:30", ""):
        paper.do("LogTime", **logged(at, starts_at))


def test_an_amended_note_makes_room_for_itself_alone(paper: PaperFirm, at: Stage) -> None:
    first: Any = paper.do("LogTime", **logged(at, "09:00")).answer
    paper.do("LogTime", **logged(at, "10:00"))

    paper.do("AmendTime", **logged(at, "08:30", 90), entry_id=first.entry_id)
    late = {**logged(at, "09:30"), "entry_id": first.entry_id}
    paper.refuses(TimeOverlaps, "AmendTime", **late)


def test_a_note_ends_at_midnight(paper: PaperFirm, at: Stage) -> None:
    paper.do("LogTime", **logged(at, "23:00"))

    paper.refuses(PastMidnight, "LogTime", **logged(at, "22:30", 91))


def entry(no: int, start: int, minutes: int) -> Entry:
    """A note of a day, from a minute of it on."""
    return Entry(new(str(no)), new("p"), date(2025, 1, 6), minutes, activity="", billable=True,
                 author="", placement=Placement(clock(start)))  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 1380), st.integers(1, 120)), max_size=8))
def test_what_is_noted_never_shares_a_minute(spans: list[tuple[int, int]]) -> None:
    held: list[Entry] = []
    for no, (start, minutes) in enumerate(spans):
        note = entry(no, start, minutes)
        try:
            refuse_day(held, sum(one.minutes for one in held), note)
        except Refusal:
            continue
        held.append(note)

    taken = [
        minute
        for one in held
        for minute in range(
            minute_of(one.placement.starts_at), minute_of(one.placement.starts_at) + one.minutes
        )
    ]
    assert len(taken) == len(set(taken))
