"""A migrated database for tests that need the delivery tables."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from adapters.postgres.embedded import open_embedded

MIGRATIONS = sorted((Path(__file__).parents[2] / "migrations").glob("*.sql"))


@pytest.fixture(scope="session")
def delivery_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with ExitStack() as stack:
        url = os.environ.get("THROUGHLINE_TEST_DATABASE_URL")
        if not url:
            server = stack.enter_context(open_embedded(tmp_path_factory.mktemp("server")))
            url = server.dsn(database="postgres")
        name = f"delivery_{uuid4().hex}"
        outside = stack.enter_context(psycopg.connect(url, autocommit=True))
        outside.execute(f"CREATE DATABASE {name}")
        stack.callback(outside.execute, f"DROP DATABASE {name} WITH (FORCE)")
        dsn = psycopg.conninfo.make_conninfo(url, dbname=name)
        with psycopg.connect(dsn) as inside:
            for migration in MIGRATIONS:
                inside.execute(migration.read_bytes())
        yield dsn


@pytest.fixture
def delivery_db(delivery_dsn: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(delivery_dsn, autocommit=True) as connection:
        connection.execute("TRUNCATE deliveries, delivery_lanes, delivery_circuits")
        yield connection
