"""The pace of delivery: how much at once, how long a lease, how long to wait and when to give up.

Times are seconds. The clock is the database's, so that workers on several hosts agree on what is
due; tests put their own clock and their own jitter in.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

Clock = Callable[[Connection[Any]], datetime]


def database_clock(connection: Connection[Any]) -> datetime:
    """Read the time all workers share."""
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has a row
    now: datetime = row[0]
    return now


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Numbers of one connection's drain.

    ``lease_s`` must exceed ``answer_s``, the longest that looking up and sending one document may
    take. ``settling_s`` is how long a vendor may take to show what it accepted: an uncertain
    document is not looked up before. ``gather_s`` is how long finished documents wait to be
    settled in one statement.
    """

    batch: int = 128
    concurrency: int = 8
    lease_s: float = 180
    answer_s: float = 90
    gather_s: float = 0.02
    attempts_max: int = 12
    first_wait_s: float = 2
    longest_wait_s: float = 3600
    settling_s: float = 15
    failures_to_open: int = 8
    open_s: float = 30
    clock: Clock = database_clock
    jitter: Callable[[], float] = random.random

    def wait_s(self, attempts: int, *, retry_after_s: float | None = None) -> float:
        """Answer how long to wait after the ``attempts``-th failure.

        Exponential, half of it jitter; never less than the vendor asked for.
        """
        grown = min(self.first_wait_s * 2.0 ** (attempts - 1), self.longest_wait_s)
        spread = grown * (0.5 + self.jitter() / 2)
        return spread if retry_after_s is None else max(spread, retry_after_s)
