"""Embedded servers, their users and guardians killed at bad moments."""

import os
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pytest

from adapters.postgres.embedded import open_embedded
from adapters.postgres.server_locks import GUARDIAN, SERVER, is_free
from adapters.postgres.server_process import postmaster, processes, sweep
from tests.adapters.embedded_server import (
    WAIT,
    ask,
    do,
    guardian_of,
    kill,
    needs_proc,
    said,
    soon,
    user,
)

pytest_plugins = ["tests.adapters.embedded_directories"]
WRITE = """
import os, sys, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    for number in range(int(sys.argv[2]), 10**9):
        connection.execute("INSERT INTO written VALUES (%s)", [number])
        os.write(1, b"%d\\n" % number)
"""


def exists(directory: Path, pattern: str) -> bool:
    return any(directory.glob(pattern))


@needs_proc
def test_no_acknowledged_row_is_lost_when_the_server_is_killed(directory: Path) -> None:
    with open_embedded(directory) as server:
        do(server, "CREATE TABLE written (number bigint PRIMARY KEY)")
        acknowledged: list[int] = []
        for round_no in range(6):
            writer = subprocess.Popen(
                [sys.executable, "-c", WRITE, server.dsn(), str(round_no * 10**6)],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            assert writer.stdout is not None
            acknowledged.append(int(writer.stdout.readline()))
            time.sleep(0.03 * round_no)
            if round_no % 2:
                sweep(directory / "data")
            else:
                kill(postmaster(directory / "data"))
            words, _ = writer.communicate(timeout=20)
            acknowledged += [int(word) for word in words.split(b"\n")[:-1]]

            brought_back = server.ensure()

            assert brought_back
            with psycopg.connect(server.dsn()) as connection:
                rows = connection.execute("SELECT number FROM written").fetchall()
            assert set(acknowledged) <= {row[0] for row in rows}


@needs_proc
def test_session_that_outlives_its_server_does_not_bar_the_next(directory: Path) -> None:
    with open_embedded(directory) as server:
        endless = "SELECT count(*) FROM generate_series(1, 1000000000000)"
        with closing(psycopg.connect(server.dsn(), autocommit=True)) as busy:
            orphan = busy.info.backend_pid
            busy.pgconn.send_query(f"SET parallel_setup_cost = 1e9; {endless}".encode())
            state = f"SELECT state || query FROM pg_stat_activity WHERE pid = {orphan}"
            assert soon(lambda: ask(server, state).startswith("active"))
            kill(postmaster(directory / "data"))
            assert soon(lambda: postmaster(directory / "data") is None)
            assert orphan in processes(directory / "data")

            server.ensure()

        assert orphan not in processes(directory / "data")
        assert ask(server, "SELECT 'again'") == "again"


def test_server_stops_when_its_last_user_is_killed(directory: Path) -> None:
    process = user(directory, WAIT)
    said(process)

    process.kill()
    process.communicate()

    assert soon(lambda: is_free(directory / SERVER))
    assert "database system is shut down" in (directory / "server.log").read_text()


def test_server_outlives_a_killed_user_while_another_remains(directory: Path) -> None:
    process = user(directory, WAIT)
    began = said(process)
    with open_embedded(directory) as server:
        process.kill()
        process.communicate(timeout=5)  # ends only where nothing else holds the pipe
        time.sleep(0.3)

        assert ask(server, "SELECT pg_postmaster_start_time()::text") == began


@needs_proc
def test_next_user_replaces_a_killed_guardian(directory: Path) -> None:
    with open_embedded(directory) as server:
        kill(guardian_of(directory))
        assert soon(lambda: is_free(directory / GUARDIAN))

        server.ensure()

        assert not is_free(directory / GUARDIAN)
        process = user(directory, WAIT)
        said(process)
        server.close()
        process.kill()
        process.communicate()
        assert soon(lambda: is_free(directory / SERVER))


@needs_proc
def test_server_left_by_killed_user_and_guardian_is_found_again(directory: Path) -> None:
    process = user(directory, WAIT)
    began = said(process)
    kill(guardian_of(directory))
    process.kill()
    process.communicate()

    with open_embedded(directory) as server:
        assert ask(server, "SELECT pg_postmaster_start_time()::text") == began
    assert is_free(directory / SERVER)


def test_opener_killed_at_any_moment_leaves_a_directory_that_opens(empty: Path) -> None:
    for moment in ("data.new-*/base", "data/PG_VERSION", "socket"):
        process = user(empty, WAIT)
        assert soon(partial(exists, empty, moment))
        process.kill()
        process.communicate()

    with open_embedded(empty) as server:
        assert ask(server, "SELECT 'open'") == "open"
    assert not list(empty.glob("data.new-*"))


@pytest.mark.parametrize("whose", ["a stranger", "a zombie", "nobody", "nothing readable"])
def test_stale_pid_file_is_no_server(directory: Path, whose: str) -> None:
    with open_embedded(directory) as server:
        do(server, "DROP TABLE IF EXISTS kept; CREATE TABLE kept ()")
        sweep(directory / "data")
        assert soon(lambda: is_free(directory / SERVER))
    child = subprocess.Popen(["/bin/true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    pids = {"a stranger": str(os.getppid()), "a zombie": str(child.pid), "nobody": "4194303"}
    pid_file = directory / "data" / "postmaster.pid"
    rest = pid_file.read_text().split("\n", 1)[1]
    pid_file.write_text(f"{pids[whose]}\n{rest}" if whose in pids else "")

    with open_embedded(directory) as server:
        assert ask(server, "SELECT count(*) FROM kept") == "0"
    child.wait()
