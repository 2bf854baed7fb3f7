"""The processes of one embedded server: which are alive, how to detach, stop and sweep them.

A pid file is only a hint: its process may be dead, unreaped, or somebody else's by now. A process
counts as the server's where it runs ``postgres`` inside the data directory. Only the standard
library is imported here: the guardian stays small.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from adapters.postgres.server_locks import SERVER, is_free

PROC = Path("/proc/self/cwd")
SWEEP_AFTER_S = 2.0
STOP_WITHIN_S = 300.0
INHERITED = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")


def postmaster(data: Path) -> int | None:
    """Pid of the live server of this data directory; None for any other pid in the file."""
    pid = recorded_pid(data)
    return pid if pid is not None and _runs_in(pid, data) else None


def recorded_pid(data: Path) -> int | None:
    """Read the pid file; None where there is none, or an unfinished one."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def processes(data: Path) -> list[int]:
    """Every postgres process inside this data directory (Linux; empty elsewhere)."""
    if not PROC.exists():
        return []
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return [pid for pid in pids if _runs_in(pid, data)]


def environment(**more: str) -> dict[str, str]:
    """Take what our programs need of ours: no secret, and none of PostgreSQL's own variables."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return kept | {"LC_ALL": "C"} | more


def detach(
    command: Sequence[str],
    log: int,
    env: Mapping[str, str],
    *,
    keep: Iterable[int],
    uid: int | None = None,
    gid: int | None = None,
) -> None:
    """Start a process that is nobody's child: it outlives us, and leaves no zombie with us.

    It holds ``log``, the descriptors of ``keep``, and none of our pipes.
    """
    subprocess.run(  # noqa: S603 -- our own programs, by their full path
        ["/bin/sh", "-c", 'exec "$@" &', "sh", *command],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        pass_fds=tuple(keep),
        env=env,
        cwd="/",
        start_new_session=True,
        user=uid,
        group=gid,
        extra_groups=None if uid is None else (),
    )


def stop(base: Path, within_s: float = STOP_WITHIN_S) -> bool:
    """Fast shutdown: sessions end, a checkpoint is written. False where it takes too long.

    The caller holds the base lock. A server whose postmaster is dead is swept.
    """
    began = time.monotonic()
    signalled: int | None = None
    while not is_free(base / SERVER):
        pid = postmaster(base / "data")
        waited_s = time.monotonic() - began
        if pid is not None and pid != signalled:
            _send(pid, signal.SIGINT)
            signalled = pid
        elif pid is None and waited_s > SWEEP_AFTER_S:
            sweep(base / "data")
        if waited_s > within_s:
            return False
        time.sleep(0.02)
    return True


def sweep(data: Path) -> None:
    """Kill what a dead postmaster left behind; a busy orphan would not notice for minutes."""
    for pid in processes(data):
        _send(pid, signal.SIGKILL)


def _send(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return


def _runs_in(pid: int, data: Path) -> bool:
    """Whether the process is a live postgres there; a zombie has no working directory."""
    if not PROC.exists():
        return _named_postgres(pid)
    try:
        here = Path(f"/proc/{pid}/cwd").stat()
        program = Path(f"/proc/{pid}/exe").readlink()
        return program.name.startswith("postgres") and os.path.samestat(here, data.stat())
    except OSError:
        return False


def _named_postgres(pid: int) -> bool:
    """Ask ps; the best that can be said without /proc."""
    line = subprocess.run(  # noqa: S603 -- a number is its only argument
        ["/bin/ps", "-p", str(pid), "-o", "stat=,comm="],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return bool(line) and not line.startswith("Z") and line.endswith("postgres")
