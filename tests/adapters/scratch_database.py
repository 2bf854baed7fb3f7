"""A database of a test module's own, with every migration applied, dropped behind it."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo

from adapters.postgres.embedded import open_embedded

MIGRATIONS = Path(__file__).parents[2] / "migrations"
Connect = Callable[..., psycopg.Connection[Any]]


@contextmanager
def scratch_database(directory: Path) -> Iterator[Connect]:
    """Connect to a scratch database, of an embedded server in ``directory`` where none is named.

    ``THROUGHLINE_TEST_DATABASE_URL`` names one, with a user who may create databases.
    """
    name = f"scratch_{uuid4().hex}"
    with ExitStack() as stack:
        server = os.environ.get("THROUGHLINE_TEST_DATABASE_URL")
        if server is None:
            server = stack.enter_context(open_embedded(directory)).dsn(database="postgres")
        admin = stack.enter_context(psycopg.connect(server, autocommit=True))
        admin.execute(f"CREATE DATABASE {name}")
        stack.callback(admin.execute, f"DROP DATABASE {name} WITH (FORCE)")
        connect = partial(psycopg.connect, make_conninfo(server, dbname=name))
        with connect() as conn:
            for path in sorted(MIGRATIONS.glob("[0-9]*.sql")):
                conn.execute(path.read_text().encode())
        yield connect
