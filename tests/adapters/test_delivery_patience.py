"""Delivery when the vendor is slow, silent, busy or down: waits, look-ups, the circuit."""

from typing import Any

import pytest

from adapters.delivery import (
    Pace,
    Rejected,
    Transient,
    Uncertain,
    Unsupported,
    drain,
    stopped,
)
from adapters.documents import Document
from tests.adapters.delivery_rig import Clock, Conn, Log, Script, Shelf, put, run, states, waits_s


@pytest.fixture
def db(delivery_db: Conn) -> Conn:
    return delivery_db


def test_waits_grow_and_the_lane_is_given_up_after_enough_attempts(db: Conn) -> None:
    shelf, log, clock = Shelf(a=[Transient("busy")] * 3), Log(), Clock()
    put(db, "a")
    waits = []

    for _ in range(2):
        waits.append(waits_s(run(db, shelf, log, clock), db, clock))
        assert run(db, shelf, log, clock).postponed == 0
        clock.forward(waits[-1])
    last = run(db, shelf, log, clock)

    assert waits == [pytest.approx(10, abs=1), pytest.approx(20, abs=1)]
    assert (last.dead, last.due_again_at) == (1, None)
    [given_up] = log.of("a")
    assert isinstance(given_up, Uncertain)
    assert "after 3 attempts: busy" in stopped(db)[0].error


def test_retry_after_holds_the_connection_and_counts_as_no_attempt(db: Conn) -> None:
    clock = Clock()
    shelf = Shelf(a=[Transient("slow down", retry_after_s=300)] * 5)
    put(db, "a", "b", lane="one")

    for _ in range(5):
        assert waits_s(run(db, shelf, clock=clock), db, clock) == pytest.approx(300, abs=1)
        put(db, "c")
        clock.forward(295)
        assert run(db, shelf, clock=clock).delivered == 0
        clock.forward(6)
    run(db, shelf, clock=clock)

    assert shelf.asked.count("a") == 6
    assert not shelf.looked_up
    assert set(states(db).values()) == {"delivered"}


def test_an_uncertain_document_is_looked_up_once_the_vendor_has_settled(db: Conn) -> None:
    shelf, clock = Shelf(lost=["vanish"], absent=[Uncertain("timeout")]), Clock()
    put(db, "lost", "absent")

    done = run(db, shelf, clock=clock)
    assert waits_s(done, db, clock) == pytest.approx(20, abs=1)
    assert set(states(db).values()) == {"uncertain"}
    clock.forward(21)
    run(db, shelf, clock=clock)

    assert sorted(shelf.looked_up) == ["absent", "lost"]
    assert sorted(shelf.arrived) == ["absent", "lost"]
    assert set(states(db).values()) == {"delivered"}


def test_a_vendor_that_cannot_be_searched_leaves_the_uncertain_to_a_person(db: Conn) -> None:
    class Blind(Shelf):
        def find(self, document: Document, key: str) -> str | None:
            raise Unsupported(f"no search for {document.kind} {key}")

    shelf, log, clock = Blind(a=["vanish"]), Log(), Clock()
    put(db, "a")
    run(db, shelf, log, clock)
    clock.forward(21)

    assert run(db, shelf, log, clock).dead == 1
    assert isinstance(log.of("a")[0], Uncertain)
    assert shelf.asked == ["a"]


def test_the_circuit_opens_after_failures_in_a_row_and_a_probe_closes_it(db: Conn) -> None:
    keys = [f"k{n}" for n in range(20)]
    down: dict[str, Script] = {k: [Transient("down")] * 2 for k in keys}
    shelf, clock = Shelf(**down), Clock()
    terms: dict[str, Any] = {
        "failures_to_open": 4,
        "open_s": 60,
        "concurrency": 1,
        "attempts_max": 9,
    }
    put(db, *keys)

    opened = run(db, shelf, clock=clock, **terms)
    assert len(shelf.asked) == 4
    assert waits_s(opened, db, clock) == pytest.approx(60, abs=1)
    clock.forward(61)
    shelf.pause_s, terms["concurrency"] = 0.05, 8
    run(db, shelf, clock=clock, **terms)
    assert len(shelf.asked) == 5
    shelf.script.clear()
    clock.forward(61)

    assert run(db, shelf, clock=clock, **terms).delivered == 20
    assert db.execute("SELECT failures FROM delivery_circuits").fetchone() == (0,)


def test_one_answer_between_failures_keeps_the_circuit_closed(db: Conn) -> None:
    bad: dict[str, Script] = {
        f"k{n}": [Rejected("no") if n % 3 == 2 else Transient("down")] for n in range(20)
    }
    put(db, *bad)
    shelf = Shelf(**bad)

    run(db, shelf, failures_to_open=4, concurrency=1)

    assert len(shelf.asked) == 20


def test_what_was_claimed_too_long_ago_is_given_back_unsent(db: Conn) -> None:
    shelf, calls = Shelf(), iter([False, False, True])
    put(db, "a")

    drain(db, "crm", shelf, Log(), Pace(lease_s=1, answer_s=2), stop=lambda: next(calls))

    assert not shelf.asked
    assert db.execute("SELECT state, attempts FROM deliveries").fetchone() == ("waiting", 0)


def test_a_stopped_drain_ends_and_leaves_the_rest_due(db: Conn) -> None:
    shelf = Shelf()
    put(db, *(f"k{n}" for n in range(50)))

    drain(db, "crm", shelf, Log(), Pace(batch=10), stop=lambda: bool(shelf.asked))

    assert 0 < len(shelf.asked) <= 20
    run(db, shelf)
    assert not shelf.looked_up
    assert sorted(shelf.arrived) == sorted(f"k{n}" for n in range(50))
