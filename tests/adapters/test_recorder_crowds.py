"""Many at once: no number lost or doubled, no fact missed by who reads along, nobody stopped."""

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

import psycopg
import pytest

from adapters.postgres.recorder import LogRecorder
from domain.billing.numbering import Number
from domain.request import Conflict
from tests.adapters.test_recorder import fact, request
from tests.adapters.writers import (
    MONDAY,
    PROJECT,
    approved,
    crowd,
    elsewhere,
    issue_all,
    issue_elsewhere,
    made,
    sign,
    write_from_four_threads,
)
from tests.firm import CHIEF, Firm

INVOICES = 80
COMMANDS = 60
BALLAST = 120_000


@pytest.fixture
def office(firm: Firm) -> Firm:
    """The firm with one project."""
    sign(firm)
    return firm


def test_eight_posters_in_two_processes_share_one_gapless_series(office: Firm) -> None:
    dsn = office.system.addresses.pooled
    sources = approved(office, INVOICES)
    names = [f"i{no}" for no in range(INVOICES)]
    results: Any = multiprocessing.get_context("spawn").Queue()
    half = INVOICES // 2
    second = elsewhere(issue_elsewhere, results, dsn, names[:half], sources[:half])

    found = issue_all(dsn, names[half:], sources[half:]) + results.get(timeout=60)
    second.join(timeout=60)

    assert found == [""] * INVOICES
    with office.system.connect() as conn:
        rows = conn.execute(
            "SELECT convert_from(payload, 'UTF8')::json ->> 'number' FROM events"
            " WHERE topic = 'billing.invoice_issued' ORDER BY position"
        ).fetchall()
    series = "DE01-INV-2025"
    assert [row[0] for row in rows] == [Number(series, n + 1).text for n in range(INVOICES)]


def test_two_who_guard_the_same_door_are_not_both_let_through(office: Firm) -> None:
    recorders = [LogRecorder(office.system.pool) for _ in range(2)]
    for no in range(30):
        start = threading.Barrier(2)

        def enter(recorder: LogRecorder, tag: str, start: threading.Barrier) -> str:
            start.wait()
            try:
                recorder.append([fact(tags=(tag,))], request(guards={tag: 0}))
            except Conflict:
                return "conflict"
            return "accepted"

        found = crowd([partial(enter, each, f"door {no}", start) for each in recorders])

        assert sorted(found) == ["accepted", "conflict"]


class Reader:
    """Reads along as a projection would: a page after the last position it has seen."""

    def __init__(self, firm: Firm) -> None:
        self._conn = firm.system.connect()
        self._stop = threading.Event()
        self.seen: list[int] = []
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stop.is_set():
            self.read()

    def read(self) -> int:
        rows = self._conn.execute(
            "SELECT position FROM events WHERE position > %b ORDER BY position LIMIT 100",
            [self.seen[-1] if self.seen else 0],
        ).fetchall()
        self.seen += [row[0] for row in rows]
        return len(rows)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read along until the end of the block, then to the end of the log."""
        self._thread.start()
        yield
        self._stop.set()
        self._thread.join(timeout=30)
        while self.read():
            pass
        self._conn.close()


def test_who_reads_along_with_eight_writers_misses_nothing(office: Firm) -> None:
    dsn, reader = office.system.addresses.pooled, Reader(office)
    with reader.reading():
        second = elsewhere(
            write_from_four_threads, dsn, office.person, PROJECT, 4 * COMMANDS, COMMANDS
        )
        write_from_four_threads(dsn, office.person, PROJECT, 0, COMMANDS)
        second.join(timeout=90)

    with office.system.connect() as conn:
        rows = conn.execute("SELECT position FROM events ORDER BY position").fetchall()
        logged = conn.execute(
            "SELECT count(*) FROM events WHERE topic = 'delivery.time_logged'"
        ).fetchone()
    assert second.exitcode == 0
    assert logged == (8 * COMMANDS,)
    assert reader.seen == [row[0] for row in rows] == list(range(1, len(rows) + 1))


def ballast(owner: psycopg.Connection[Any]) -> None:
    """So many facts of nobody that a VACUUM takes a while."""
    owner.execute("SET session_replication_role = replica")
    owner.execute(
        "INSERT INTO events SELECT m + n, gen_random_uuid(), 1, 'test.noted', 1, now(),"
        " '2025-01-01', 'X', 'x', gen_random_uuid(), gen_random_uuid(), NULL, '', '',"
        " repeat('x', 300)::bytea"
        " FROM generate_series(1, %s) n, (SELECT max(position) AS m FROM events) l",
        [BALLAST],
    )


def vacuum(dsn: str, began: threading.Event) -> None:
    """Freeze every row, slowly."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("SET vacuum_cost_delay = '20ms'")
        conn.execute("SET vacuum_cost_limit = 400")
        began.set()
        conn.execute("VACUUM (FREEZE) events")


def test_a_vacuum_stops_nobody(office: Firm) -> None:
    dsn = office.system.addresses.owner
    with psycopg.connect(dsn, autocommit=True) as owner:
        ballast(owner)
    began = threading.Event()
    vacuuming = threading.Thread(target=vacuum, args=(dsn, began))
    vacuuming.start()
    began.wait(timeout=10)

    slowest, done, ends = 0.0, 0, monotonic() + 20
    while vacuuming.is_alive() and monotonic() < ends:
        day = MONDAY - timedelta(days=done)
        start = monotonic()
        office.store.execute(made("LogTime", person_id=office.person, project_id=PROJECT,
                                  work_date=day, minutes=1), CHIEF)  # fmt: skip
        slowest, done = max(slowest, monotonic() - start), done + 1
    vacuuming.join(timeout=60)

    assert done > 30
    assert slowest < 0.5
