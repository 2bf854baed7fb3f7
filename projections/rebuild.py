"""Rebuild: a projection built anew beside the live one, compared, and switched in one transaction.

The tracking row of the live build is locked for the comparison, so its feed waits and both builds
stand at the same event. The feed then finds its build is no longer live and takes up the new one;
the old build stays as it is, to go back to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from domain.errors import Refusal
from projections.comparison import Compared, compare
from projections.projection import Projection
from projections.recorded import Decode
from projections.scratch import PAGE_SIZE, fold, pages
from projections.slots import Slot, build, show
from projections.table import Conn
from projections.unreadable import guarded

REBUILD_LOCK = 7310104
LIVE = "SELECT slot, position FROM projections WHERE name = %s AND live"
KEPT = """
SELECT slot, position FROM projections
WHERE name = %s AND version = %s AND NOT live ORDER BY length(slot) DESC, slot DESC LIMIT 1
"""
OLDER = "SELECT slot FROM projections WHERE name = %s AND NOT live AND slot <> %s"
ADVANCE = "UPDATE projections SET position = %s WHERE slot = %s"


class RebuildRunning(Refusal):
    """Somebody rebuilds this projection just now."""

    code = "REBUILD_RUNNING"


class NothingKept(Refusal):
    """There is no earlier build of this version to go back to."""

    code = "NOTHING_KEPT"


@dataclass(frozen=True)
class Rebuilt:
    """``old`` and ``new`` are slots; ``switched`` whether the new one is live now."""

    old: str
    new: str
    position: int
    tables: tuple[Compared, ...]
    switched: bool

    @property
    def equal(self) -> bool:
        """Whether both builds held the same rows."""
        return not any(table.differences for table in self.tables)


def rebuild(
    conn: Conn, decode: Decode, projection: Projection, *, accept: bool = False, back: bool = False
) -> Rebuilt:
    """Build, catch up, compare, switch; the connection is in autocommit mode.

    A new build that differs is dropped unless ``accept``. ``back`` takes the build kept from the
    last switch, brought up to date, instead of a new one. One earlier build is kept.
    Raises RebuildRunning, NothingKept, CannotRead.
    """
    with alone(conn, projection):
        slot = kept(conn, projection) if back else build(conn, projection)
        switched = False
        try:
            approach(conn, guarded(decode), slot)
            rebuilt = switch(conn, guarded(decode), slot, accept=accept)
            switched = rebuilt.switched
        finally:
            if not (switched or back):
                drop(conn, slot)
        if switched:
            prune(conn, projection, rebuilt)
    return rebuilt


@contextmanager
def alone(conn: Conn, projection: Projection) -> Iterator[None]:
    """Hold the lock of this projection's rebuild. Raises RebuildRunning."""
    lock = [REBUILD_LOCK, projection.name]
    row = conn.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", lock).fetchone()
    if not (row and row[0]):
        raise RebuildRunning(f"{projection.name} is being rebuilt")
    try:
        yield
    finally:
        conn.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", lock)


def kept(conn: Conn, projection: Projection) -> Slot:
    """The build that was live before. Raises NothingKept."""
    row = conn.execute(KEPT, [projection.name, projection.version]).fetchone()
    if row is None:
        raise NothingKept(
            f"{projection.name} has no earlier build of version {projection.version}"
        )
    return Slot(projection, row[0], row[1])


def approach(conn: Conn, decode: Decode, slot: Slot) -> None:
    """Fold until less than a page is left to the live build, a transaction each page."""
    while (behind := _live(conn, slot)[1] - slot.position) >= PAGE_SIZE:
        _forward(conn, decode, slot, slot.position + behind)


def switch(conn: Conn, decode: Decode, slot: Slot, *, accept: bool) -> Rebuilt:
    """Fold up to the live build while it stands still, compare, and make this one live."""
    with conn.transaction():
        conn.execute("SET LOCAL lock_timeout = '10s'")  # readers of the views, not for ever
        old, position = _live(conn, slot, " FOR UPDATE")
        _forward(conn, decode, slot, position)
        conn.execute(ADVANCE, [position, slot.schema])
        tables = tuple(compare(conn, slot.projection, old, slot.schema))
        switched = accept or not any(table.differences for table in tables)
        if switched:
            show(conn, slot)
    return Rebuilt(old, slot.schema, position, tables, switched)


def prune(conn: Conn, projection: Projection, rebuilt: Rebuilt) -> None:
    """Drop the builds of before the last switch."""
    for (schema,) in conn.execute(OLDER, [projection.name, rebuilt.old]).fetchall():
        drop(conn, Slot(projection, schema, 0))


def drop(conn: Conn, slot: Slot) -> None:
    """Remove a build that is not live."""
    with conn.transaction():
        conn.execute(f"DROP SCHEMA {slot.schema} CASCADE")
        conn.execute("DELETE FROM projections WHERE slot = %s AND NOT live", [slot.schema])


def _live(conn: Conn, slot: Slot, locking: str = "") -> tuple[str, int]:
    row = conn.execute(LIVE + locking, [slot.projection.name]).fetchone()
    assert row is not None, f"{slot.projection.name} is not installed"  # noqa: S101
    return row[0], row[1]


def _forward(conn: Conn, decode: Decode, slot: Slot, until: int) -> None:
    for page in pages(conn, decode, slot.position, until):
        with conn.transaction():
            conn.execute("SET LOCAL synchronous_commit = off")
            fold(conn, slot, page)
            conn.execute(ADVANCE, [slot.position, slot.schema])
