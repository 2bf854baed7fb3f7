"""Starting the server of a directory: make the data, clear what a crash left, launch, wait.

Everything here runs under the directory's base lock.
"""

import os
import shutil
import time
from pathlib import Path
from secrets import token_hex

from psycopg import pq

from adapters.postgres.server_binaries import Account, Binaries, account_for, choose
from adapters.postgres.server_locks import (
    SERVER,
    is_free,
    lending_if_free,
    open_private,
    write_private,
)
from adapters.postgres.server_process import (
    SWEEP_AFTER_S,
    detach,
    environment,
    postmaster,
    recorded_pid,
    stop,
    sweep,
)
from adapters.postgres.server_socket import (
    PORT,
    SOCKET,
    SUPERUSER,
    answer_of,
    known_folder,
    prepare_folder,
)
from domain.errors import Refusal

LOG = "server.log"
MOST_LAUNCHES = 3  # a server may be killed while it starts, too
LONGEST_LOG_BYTES = 10_000_000

SETTINGS = """\
# Written at every start. ALTER SYSTEM wins over this file: use it for settings of your own.
shared_buffers = 128MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_connections = 100
fsync = on
full_page_writes = on
synchronous_commit = on
wal_level = replica
min_wal_size = 128MB
max_wal_size = 1GB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
client_connection_check_interval = 2s
"""


class DidNotStart(Refusal):
    """The server ended while starting, or did not answer in time; its log says why."""

    code = "POSTGRES_DID_NOT_START"


class StartedElsewhere(Refusal):
    """Somebody runs a server on the data directory by other means."""

    code = "POSTGRES_STARTED_ELSEWHERE"


def answers(base: Path, socket: Path) -> bool:
    """Whether our server accepts sessions; one that answers without its lock is a stranger."""
    return not is_free(base / SERVER) and answer_of(socket) is pq.Ping.OK


def start(base: Path, patience_s: float) -> Path:
    """Start the server, or wait for one that is starting, recovering or going down.

    Answers the folder of its socket. Raises DidNotStart, StartedElsewhere and what the
    choice of programs refuses.
    """
    socket, launches, began = known_folder(base), 0, time.monotonic()
    while not answers(base, socket):
        with lending_if_free(base / SERVER) as lock:
            if lock is not None and launches == MOST_LAUNCHES:
                raise DidNotStart(f"PostgreSQL ended while starting.\n{_last_words(base)}")
            if lock is not None:
                socket, launches = _launch(base, lock), launches + 1
        waited_s = time.monotonic() - began
        if waited_s > SWEEP_AFTER_S and not launches:
            _clear(base, socket)
        if waited_s > patience_s:
            raise DidNotStart(f"No answer within {patience_s:.0f} s.\n{_last_words(base)}")
        time.sleep(0.01)
    return socket


def _clear(base: Path, socket: Path) -> None:
    """Make room where processes live that nobody can reach.

    Either the postmaster is dead and its busy sessions have not noticed, or somebody cleaned
    the runtime directory under a server that is well.
    """
    if postmaster(base / "data") is None:
        sweep(base / "data")
    elif not (socket / SOCKET).exists():
        stop(base)


def _launch(base: Path, lock: int) -> Path:
    """Launch the server, which inherits the lock, and answer the folder of its socket."""
    data = base / "data"
    account, binaries = account_for(base, choose(data))
    if not data.exists():
        _initialise(data, binaries, account, lock)
    _drop_stale_pid_file(data)
    write_private(data / "throughline.conf", SETTINGS)
    socket = prepare_folder(base, account.uid, account.gid)
    command = [*account.prefix, binaries["postgres"], "-D", str(data), "-k", str(socket)]
    command += ["-p", str(PORT), "-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"]
    log = open_private(_rotated(base / LOG))
    try:
        detach(command, log, environment(), keep=[lock], uid=account.uid, gid=account.gid)
    finally:
        os.close(log)
    return socket


def _initialise(data: Path, binaries: Binaries, account: Account, lock: int) -> None:
    """Make the data directory, whole or not at all: a killed attempt keeps a name of its own.

    initdb inherits the lock too: where only we are killed, the next attempt awaits its end.
    """
    for stale in data.parent.glob("data.new-*"):
        shutil.rmtree(stale, ignore_errors=True)
    unfinished = data.with_name(f"data.new-{token_hex(4)}")
    unfinished.mkdir(mode=0o700)
    if account.uid is not None and account.gid is not None:
        os.chown(unfinished, account.uid, account.gid)
    command = [binaries["initdb"], "-D", str(unfinished), "-U", SUPERUSER, "-A", "trust"]
    command += ["-E", "UTF8", "--locale=C", "--data-checksums", "--no-instructions"]
    made = account.run(command, keep=[lock])
    if made.returncode != 0:
        raise DidNotStart(f"initdb could not make {data}.\n{made.stderr.strip()}")
    with (unfinished / "postgresql.conf").open("a") as conf:
        conf.write("\ninclude_if_exists = 'throughline.conf'\n")
    unfinished.rename(data)


def _drop_stale_pid_file(data: Path) -> None:
    """Remove a pid file whose pid is a stranger's or a zombie's; PostgreSQL would believe it.

    The caller holds the server lock, so no process of ours is alive. A pid that does not
    exist is left to PostgreSQL, which then also looks for shared memory in use.
    """
    if postmaster(data) is not None:
        raise StartedElsewhere(f"A PostgreSQL that Throughline did not start serves {data}.")
    pid = recorded_pid(data)
    if pid is None or _exists(pid):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _rotated(log: Path) -> Path:
    if log.exists() and log.stat().st_size > LONGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    return log


def _last_words(base: Path) -> str:
    log = base / LOG
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(lines[-5:])
