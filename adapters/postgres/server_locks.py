"""The lock files of an embedded server's directory: who may act, who uses it, what is alive.

============ ===========================================================================
``lock``     whoever looks at, starts or stops the server holds it alone, for moments
``users``    each user shares it for life; held by none means the server may stop
``server``   every process of the server inherits it: free means that none is alive,
             whatever a pid file says and in whichever container the process runs
``guardian`` the guardian inherits it from the user that started it, so there is one
============ ===========================================================================

The kernel drops a lock with its last holder, however that one died. Nobody waits for ``lock``
while holding another lock, so nothing can deadlock. Only the standard library is imported here:
the guardian stays small.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BASE, USERS, SERVER, GUARDIAN = "lock", "users", "server", "guardian"


def open_private(path: Path) -> int:
    """Descriptor of a file of ours, made where it is missing; no child inherits it.

    Root leaves a new file to the directory's owner, who could not open it otherwise.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    folder = path.parent.stat()
    if os.geteuid() == 0 and os.fstat(descriptor).st_uid != folder.st_uid:
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor


def write_private(path: Path, text: str) -> None:
    """Replace what stands in a file of ours; its owner stays."""
    descriptor = open_private(path)
    with os.fdopen(descriptor, "w") as file:
        file.truncate(0)
        file.write(text)


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Hold the lock alone; waits for as long as anyone else has it."""
    descriptor = open_private(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        _give_back(descriptor)


@contextmanager
def holding_if_free(path: Path) -> Iterator[bool]:
    """Hold the lock alone, or answer False at once where somebody has it."""
    descriptor = open_private(path)
    try:
        yield _take(descriptor)
    finally:
        _give_back(descriptor)


@contextmanager
def lending_if_free(path: Path) -> Iterator[int | None]:
    """Take the lock for a child: its descriptor, or None where somebody has it.

    A child that inherited the descriptor holds the lock from then on.
    """
    descriptor = open_private(path)
    try:
        yield descriptor if _take(descriptor) else None
    finally:
        os.close(descriptor)


def share(path: Path) -> int:
    """Descriptor that shares the lock until it is closed, or until its process is gone."""
    descriptor = open_private(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock at this moment."""
    with holding_if_free(path) as taken:
        return taken


def _give_back(descriptor: int) -> None:
    """Unlock, then close: a process forked meanwhile has a copy that would keep the lock."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
