"""The circuit breaker of one connection: one row that all its workers share.

Closed, it counts failures in a row; enough of them open it and nothing is claimed for a while.
After that it is half open: one document goes as a probe, and its answer closes or reopens it. A
vendor's Retry-After holds the connection the same way without counting as a failure.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any

from psycopg import Connection

from adapters.delivery_pace import Pace


@dataclass
class Circuit:
    """The breaker of connection ``name`` as one drain sees it; safe between its threads."""

    name: str
    pace: Pace
    failures: int = 0
    held_until: datetime | None = None
    reason: str | None = None
    _unsaved_hold_s: float = 0
    _holding_until: float = 0
    _changed: bool = False
    _lock: Lock = field(default_factory=Lock)

    @property
    def holding(self) -> bool:
        """Whether this drain itself met a reason to stop sending what it has claimed."""
        return monotonic() < self._holding_until

    def answered(self) -> None:
        """Note that the vendor gave a certain answer."""
        with self._lock:
            self._changed = self._changed or self.failures > 0
            self.failures = 0

    def failed(self, error: str) -> None:
        """Note a failure without a certain answer."""
        with self._lock:
            self.failures += 1
            self._changed = True
            if self.failures >= self.pace.failures_to_open:
                self._hold(self.pace.open_s, error)

    def asked_to_wait(self, seconds: float, error: str) -> None:
        """Note that the vendor named its own pause."""
        with self._lock:
            self._changed = True
            self._hold(seconds, error)

    def _hold(self, seconds: float, error: str) -> None:
        self._holding_until = max(self._holding_until, monotonic() + seconds)
        self._unsaved_hold_s = max(self._unsaved_hold_s, seconds)
        self.reason = error

    def room(self, connection: Connection[Any], now: datetime) -> int:
        """Read the row; answer how many may go now: none, one as a probe, or a batch."""
        row = connection.execute(
            "SELECT failures, held_until FROM delivery_circuits WHERE connection = %s",
            (self.name,),
        ).fetchone()
        with self._lock:
            failures, self.held_until = row or (0, None)
            self.failures = self.failures if self._changed else failures
            if self.held_until is not None and self.held_until > now:
                return 0
            return 1 if self.failures >= self.pace.failures_to_open else self.pace.batch

    def save(self, connection: Connection[Any], now: datetime) -> None:
        """Write what changed since the last save, in the caller's transaction.

        A hold that another worker wrote is never shortened.
        """
        with self._lock:
            if not self._changed:
                return
            hold_s, self._unsaved_hold_s, self._changed = self._unsaved_hold_s, 0, False
            until = now + timedelta(seconds=hold_s) if hold_s else None
            row = (self.name, self.failures, until, self.reason)
        connection.execute(
            "INSERT INTO delivery_circuits AS c (connection, failures, held_until, reason)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (connection) DO UPDATE"
            " SET failures = excluded.failures, reason = coalesce(excluded.reason, c.reason),"
            " held_until = greatest(c.held_until, excluded.held_until)",
            row,
        )
