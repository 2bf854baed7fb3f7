"""Embedded servers in odd places: long paths, links, copies, shared folders, as root."""

import shutil
import stat
from pathlib import Path

import pytest

from adapters.postgres import server_binaries
from adapters.postgres.embedded import open_embedded
from adapters.postgres.server_binaries import (
    Binaries,
    OutOfReach,
    choose,
)
from adapters.postgres.server_locks import GUARDIAN, SERVER, is_free
from adapters.postgres.server_process import sweep
from tests.adapters.embedded_server import (
    ask,
    do,
    emptied,
    needs_root,
    soon,
)

pytest_plugins = ["tests.adapters.embedded_directories"]


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
    assert soon(lambda: is_free(directory / GUARDIAN))
    trap.mkdir(mode=0o777)
    trap.chmod(0o777)

    with open_embedded(directory) as server:
        used = Path((directory / "socket").read_text())
        assert ask(server, "SELECT 'private'") == "private"
        assert used != trap
        assert stat.S_IMODE(used.stat().st_mode) == 0o700


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
