"""The doorbell: readers wake after commits, and a lost connection only costs a ring."""

from collections.abc import Iterator
from contextlib import closing
from threading import Event
from typing import Any

import psycopg
import pytest

from adapters.postgres.recorder import Doorbell, LogRecorder
from api.wiring import System
from tests.adapters.test_recorder import fact, request


@pytest.fixture
def listener(system: System) -> Iterator[psycopg.Connection[Any]]:
    """A reader that listens."""
    with closing(system.connect()) as conn:
        conn.execute("LISTEN log")
        yield conn


def rings(listener: psycopg.Connection[Any], most: int = 1, timeout_s: float = 5) -> int:
    return len(list(listener.notifies(timeout=timeout_s, stop_after=most)))


def test_an_append_and_an_import_ring_after_their_commit(
    system: System, listener: psycopg.Connection[Any]
) -> None:
    recorder = LogRecorder(system.pool, system.doorbell.ring)

    recorder.append([fact()], request())
    assert rings(listener) == 1
    recorder.import_events([(request(), [fact()])])

    assert rings(listener) == 1


def test_what_is_refused_rings_nothing(system: System, listener: psycopg.Connection[Any]) -> None:
    rung = Event()
    recorder = LogRecorder(system.pool, rung.set)
    first = request()
    recorder.append([fact()], first)
    rung.clear()

    with pytest.raises(Exception, match="1"):
        recorder.append([fact()], first)

    assert not rung.is_set()
    assert rings(listener, timeout_s=0.1) == 0


def test_many_rings_at_once_are_few(system: System, listener: psycopg.Connection[Any]) -> None:
    with closing(Doorbell(system.connect)) as bell:
        for _ in range(1000):
            bell.ring()

        assert 1 <= rings(listener, most=1000, timeout_s=0.5) < 200


def test_a_bell_whose_line_is_cut_rings_again(
    system: System, listener: psycopg.Connection[Any]
) -> None:
    lines: list[psycopg.Connection[Any]] = []

    def connect() -> psycopg.Connection[Any]:
        lines.append(system.connect())
        return lines[-1]

    with closing(Doorbell(connect)) as bell:
        bell.ring()
        assert rings(listener) == 1
        pid = lines[0].info.backend_pid
        with psycopg.connect(system.addresses.owner, autocommit=True) as owner:
            owner.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        bell.ring()
        assert rings(listener, timeout_s=0.3) == 0

        bell.ring()

        assert rings(listener) == 1
    assert len(lines) == 2
