"""Delivery over a real table and a vendor in memory: order, certainty, patience and giving up."""

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Lock
from typing import Any
from uuid import UUID

import psycopg
import pytest

from adapters import delivery_lanes
from adapters.delivery import (
    Accepted,
    Delivery,
    Drained,
    Outcome,
    Outgoing,
    Pace,
    Refused,
    Rejected,
    Transient,
    Uncertain,
    Unsupported,
    drain,
    enqueue,
    outcome_id,
    pending,
    replay_dead,
    stopped,
)
from adapters.delivery_pace import database_clock
from adapters.documents import DealUpdate, Document

Conn = psycopg.Connection[Any]


_BLOCKED = "SELECT pid FROM pg_locks WHERE pid = %s AND NOT granted"


class Died(BaseException):
    """A worker ends here and now."""


Script = Sequence[BaseException | Outcome | str]


class Clock:
    """The database's clock, which the test can put forward or let die."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.readings_left = -1

    def __call__(self, connection: Conn) -> datetime:
        self.readings_left -= 1
        if self.readings_left == 0:
            raise Died
        return database_clock(connection) + self.ahead

    def forward(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


class Shelf:
    """A vendor in memory: does as its script says, else accepts; never looks for doubles."""

    def __init__(self, **script: Script) -> None:
        self.script = {key: list(steps) for key, steps in script.items()}
        self.arrived: list[str] = []
        self.asked: list[str] = []
        self.looked_up: list[str] = []
        self.busy: set[str] = set()
        self.lock = Lock()
        self.pause_s = 0.0

    def send(self, document: Document, key: str) -> Outcome:
        with self.lock:
            assert document.lane not in self.busy, "two at once in one lane"
            self.busy.add(document.lane)
        try:
            return self._say(key)
        finally:
            self.busy.discard(document.lane)

    def _say(self, key: str) -> Outcome:
        self.asked.append(key)
        time.sleep(self.pause_s)
        steps = self.script.get(key)
        step = steps.pop(0) if steps else "accept"
        if isinstance(step, BaseException):
            raise step
        if isinstance(step, str):
            self.arrived.append(key)
        if step == "accept":
            return Accepted(f"shelf-{key}")
        return Uncertain("no answer") if isinstance(step, str) else step

    def find(self, document: Document, key: str) -> str | None:
        assert document.key == key
        self.looked_up.append(key)
        return f"shelf-{key}" if key in self.arrived else None


class Log:
    """The recorder: keeps what it is told by outcome id, as the log does by command id."""

    def __init__(self) -> None:
        self.outcomes: dict[UUID, tuple[str, Outcome]] = {}
        self.away = False

    def __call__(self, delivery: Delivery, outcome: Outcome) -> None:
        if self.away:
            raise ConnectionError("the log is away")
        self.outcomes[outcome_id(delivery, outcome)] = (delivery.key, outcome)

    def of(self, key: str) -> list[Outcome]:
        return [outcome for of, outcome in self.outcomes.values() if of == key]


@pytest.fixture
def db(delivery_db: Conn) -> Conn:
    return delivery_db


@pytest.fixture
def dsn(delivery_dsn: str) -> str:
    return delivery_dsn


def update(key: str, lane: str = "opportunity", stage: str = "won") -> DealUpdate:
    return DealUpdate(
        key=key,
        opportunity_key=lane,
        project_code="P-1",
        contract_value=Decimal("100.00"),
        currency="EUR",
        stage=stage,
    )


def put(db: Conn, *keys: str, lane: str | None = None) -> None:
    """Enqueue updates in this order; each in a lane of its own unless told."""
    rows = [
        Outgoing(connection="crm", position=position, document=update(key, lane or f"lane-{key}"))
        for position, key in enumerate(keys, 1)
    ]
    with db.cursor() as cursor:
        enqueue(cursor, rows)


def pace(clock: Clock, **changes: Any) -> Pace:
    numbers = {"first_wait_s": 10, "settling_s": 20, "lease_s": 100, "attempts_max": 3}
    return Pace(clock=clock, jitter=lambda: 1.0, **(numbers | changes))


def run(
    db: Conn, shelf: Shelf, log: Log | None = None, clock: Clock | None = None, **changes: Any
) -> Drained:
    return drain(db, "crm", shelf, log or Log(), pace(clock or Clock(), **changes))


def states(db: Conn) -> dict[str, str]:
    return dict(db.execute("SELECT key, state FROM deliveries").fetchall())


def waits_s(done: Drained, db: Conn, clock: Clock) -> float:
    assert done.due_again_at is not None
    return (done.due_again_at - clock(db)).total_seconds()


def test_documents_of_a_lane_go_in_order_of_position_and_lanes_side_by_side(db: Conn) -> None:
    lanes = {f"lane-{n}": [f"{n}-{place}" for place in range(12)] for n in range(5)}
    rows = [
        Outgoing(connection="crm", position=place, document=update(key, lane))
        for lane, keys in lanes.items()
        for place, key in enumerate(keys)
    ]
    random.Random(7).shuffle(rows)  # noqa: S311 - repeatable
    shelf = Shelf()
    with db.cursor() as cursor:
        assert enqueue(cursor, rows) == 60

    done = run(db, shelf)

    assert done == Drained(delivered=60, dead=0, postponed=0, due_again_at=None)
    arrived = defaultdict(list)
    for key in shelf.arrived:
        arrived[f"lane-{key[0]}"].append(key)
    assert arrived == lanes


def test_replaying_all_of_history_sends_nothing(db: Conn) -> None:
    shelf, log = Shelf(), Log()
    put(db, "a", "b", "c")
    run(db, shelf, log)

    put(db, "a", "b", "c")

    assert run(db, shelf, log).delivered == 0
    assert sorted(shelf.asked) == ["a", "b", "c"]
    assert len(log.outcomes) == 3


def test_what_the_caller_rolls_back_is_never_sent(db: Conn) -> None:
    shelf = Shelf()
    with suppress(ZeroDivisionError), db.transaction():
        put(db, "a")
        _ = 1 / 0

    assert run(db, shelf).delivered == 0
    assert not shelf.asked


@pytest.mark.parametrize("trouble", [Rejected("no"), Transient("busy"), Died()])
def test_a_document_enqueued_behind_trouble_waits_with_its_lane(
    db: Conn, trouble: BaseException
) -> None:
    put(db, "a", lane="one")
    with suppress(Died):
        run(db, Shelf(a=[trouble]))

    put(db, "b", lane="one")

    assert run(db, Shelf()).delivered == 0
    assert states(db)["b"] == "waiting"


def test_a_document_enqueued_while_its_lane_is_settled_is_not_forgotten(
    db: Conn, dsn: str
) -> None:
    put(db, "a", lane="lane")
    now = database_clock(db)
    [head] = delivery_lanes.claim(db, "crm", Pace(), limit=9, now=now)
    settled = delivery_lanes.Settlement(delivery=head, state="delivered", external_id="x")

    with psycopg.connect(dsn) as outbox, ThreadPoolExecutor(1) as thread:
        put(outbox, "b", lane="lane")
        settling = thread.submit(delivery_lanes.settle, db, "crm", [settled], now)
        while not outbox.execute(_BLOCKED, [db.info.backend_pid]).fetchone():
            assert not settling.done()
        outbox.commit()
        settling.result(5)

    assert run(db, Shelf()).delivered == 1
    assert states(db) == {"a": "delivered", "b": "delivered"}


@pytest.mark.parametrize("refusal", [Rejected("no"), Unsupported("no"), Refused("no")])
def test_a_dead_letter_stops_its_lane_only_and_says_so(
    db: Conn, refusal: Exception | Outcome
) -> None:
    shelf, log = Shelf(b=[refusal]), Log()
    put(db, "a", "b", "c", "d", lane="one")
    put(db, "x", "y", lane="other")

    done = run(db, shelf, log)

    assert (done.delivered, done.dead, done.due_again_at) == (3, 1, None)
    [dead] = stopped(db)
    assert (dead.lane, dead.key, dead.error, dead.behind) == ("one", "b", "no", 2)
    assert {(b.state, b.documents) for b in pending(db)} == {("dead", 1), ("waiting", 2)}
    assert log.of("b") == [Refused("no")]


def test_a_replayed_dead_letter_is_looked_up_then_sent_and_frees_its_lane(db: Conn) -> None:
    shelf, log = Shelf(a=[Rejected("no such account")]), Log()
    put(db, "a", "b", lane="one")
    run(db, shelf, log)

    assert replay_dead(db, "crm", "a")
    assert not replay_dead(db, "crm", "b")
    run(db, shelf, log)

    assert shelf.looked_up == ["a"]
    assert shelf.arrived == ["a", "b"]
    assert log.of("a") == [Refused("no such account"), Accepted("shelf-a")]
    assert not stopped(db)
    assert not pending(db)


def test_what_a_person_entered_by_hand_is_adopted_on_replay(db: Conn) -> None:
    shelf = Shelf(a=[Rejected("locked")])
    put(db, "a")
    run(db, shelf)
    shelf.arrived.append("a")

    replay_dead(db, "crm", "a")
    run(db, shelf)

    assert shelf.asked == ["a"]
    assert states(db) == {"a": "delivered"}


def test_a_document_nobody_can_read_is_dead_without_being_said(db: Conn) -> None:
    shelf = Shelf()
    put(db, "a")
    db.execute("""UPDATE deliveries SET document = '{"kind": "smoke_signal"}'""")

    assert run(db, shelf).dead == 1
    assert not shelf.asked


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


def test_a_row_is_final_only_when_the_log_knows(db: Conn) -> None:
    shelf, log, clock = Shelf(b=[Rejected("no")] * 9), Log(), Clock()
    put(db, "a", "b")
    log.away = True
    for _ in range(4):
        run(db, shelf, log, clock)
        clock.forward(1000)
    assert set(states(db).values()) == {"uncertain"}

    log.away = False
    run(db, shelf, log, clock)

    assert states(db) == {"a": "delivered", "b": "dead"}
    assert shelf.arrived == ["a"]
    assert (log.of("a"), log.of("b")) == ([Accepted("shelf-a")], [Refused("no")])


@pytest.mark.parametrize("line", ["before send", "after send", "after record", "before settle"])
def test_a_worker_may_die_between_any_two_lines(db: Conn, line: str) -> None:
    class Mortal(Shelf):
        def send(self, document: Document, key: str) -> Outcome:
            if line == "before send":
                raise Died
            outcome = super().send(document, key)
            if line == "after send":
                raise Died
            return outcome

    mortal, log, clock = Mortal(), Log(), Clock()

    def mortal_log(delivery: Delivery, outcome: Outcome) -> None:
        log(delivery, outcome)
        if line == "after record":
            raise Died

    put(db, "a", "b", lane="one")
    clock.readings_left = 2 if line == "before settle" else -1
    with pytest.raises(Died):
        drain(db, "crm", mortal, mortal_log, pace(clock))
    line = "none"
    assert run(db, mortal, log, clock).delivered == 0

    clock.forward(101)
    assert run(db, mortal, log, clock).delivered == 2
    assert mortal.arrived == ["a", "b"]
    assert (log.of("a"), log.of("b")) == ([Accepted("shelf-a")], [Accepted("shelf-b")])


def test_who_lost_its_lease_settles_nothing(db: Conn) -> None:
    put(db, "a")
    now = database_clock(db)
    [late] = delivery_lanes.claim(db, "crm", Pace(lease_s=90), limit=9, now=now)
    now += timedelta(seconds=91)
    [held] = delivery_lanes.claim(db, "crm", Pace(lease_s=90), limit=9, now=now)

    done = delivery_lanes.Settlement(delivery=late, state="delivered", external_id="late")
    delivery_lanes.settle(db, "crm", [done], now)
    assert states(db) == {"a": "waiting"}
    delivery_lanes.settle(db, "crm", [replace(done, delivery=held)], now)

    assert held.perhaps_there
    assert states(db) == {"a": "delivered"}


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


def test_a_drain_wants_a_connection_in_autocommit(dsn: str) -> None:
    with psycopg.connect(dsn) as connection, pytest.raises(ValueError, match="autocommit"):
        drain(connection, "crm", Shelf(), Log())
