"""Delivery: drain what waits for one connection, exactly once each, in order within each lane.

    claim the heads of due lanes -> look up (where an earlier attempt may have arrived) -> send
    -> record the outcome in the log -> settle the row and free the lane

A worker may die between any two of these. The lease then runs out, the next claim looks the
document up under its key before it says anything, and the outcome it records has the same id. So
there is one external record and one recorded outcome, whoever dies where.

That rests on two times being true: an answer comes or is given up within ``answer_s`` of its
call, and what the vendor accepted can be found ``settling_s`` later.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from adapters.delivery_attempt import Attempt
from adapters.delivery_backlog import (
    Backlog,
    Outgoing,
    Stopped,
    enqueue,
    next_due,
    pending,
    replay_dead,
    stopped,
)
from adapters.delivery_circuit import Circuit
from adapters.delivery_lanes import Settlement, claim, settle
from adapters.delivery_pace import Pace
from adapters.delivery_port import (
    Accepted,
    Delivery,
    Outcome,
    Record,
    Refused,
    Rejected,
    Transient,
    Uncertain,
    Unsupported,
    Vendor,
    outcome_id,
)

__all__ = [
    "Accepted",
    "Backlog",
    "Delivery",
    "Drained",
    "Outcome",
    "Outgoing",
    "Pace",
    "Record",
    "Refused",
    "Rejected",
    "Stopped",
    "Transient",
    "Uncertain",
    "Unsupported",
    "Vendor",
    "drain",
    "enqueue",
    "next_due",
    "outcome_id",
    "pending",
    "replay_dead",
    "stopped",
]

_PATIENCE_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Drained:
    """What one drain did, and when there is work again (None: nothing waits)."""

    delivered: int
    dead: int
    postponed: int
    due_again_at: datetime | None


def drain(
    connection: Connection[Any],
    name: str,
    vendor: Vendor,
    record: Record,
    pace: Pace | None = None,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> Drained:
    """Deliver what is due for connection ``name`` until nothing is, or ``stop`` says so.

    ``connection`` is in autocommit and this drain's own. ``vendor`` and ``record`` are called from
    ``pace.concurrency`` threads. ``record`` gets every final outcome before the row changes:
    Accepted, Refused, or Uncertain where delivery gave up without knowing; after a crash it may be
    called again with the same ``outcome_id``. Several drains of one connection may run at once.
    """
    if not connection.autocommit:
        raise ValueError("a drain needs a connection in autocommit")
    pace = pace or Pace()
    attempt = Attempt(vendor, record, pace, Circuit(name, pace))
    work = _Drain(connection, name, attempt)
    with work.threads():
        while work.take(stopping=stop()):
            work.finish()
    return Drained(**work.count, due_again_at=next_due(connection, name))


class _Drain:
    """The loop's state: claims go to the threads, answers are settled together."""

    def __init__(self, connection: Connection[Any], name: str, attempt: Attempt) -> None:
        self.connection = connection
        self.name = name
        self.attempt = attempt
        self.pace = attempt.pace
        self.running: set[Future[Settlement]] = set()
        self.count = {"delivered": 0, "dead": 0, "postponed": 0}

    @contextmanager
    def threads(self) -> Iterator[None]:
        """Hold the threads; on the way out nothing new is sent and what was asked is awaited."""
        self.pool = ThreadPoolExecutor(self.pace.concurrency, f"deliver-{self.name}")
        try:
            yield
        finally:
            self.attempt.stopping = True
            self.pool.shutdown(cancel_futures=True)

    def take(self, *, stopping: bool) -> bool:
        """Claim what there is room for; whether there is anything to wait for."""
        self.attempt.stopping = stopping
        now = self.pace.clock(self.connection)
        room = self.attempt.circuit.room(self.connection, now) - len(self.running)
        if room > 0 and not stopping:
            claimed = claim(self.connection, self.name, self.pace, limit=room, now=now)
            self.running.update(self.pool.submit(self.attempt, delivery) for delivery in claimed)
        return bool(self.running)

    def finish(self) -> None:
        """Wait for some answers and settle them together."""
        done, self.running = wait(self.running, self.pace.gather_s)
        if not done:
            done, self.running = wait(self.running, _PATIENCE_S, FIRST_COMPLETED)
        if done:
            self.write([future.result() for future in done])

    def write(self, settlements: list[Settlement]) -> None:
        """Settle rows, lanes and the circuit in one transaction."""
        now = self.pace.clock(self.connection)
        with self.connection.transaction():
            settle(self.connection, self.name, settlements, now)
            self.attempt.circuit.save(self.connection, now)
        for settlement in settlements:
            final = settlement.state in ("delivered", "dead")
            self.count[settlement.state if final else "postponed"] += 1
