"""Periods: opened and closed one after another; what is closed never changes."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actor import Actor, MissingRole
from domain.ledger.closing import CloseTask, CloseTasksOpen, NotWaivable, Waiver
from domain.ledger.commands import ReasonNeeded
from domain.ledger.period import (
    Calendar,
    NoReopening,
    OwnReopening,
    PeriodClosed,
    PeriodLocked,
    PeriodNotOpen,
    WrongOrder,
    calendar_id,
)
from tests.domain.paper_firm import PaperFirm
from tests.firm import CLEAN

JANUARY, FEBRUARY = {"entity": "DE01", "month": "2025-01-31"}, {
    "entity": "DE01", "month": "2025-02-01",
}  # fmt: skip
ACCOUNTANT = Actor("accountant", frozenset({"accountant"}), frozenset({"*"}))
MONTHS = [date(2025, month, 1) for month in range(1, 7)]


def test_months_open_one_after_another(paper: PaperFirm) -> None:
    paper.refuses(WrongOrder, "OpenPeriod", entity="DE01", month="2024-12-01")
    paper.refuses(WrongOrder, "OpenPeriod", entity="DE01", month="2026-02-01")

    paper.do("OpenPeriod", entity="DE01", month="2026-01-15")

    assert paper.last(Calendar.PeriodOpened).month == date(2026, 1, 1)


def test_an_open_month_opened_again_changes_nothing(paper: PaperFirm) -> None:
    before = len(paper.facts)

    paper.do("OpenPeriod", **JANUARY)

    assert len(paper.facts) == before


def test_a_month_is_soft_closed_before_it_is_closed_for_good(paper: PaperFirm) -> None:
    paper.refuses(PeriodNotOpen, "HardClosePeriod", **JANUARY)
    paper.do("SoftClosePeriod", **JANUARY)
    paper.refuses(PeriodNotOpen, "SoftClosePeriod", **JANUARY)
    paper.do("HardClosePeriod", **JANUARY)

    paper.refuses(PeriodNotOpen, "HardClosePeriod", **JANUARY)
    paper.refuses(PeriodClosed, "OpenPeriod", **JANUARY)


def test_a_month_that_was_never_opened_is_not_closed(paper: PaperFirm) -> None:
    paper.refuses(PeriodNotOpen, "SoftClosePeriod", entity="DE01", month="2026-01-01")


def test_months_close_for_good_one_after_another(paper: PaperFirm) -> None:
    paper.do("SoftClosePeriod", **FEBRUARY)
    paper.refuses(WrongOrder, "HardClosePeriod", **FEBRUARY)
    paper.do("SoftClosePeriod", **JANUARY)
    paper.refuses(WrongOrder, "HardClosePeriod", **FEBRUARY)

    paper.do("HardClosePeriod", **JANUARY)
    paper.do("HardClosePeriod", **FEBRUARY)


def test_only_a_controller_with_a_reason_opens_a_soft_closed_month_again(
    paper: PaperFirm,
) -> None:
    paper.do("SoftClosePeriod", **JANUARY)

    paper.refuses(MissingRole, "OpenPeriod", ACCOUNTANT, **JANUARY, reason="late invoice")
    paper.refuses(ReasonNeeded, "OpenPeriod", **JANUARY)
    paper.do("OpenPeriod", **JANUARY, reason="late invoice")

    assert paper.replayed(calendar_id("DE01")).months[date(2025, 1, 1)] == "open"


def closed_until(closed: int, opened: int) -> Calendar:
    """A calendar with its first months closed for good and some more open."""
    calendar = Calendar(calendar_id("X"), "X")
    for month in MONTHS[:opened]:
        calendar.open(month)
    for month in MONTHS[:closed]:
        calendar.soft_close(month)
        calendar.hard_close(month, CLEAN, (), "controller")
    return calendar


@pytest.mark.parametrize(
    ("day", "booked"),
    [
        ("2025-03-17", "2025-03-17"),
        ("2025-02-28", "2025-03-01"),
        ("2024-06-30", "2025-03-01"),
        ("2025-04-30", "2025-04-30"),
        ("2025-05-01", None),
    ],
)
def test_a_late_fact_goes_to_the_first_open_day(day: str, booked: str | None) -> None:
    found = closed_until(2, 4).first_open(date.fromisoformat(day))

    assert found == (date.fromisoformat(booked) if booked else None)


def test_a_soft_closed_month_still_takes_what_is_derived() -> None:
    calendar = closed_until(1, 3)
    calendar.soft_close(MONTHS[1])

    assert calendar.first_open(date(2025, 2, 3)) == date(2025, 2, 3)


@given(
    st.integers(0, 6), st.integers(0, 6), st.dates(date(2024, 12, 1), date(2025, 7, 31)),
)  # fmt: skip
def test_nothing_is_booked_before_its_day_or_into_a_closed_month(
    closed: int, opened: int, day: date
) -> None:
    calendar = closed_until(min(closed, opened), opened)

    found = calendar.first_open(day)

    if found is not None:
        assert found >= day
        assert calendar.months[found.replace(day=1)] == "open"


OTHER = Actor("other controller", frozenset({"controller"}), frozenset({"*"}))
OPEN_TASK = CloseTask("sub-ledgers", True, "1100 EUR: sub-ledger 5, account 4")  # noqa: FBT003
UNBILLED = CloseTask("unbilled", False, "3 things of 90 EUR are not billed")  # noqa: FBT003


def found(*tasks: CloseTask) -> dict[str, Any]:
    """January as the books have it."""
    return {**JANUARY, "books": replace(CLEAN, tasks=tasks)}


def test_a_close_is_sealed_with_what_the_books_had(paper: PaperFirm) -> None:
    paper.do("SoftClosePeriod", **JANUARY)
    paper.do("HardClosePeriod", **found(UNBILLED), waived=[
        {"task": "unbilled", "why": "billed in February"},
    ])  # fmt: skip

    seal = paper.last(Calendar.PeriodHardClosed).seal
    assert seal.books.tasks == (UNBILLED,)
    assert seal.waived == (Waiver("unbilled", "billed in February"),)
    assert seal.closed_by == "chief"


def test_a_close_waits_for_its_tasks(paper: PaperFirm) -> None:
    paper.do("SoftClosePeriod", **JANUARY)

    refusal = paper.refuses(CloseTasksOpen, "HardClosePeriod", **found(UNBILLED))

    assert "3 things of 90 EUR" in refusal.message


def test_nobody_waives_what_would_make_the_close_wrong(paper: PaperFirm) -> None:
    paper.do("SoftClosePeriod", **JANUARY)
    waived = [{"task": "sub-ledgers", "why": "never mind"}]

    paper.refuses(NotWaivable, "HardClosePeriod", **found(OPEN_TASK), waived=waived)
    paper.refuses(CloseTasksOpen, "HardClosePeriod", **found(OPEN_TASK))


def test_a_waiver_of_what_is_done_is_not_kept(paper: PaperFirm) -> None:
    paper.do("SoftClosePeriod", **JANUARY)
    done = replace(UNBILLED, left="")
    paper.do("HardClosePeriod", **found(done), waived=[{"task": "unbilled", "why": "x"}])

    assert paper.last(Calendar.PeriodHardClosed).seal.waived == ()


def test_two_controllers_reopen_the_last_closed_month(paper: PaperFirm) -> None:
    paper.close(date(2025, 1, 1))
    paper.refuses(NoReopening, "ReopenPeriod", OTHER, **JANUARY)
    paper.do("RequestReopening", **JANUARY, why="the auditor's correction")
    paper.refuses(OwnReopening, "ReopenPeriod", **JANUARY)

    paper.do("ReopenPeriod", OTHER, **JANUARY)

    assert paper.replayed(calendar_id("DE01")).months[date(2025, 1, 1)] == "soft_closed"
    fact = paper.last(Calendar.PeriodReopened)
    assert (fact.asked_by, fact.approved_by) == ("chief", "other controller")
    paper.refuses(NoReopening, "ReopenPeriod", OTHER, **JANUARY)


def test_a_reopening_asked_twice_is_asked_once(paper: PaperFirm) -> None:
    paper.close(date(2025, 1, 1))
    paper.do("RequestReopening", **JANUARY, why="correction")
    before = len(paper.facts)

    paper.do("RequestReopening", **JANUARY, why="correction")

    assert len(paper.facts) == before


def test_months_reopen_from_the_last_one_back(paper: PaperFirm) -> None:
    paper.refuses(PeriodNotOpen, "RequestReopening", **JANUARY, why="x")
    paper.close(date(2025, 1, 1))
    paper.do("RequestReopening", **JANUARY, why="correction")
    paper.close(date(2025, 2, 1))

    paper.refuses(WrongOrder, "ReopenPeriod", OTHER, **JANUARY)
    paper.refuses(WrongOrder, "RequestReopening", **JANUARY, why="another")


def test_a_closed_year_stays_closed(paper: PaperFirm) -> None:
    paper.refuses(WrongOrder, "CloseFiscalYear", **JANUARY)
    paper.close(date(2025, 1, 1))
    paper.do("RequestReopening", **JANUARY, why="correction")
    paper.do("CloseFiscalYear", **JANUARY)
    before = len(paper.facts)
    paper.do("CloseFiscalYear", **JANUARY)

    assert len(paper.facts) == before
    paper.refuses(PeriodLocked, "ReopenPeriod", OTHER, **JANUARY)
    paper.refuses(PeriodLocked, "RequestReopening", **JANUARY, why="x")
    paper.refuses(PeriodClosed, "OpenPeriod", **JANUARY)
    paper.refuses(PeriodNotOpen, "CloseFiscalYear", entity="DE01", month="2030-01-01")
