"""One feed takes over what another leaves, whatever the moment: each fact is counted once."""

from collections.abc import Callable
from datetime import date
from time import monotonic
from typing import Any
from uuid import UUID

import pytest

from projections.feed import NoLongerLive
from projections.slots import enter, live
from tests.firm import Firm

JANUARY = date(2025, 1, 6)


def worked_minutes(firm: Firm) -> int:
    with firm.system.connect() as conn:
        row = conn.execute("SELECT sum(minutes) FROM project_totals").fetchone()
    return int(row[0] or 0) if row else 0


def won(firm: Firm) -> UUID:
    _, project = firm.win()
    firm._feed.close()
    return project


def test_a_successor_counts_from_where_the_leader_left_not_from_where_it_looked(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = won(firm)
    leader, successor = firm.system.feed(), firm.system.feed()
    leader.lead()

    def look_while_the_leader_reads_on_and_dies(*args: Any) -> Any:
        seen = live(*args)
        monkeypatch.undo()
        firm.work(project, JANUARY)
        leader.catch_up()
        leader.close()
        return seen

    name = "projections.feed.live"
    monkeypatch.setattr(name, look_while_the_leader_reads_on_and_dies)
    successor.lead()
    firm.work(project, date(2025, 1, 7))
    successor.lead()
    keep_going(successor.catch_up)

    assert worked_minutes(firm) == 2 * 480


def keep_going(step: Callable[[], int]) -> None:
    try:
        step()
    except NoLongerLive:
        return


def test_a_page_never_counts_on_top_of_another_feeds_pages(firm: Firm) -> None:
    project = won(firm)
    first, second = firm.system.feed(), firm.system.feed()
    first.lead()
    second.slots = live(second._conn, firm.system.projections())
    enter(second._conn, second.slots)
    firm.work(project, JANUARY)
    first.catch_up()
    firm.work(project, date(2025, 1, 7))

    with pytest.raises(NoLongerLive):
        second.catch_up()
    first.catch_up()

    assert worked_minutes(firm) == 2 * 480


def test_a_closed_feed_leaves_its_projections_to_others(firm: Firm) -> None:
    won(firm)
    first, second = firm.system.feed(), firm.system.feed()
    first.lead()
    second.lead()
    assert not second.slots

    first.close()
    ends = monotonic() + 10
    while not second.slots and monotonic() < ends:
        second.lead()  # the server frees the locks a moment after the end

    assert len(second.slots) == len(firm.system.projections())
