"""The work queue on every engine: what it promises about messages, and how it is set up."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from uuid import uuid4

import pika  # type: ignore[import-untyped] # has no types
import psycopg
import pytest
import redis
from dramatiq.broker import Broker
from dramatiq.brokers.rabbitmq import DEAD_MESSAGE_TTL
from psycopg.conninfo import make_conninfo

from adapters.broker import (
    QUEUE,
    SCHEMA,
    UnknownBroker,
    drain_actor,
    install_broker,
    open_broker,
    run_workers,
)

ROOT = Path(__file__).parents[2]

WORKER = Path(__file__).with_name("broker_worker.py")


@dataclass(frozen=True)
class Login:
    """What an application is given: a role that may not create anything, and where."""

    owner_dsn: str
    dsn: str
    name: str


@pytest.fixture
def login(server: str) -> Iterator[Login]:
    name, password = f"queue_{uuid4().hex}", uuid4().hex
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
        admin.execute(f"CREATE DATABASE {name}")
        dsn = make_conninfo(server, dbname=name)
        yield Login(dsn, make_conninfo(dsn, user=name, password=password), name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.execute(f"DROP ROLE {name}")


@pytest.fixture
def rabbitmq() -> Iterator[str]:
    url = os.environ.get("THROUGHLINE_TEST_RABBITMQ_URL")
    if not url:
        pytest.skip("THROUGHLINE_TEST_RABBITMQ_URL names no RabbitMQ")
    _without_queues(url)
    yield url
    _without_queues(url)


def _without_queues(url: str) -> None:
    with closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
        for name in (QUEUE, f"{QUEUE}.DQ", f"{QUEUE}.XQ"):
            connection.channel().queue_delete(name)


@pytest.fixture
def redis_url() -> Iterator[str]:
    url = os.environ.get("THROUGHLINE_TEST_REDIS_URL")
    if not url:
        pytest.skip("THROUGHLINE_TEST_REDIS_URL names no Redis")
    with redis.Redis.from_url(url) as client:
        _without_keys(client)
        yield url
        _without_keys(client)


def _without_keys(client: redis.Redis) -> None:
    for key in client.scan_iter("throughline:*"):
        client.delete(key)


@dataclass(frozen=True)
class Place:
    """Where a queue is, and a directory where workers note what they drain."""

    broker_url: str
    dsn: str
    notes: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def open(self) -> Broker:
        return open_broker(self.broker_url, self.dsn, lease_s=60)

    def noted(self, what: str) -> list[str]:
        path = self.notes / what
        return path.read_text().split() if path.exists() else []

    def in_hand(self) -> set[str]:
        return set(self.noted("begun")) - set(self.noted("drained"))

    def worker(self, *, lease_s: float, pause_s: float) -> subprocess.Popen[bytes]:
        arguments = [self.broker_url, self.dsn, str(lease_s), str(pause_s)]
        worker = subprocess.Popen(
            [sys.executable, WORKER, *arguments],
            cwd=self.notes,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.workers.append(worker)
        return worker


@pytest.fixture(params=["postgresql", "rabbitmq", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "postgresql":
        login: Login = request.getfixturevalue("login")
        install_broker(login.owner_dsn, login=login.name)
        place = Place("", login.dsn, tmp_path)
    else:
        fixture = {"rabbitmq": "rabbitmq", "redis": "redis_url"}[request.param]
        place = Place(request.getfixturevalue(fixture), "", tmp_path)
    yield place
    for worker in place.workers:
        worker.kill()
        worker.wait()


def send(place: Place, *destinations: str) -> None:
    broker = place.open()
    actor = drain_actor(broker, lambda _: None)
    for destination in destinations:
        actor.send(destination)
    broker.close()


def eventually(true: Callable[[], bool], within_s: float = 15.0) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def drained_here(place: Place, drain: Callable[[str], None], until: Callable[[], bool]) -> None:
    broker = place.open()
    drain_actor(broker, drain)
    worker = run_workers(broker, threads=1)
    try:
        eventually(until)
    finally:
        worker.stop()
        broker.close()


def test_a_message_has_its_destination_drained(place: Place) -> None:
    send(place, "books", "crm")
    drained: list[str] = []

    drained_here(place, drained.append, lambda: len(drained) == 2)

    assert drained == ["books", "crm"]


def test_workers_killed_at_work_lose_no_message(place: Place) -> None:
    destinations = {f"vendor{number}" for number in range(100)}
    send(place, *destinations)
    killed = [place.worker(lease_s=2, pause_s=1) for _ in range(2)]
    eventually(lambda: len(place.noted("drained")) >= 4)
    begun = len(place.noted("begun"))
    eventually(lambda: len(place.noted("begun")) > begun)
    for worker in killed:
        worker.kill()
    for worker in killed:
        worker.wait()
    in_hand = place.in_hand()

    survivor = place.worker(lease_s=2, pause_s=0)
    eventually(lambda: set(place.noted("drained")) == destinations, within_s=30)
    survivor.terminate()

    assert in_hand
    assert survivor.wait() == 0


def test_what_was_taken_and_not_begun_is_given_back_at_the_end(place: Place) -> None:
    destinations = ["books", "crm", "projects", "vendor"]
    send(place, *destinations)
    broker = place.open()
    drain_actor(broker, print)
    consumer = broker.consume(QUEUE, prefetch=4)
    eventually(lambda: next(consumer) is not None)
    worker = run_workers(broker, threads=1)

    worker.stop()
    consumer.close()
    broker.close()
    drained: list[str] = []
    drained_here(place, drained.append, lambda: len(drained) == 4)

    assert sorted(drained) == destinations


def test_sigterm_finishes_what_runs_and_gives_back_the_rest(place: Place) -> None:
    destinations = [f"vendor{number}" for number in range(30)]
    send(place, *destinations)
    worker = place.worker(lease_s=60, pause_s=0.3)
    eventually(lambda: len(place.noted("drained")) >= 4)

    worker.terminate()
    code = worker.wait(10)
    finished = place.noted("drained")
    successor = place.worker(lease_s=60, pause_s=0)
    eventually(lambda: len(place.noted("drained")) >= 30)
    successor.terminate()
    successor.wait()

    assert code == 0
    assert 4 <= len(finished) < 30
    assert sorted(place.noted("begun")) == sorted(place.noted("drained")) == sorted(destinations)


def test_a_long_drain_is_told_to_stop(place: Place) -> None:
    send(place, "endless")
    worker = place.worker(lease_s=60, pause_s=0)
    eventually(lambda: place.noted("begun") == ["endless"])

    worker.send_signal(signal.SIGINT)

    assert worker.wait(5) == 0
    assert place.noted("drained") == ["endless"]


def test_a_drain_that_raises_is_not_retried_and_stops_no_other(place: Place) -> None:
    send(place, "broken", "books")
    drained: list[str] = []

    def drain(destination: str) -> None:
        drained.append(destination)
        if destination == "broken":
            raise RuntimeError("a fault of ours")

    drained_here(place, drain, lambda: "books" in drained)
    send(place, "crm")
    drained_here(place, drain, lambda: "crm" in drained)

    assert drained == ["broken", "books", "crm"]


def test_one_process_takes_no_more_messages_than_it_has_threads(place: Place) -> None:
    send(place, "books", "crm", "projects")
    hold, began = Event(), Event()
    drained: list[str] = []

    def drain(destination: str) -> None:
        began.set()
        hold.wait(10)
        drained.append(destination)

    busy = place.open()
    drain_actor(busy, drain)
    worker = run_workers(busy, threads=1)
    began.wait(10)
    elsewhere: list[str] = []
    drained_here(place, elsewhere.append, lambda: len(elsewhere) == 2)
    hold.set()
    worker.stop()
    busy.close()

    assert drained + sorted(elsewhere) == ["books", "crm", "projects"]


def test_the_owner_creates_and_the_login_without_ddl_rights_works(login: Login) -> None:
    install_broker(login.owner_dsn, login=login.name)
    with psycopg.connect(login.dsn) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"CREATE TABLE {SCHEMA}.mine ()")
        connection.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE SCHEMA mine")

    drained: list[str] = []
    place = Place("", login.dsn, Path())
    send(place, "books")
    drained_here(place, drained.append, lambda: bool(drained))

    assert drained == ["books"]


def test_installing_again_and_at_once_changes_nothing(login: Login) -> None:
    def install(_: int) -> None:
        install_broker(login.owner_dsn, login=login.name)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(install, range(12)))

    with psycopg.connect(login.owner_dsn) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'"
            " ORDER BY relname",
            [SCHEMA],
        ).fetchall()
    assert tables == [("queue",), ("result",), ("worker",)]


def test_a_drain_that_raises_leaves_a_rejected_message(login: Login) -> None:
    install_broker(login.owner_dsn, login=login.name)
    place = Place("", login.dsn, Path())
    send(place, "broken", "books")
    drained: list[str] = []

    def drain(destination: str) -> None:
        if destination == "broken":
            raise RuntimeError("a fault of ours")
        drained.append(destination)

    drained_here(place, drain, lambda: bool(drained))

    with psycopg.connect(login.dsn) as connection:
        kept = connection.execute(f"SELECT state, message->'args' FROM {SCHEMA}.queue").fetchall()
    assert kept == [("rejected", ["broken"])]


def test_the_queue_in_postgresql_outlives_the_end_of_every_connection(login: Login) -> None:
    install_broker(login.owner_dsn, login=login.name)
    drained: list[str] = []
    with closing(open_broker(None, login.dsn)) as broker:
        actor = drain_actor(broker, drained.append)
        worker = run_workers(broker, threads=1)
        actor.send("books")
        eventually(lambda: drained == ["books"])

        with psycopg.connect(login.owner_dsn) as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'throughline-queue' AND datname = current_database()"
            ).fetchall()
        actor.send("crm")
        eventually(lambda: drained == ["books", "crm"])
        worker.stop()

    assert len(ended) > 2  # both consumers' and the listener's


def test_the_queue_in_postgresql_does_not_wait_for_the_disk(login: Login) -> None:
    options = "-c statement_timeout=7s"

    broker = open_broker(None, make_conninfo(login.dsn, options=options))

    with closing(broker), broker.pool.connection() as connection:  # type: ignore[attr-defined]
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("off",)
        assert connection.execute("SHOW statement_timeout").fetchone() == ("7s",)


def test_rabbitmq_queues_are_replicated(rabbitmq: str) -> None:
    send(Place(rabbitmq, "", Path()), "books")
    dead_lettering = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{QUEUE}.XQ"}

    with closing(pika.BlockingConnection(pika.URLParameters(rabbitmq))) as connection:
        for name, arguments in (
            (QUEUE, dead_lettering),
            (f"{QUEUE}.DQ", dead_lettering),
            (f"{QUEUE}.XQ", {"x-message-ttl": DEAD_MESSAGE_TTL}),
        ):
            with pytest.raises(pika.exceptions.ChannelClosedByBroker) as refused:
                connection.channel().queue_declare(
                    name, durable=True, arguments={**arguments, "x-queue-type": "classic"}
                )
            assert "'x-queue-type' for queue" in refused.value.reply_text
            assert "'quorum'" in refused.value.reply_text


def test_sending_waits_for_a_rabbitmq_short_of_memory_for_a_while_only() -> None:
    broker = open_broker("amqp://a.example;amqp://b.example/?blocked_connection_timeout=5", "")

    nodes = broker.parameters  # type: ignore[attr-defined]
    assert [node.blocked_connection_timeout for node in nodes] == [30, 5]


@pytest.mark.parametrize(
    "url", ["kafka://guest:sesame@host.example", "postgresql://db.example", "nonsense"]
)
def test_another_kind_of_broker_is_refused_by_a_stable_code(url: str) -> None:
    with pytest.raises(UnknownBroker, match="amqps, redis or rediss") as refused:
        open_broker(url, "")

    assert refused.value.code == "UNKNOWN_BROKER"
    assert refused.value.field == "BROKER_URL"
    assert "sesame" not in refused.value.message
