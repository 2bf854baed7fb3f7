"""One-event commands through the store against one-row inserts by bare psycopg."""

from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any

from api.bench.ground import ACTOR, Ground, time_entry
from api.bench.line import Line, alternately, in_parallel
from domain.command import Command
from domain.identity import new_id

THREADS = 16
EACH = 150
WARM = 400
INSERT = """
INSERT INTO bare_events VALUES
    (%s, %s, %s, %s, 1, now(), '2024-01-01', %s, %s, %s, %s, NULL, '', '', %s)
"""
PAYLOAD = b'{"entry_id":"01941000-0000-7000-8000-000000000000","minutes":10,"note":"%s"}' % (
    b"x" * 220
)


def lines(ground: Ground) -> Iterator[Line]:
    """The append row."""
    sheets = count()
    ground.load(time_entry(who, no) for who in range(THREADS) for no in range(WARM))
    positions = count(1)
    ours, bare = alternately(
        5,
        lambda: THREADS * EACH / run_commands(ground, next(sheets)),
        lambda: THREADS * EACH / run_inserts(ground, positions),
    )
    yield Line("one-event commands, 16 threads", ours, bare, "a second",
               "one-row autocommit inserts, psycopg, 16 threads", 1.0)  # fmt: skip


def run_commands(ground: Ground, round_: int) -> float:
    """Each thread logs time of one person; commands are made before the clock starts."""
    jobs = []
    for who in range(THREADS):
        first = WARM - EACH * (round_ + 1) % WARM
        commands = [time_entry(who, (first + n) % WARM) for n in range(EACH)]
        jobs.append(partial(execute_all, ground, commands))
    return in_parallel(jobs)


def execute_all(ground: Ground, commands: list[Command]) -> None:
    """One after the other, each durable before the next."""
    for command in commands:
        ground.store.execute(command, ACTOR)


def run_inserts(ground: Ground, positions: "count[int]") -> float:
    """The same number of rows in a table of the same shape and keys."""
    connections = [ground.system.connect() for _ in range(THREADS)]
    try:
        return in_parallel([partial(insert_all, conn, positions) for conn in connections])
    finally:
        for conn in connections:
            conn.close()


def insert_all(conn: Any, positions: "count[int]") -> None:
    """One row a transaction."""
    for _ in range(EACH):
        ids = [new_id() for _ in range(3)]
        conn.execute(INSERT, [next(positions), ids[0], 1, "delivery.time_logged", "BX01", "bench",
                              ids[1], ids[2], PAYLOAD])  # fmt: skip
