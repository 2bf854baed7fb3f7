"""Delivery to the sandboxes over HTTP while everything goes wrong that can."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from adapters.delivery import (
    Accepted,
    Delivery,
    Drained,
    Outcome,
    Outgoing,
    Pace,
    Vendor,
    drain,
    enqueue,
    outcome_id,
    pending,
    stopped,
)
from adapters.delivery_pace import database_clock
from adapters.documents import (
    CreditMemo,
    DealUpdate,
    Document,
    Invoice,
    Line,
    Payment,
    ProjectActuals,
)
from adapters.sandbox.accounting import accounting
from adapters.sandbox.crm import crm
from adapters.sandbox.faults import Fault, Faulty
from adapters.sandbox.serve import running
from adapters.sandbox_accounting.client import AccountingClient
from adapters.sandbox_crm.client import CrmClient

Conn = psycopg.Connection[Any]
ISSUED = date(2026, 3, 31)
LINE = Line(
    description="Design",
    quantity=Decimal(10),
    unit_price=Decimal("100.00"),
    net=Decimal("1000.00"),
    tax=Decimal("200.00"),
)
BILLED = {
    "entity": "Fictional Studio",
    "client_code": "C-1",
    "client_name": "Made-up Mills",
    "currency": "EUR",
    "issued_on": ISSUED,
}
EVERYTHING = [
    Fault(kind="timeout_after_commit", probability=0.02, seconds=8),
    Fault(kind="lost_answer", probability=0.05),
    Fault(kind="throttle", probability=0.01, seconds=2),
    Fault(kind="error_before_commit", probability=0.05),
    Fault(kind="slow", probability=0.05, seconds=0.05),
    Fault(kind="garbage", probability=0.05),
]


def bill(lane: int, place: int) -> Document:
    """An invoice of 1,200.00, then in turn payments and credits of 12.00."""
    key, small = f"i{lane}-{place}", Decimal("12.00")
    if place == 0:
        terms = {"due_on": ISSUED, "net": LINE.net, "tax": LINE.tax, "total": Decimal("1200.00")}
        return Invoice(key=key, number=key, lines=(LINE,), **BILLED | terms)
    if place % 2:
        return Payment(
            key=key,
            invoice_key=f"i{lane}-0",
            client_code="C-1",
            received_on=ISSUED,
            amount=small,
            currency="EUR",
            bank_reference=key,
        )
    return CreditMemo(
        key=key,
        number=key,
        invoice_key=f"i{lane}-0",
        reason="goodwill",
        lines=(LINE.model_copy(update={"net": Decimal(10), "tax": Decimal(2)}),),
        net=Decimal(10),
        tax=Decimal(2),
        total=small,
        **BILLED,
    )


def report(lane: int, place: int) -> Document:
    key, deal = f"d{lane}-{place}", f"deal-{lane}"
    common = {"key": key, "opportunity_key": deal, "project_code": "P-1", "currency": "EUR"}
    if place % 2 == 0:
        return DealUpdate(contract_value=Decimal(9000 + place), stage="won", **common)
    amount = Decimal(place)
    figures = dict.fromkeys(
        ("budget", "actual_hours_qty", "actual_cost", "billed", "margin"), amount
    )
    return ProjectActuals(period="2026-03", **common | figures)


def outgoing(*, invoices: int, bills_each: int, deals: int, reports_each: int) -> list[Outgoing]:
    """One lane an invoice and one a deal; positions run across the lanes."""
    return [
        Outgoing(connection=name, position=place * 1000 + lane, document=say(lane, place))
        for name, lanes, each, say in (
            ("books", invoices, bills_each, bill),
            ("crm", deals, reports_each, report),
        )
        for lane in range(lanes)
        for place in range(each)
    ]


class Died(BaseException):
    """A worker ends here and now."""


class Fate:
    """A seeded die that kills a worker now and then, wherever it is asked."""

    def __init__(self, probability: float) -> None:
        self.die = random.Random(3)  # noqa: S311 - repeatable
        self.probability = probability
        self.deaths = 0
        self.ahead = timedelta()
        self.lock = Lock()

    def decide(self) -> None:
        with self.lock:
            if self.die.random() < self.probability:
                self.deaths += 1
                raise Died

    def clock(self, connection: Conn) -> datetime:
        """The clock is read between recording and settling, so a worker can die there."""
        self.decide()
        return database_clock(connection) + self.ahead


class Mortal:
    """A vendor's client in a worker that may die before or after it speaks."""

    def __init__(self, vendor: Vendor, fate: Fate) -> None:
        self.vendor = vendor
        self.fate = fate

    def send(self, document: Document, key: str) -> Outcome:
        self.fate.decide()
        outcome = self.vendor.send(document, key)
        self.fate.decide()
        return outcome

    def find(self, document: Document, key: str) -> str | None:
        found = self.vendor.find(document, key)
        self.fate.decide()
        return found


class Firm:
    """Two sandboxes, their clients, the log, and workers that die."""

    def __init__(self, dsn: str, stack: ExitStack, *, remembered: int) -> None:
        self.dsn = dsn
        self.fate = Fate(0.02)
        self.recorded: dict[str, dict[UUID, Outcome]] = {}
        self.apps: dict[str, Faulty] = {"books": accounting(remembered=remembered), "crm": crm()}
        self.http = {name: self._open(stack, app) for name, app in self.apps.items()}
        self.vendors: dict[str, Vendor] = {
            "books": AccountingClient(self.http["books"]),
            "crm": CrmClient(self.http["crm"]),
        }

    @staticmethod
    def _open(stack: ExitStack, app: Faulty) -> httpx.Client:
        url = stack.enter_context(running(app))
        return stack.enter_context(httpx.Client(base_url=url, timeout=1))

    def record(self, delivery: Delivery, outcome: Outcome) -> None:
        self.fate.decide()
        self.recorded.setdefault(delivery.key, {})[outcome_id(delivery, outcome)] = outcome
        self.fate.decide()

    def work(self, name: str) -> Drained | None:
        """One worker's life: a drain, ended by itself or by fate."""
        pace = Pace(lease_s=100, longest_wait_s=20, clock=self.fate.clock, attempts_max=400)
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            try:
                mortal = Mortal(self.vendors[name], self.fate)
                return drain(connection, name, mortal, self.record, pace)
            except Died:
                return None

    def work_until_nothing_waits(self, db: Conn) -> None:
        with ThreadPoolExecutor(4) as workers:
            while pending(db):
                assert stopped(db) == []  # a dead letter would be waited for without end
                list(workers.map(self.work, ["books", "crm", "books", "crm"]))
                self.fate.ahead += timedelta(seconds=101)

    def stored(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.http["books"].get(path).json()["items"]
        return items


@pytest.fixture
def firm(delivery_dsn: str) -> Iterator[Firm]:
    with ExitStack() as stack:
        yield Firm(delivery_dsn, stack, remembered=0)


def put(db: Conn, rows: list[Outgoing]) -> int:
    with db.transaction(), db.cursor() as cursor:
        return enqueue(cursor, rows)


def lanes_of(rows: list[Outgoing], name: str) -> dict[str, list[str]]:
    lanes = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.position):
        if row.connection == name:
            lanes[row.document.lane].append(row.document.key)
    return lanes


def arrived_in_books(firm: Firm) -> dict[str, list[str]]:
    """References by lane in the order they arrived, doubles and all."""
    found = [r for path in ("/invoices", "/credit-notes", "/payments") for r in firm.stored(path)]
    lanes = defaultdict(list)
    for record in sorted(found, key=lambda record: int(record["sequence"])):
        lanes[record["reference"].partition("-")[0] + "-0"].append(record["reference"])
    return lanes


def arrived_in_crm(firm: Firm) -> dict[str, list[str]]:
    deals = firm.http["crm"].get("/deals").json()["items"]
    assert len({deal["reference"] for deal in deals}) == len(deals)
    return {deal["reference"]: deal["updates"] for deal in deals}


def recorded_ids(firm: Firm) -> dict[str, set[str]]:
    """External ids the log was told, by document; a refusal would show as itself."""
    return {
        key: {o.external_id if isinstance(o, Accepted) else repr(o) for o in outcomes.values()}
        for key, outcomes in firm.recorded.items()
    }


def settled_ids(db: Conn) -> dict[str, set[str]]:
    return {key: {id_} for key, id_ in db.execute("SELECT key, external_id FROM deliveries")}


def test_five_hundred_documents_arrive_once_and_in_order_whatever_fails(
    firm: Firm, delivery_db: Conn
) -> None:
    rows = outgoing(invoices=40, bills_each=9, deals=20, reports_each=7)
    assert put(delivery_db, rows) == 500
    for app in firm.apps.values():
        app.set(EVERYTHING)

    firm.work_until_nothing_waits(delivery_db)

    for app in firm.apps.values():
        app.set([])
        assert set(app.struck) == {fault.kind for fault in EVERYTHING}
    assert firm.fate.deaths > 10
    assert arrived_in_books(firm) == lanes_of(rows, "books")
    assert arrived_in_crm(firm) == lanes_of(rows, "crm")
    assert len(firm.stored("/contacts")) == 1
    assert recorded_ids(firm) == settled_ids(delivery_db)
    total = {"total": "48000.00", "credited": "1920.00", "paid": "1920.00", "due": "44160.00"}
    assert firm.http["books"].get("/totals").json() == {"EUR": total}

    assert put(delivery_db, rows) == 0
    firm.fate.probability = 0
    for name in ("books", "crm"):
        assert firm.work(name) == Drained(delivered=0, dead=0, postponed=0, due_again_at=None)


WORKER = """
import sys, time, httpx, psycopg
from adapters.delivery import Pace, drain
from adapters.sandbox_accounting.client import AccountingClient
dsn, url = sys.argv[1:]
pace = Pace(lease_s=1.5, answer_s=1.2, settling_s=0.1, first_wait_s=0.1, concurrency=4)
with (
    psycopg.connect(dsn, autocommit=True) as db,
    psycopg.connect(dsn, autocommit=True) as log,
    httpx.Client(base_url=url, timeout=0.4) as http,
):
    def record(delivery, outcome):
        row = (delivery.key, outcome.external_id)
        log.execute("INSERT INTO outcomes VALUES (%s, %s) ON CONFLICT DO NOTHING", row)
    print("ready", flush=True)
    while drain(db, "books", AccountingClient(http), record, pace).due_again_at:
        time.sleep(0.05)
"""


def test_workers_killed_outright_lose_and_double_nothing(firm: Firm, delivery_db: Conn) -> None:
    rows = outgoing(invoices=12, bills_each=9, deals=0, reports_each=0)
    put(delivery_db, rows)
    delivery_db.execute("CREATE TABLE outcomes (key text, id text, PRIMARY KEY (key, id))")
    firm.apps["books"].set([Fault(kind="slow", probability=0.8, seconds=0.05)])
    command = [sys.executable, "-c", WORKER, firm.dsn, str(firm.http["books"].base_url)]

    for life_s in (0.3, 0.2, 0.4, None):
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        ) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"ready\n"
            if life_s is not None:
                time.sleep(life_s)
                os.kill(worker.pid, signal.SIGKILL)
        assert worker.returncode == (0 if life_s is None else -signal.SIGKILL)

    assert arrived_in_books(firm) == lanes_of(rows, "books")
    recorded = delivery_db.execute("SELECT key, id FROM outcomes ORDER BY key").fetchall()
    assert {key: {id_} for key, id_ in recorded} == settled_ids(delivery_db)
    assert len(recorded) == len(rows)
