"""Real embedded servers: shared by processes, durable, and of the right version."""

import os
from pathlib import Path

import pytest

from adapters.postgres import server_binaries
from adapters.postgres.embedded import open_embedded
from adapters.postgres.server_binaries import (
    Binaries,
    NoServerPrograms,
    OtherMajor,
    account_for,
    choose,
)
from adapters.postgres.server_locks import BASE, GUARDIAN, SERVER, is_free
from adapters.postgres.server_process import detach, environment, postmaster
from adapters.postgres.server_start import DidNotStart, StartedElsewhere
from tests.adapters.embedded_server import (
    WAIT,
    ask,
    do,
    guardian_of,
    needs_proc,
    said,
    soon,
    user,
)

pytest_plugins = ["tests.adapters.embedded_directories"]


def locks_open_in(pid: int, directory: Path) -> set[str]:
    opened = {entry.readlink() for entry in Path(f"/proc/{pid}/fd").iterdir()}
    return {path.name for path in opened if path.parent == directory and path.suffix == ""}


def guardian_waits(directory: Path) -> bool:
    """Whether it holds what it waits with; one that saw a user leave looks at the server first."""
    guardian = guardian_of(directory)
    try:
        held = locks_open_in(guardian, directory) if guardian else {BASE}
    except FileNotFoundError:
        return False  # it was the one before, and has just gone
    return held <= {GUARDIAN, "users"}


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


@needs_proc
def test_children_hold_no_lock_but_their_own(directory: Path) -> None:
    with open_embedded(directory):
        assert soon(lambda: guardian_waits(directory))
        server = postmaster(directory / "data")
        assert server is not None
        assert locks_open_in(server, directory) == {SERVER}


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
