"""Freshness: who has just written waits here, for milliseconds, until it can be read.

A thread of its own listens for the feed's announcements and asks how far every projection is:
another process may lead some of them, so an announcement alone does not say.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Lock, Thread

from psycopg import Connection, Error
from psycopg.rows import TupleRow

from domain.errors import Refusal

log = logging.getLogger(__name__)

REACHED = """
SELECT coalesce(min(position), 0) FROM projections WHERE live AND name = ANY(%s)
"""
AGAIN_S = 0.5


class NotYet(Refusal):
    """The projections have not read as far in time; asking again is safe."""

    code = "NOT_YET"


@dataclass
class Waiter:
    """Somebody on an event loop."""

    position: int
    loop: asyncio.AbstractEventLoop
    woken: asyncio.Event

    def wake(self) -> None:
        """From any thread; a loop that has ended waits for nothing."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.woken.set)


class Freshness:
    """``reached`` is the position that all the named projections have read up to."""

    def __init__(
        self, connect: Callable[[], Connection[TupleRow]], projections: Sequence[str]
    ) -> None:
        self.reached = 0
        self._connect = connect
        self._projections = list(projections)
        self._waiters: list[Waiter] = []
        self._lock = Lock()
        self._stop = Event()
        self._thread = Thread(target=self._follow, name="freshness", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        self._thread.join(timeout=2 * AGAIN_S)

    async def wait(self, position: int, timeout_s: float) -> None:
        """Until the projections have read the position. Raises NotYet."""
        waiter = Waiter(position, asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiters.append(waiter)
        try:
            if self.reached < position:
                await asyncio.wait_for(waiter.woken.wait(), timeout_s)
        except TimeoutError:
            words = f"read up to {self.reached}, asked for {position}; try again"
            raise NotYet(words, field="position") from None
        finally:
            with self._lock:
                self._waiters.remove(waiter)

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                with self._connect() as conn:
                    self._listen(conn)
            except Error as error:
                log.warning("freshness begins again: %s", error)
                self._stop.wait(AGAIN_S)

    def _listen(self, conn: Connection[TupleRow]) -> None:
        conn.execute("LISTEN projected")
        while not self._stop.is_set():
            row = conn.execute(REACHED, [self._projections]).fetchone()
            self._advance(row[0] if row else 0)
            for _ in conn.notifies(timeout=AGAIN_S, stop_after=1):
                pass

    def _advance(self, position: int) -> None:
        """A rebuilt projection may take it back; who has been woken has been right."""
        with self._lock:
            self.reached = position
            ready = [one for one in self._waiters if one.position <= position]
        for waiter in ready:
            waiter.wake()
