"""Embedded servers in tests: processes that use one, and what to ask of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.embedded import Embedded
from adapters.postgres.server_process import sweep

ROOT = Path(__file__).parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run it as another")
needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks into /proc")

USER = """
import json, os, sys, time
from pathlib import Path
import psycopg
from adapters.postgres.embedded import open_embedded
server = open_embedded(Path(sys.argv[1]))
with psycopg.connect(server.dsn()) as connection:
    began = connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()[0]
print(json.dumps(began), flush=True)
"""
WAIT = USER + "sys.stdin.read()\nserver.close()\n"


def emptied(directory: Path) -> Iterator[Path]:
    yield directory
    if (directory / "data").exists():
        sweep(directory / "data")
        shutil.rmtree((directory / "socket").read_text(), ignore_errors=True)
    shutil.rmtree(directory, ignore_errors=True)


def user(directory: Path, program: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(directory)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return str(json.loads(process.stdout.readline()))


def soon(happened: Callable[[], bool], within_s: float = 10.0) -> bool:
    deadline = time.monotonic() + within_s
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def ask(server: Embedded, query: str) -> str:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return str(row[0]) if row else ""


def do(server: Embedded, statement: str) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(statement.encode())


def kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def guardian_of(directory: Path) -> int | None:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"adapters.postgres.guardian" in words and os.fsencode(directory) in words:
                return int(entry.name)
    return None
