"""A system on a database of the test's own, and a small firm that runs on it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from adapters.postgres.embedded import open_embedded
from api.settings import Settings
from api.wiring import APP_LOGIN, Addresses, System
from tests.firm import Firm

# No test is about time: a busy machine only makes it longer.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-dir", help="published examples to run instead of the shared ones")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """DSN of a server whose user may create databases: the one named, or an embedded one."""
    if url := os.environ.get("THROUGHLINE_TEST_DATABASE_URL"):
        yield url
        return
    with open_embedded(tmp_path_factory.mktemp("server")) as embedded:
        yield embedded.dsn(database="postgres")


@pytest.fixture(scope="session")
def template(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Name of a prepared, empty database to clone."""
    name = f"template_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        with ExitStack() as stack:
            system_on(server, name, tmp_path_factory.mktemp("home"), stack).prepare()
        yield name
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def system_on(server: str, name: str, home: Path, stack: ExitStack) -> System:
    owner = make_conninfo(server, dbname=name)
    login = make_conninfo(server, dbname=name, user=APP_LOGIN)
    system = System(Settings(database_url=login, home=home, master_key="A" * 43 + "="), stack)
    system.__dict__["addresses"] = Addresses(owner, login, login)
    return system


@contextmanager
def cloned(server: str, template: str, home: Path) -> Iterator[System]:
    """A prepared system on a clone of the template; the application's login, not the owner's."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        # A clone has the tables' grants, not the database's own.
        admin.execute(f"GRANT CREATE, TEMPORARY ON DATABASE {name} TO {APP_LOGIN}")
        try:
            with ExitStack() as stack:
                yield system_on(server, name, home, stack)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def system(server: str, template: str, tmp_path: Path) -> Iterator[System]:
    """A prepared system on an empty database of the test's own."""
    with cloned(server, template, tmp_path) as system:
        yield system


@pytest.fixture
def firm(system: System) -> Firm:
    """The small firm, founded."""
    firm = Firm(system)
    firm.found()
    return firm
