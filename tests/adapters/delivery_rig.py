"""A vendor and a log in memory, a clock that can be put forward, and a table to drain."""

import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Lock
from typing import Any
from uuid import UUID

import psycopg

from adapters.delivery import (
    Accepted,
    Delivery,
    Drained,
    Outcome,
    Outgoing,
    Pace,
    Uncertain,
    drain,
    enqueue,
    outcome_id,
)
from adapters.delivery_pace import database_clock
from adapters.documents import DealUpdate, Document

Conn = psycopg.Connection[Any]


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
    """The recorder: one outcome an id, and the first success of a document is final."""

    def __init__(self) -> None:
        self.ids: set[UUID] = set()
        self.outcomes: dict[str, list[Outcome]] = defaultdict(list)
        self.away = False

    def __call__(self, delivery: Delivery, outcome: Outcome) -> None:
        if self.away:
            raise ConnectionError("the log is away")
        id_, known = outcome_id(delivery, outcome), self.outcomes[delivery.key]
        if id_ not in self.ids and not any(isinstance(was, Accepted) for was in known):
            known.append(outcome)
        self.ids.add(id_)

    def of(self, key: str) -> list[Outcome]:
        return self.outcomes[key]


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
