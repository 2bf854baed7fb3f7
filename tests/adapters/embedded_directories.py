"""Directories of embedded servers for tests, removed behind them with what runs there."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.postgres.embedded import open_embedded
from adapters.postgres.server_locks import GUARDIAN, is_free
from adapters.postgres.server_process import sweep
from tests.adapters.embedded_server import emptied, soon


@pytest.fixture(scope="session")
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
