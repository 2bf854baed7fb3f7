"""A machine that runs ``throughline up`` in a directory and on ports of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from adapters.postgres.server_locks import SERVER
from adapters.postgres.server_locks import is_free as is_unlocked
from adapters.postgres.server_process import postmaster

ROOT = Path(__file__).parents[2]
PARTS = ("sandbox", "projections", "reactions", "seal", "deliveries", "serve")
COMMAND = (sys.executable, "-c", "from api.cli import main; main()")
OURS = ("THROUGHLINE_", "DATABASE_", "BROKER_", "PG")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


def alive(pid: int) -> bool:
    """Whether it runs; a zombie that its new parent did not bury yet does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def eventually(true: Callable[[], object], within_s: float, what: str = "it") -> float:
    """Wait until something holds; seconds that took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within_s, f"{what} did not happen in {within_s} s"
        time.sleep(0.02)
    return time.monotonic() - began


@dataclass
class Machine:
    """Settings of one home, and the ``up`` that runs on it."""

    home: Path
    port: int = field(default_factory=free_port)
    accounting_port: int = field(default_factory=free_port)
    crm_port: int = field(default_factory=free_port)
    tax_port: int = field(default_factory=free_port)
    more: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def accounting(self) -> str:
        return f"http://127.0.0.1:{self.accounting_port}"

    @property
    def crm(self) -> str:
        return f"http://127.0.0.1:{self.crm_port}"

    @property
    def log(self) -> Path:
        return self.home.with_suffix(".log")

    @property
    def env(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        return inherited | {
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "THROUGHLINE_HOME": str(self.home),
            "THROUGHLINE_PORT": str(self.port),
            "THROUGHLINE_SANDBOX_ACCOUNTING_PORT": str(self.accounting_port),
            "THROUGHLINE_SANDBOX_CRM_PORT": str(self.crm_port),
            "THROUGHLINE_SANDBOX_TAX_PORT": str(self.tax_port),
            "THROUGHLINE_LOG_LEVEL": "INFO",
            **self.more,
        }

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A command of ours; what it says goes to the log."""
        with self.log.open("ab") as log:
            return subprocess.Popen([*COMMAND, *words], env=self.env, stdout=log, stderr=log)

    def run(self, *words: str, within_s: float = 120) -> "subprocess.CompletedProcess[str]":
        """A command of ours, to its end; what it says is in the answer."""
        return subprocess.run(
            [*COMMAND, *words],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=within_s,
            check=False,
        )

    def said(self) -> str:
        return self.log.read_text()

    def up(self, within_s: float = 90) -> float:
        """Start everything; seconds until the API answers."""
        self.process = self.start("up")
        return eventually(self.answers, within_s, "the first answer of the API")

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/livez", timeout=1).is_success
        except httpx.HTTPError:
            return False

    def parts(self) -> dict[str, int]:
        """Pids by part, of those that have become our program."""
        assert self.process is not None
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return {name: int(pid) for pid in listed.split() if (name := part_of(int(pid)))}

    def postmaster(self) -> int | None:
        return postmaster(self.home / "postgres" / "data")

    def is_down(self) -> bool:
        """Whether no process of the embedded server lives."""
        lock = self.home / "postgres" / SERVER
        return not lock.exists() or is_unlocked(lock)

    def everybody(self) -> list[int]:
        """All pids: the supervisor, its parts and its guard, and the server."""
        assert self.process is not None
        return [self.process.pid, *below(self.process.pid), *filter(None, [self.postmaster()])]

    def stop(self, number: int = signal.SIGTERM, within_s: float = 60) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(within_s)


def below(pid: int) -> list[int]:
    """Children of a process and theirs."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    children = [int(child) for child in listed.split()]
    return children + [grandchild for child in children for grandchild in below(child)]


def part_of(pid: int) -> str:
    """The part a process is; empty for others, and before it has become one."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")
    except OSError:
        return ""
    ours = words[0] == sys.executable and words[-1] in PARTS
    return words[-1] if ours else ""


@contextmanager
def machine(home: Path, **more: str) -> Iterator[Machine]:
    """A machine; whatever runs on it at the end is killed."""
    made = Machine(home, more=more)
    try:
        yield made
    finally:
        if made.process is not None:
            made.process.kill()
            made.process.wait()
        if made.home.exists():
            eventually(made.is_down, 60, "the end of the server")
