"""``throughline up`` from nothing to its end, however that comes."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.embedded import DATABASE
from adapters.postgres.server_socket import SUPERUSER, dsn_of
from tests.journeys.machine import PARTS, Machine, alive, eventually, machine

SOON_S, LATER_S = 30.0, 90.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@contextmanager
def all_up(home: Path) -> Iterator[Machine]:
    with machine(home) as made:
        made.up()
        eventually(lambda: set(made.parts()) == set(PARTS), LATER_S, "all parts")
        yield made


@pytest.fixture
def running(home: Path) -> Iterator[Machine]:
    with all_up(home) as made:
        yield made


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """One for tests that must leave it as it is."""
    with all_up(tmp_path_factory.mktemp("standing") / "home") as made:
        yield made


def test_everything_starts_from_nothing_and_goes_in_order_when_asked(running: Machine) -> None:
    everybody = running.everybody()

    code = running.stop(signal.SIGTERM, SOON_S)

    assert code == 0, running.said()
    stopped = re.findall(r"supervisor: (\w+) (?:stopped|killed)", running.said())
    assert stopped == ["api", "deliveries", "seal", "reactions", "projections", "sandbox"]
    assert running.is_down()
    eventually(lambda: not any(map(alive, everybody)), SOON_S, "the end of all")


def test_a_killed_supervisor_leaves_nothing_running_and_the_next_one_goes_on(
    running: Machine,
) -> None:
    everybody = running.everybody()

    running.stop(signal.SIGKILL)

    eventually(lambda: not any(map(alive, everybody)), SOON_S, "the end of all")
    assert running.is_down()
    running.up()
    eventually(lambda: set(running.parts()) == set(PARTS), LATER_S, "all parts")
    assert running.stop(signal.SIGTERM, SOON_S) == 0


def test_a_second_up_says_who_was_first_and_leaves_it_alone(standing: Machine) -> None:
    parts, first = standing.parts(), standing.process
    assert first is not None

    second = standing.start("up")

    assert second.wait(LATER_S) == 1
    assert (
        f"ALREADY_UP): Throughline is up in {standing.home} already, as process {first.pid}"
        in (standing.said())
    )
    assert standing.parts() == parts
    assert standing.answers()


def test_an_up_elsewhere_on_a_taken_port_names_the_setting(
    standing: Machine, tmp_path: Path
) -> None:
    parts = standing.parts()
    other = Machine(tmp_path / "other", port=standing.port)

    second = other.start("up")

    assert second.wait(LATER_S) == 1
    assert f"cannot listen on 127.0.0.1:{standing.port}: Address already in use" in other.said()
    assert "THROUGHLINE_PORT" in other.said()
    assert not (other.home / "postgres").exists()
    assert standing.parts() == parts


def test_a_database_that_is_away_is_told_in_a_sentence(home: Path) -> None:
    away = Machine(home, more={"DATABASE_URL": "postgresql://somebody@127.0.0.1:1/firm"})

    told = away.run("up")

    assert told.returncode == 1
    assert told.stdout.startswith("the database cannot be used: connection failed")
    assert "Traceback" not in told.stdout


def test_a_lone_worker_brings_its_own_database_back(home: Path) -> None:
    with machine(home) as made:
        made.process = made.start("work", "projections", "reactions")
        eventually(lambda: leads(made), LATER_S, "a reader that leads")
        killed = made.postmaster()
        assert killed is not None

        os.kill(killed, signal.SIGKILL)

        eventually(lambda: made.postmaster() not in (None, killed), SOON_S, "another server")
        eventually(lambda: leads(made), SOON_S, "a reader that leads again")
        assert made.stop(signal.SIGTERM, SOON_S) == 0, made.said()


def leads(made: Machine) -> bool:
    """Whether somebody holds the lock of a reader; asked without becoming a user ourselves."""
    folder = made.home / "postgres" / "socket"
    try:
        dsn = dsn_of(Path(folder.read_text()), SUPERUSER, DATABASE)
        with psycopg.connect(dsn) as conn:
            row = conn.execute("SELECT count(*) FROM pg_locks WHERE classid = 7310103").fetchone()
    except (OSError, psycopg.OperationalError):
        return False
    return bool(row and row[0])
