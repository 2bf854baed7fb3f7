"""The processes of one machine: started in order, restarted when they die, stopped in reverse.

Every child leads a process group of its own, so a Ctrl-C in a terminal reaches only the supervisor
and whatever a child leaves behind can be swept away with its group. What must happen when the
supervisor itself is killed is the guard's part (guard.py).
"""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit, urlunsplit

from api.guard import Guard, kill_group
from api.stop_signals import StopSignals, stop_signals

_logger = logging.getLogger("throughline.supervisor")


@dataclass(frozen=True, kw_only=True)
class Child:
    """A program to keep running.

    ``env`` is added to the supervisor's own environment. ``ready`` is asked several times a second
    and must answer fast; raising OSError means not yet. The next child's first start waits for it,
    at most ``ready_within_s`` seconds. ``stop_grace_s`` is the time between SIGTERM and SIGKILL.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    ready_within_s: float = 30.0
    stop_grace_s: float = 10.0


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast a supervisor acts, in seconds.

    A child that died is started again after ``first_wait_s``, doubling to ``longest_wait_s`` for
    as long as it keeps dying before it has lived ``settled_s``.
    """

    first_wait_s: float = 0.2
    longest_wait_s: float = 5.0
    settled_s: float = 10.0
    tick_s: float = 1.0
    ready_every_s: float = 0.1

    def restart_wait_s(self, failures: int) -> float:
        """Seconds to wait after the n-th quick death in a row, counted from 1."""
        doublings = min(failures - 1, 30)  # enough for any pace, and no overflow after a month
        return min(self.longest_wait_s, self.first_wait_s * 2.0**doublings)


def answers(url: str, *, timeout_s: float = 0.5) -> Callable[[], bool]:
    """Make a readiness check: plain-http ``url`` gives a 2xx answer, with no proxy between."""
    parts = urlsplit(url)
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))

    def check() -> bool:
        connection = HTTPConnection(parts.netloc, timeout=timeout_s)
        try:
            connection.request("GET", target)
            return connection.getresponse().status // 100 == 2  # noqa: PLR2004 - the 2 of 2xx
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    return check


class Supervisor:
    """Runs ``children`` until SIGTERM, SIGINT or SIGHUP; a second signal kills them at once.

    ``on_tick`` is called before the first start and every ``pace.tick_s`` from then on, in the
    same thread: what it raises is logged, what it waits for delays all but a second signal.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        on_tick: Callable[[], None] = lambda: None,
        pace: Pace | None = None,
        logger: logging.Logger = _logger,
    ) -> None:
        self._posts = [_Post(child) for child in children]
        self._on_tick = on_tick
        self._tick_at = time.monotonic()
        self._pace = pace or Pace()
        self._logger = logger
        self._guard = Guard()

    def run(self) -> int:
        """Supervise; must be called from the main thread, once.

        Returns 0 where every child went of its own accord after SIGTERM, 1 where one was killed.
        """
        with stop_signals(self._kill_all) as signals, self._guard.on_duty():
            try:
                while not signals.asked:
                    self._step(signals)
                    signals.wait(self._nap_s())
            finally:
                willing = [self._stop(post, signals) for post in reversed(self._posts)]
        return 0 if all(willing) else 1

    def _step(self, signals: StopSignals) -> None:
        self._tick()
        self._guard.keep()
        for post in self._posts:
            self._look_after(post)
        self._start_due(signals)
        if os.getpid() == 1:  # in a container orphans are ours to bury
            _reap_adopted({self._guard.pid, *(post.pid for post in self._posts)})

    def _tick(self) -> None:
        if time.monotonic() < self._tick_at:
            return
        try:
            self._on_tick()
        except Exception:
            self._logger.exception("tick failed")
        self._tick_at = time.monotonic() + self._pace.tick_s

    def _look_after(self, post: "_Post") -> None:
        if post.process is None:
            return
        if post.process.poll() is not None:
            self._bury(post, post.process)
        elif not post.ready and post.answers():
            post.ready = True
            self._logger.info("%s ready after %.1f s", post.child.name, post.age_s())

    def _bury(self, post: "_Post", process: subprocess.Popen[bytes]) -> None:
        lived_s = post.age_s()
        self._guard.end(process.pid)  # with what it started and left behind
        wait_s = self._put_off(post, lived_s)
        message = "%s exited with %d after %.1f s; again in %.2f s"
        self._logger.warning(message, post.child.name, process.returncode, lived_s, wait_s)

    def _put_off(self, post: "_Post", lived_s: float) -> float:
        post.failures = 1 if lived_s >= self._pace.settled_s else post.failures + 1
        wait_s = self._pace.restart_wait_s(post.failures)
        post.process, post.ready = None, False
        post.due_at = time.monotonic() + wait_s
        return wait_s

    def _start_due(self, signals: StopSignals) -> None:
        for post in self._posts:
            if signals.asked:
                return
            if post.process is None and time.monotonic() >= post.due_at:
                self._start(post)
            if not self._lets_pass(post):
                return

    def _start(self, post: "_Post") -> None:
        try:
            process = post.start(self._guard)
        except OSError as error:
            wait_s = self._put_off(post, lived_s=0.0)
            self._logger.warning(
                "%s cannot start: %s; again in %.2f s", post.child.name, error, wait_s
            )
            return
        self._logger.info("%s started, pid %d", post.child.name, process.pid)

    def _lets_pass(self, post: "_Post") -> bool:
        """Whether the children after this one may start; once true, it stays true."""
        if not post.passed and not post.ready and time.monotonic() >= post.patience_ends_at:
            self._logger.warning(
                "%s not ready within %.0f s; going on", post.child.name, post.child.ready_within_s
            )
            post.passed = True
        post.passed = post.passed or post.ready
        return post.passed

    def _nap_s(self) -> float:
        """Seconds until something is due; a signal or a death ends the nap early."""
        due = [post.due_at for post in self._posts if post.process is None and post.passed]
        nap_s = min([self._tick_at, *due]) - time.monotonic()
        if not all(post.ready for post in self._posts):
            nap_s = min(nap_s, self._pace.ready_every_s)
        return max(nap_s, 0.0)

    def _stop(self, post: "_Post", signals: StopSignals) -> bool:
        """Whether the child went by itself; it and its group are gone in either case."""
        process = post.process
        if process is None:
            return True
        began_at = time.monotonic()
        process.terminate()
        while process.poll() is None and not signals.at_once:
            left_s = began_at + post.child.stop_grace_s - time.monotonic()
            if left_s <= 0:
                break
            signals.wait(min(left_s, self._pace.ready_every_s))
        return self._finish(post, process, began_at)

    def _finish(self, post: "_Post", process: subprocess.Popen[bytes], began_at: float) -> bool:
        willing = process.poll() is not None and process.returncode != -signal.SIGKILL
        self._guard.end(process.pid)
        code = process.wait()
        took_s = time.monotonic() - began_at
        how = "stopped" if willing else "killed"
        self._logger.info("%s %s, exited with %d after %.1f s", post.child.name, how, code, took_s)
        post.process = None
        return willing

    def _kill_all(self) -> None:
        for post in self._posts:
            if post.process is not None:
                kill_group(post.process.pid)


@dataclass
class _Post:
    """One child's place in the row; its processes come and go."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    patience_ends_at: float = 0.0
    failures: int = 0
    ready: bool = False
    passed: bool = False

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    def age_s(self) -> float:
        return time.monotonic() - self.started_at

    def answers(self) -> bool:
        try:
            return self.child.ready is None or self.child.ready()
        except OSError:
            return False

    def start(self, guard: Guard) -> subprocess.Popen[bytes]:
        self.started_at = time.monotonic()
        if not self.patience_ends_at:
            self.patience_ends_at = self.started_at + self.child.ready_within_s
            self.passed = self.child.ready is None
        self.process = guard.start(self.child.argv, {**os.environ, **self.child.env})
        self.ready = self.child.ready is None
        return self.process


def _reap_adopted(ours: set[int]) -> None:
    """Bury the processes init inherits; the exit codes of ``ours`` stay for who started them."""
    peek = os.WEXITED | os.WNOHANG | os.WNOWAIT
    with suppress(ChildProcessError):
        while (found := os.waitid(os.P_ALL, 0, peek)) and found.si_pid not in ours:
            os.waitpid(found.si_pid, 0)
