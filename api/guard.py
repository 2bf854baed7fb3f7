"""The process that survives a supervisor's `kill -9` just long enough to end its children.

It is this same file, run as a program that reads from a pipe which process groups to end, and ends
them when the pipe closes. A program announces its own group on that pipe before it begins, by way
of a line of shell that then becomes the program: so there is no moment at which one runs that the
guard does not know, and the program itself need do nothing. A Linux death signal instead would
have to be set between fork and exec, which is unsafe once there are threads, and would reach the
program only, not what it starts.

Imports the standard library alone, so it is there in milliseconds.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO

_ANNOUNCE = 'echo "+$$" >&0; exec "$@" </dev/null'


class Guard:
    """The supervisor's handle on it: starts programs, and replaces the guard where it died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._groups: set[int] = set()

    @property
    def pid(self) -> int:
        """Its process id, 0 where there is none."""
        return self._process.pid if self._process else 0

    @contextmanager
    def on_duty(self) -> Iterator[None]:
        """Have one for as long as the block lasts; leaving ends the groups not forgotten."""
        self.keep()
        try:
            yield
        finally:
            self._dismiss()

    def keep(self) -> None:
        """Have one, also where somebody killed it."""
        if self._process is not None and self._process.poll() is None:
            return
        self._dismiss()
        self._process = subprocess.Popen(  # noqa: S603 - this file
            [sys.executable, "-I", "-S", __file__, *map(str, self._groups)],
            stdin=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )

    def start(self, argv: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start a program, leader of a process group that will not outlive the supervisor.

        A program that is not there exits with 127, one that may not run with 126. Raises OSError
        where the system has no room for a process.
        """
        process = subprocess.Popen(  # noqa: S603 - our own commands
            ["/bin/sh", "-c", _ANNOUNCE, argv[0], *argv],
            env=env,
            stdin=self._process.stdin if self._process else None,
            process_group=0,
        )
        self._groups.add(process.pid)
        return process

    def end(self, group: int) -> None:
        """Kill what is left of a group, its leader being dead or due, and forget it."""
        kill_group(group)
        self._groups.discard(group)
        if self._process is not None and self._process.stdin is not None:
            with suppress(BrokenPipeError):  # keep() finds a new one
                self._process.stdin.write(b"-%d\n" % group)

    def _dismiss(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()
            self._process = None


def kill_group(group: int) -> None:
    """SIGKILL to every process of the group, if there is one."""
    with suppress(ProcessLookupError, PermissionError):  # gone, or (macOS) only a zombie
        os.killpg(group, signal.SIGKILL)


def _outlive(lifeline: BinaryIO, groups: set[int]) -> None:
    """Read ``+group`` and ``-group`` until every other end of the pipe closed, then kill."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for line in lifeline:
        change = int(line)
        groups = groups | {change} if change > 0 else groups - {-change}
    for group in groups:
        kill_group(group)


if __name__ == "__main__":
    _outlive(sys.stdin.buffer, {int(group) for group in sys.argv[1:]})
