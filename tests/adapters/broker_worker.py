"""A worker process for the tests of the queue: it notes what it begins and what it has drained."""

import sys
import time
from pathlib import Path
from threading import Event

from adapters.broker import drain_actor, open_broker, work

broker_url, dsn, lease_s, pause_s = sys.argv[1:]
stopping = Event()


def note(destination: str, where: str) -> None:
    with Path(where).open("a") as notes:
        notes.write(f"{destination}\n")


def drain(destination: str) -> None:
    note(destination, "begun")
    while destination == "endless" and not stopping.is_set():
        time.sleep(0.01)
    time.sleep(float(pause_s))
    note(destination, "drained")


broker = open_broker(broker_url, dsn, lease_s=float(lease_s))
drain_actor(broker, drain)
work(broker, threads=4, stopping=stopping, grace_s=5)
