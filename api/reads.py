"""Connections for queries: read-only, with a time limit, their values as text.

A query shows what the database holds, digit by digit: numbers, days and ids are not made into
Python's and back. Behind a pooler nothing is set on the session, for the next to have it is
somebody else.
"""

from contextlib import ExitStack

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.string import TextLoader
from psycopg_pool import ConnectionPool

from api.settings import Settings

AS_TEXT = ("numeric", "date", "uuid")
SESSION = """
SET default_transaction_read_only = on; SET statement_timeout = '10s'; SET datestyle = 'ISO, YMD'
"""
ReadPool = ConnectionPool[Connection[TupleRow]]


def open_reads(dsn: str, settings: Settings, stack: ExitStack) -> ReadPool:
    """A pool that is closed with the stack."""

    def prepared(conn: Connection[TupleRow]) -> None:
        for kind in AS_TEXT:
            conn.adapters.register_loader(kind, TextLoader)
        if not settings.pooled:
            conn.execute(SESSION, prepare=False)

    pool: ReadPool = ConnectionPool(
        dsn,
        min_size=2,
        max_size=settings.pool_size,
        kwargs={"autocommit": True, "prepare_threshold": None if settings.pooled else 5},
        configure=prepared,
        open=False,
    )
    pool.open()
    stack.callback(pool.close)
    return pool
