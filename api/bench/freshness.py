"""Reading one's own write: from the commit to the moment a projection shows it."""

import statistics
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from api.bench.ground import ACTOR, Ground, time_entry
from api.bench.line import Line
from api.loops import in_threads, keep_up

WRITES = 300


def lines(ground: Ground) -> Iterator[Line]:
    """The read-your-write rows."""
    stop = threading.Event()
    loops = [partial(keep_up, ground.system.feed, stop)]
    loops += [partial(keep_up, partial(ground.system.reactor, one), stop)
              for one in ground.system.reactions()]  # fmt: skip
    threads = in_threads(loops)
    ground.load(time_entry(1, no) for no in range(200))
    commits, waits = measure(ground)
    stop.set()
    for thread in threads:
        thread.join()
    commit, wait = statistics.median(commits), statistics.median(waits)
    yield Line("read your own write, p50", wait, commit, "ms", "the commit itself", 3.0, "at most")
    yield Line("read your own write, p50, absolute", wait, 10.0, "ms", "ten ms", 1.0, "at most")


def measure(ground: Ground) -> tuple[list[float], list[float]]:
    """Milliseconds of each command and of each wait after it."""
    commits, waits = [], []
    with ground.system.connect() as listener:
        listener.execute("LISTEN projected")
        for no in range(200, 200 + WRITES):
            command = time_entry(1, no)
            began = time.perf_counter()
            outcome = ground.store.execute(command, ACTOR)
            committed = time.perf_counter()
            wait_for(listener, outcome.position or 0)
            waits.append(1000 * (time.perf_counter() - committed))
            commits.append(1000 * (committed - began))
    return commits, waits


def wait_for(listener: Any, position: int) -> None:
    """Until the projections say they have reached a position."""
    for told in listener.notifies(timeout=5):
        if int(told.payload) >= position:
            return
    raise TimeoutError(f"position {position} was not projected within five seconds")
