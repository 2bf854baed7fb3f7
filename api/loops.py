"""Loops: keep a reader of the log up to date until told to stop, whatever happens to it.

A reader that fails, whose connection is lost, or whose place another took, is closed and made
anew: closing it gives up its lead. Nothing is lost: each knows from its tracking row where to go
on. ``revive`` is called after every failure; it brings back a database that is ours to start.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic
from typing import Protocol

from psycopg import OperationalError

from projections.feed import NoLongerLive

log = logging.getLogger(__name__)

IDLE_S = 0.5
SETTLED_S = 10.0
LONGEST_PAUSE_S = 5.0
MOST_EVENTS_A_SEAL = 20_000

Revive = Callable[[], object]


class Reader(Protocol):
    """A feed or a reactor."""

    def lead(self) -> object:
        """Take what is free."""

    def step(self) -> int:
        """Read one page; 0 at the end."""

    def wait(self, timeout_s: float) -> None:
        """Sleep until there may be more."""

    def close(self) -> None:
        """Give up the lead."""


def keep_up(make: Callable[[], Reader], stop: Event, revive: Revive = lambda: None) -> None:
    """Run one reader for ever."""
    failures = 0
    while not stop.is_set():
        began = monotonic()
        try:
            with closing(make()) as reader:
                follow(reader, stop)
        except Exception as error:  # noqa: BLE001 -- a thread that ends would be missed by nobody
            failures = 1 if monotonic() - began > SETTLED_S else failures + 1
            again("a reader begins again", error, revive)
            stop.wait(pause_s(failures))


def follow(reader: Reader, stop: Event) -> None:
    """Read on; take over what others set free."""
    while not stop.is_set():
        reader.lead()
        while not stop.is_set() and reader.step():
            pass
        reader.wait(IDLE_S)


def pause_s(failures: int) -> float:
    """Seconds to wait after the n-th quick failure in a row, counted from 1."""
    return min(0.1 * 2.0 ** min(failures, 10), LONGEST_PAUSE_S)


def again(what: str, error: Exception, revive: Revive) -> None:
    """Say what went wrong, at length where it is no everyday loss, and see to the database."""
    everyday = isinstance(error, OperationalError | NoLongerLive)
    log.warning("%s: %s", what, error, exc_info=None if everyday else error)
    try:
        revive()
    except Exception as worse:  # noqa: BLE001 -- the next failure tries again
        log.warning("the database is not back: %s", worse)


class Seals(Protocol):
    """The sealer of the log."""

    def seal(self, limit: int, *, at: datetime) -> object | None:
        """Seal some more; None where nothing is new."""


def keep_sealing(
    make: Callable[[], Seals], stop: Event, revive: Revive = lambda: None, every_s: float = 1.0
) -> None:
    """Seal what is new, about once a second."""
    while not stop.is_set():
        try:
            sealer = make()
            while not stop.is_set():
                if sealer.seal(MOST_EVENTS_A_SEAL, at=datetime.now(UTC)) is None:
                    stop.wait(every_s)
        except Exception as error:  # noqa: BLE001 -- as above
            again("the sealer tries again", error, revive)
            stop.wait(every_s)


def keep_dispatching(
    due: Callable[[], Iterable[str]],
    send: Callable[[str], object],
    stop: Event,
    revive: Revive = lambda: None,
) -> None:
    """Tell the workers which connections have documents due; the rows are the truth."""
    while not stop.is_set():
        try:
            for connection in due():
                send(connection)
        except Exception as error:  # noqa: BLE001 -- a broker may fail in many ways; rows wait
            again("the dispatcher tries again", error, revive)
            stop.wait(IDLE_S)
        stop.wait(IDLE_S)


def in_threads(loops: Iterable[Callable[[], None]]) -> list[Thread]:
    """Start each loop in a thread of its own."""
    threads = [Thread(target=loop, daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    return threads
