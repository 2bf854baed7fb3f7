"""Connections that only read, with a time limit.

A query shows what the database holds, digit by digit: numbers, days and ids stay text and are
not made into Python's and back. A report calculates, so it gets values. Behind a pooler nothing
is set on the session, for the next to have it is somebody else.
"""

from collections.abc import Sequence
from contextlib import ExitStack

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.string import TextLoader
from psycopg_pool import ConnectionPool

from api.wiring import System

AS_TEXT = ("numeric", "date", "uuid")
MOST_REPORTS = 4
SESSION = """
SET default_transaction_read_only = on; SET datestyle = 'ISO, YMD'; SET statement_timeout = {}
"""
ReadPool = ConnectionPool[Connection[TupleRow]]


def query_reads(system: System, stack: ExitStack, limit_s: float = 10.0) -> ReadPool:
    """Connections whose numbers, days and ids are text; closed with the stack."""
    return _opened(system, stack, system.settings.pool_size, limit_s, AS_TEXT)


def report_reads(system: System, stack: ExitStack, limit_s: float = 25.0) -> ReadPool:
    """A few connections for long reads, closed with the stack."""
    return _opened(system, stack, MOST_REPORTS, limit_s, ())


def _opened(
    system: System, stack: ExitStack, size: int, limit_s: float, as_text: Sequence[str]
) -> ReadPool:
    pooled = system.settings.pooled

    def prepared(conn: Connection[TupleRow]) -> None:
        for kind in as_text:
            conn.adapters.register_loader(kind, TextLoader)
        if not pooled:
            conn.execute(SESSION.format(int(limit_s * 1000)), prepare=False)

    pool: ReadPool = ConnectionPool(
        system.addresses.pooled,
        min_size=1,
        max_size=size,
        kwargs={"autocommit": True, "prepare_threshold": None if pooled else 5},
        configure=prepared,
        open=False,
    )
    pool.open()
    stack.callback(pool.close)
    return pool
