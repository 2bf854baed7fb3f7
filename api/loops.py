"""Loops: keep a reader of the log up to date until told to stop, whatever happens to it.

A reader whose connection is lost, or whose place another took, is made anew. Nothing is lost:
each knows from its tracking row where to go on.
"""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Protocol

from psycopg import OperationalError

from projections.feed import NoLongerLive

log = logging.getLogger(__name__)

IDLE_S = 0.5
MOST_EVENTS_A_SEAL = 20_000


class Reader(Protocol):
    """A feed or a reactor."""

    def lead(self) -> object:
        """Take what is free."""

    def catch_up(self) -> int:
        """Read to the end."""

    def wait(self, timeout_s: float) -> None:
        """Sleep until there may be more."""


def keep_up(make: Callable[[], Reader], stop: Event) -> None:
    """Run one reader for ever."""
    failures = 0
    while not stop.is_set():
        try:
            follow(make(), stop)
        except (OperationalError, NoLongerLive) as error:
            failures += 1
            log.warning("a reader begins again: %s", error)
            stop.wait(min(0.1 * 2**failures, 5.0))


def follow(reader: Reader, stop: Event) -> None:
    """Read on; take over what others set free."""
    while not stop.is_set():
        reader.lead()
        reader.catch_up()
        reader.wait(IDLE_S)


class Seals(Protocol):
    """The sealer of the log."""

    def seal(self, limit: int, *, at: datetime) -> object | None:
        """Seal some more; None where nothing is new."""


def keep_sealing(make: Callable[[], Seals], stop: Event, every_s: float = 1.0) -> None:
    """Seal what is new, about once a second."""
    sealer = make()
    while not stop.is_set():
        try:
            while sealer.seal(MOST_EVENTS_A_SEAL, at=datetime.now(UTC)) is not None:
                pass
        except OperationalError as error:
            log.warning("the sealer tries again: %s", error)
        stop.wait(every_s)


def keep_dispatching(
    due: Callable[[], Iterable[str]], send: Callable[[str], object], stop: Event
) -> None:
    """Tell the workers which connections have documents due; the rows are the truth."""
    while not stop.is_set():
        try:
            for connection in due():
                send(connection)
        except Exception as error:  # noqa: BLE001 -- a broker may fail in many ways; rows wait
            log.warning("the dispatcher tries again: %s", error)
            time.sleep(IDLE_S)
        stop.wait(IDLE_S)


def in_threads(loops: Iterable[Callable[[], None]]) -> list[Thread]:
    """Start each loop in a thread of its own."""
    threads = [Thread(target=loop, daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    return threads
