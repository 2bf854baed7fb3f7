"""Real servers of the embedded kind: shared, killed, orphaned, moved, refused."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pytest

from adapters.postgres import server_binaries
from adapters.postgres.embedded import Embedded, open_embedded
from adapters.postgres.server_binaries import (
    Binaries,
    NoServerPrograms,
    OtherMajor,
    OutOfReach,
    account_for,
    choose,
)
from adapters.postgres.server_locks import GUARDIAN, SERVER, is_free
from adapters.postgres.server_process import detach, environment, postmaster, processes, sweep
from adapters.postgres.server_start import DidNotStart, StartedElsewhere

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
WRITE = """
import os, sys, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    for number in range(int(sys.argv[2]), 10**9):
        connection.execute("INSERT INTO written VALUES (%s)", [number])
        os.write(1, b"%d\\n" % number)
"""


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    for directory in emptied(tmp_path_factory.mktemp("embedded") / "data base"):
        open_embedded(directory).close()
        yield directory


@pytest.fixture
def directory(made_once: Path) -> Iterator[Path]:
    """The directory most tests use in turn: making and removing data takes longest."""
    yield made_once
    sweep(made_once / "data")
    assert soon(lambda: is_free(made_once / GUARDIAN))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    yield from emptied(tmp_path / "empty")


@pytest.fixture
def breakable(made_once: Path, empty: Path) -> Path:
    shutil.copytree(made_once, empty)
    return empty


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A directory whose parents every user may pass through, unlike pytest's own."""
    parent = Path(tempfile.mkdtemp(dir="/tmp"))
    parent.chmod(0o755)
    yield from emptied(parent / "state")
    shutil.rmtree(parent)


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


def exists(directory: Path, pattern: str) -> bool:
    return any(directory.glob(pattern))


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


def locks_open_in(pid: int, directory: Path) -> set[str]:
    opened = {entry.readlink() for entry in Path(f"/proc/{pid}/fd").iterdir()}
    return {path.name for path in opened if path.parent == directory and path.suffix == ""}


def test_six_processes_on_an_empty_directory_share_one_server(empty: Path) -> None:
    users = [user(empty, WAIT) for _ in range(6)]

    started = {said(process) for process in users}

    assert len(started) == 1
    for process in users:
        process.communicate("", timeout=20)
    assert {process.returncode for process in users} == {0}
    assert is_free(empty / SERVER)


def test_server_is_durable_on_a_socket_only_and_keeps_utc(directory: Path) -> None:
    settings = ("fsync", "synchronous_commit", "jit", "listen_addresses", "timezone")

    with open_embedded(directory) as server:
        found = [ask(server, f"SHOW {name}") for name in settings]
        names = ask(server, "SELECT current_user || ' ' || current_database()")
        locale = ask(server, "SELECT datcollate FROM pg_database WHERE datname = 'throughline'")

    assert found == ["on", "on", "off", "", "UTC"]
    assert names == "throughline throughline"
    assert locale == "C"


def test_setting_of_the_operator_outlives_a_restart(breakable: Path) -> None:
    with open_embedded(breakable) as server:
        do(server, "ALTER SYSTEM SET work_mem = '5MB'")

    with open_embedded(breakable) as server:
        assert ask(server, "SHOW work_mem") == "5MB"


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


def test_server_is_left_alone_while_it_answers(directory: Path) -> None:
    with open_embedded(directory) as server:
        before = ask(server, "SELECT pg_postmaster_start_time()::text")

        assert server.ensure() is False

        assert ask(server, "SELECT pg_postmaster_start_time()::text") == before


def test_server_runs_until_its_last_user_leaves(directory: Path) -> None:
    first, second = open_embedded(directory), open_embedded(directory)

    first.close()

    assert ask(second, "SELECT 'still here'") == "still here"
    second.close()
    assert is_free(directory / SERVER)
    assert soon(lambda: is_free(directory / GUARDIAN))
    assert not Path((directory / "socket").read_text()).exists()


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


@needs_proc
def test_children_hold_no_lock_but_their_own(directory: Path) -> None:
    with open_embedded(directory):
        guardian = guardian_of(directory)
        assert guardian is not None

        assert locks_open_in(guardian, directory) <= {GUARDIAN, "users"}
        for pid in processes(directory / "data"):
            assert locks_open_in(pid, directory) == {SERVER}


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


def test_long_path_has_a_socket_within_the_limit(tmp_path: Path) -> None:
    for directory in emptied(tmp_path / ("deep" * 20) / ("deeper" * 20) / "it's $HOME"):
        with open_embedded(directory) as server:
            assert ask(server, "SHOW data_directory") == str(directory / "data")


def test_relative_and_linked_names_lead_to_the_same_server(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_embedded(directory) as server:
        link = directory.parent / "link"
        link.symlink_to(directory)
        monkeypatch.chdir(directory.parent)

        for name in (Path(directory.name), link):
            with open_embedded(name) as same:
                assert same.dsn() == server.dsn()


def test_cleaned_runtime_directory_is_made_again(directory: Path) -> None:
    with open_embedded(directory) as server:
        shutil.rmtree((directory / "socket").read_text())

        assert server.ensure()

        assert ask(server, "SELECT 'reachable'") == "reachable"


def test_directory_made_anew_does_not_get_the_old_server(breakable: Path) -> None:
    with open_embedded(breakable) as old:
        do(old, "CREATE TABLE old ()")
        gone = breakable.rename(breakable.with_name("gone"))
        socket = Path((gone / "socket").read_text())
        (gone / "socket").unlink()

        with open_embedded(breakable) as new:
            assert ask(new, "SELECT to_regclass('old') IS NULL") == "True"
            assert ask(old, "SELECT to_regclass('old') IS NULL") == "False"

    sweep(gone / "data")
    shutil.rmtree(gone)
    shutil.rmtree(socket)


def test_copy_of_a_directory_is_a_server_of_its_own(directory: Path, tmp_path: Path) -> None:
    for copy in emptied(tmp_path / "copy"):
        shutil.copytree(directory, copy)

        with open_embedded(directory) as one, open_embedded(copy) as other:
            assert ask(one, "SHOW data_directory") != ask(other, "SHOW data_directory")


def test_folder_that_others_may_enter_is_not_used_for_the_socket(
    directory: Path, open_to_all: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(open_to_all.parent))
    (directory / "socket").unlink()
    with open_embedded(directory):
        trap = Path((directory / "socket").read_text())
    assert trap.parent == open_to_all.parent
    trap.mkdir(mode=0o777)
    trap.chmod(0o777)

    with open_embedded(directory) as server:
        used = Path((directory / "socket").read_text())
        assert ask(server, "SELECT 'private'") == "private"
        assert used != trap
        assert stat.S_IMODE(used.stat().st_mode) == 0o700


def test_server_that_cannot_start_says_why(breakable: Path) -> None:
    with (breakable / "data" / "postgresql.conf").open("a") as conf:
        conf.write("shared_buffers = nonsense\n")

    with pytest.raises(DidNotStart, match="shared_buffers"):
        open_embedded(breakable)

    assert is_free(breakable / SERVER)


@needs_proc
def test_server_started_by_other_means_is_refused(directory: Path) -> None:
    data = directory / "data"
    account, binaries = account_for(directory, choose(data))
    with Path(os.devnull).open("w") as null:
        command = [*account.prefix, binaries["postgres"], "-D", str(data), "-k", ""]
        command += ["-c", "listen_addresses=127.0.0.1", "-p", "54999"]
        detach(command, null.fileno(), environment(), keep=[])
    assert soon(lambda: postmaster(data) is not None)

    with pytest.raises(StartedElsewhere):
        open_embedded(directory)


def test_data_of_a_version_that_is_not_installed_are_refused(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("9\n")

    with pytest.raises(OtherMajor, match="made by PostgreSQL 9"):
        choose(tmp_path)


def test_data_are_served_by_the_version_that_made_them(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = list(server_binaries.installed())
    if len({binaries.major for binaries in versions}) == 1:
        pytest.skip("one version is installed here")
    oldest = min(versions, key=lambda binaries: binaries.major)
    with monkeypatch.context() as patch:
        patch.setattr(server_binaries, "installed", lambda: iter([oldest]))
        open_embedded(empty).close()

    with open_embedded(empty) as server:
        assert ask(server, "SHOW server_version_num")[:2] == str(oldest.major)


def test_machine_without_postgresql_is_told_what_to_do(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_binaries, "installed", lambda: iter(()))

    with pytest.raises(NoServerPrograms, match="DATABASE_URL"):
        open_embedded(empty)


def test_postgresql_of_the_system_serves_where_there_is_no_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = choose(tmp_path)["postgres"]
    monkeypatch.setattr(server_binaries, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(Path(program).parent))

    assert choose(tmp_path) == Binaries(Path(program).parent)


@needs_root
def test_root_starts_it_without_changing_anything_outside(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    watched = [home, *home.parents, Path("/etc/passwd"), Path(choose(tmp_path)["postgres"])]
    watched += watched[-1].parents
    before = [(path.stat().st_mode, path.stat().st_uid) for path in watched]

    for directory in emptied(home / "state"):
        with open_embedded(directory):
            assert (directory / "data").stat().st_uid == 0

    assert [(path.stat().st_mode, path.stat().st_uid) for path in watched] == before


@needs_root
def test_root_without_namespaces_runs_it_as_nobody(
    open_to_all: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_embedded(open_to_all).close()
    private = Binaries(open_to_all.parent / "private" / "bin")
    shutil.copytree(choose(open_to_all / "data").folder.parent, private.folder.parent)
    private.folder.parent.chmod(0o700)
    with monkeypatch.context() as patch:
        patch.setattr(server_binaries, "installed", lambda: iter([private]))
        patch.setattr(shutil, "which", lambda _: None)

        with open_embedded(open_to_all) as server:
            owner = (open_to_all / "data" / "PG_VERSION").stat().st_uid
            assert owner == server_binaries._nobody().uid
            assert ask(server, "SELECT 'as nobody'") == "as nobody"
    assert is_free(open_to_all / SERVER)

    with open_embedded(open_to_all) as server:
        assert ask(server, "SELECT 'as nobody still'") == "as nobody still"


@needs_root
def test_directory_out_of_reach_of_nobody_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(shutil, "which", lambda _: None)

    with pytest.raises(OutOfReach, match="cannot enter"):
        open_embedded(tmp_path / "state")

    assert not list((tmp_path / "state").glob("programs-*"))
