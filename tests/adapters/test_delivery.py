"""Delivery over a real table and a vendor in memory: order, dead letters, death at any line."""

import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

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
from adapters.documents import Document
from tests.adapters.delivery_rig import (
    Clock,
    Conn,
    Died,
    Log,
    Shelf,
    pace,
    put,
    run,
    states,
    update,
)

_BLOCKED = "SELECT pid FROM pg_locks WHERE pid = %s AND NOT granted"


@pytest.fixture
def db(delivery_db: Conn) -> Conn:
    return delivery_db


@pytest.fixture
def dsn(delivery_dsn: str) -> str:
    return delivery_dsn


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
    assert log.of("a") == [Accepted("shelf-a", found_existing=True)]
    assert log.of("b") == [Refused("no")]


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
    line_died, line = line, "none"
    assert run(db, mortal, log, clock).delivered == 0

    clock.forward(101)
    assert run(db, mortal, log, clock).delivered == 2
    assert mortal.arrived == ["a", "b"]
    assert log.of("a") == [Accepted("shelf-a", found_existing=line_died == "after send")]
    assert log.of("b") == [Accepted("shelf-b")]


def test_an_outcome_has_one_id_and_another_content_another(db: Conn) -> None:
    put(db, "a")
    [head] = delivery_lanes.claim(db, "crm", Pace(), limit=1, now=database_clock(db))
    again = replace(head, attempts=7, state="uncertain", send_before=0)
    told: list[Outcome] = [
        Accepted("x"),
        Accepted("x", found_existing=True),
        Accepted("y"),
        Refused("x"),
        Uncertain("x"),
    ]

    ids = [outcome_id(head, outcome) for outcome in told]

    assert ids == [outcome_id(again, outcome) for outcome in told]
    assert len(set(ids)) == len(told)
    assert outcome_id(replace(head, generation=1), told[0]) not in ids


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


def test_a_drain_wants_a_connection_in_autocommit(dsn: str) -> None:
    with psycopg.connect(dsn) as connection, pytest.raises(ValueError, match="autocommit"):
        drain(connection, "crm", Shelf(), Log())
