"""The guardian of an embedded server: stops it when its last user is gone, however that one died.

A small process beside the server. It sleeps on the users' lock, costs nothing meanwhile, and ends
with the server. Where it is killed itself, the next user starts another.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

from adapters.postgres.server_locks import (
    BASE,
    GUARDIAN,
    USERS,
    holding,
    holding_if_free,
    lending_if_free,
    share,
)
from adapters.postgres.server_process import detach, environment, stop


def start_guardian(base: Path, log: int) -> bool:
    """Start the guardian where none lives; the caller is a user. True where one was started."""
    with lending_if_free(base / GUARDIAN) as lock:
        if lock is None:
            return False
        root = str(Path(__file__).parents[2])
        # -S: it needs the standard library and this package only, and starts faster
        command = [sys.executable, "-S", "-m", "adapters.postgres.guardian", str(base), str(lock)]
        detach(command, log, environment(PYTHONPATH=root), keep=[lock])
        return True


def stop_if_unused(base: Path) -> bool:
    """Stop the server unless somebody uses it; the caller holds the base lock.

    True where nobody does and the server is down. No user can join meanwhile: joining
    takes the base lock first.
    """
    for _ in range(2):
        with holding_if_free(base / USERS) as unused:
            if unused:
                return _stop(base)
        os.close(share(base / USERS))  # outwaits a guardian's momentary hold, never a user's
    return False


def guard(base: Path, lock: int) -> None:
    """Wait until nobody uses the server, stop it, return.

    The momentary hold on the users' lock is given up before the base lock is asked for;
    a user asks the other way round. Our own lock goes first, so that whoever
    comes next finds no guardian that is about to leave.
    """
    while True:
        with holding(base / USERS):
            pass
        with holding(base / BASE):
            if stop_if_unused(base):
                os.close(lock)
                return


def _stop(base: Path) -> bool:
    stopped = stop(base)
    if stopped:
        with suppress(OSError):
            Path((base / "socket").read_text()).rmdir()
    return stopped


def main() -> None:
    """Guard the directory given as first argument; the second is our inherited lock."""
    try:
        guard(Path(sys.argv[1]), int(sys.argv[2]))
    except FileNotFoundError:
        return  # the directory was removed; a server without its pid file ends by itself


if __name__ == "__main__":
    main()
