"""Two builds of a projection compared: counts and content, and the rows that differ."""

from collections.abc import Iterator
from dataclasses import dataclass

from projections.projection import Projection
from projections.table import Conn, Table

DIGEST = """
SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t
"""
ONLY_IN = """
SELECT count(*) OVER (), t::text FROM (TABLE {one} EXCEPT ALL TABLE {other}) t ORDER BY 2 LIMIT 3
"""
COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position
"""


@dataclass(frozen=True)
class Compared:
    """A table of two builds: rows in the live and in the other one, and what differs, in words."""

    table: str
    live: int
    other: int
    differences: tuple[str, ...]


def compare(conn: Conn, projection: Projection, live: str, other: str) -> list[Compared]:
    """Each table of a projection in two schemas, as the connection sees them now."""
    return [_compared(conn, table, live, other) for table in projection.tables]


def _compared(conn: Conn, table: Table, live: str, other: str) -> Compared:
    one, two = f"{live}.{table.name}", f"{other}.{table.name}"
    before, after = columns(conn, live, table), columns(conn, other, table)
    if before != after:
        words = f"columns {', '.join(before)} became {', '.join(after)}"
        return Compared(table.name, rows(conn, one), rows(conn, two), (words,))
    sums = [conn.execute(DIGEST.format(table=name)).fetchall()[0] for name in (one, two)]
    # Another text may still be the same row: 1.0 and 1.00.
    differing = tuple(_differences(conn, one, two)) if sums[0] != sums[1] else ()
    return Compared(table.name, sums[0][0], sums[1][0], differing)


def _differences(conn: Conn, one: str, two: str) -> Iterator[str]:
    for words, held, missing in (("only live", one, two), ("only rebuilt", two, one)):
        for count, row in conn.execute(ONLY_IN.format(one=held, other=missing)).fetchall():
            yield f"{words} ({count}): {row}"


def columns(conn: Conn, schema: str, table: Table) -> list[str]:
    """Names of the columns a build has."""
    return [row[0] for row in conn.execute(COLUMNS, [schema, table.name]).fetchall()]


def rows(conn: Conn, table: str) -> int:
    """How many rows a table holds."""
    return int(conn.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
