"""The supervisor with real processes: it runs in one of its own, told what to run by a script."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from api.supervisor import Pace, answers

ROOT = Path(__file__).parents[2]

SUPERVISE = """
import json, logging, sys
from pathlib import Path
from api.supervisor import Child, Pace, Supervisor

logging.basicConfig(stream=sys.stdout, format="%(message)s", level=logging.INFO)

def tick():
    with open("ticks", "a") as ticks:
        ticks.write("tick\\n")
    raise RuntimeError("the database is away")

def child(ready=None, **fields):
    check = (lambda: Path(ready).stat().st_size > 0) if ready else None
    return Child(ready=check, **fields)

spec = json.loads(sys.argv[1])
sys.exit(Supervisor(
    [child(**fields) for fields in spec["children"]], pace=Pace(**spec["pace"]), on_tick=tick
).run())
"""

HOLD = "echo $$ >> {name}.pids; while :; do sleep 0.02; done"
OBEY = "trap 'echo {name} >> stopped; exit 0' TERM; " + HOLD
DEAF = "trap '' TERM; " + HOLD
PARENT = "sleep 1000 & echo $! >> grandchild.pids; " + HOLD
CRASH = "echo $$ >> {name}.pids; exit 3"


def shell(name: str, script: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "argv": ["/bin/sh", "-c", script.format(name=name)], **fields}


def alive(pid: int) -> bool:
    """Whether it runs; a zombie that its new parent did not bury yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def eventually(true: Callable[[], bool], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)


class Running:
    """A supervisor at work in a directory of its own."""

    def __init__(self, place: Path, children: list[dict[str, Any]], **pace: float) -> None:
        self.place = place
        self.log = place / "log"
        spec = {"children": children, "pace": pace}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SUPERVISE, json.dumps(spec)],
                cwd=place,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def pids(self, name: str) -> list[int]:
        path = self.place / f"{name}.pids"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def pid(self, name: str) -> int:
        return self.pids(name)[-1]

    def everybody(self) -> set[int]:
        return {pid for path in self.place.glob("*.pids") for pid in self.pids(path.stem)}

    def children(self) -> list[int]:
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in found.split()]

    def guard(self) -> int:
        commands = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in self.children()}
        return next((pid for pid, command in commands.items() if "guard.py" in command), 0)

    def up(self, *names: str) -> "Running":
        eventually(lambda: all(self.pids(name) for name in names))
        return self

    def said(self, words: str) -> bool:
        return words in self.log.read_text()

    def waits_s(self, name: str) -> list[str]:
        return re.findall(rf"{name} exited with .*; again in (.*) s", self.log.read_text())

    def stop(self, number: int = signal.SIGTERM, within_s: float = 10.0) -> int:
        self.process.send_signal(number)
        return self.process.wait(within_s)

    def stopped(self) -> list[str]:
        return (self.place / "stopped").read_text().split()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(*children: dict[str, Any], **pace: float) -> Running:
        started.append(Running(tmp_path, list(children), **pace))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()
        eventually(lambda: not any(map(alive, running.everybody())))  # noqa: B023 - at once


def test_a_killed_child_is_started_again_and_the_others_stay(
    run: Callable[..., Running],
) -> None:
    running = run(shell("web", HOLD), shell("work", HOLD)).up("web", "work")
    web, work = running.pid("web"), running.pid("work")

    os.kill(web, signal.SIGKILL)
    eventually(lambda: running.pid("web") != web)

    assert alive(running.pid("web"))
    assert running.pids("work") == [work]
    assert running.said("web exited with -9")


def test_what_a_dead_child_left_behind_is_swept_away(run: Callable[..., Running]) -> None:
    running = run(shell("web", PARENT)).up("web", "grandchild")
    orphan = running.pid("grandchild")

    os.kill(running.pid("web"), signal.SIGKILL)

    eventually(lambda: not alive(orphan))


def test_children_stop_in_reverse_order_and_the_exit_code_is_0(
    run: Callable[..., Running],
) -> None:
    names = ["database", "web", "work"]
    running = run(*(shell(name, OBEY) for name in names)).up(*names)

    code = running.stop()

    assert code == 0
    assert running.stopped() == ["work", "web", "database"]
    assert not any(map(alive, running.everybody()))


def test_a_child_waits_until_the_one_before_it_is_ready(run: Callable[..., Running]) -> None:
    slow = "sleep 0.3; echo yes > served; " + HOLD
    after = "test -s served && echo in time > order; " + HOLD
    running = run(shell("web", slow, ready="served"), shell("work", after)).up("work")

    assert (running.place / "order").exists()
    assert running.said("web ready after 0.")


def test_a_child_that_never_gets_ready_holds_the_others_for_its_time_only(
    run: Callable[..., Running],
) -> None:
    web = shell("web", HOLD, ready="never", ready_within_s=0.3)

    running = run(web, shell("work", HOLD)).up("work")

    assert running.said("web not ready within 0 s; going on")
    assert running.pids("web") == [running.pid("web")]


def test_kill_9_of_the_supervisor_leaves_nobody(run: Callable[..., Running]) -> None:
    running = run(shell("web", PARENT), shell("work", DEAF)).up("web", "work", "grandchild")
    everybody = running.everybody() | set(running.children())

    running.process.kill()
    running.process.wait()

    assert len(everybody) == 4  # web, its child, work, the guard
    eventually(lambda: not any(map(alive, everybody)), within_s=2)


@pytest.mark.parametrize("delay_s", [0.0, 0.004, 0.008, 0.016, 0.032])
def test_kill_9_at_any_moment_of_start_up_leaves_nobody(
    run: Callable[..., Running], delay_s: float
) -> None:
    running = run(*(shell(f"child{number}", DEAF) for number in range(50))).up("child0")
    time.sleep(delay_s)

    running.process.kill()
    running.process.wait()

    time.sleep(0.3)  # what had just begun has said its name by now
    assert not any(map(alive, running.everybody()))


def test_kill_9_leaves_nobody_even_after_the_guard_was_killed(
    run: Callable[..., Running],
) -> None:
    running = run(shell("web", HOLD), tick_s=0.1).up("web")
    guard = running.guard()
    os.kill(guard, signal.SIGKILL)
    eventually(lambda: running.guard() not in (0, guard))

    running.process.kill()

    eventually(lambda: not alive(running.pid("web")), within_s=2)


def test_a_crash_looping_child_backs_off_and_leaves_the_others_alone(
    run: Callable[..., Running],
) -> None:
    running = run(
        shell("web", CRASH), shell("work", HOLD), first_wait_s=0.05, longest_wait_s=0.2
    ).up("work")

    eventually(lambda: len(running.waits_s("web")) >= 5)

    assert running.waits_s("web")[:5] == ["0.05", "0.10", "0.20", "0.20", "0.20"]
    assert len(running.pids("work")) == 1
    assert all(alive(pid) for pid in running.children())  # no zombies


def test_back_off_starts_over_after_a_settled_life(run: Callable[..., Running]) -> None:
    script = "echo $$ >> {name}.pids; test $(wc -l < {name}.pids) = 3 && sleep 0.5; exit 3"
    running = run(shell("web", script), first_wait_s=0.05, settled_s=0.4)

    eventually(lambda: len(running.waits_s("web")) >= 3)

    assert running.waits_s("web")[:3] == ["0.05", "0.10", "0.05"]


def test_waits_double_from_a_fifth_of_a_second_to_five() -> None:
    waits = [Pace().restart_wait_s(failures) for failures in range(1, 8)]

    assert waits == pytest.approx([0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0])
    assert Pace().restart_wait_s(1_000_000) == 5.0
    assert all(earlier <= later for earlier, later in pairwise(waits))


def test_a_program_that_does_not_exist_backs_off_like_one_that_dies(
    run: Callable[..., Running],
) -> None:
    missing = {"name": "web", "argv": ["/nonexistent/program"]}
    running = run(missing, shell("work", HOLD), first_wait_s=0.05).up("work")

    eventually(lambda: running.said("again in 0.10 s"))

    assert running.said("web exited with 127")
    assert running.stop() == 0


def test_a_signal_during_start_up_stops_what_has_started(run: Callable[..., Running]) -> None:
    web = shell("web", OBEY, ready="never")
    running = run(shell("database", OBEY), web, shell("work", OBEY)).up("database", "web")

    code = running.stop()

    assert code == 0
    assert running.stopped() == ["web", "database"]
    assert running.pids("work") == []


@pytest.mark.parametrize("delay_s", [0.0, 0.004, 0.008, 0.016, 0.032])
def test_a_signal_at_any_moment_of_start_up_leaves_nobody(
    run: Callable[..., Running], delay_s: float
) -> None:
    running = run(*(shell(f"child{number}", OBEY) for number in range(20))).up("child0")
    time.sleep(delay_s)

    code = running.stop()

    assert code == 0
    assert not any(map(alive, running.everybody()))


def test_ctrl_c_stops_as_sigterm_does(run: Callable[..., Running]) -> None:
    running = run(shell("web", OBEY)).up("web")

    assert running.stop(signal.SIGINT) == 0
    assert running.stopped() == ["web"]


def test_a_child_that_ignores_sigterm_is_killed_after_its_grace(
    run: Callable[..., Running],
) -> None:
    running = run(shell("web", DEAF, stop_grace_s=0.3), shell("work", OBEY)).up("web", "work")

    code = running.stop()

    assert code == 1
    assert running.said("web killed, exited with -9 after 0.3 s")
    assert running.stopped() == ["work"]
    assert not any(map(alive, running.everybody()))


def test_a_second_signal_kills_at_once(run: Callable[..., Running]) -> None:
    children = [shell(name, DEAF, stop_grace_s=60) for name in ("web", "work")]
    running = run(*children).up("web", "work")
    running.process.terminate()
    time.sleep(0.2)
    assert running.process.poll() is None
    began_at = time.monotonic()

    code = running.stop()

    assert code == 1
    assert time.monotonic() - began_at < 1
    assert not any(map(alive, running.everybody()))


def test_the_tick_comes_again_whatever_it_raises(run: Callable[..., Running]) -> None:
    running = run(shell("web", HOLD), tick_s=0.05).up("web")

    eventually(lambda: len((running.place / "ticks").read_text().split()) >= 3)

    assert running.said("the database is away")
    assert len(running.pids("web")) == 1


def test_a_child_sees_the_environment_and_its_own_additions(
    run: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INHERITED", "yes")
    script = 'echo "$INHERITED $ADDED" > seen; ' + HOLD

    running = run(shell("web", script, env={"ADDED": "too"})).up("web")

    assert (running.place / "seen").read_text() == "yes too\n"


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="the system has no waitid")
def test_adopted_processes_are_buried_and_our_own_keep_their_exit_codes() -> None:
    script = """
import os, subprocess, time
from api.supervisor import _reap_adopted
ours = subprocess.Popen(["/bin/sh", "-c", "sleep 0.2; exit 7"])
adopted = os.fork() or os._exit(0)
time.sleep(0.1)
_reap_adopted({ours.pid})
try:
    os.waitpid(adopted, 0)
except ChildProcessError:
    print("buried", ours.wait())
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout == "buried 7\n"


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/livez?deep=1" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_url_is_ready_once_it_answers_2xx() -> None:
    server = HTTPServer(("127.0.0.1", 0), _Health)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    place = f"http://127.0.0.1:{server.server_port}"

    good, bad = answers(f"{place}/livez?deep=1")(), answers(f"{place}/")()
    server.shutdown()
    server.server_close()

    assert (good, bad) == (True, False)
    assert not answers(f"{place}/livez?deep=1")()
