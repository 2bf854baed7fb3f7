"""A database with the delivery tables, empty for each test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

MIGRATIONS = sorted((Path(__file__).parents[2] / "migrations").glob("[0-9]*.sql"))


@pytest.fixture(scope="session")
def delivery_dsn(server: str) -> Iterator[str]:
    name = f"delivery_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as outside:
        outside.execute(f"CREATE DATABASE {name}")
        with psycopg.connect(make_conninfo(server, dbname=name)) as inside:
            for migration in MIGRATIONS:
                inside.execute(migration.read_bytes())
        yield make_conninfo(server, dbname=name)
        outside.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def delivery_db(delivery_dsn: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(delivery_dsn, autocommit=True) as connection:
        connection.execute("TRUNCATE deliveries, delivery_lanes, delivery_circuits")
        yield connection
