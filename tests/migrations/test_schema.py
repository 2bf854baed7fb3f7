"""All migrations, replayed from nothing, make what ``schema.sql`` says."""

from importlib.resources import files
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo

from adapters.postgres.migrate import migrate, status
from adapters.postgres.schema import dump_schema

SCHEMA = Path(__file__).parents[2] / "migrations" / "schema.sql"


def test_replayed_migrations_make_the_committed_schema(server: str) -> None:
    name = f"replayed_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            dsn = make_conninfo(server, dbname=name)
            migrate(dsn, files("migrations"))

            assert dump_schema(dsn) == SCHEMA.read_text()
            assert {one.state for one in status(dsn, files("migrations"))} == {"applied"}
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
