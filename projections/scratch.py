"""Scratch builds: projections folded from the log into tables that nobody else ever sees.

They live and die in one transaction, which also holds the snapshot they are compared in.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from psycopg import IsolationLevel

from projections.feed import wanted
from projections.projection import Projection
from projections.recorded import Decode, Recorded, read_page
from projections.slots import Slot
from projections.table import Conn

PAGE_SIZE = 2000


@contextmanager
def rolled_back(conn: Conn) -> Iterator[None]:
    """A snapshot of everything in which anything may be written; nothing of it remains."""
    before = conn.isolation_level
    conn.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with conn.transaction(force_rollback=True):
            yield
    finally:
        conn.isolation_level = before


def scratch_slot(conn: Conn, projection: Projection) -> Slot:
    """An empty build under a name no other session uses, with empty tables for all it writes."""
    schema = f"scratch_{conn.info.backend_pid}_{projection.name}"
    conn.execute(f"CREATE SCHEMA {schema}")
    with inside(conn, [schema]):
        for table in projection.tables:
            conn.execute(table.ddl())
        for name in projection.writes:
            conn.execute(f"CREATE TABLE {name} (LIKE public.{name} INCLUDING ALL)")
    return Slot(projection, schema, 0)


@contextmanager
def inside(conn: Conn, schemas: Iterable[str]) -> Iterator[None]:
    """Let table names mean those of these schemas, within the transaction, and then as before."""
    row = conn.execute("SELECT current_setting('search_path')").fetchone()
    conn.execute(f"SET LOCAL search_path = {', '.join([*schemas, 'public'])}")
    yield
    if row:
        conn.execute(f"SET LOCAL search_path = {row[0]}")


def fold(conn: Conn, slot: Slot, page: Sequence[Recorded]) -> None:
    """Fold what the projection reads of a page into a build, in the caller's transaction.

    Raises CannotRead.
    """
    if not page:
        return
    if mine := wanted(slot.projection, page, {type(at.fact) for at in page}):
        with inside(conn, [slot.schema]):
            slot.projection.apply(conn, mine)
    slot.position = page[-1].position


def pages(conn: Conn, decode: Decode, after: int, until: int) -> Iterator[list[Recorded]]:
    """The events after one position up to another, decoded, in pages."""
    while page := read_page(conn, decode, after, PAGE_SIZE, until):
        yield page
        after = page[-1].position
