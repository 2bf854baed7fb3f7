"""Deliveries by way of a broker that loses everything it holds: all arrive all the same."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pika  # type: ignore[import-untyped] # has no types
import psycopg
import pytest
import redis

from adapters.broker import QUEUE, SCHEMA
from adapters.sandbox.accounting import accounting
from adapters.sandbox.crm import crm
from adapters.sandbox.faults import Fault
from adapters.sandbox.serve import running
from tests.firm import WORKER, Firm
from tests.journeys.machine import Machine, eventually, machine
from tests.journeys.remote import one

LOT = 24
MONDAY = date(2025, 1, 6)
ARRIVED_S = 60.0
Broken = tuple[str, Callable[[], None]]


def rabbitmq(_: Firm) -> Broken:
    """The broker's URL, and what deletes its data."""
    url = os.environ.get("THROUGHLINE_TEST_RABBITMQ_URL")
    if not url:
        pytest.skip("THROUGHLINE_TEST_RABBITMQ_URL names no RabbitMQ")

    def lose() -> None:
        with closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
            for name in (QUEUE, f"{QUEUE}.DQ", f"{QUEUE}.XQ"):
                connection.channel().queue_delete(name)

    return url, lose


def in_redis(_: Firm) -> Broken:
    """The same for Redis, in a database that no other test uses."""
    given = os.environ.get("THROUGHLINE_TEST_REDIS_URL")
    if not given:
        pytest.skip("THROUGHLINE_TEST_REDIS_URL names no Redis")
    url = urlsplit(given)._replace(path="/9").geturl()

    def lose() -> None:
        with redis.Redis.from_url(url) as client:
            for key in client.scan_iter("throughline:*"):
                client.delete(key)

    return url, lose


def in_the_database(firm: Firm) -> Broken:
    """The same for the queue that needs no broker."""

    def lose() -> None:
        with psycopg.connect(firm.system.addresses.owner) as conn:
            conn.execute(f"DELETE FROM {SCHEMA}.queue".encode())

    return "", lose


@pytest.fixture
def vendors() -> Iterator[dict[str, str]]:
    """Sandboxes that take their time, by the setting that names each."""
    books = accounting()
    books.set([Fault(kind="slow", probability=1, seconds=0.1)])
    with running(books) as ledger, running(crm()) as deals:
        yield {"THROUGHLINE_ACCOUNTING_URL": ledger, "THROUGHLINE_CRM_URL": deals}


@pytest.fixture
def worker(firm: Firm, vendors: dict[str, str], tmp_path: Path) -> Iterator[Machine]:
    """The settings of a process that works on deliveries."""
    addresses = firm.system.addresses
    env = {"DATABASE_URL": addresses.pooled, "DATABASE_DIRECT_URL": addresses.owner}
    key = {"THROUGHLINE_MASTER_KEY": firm.system.settings.master_key or ""}
    with machine(tmp_path / "home", **env, **key, **vendors) as made:
        yield made


def entries(firm: Firm, project: UUID) -> list[tuple[UUID, UUID]]:
    """Approved quarters of an hour, two lots of them, each to be billed for itself."""
    logged: list[Any] = [
        firm.do("LogTime", WORKER, person_id=firm.person, project_id=project, minutes=15,
                work_date=MONDAY + timedelta(days=number % 4)).answer
        for number in range(2 * LOT)
    ]  # fmt: skip
    firm.do("SubmitTimesheet", WORKER, person_id=firm.person, week=MONDAY)
    firm.do("ApproveTime", person_id=firm.person, week=MONDAY)
    return [(answer.id, answer.entry_id) for answer in logged]


def bill(firm: Firm, contract: UUID, lot: list[tuple[UUID, UUID]]) -> None:
    for entry in lot:
        firm.bill(str(entry[1]), contract, MONDAY + timedelta(days=3), entry)
    firm.settle()


def references(worker: Machine) -> list[str]:
    url = f"{worker.more['THROUGHLINE_ACCOUNTING_URL']}/invoices"
    return [invoice["reference"] for invoice in httpx.get(url, timeout=30).json()["items"]]


@pytest.mark.parametrize("kind", [rabbitmq, in_redis, in_the_database])
def test_a_broker_that_forgets_everything_delays_and_loses_nothing(
    kind: Callable[[Firm], Broken], firm: Firm, worker: Machine
) -> None:
    worker.more["BROKER_URL"], lose = kind(firm)
    contract, project = firm.win()
    first = entries(firm, project)
    bill(firm, contract, first[:LOT])
    worker.process = worker.start("work", "deliveries")
    eventually(lambda: references(worker), ARRIVED_S, "a first document")

    lose()
    bill(firm, contract, first[LOT:])
    open_ = "SELECT count(*) FROM deliveries WHERE state <> 'delivered'"
    eventually(lambda: one(firm.system, open_) == 0, ARRIVED_S, "the last document")

    arrived = references(worker)
    assert len(arrived) == len(set(arrived)) == 2 * LOT
    assert worker.stop(signal.SIGTERM, 30) == 0
    lose()
