"""Group commit: concurrent appends share one server call, each with a verdict of its own.

Whoever arrives while nobody is writing leads: it sends all that waits, hands out the verdicts
and passes the lead on. A command that writes what another in the batch writes or has read waits
for the next one, because the server checks a batch as one set.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
V = TypeVar("V")

MOST_IN_A_BATCH = 256


@dataclass(frozen=True)
class Touches:
    """Streams, tags and keys that an append writes, and those it only relied on."""

    written: frozenset[Any]
    read: frozenset[Any]


class Waiting(Generic[T, V]):
    """One append that waits for its verdict."""

    def __init__(self, item: T, touches: "Touches") -> None:
        self.item = item
        self.touches = touches
        self.verdict: V | None = None
        self.error: BaseException | None = None
        self.done = False
        self.leads = False
        self.wake = threading.Lock()
        self.wake.acquire()


class Committer(Generic[T, V]):
    """``write`` sends a batch and answers a verdict for each item, in order."""

    def __init__(self, write: Callable[[Sequence[T]], Sequence[V]]) -> None:
        self._write = write
        self._queue: deque[Waiting[T, V]] = deque()
        self._mutex = threading.Lock()
        self._led = False

    def submit(self, item: T, touches: Touches) -> V:
        """Append one item; blocks until its verdict is there. Raises what the batch raised."""
        waiting: Waiting[T, V] = Waiting(item, touches)
        with self._mutex:
            self._queue.append(waiting)
            waiting.leads, self._led = not self._led, True
        try:
            if not waiting.leads:
                waiting.wake.acquire()
            if not waiting.done:
                self._lead(waiting)
        except BaseException:
            self._leave(waiting)
            raise
        if waiting.error is not None:
            raise waiting.error
        assert waiting.verdict is not None  # noqa: S101 -- done without error has one
        return waiting.verdict

    def _lead(self, own: Waiting[T, V]) -> None:
        while not own.done:
            batch = self._take()
            try:
                self._send(batch)
            finally:
                self._release([waiting for waiting in batch if waiting is not own])
        self._leave(own)

    def _release(self, batch: Sequence[Waiting[T, V]]) -> None:
        """Wake those with a verdict; who has none, as we were interrupted, is sent again."""
        with self._mutex:
            self._queue.extendleft(waiting for waiting in reversed(batch) if not waiting.done)
        for waiting in batch:
            if waiting.done:
                waiting.wake.release()

    def _leave(self, own: Waiting[T, V]) -> None:
        """Pass the lead on, and wait for nothing: whoever is woken without a verdict leads."""
        with self._mutex:
            if own in self._queue:
                self._queue.remove(own)
            if not own.leads:
                return
            own.leads = False
            self._led = bool(self._queue)
            if self._led:
                self._queue[0].leads = True
                self._queue[0].wake.release()

    def _take(self) -> list[Waiting[T, V]]:
        batch: list[Waiting[T, V]] = []
        left: deque[Waiting[T, V]] = deque()
        written: set[Any] = set()
        read: set[Any] = set()
        with self._mutex:
            for waiting in self._queue:
                own = waiting.touches
                apart = own.written.isdisjoint(written) and own.written.isdisjoint(read)
                if len(batch) < MOST_IN_A_BATCH and apart and own.read.isdisjoint(written):
                    batch.append(waiting)
                    written |= own.written
                    read |= own.read
                else:
                    left.append(waiting)
            self._queue = left
        return batch

    def _send(self, batch: Sequence[Waiting[T, V]]) -> None:
        try:
            verdicts = self._write([waiting.item for waiting in batch])
        except Exception as error:  # noqa: BLE001 -- handed to every waiting caller
            for waiting in batch:
                waiting.error, waiting.done = error, True
            return
        for waiting, verdict in zip(batch, verdicts, strict=True):
            waiting.verdict, waiting.done = verdict, True
