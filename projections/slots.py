"""Slots: each build of a projection in a schema of its own, one of them live behind views."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from projections.projection import Projection
from projections.table import Conn

LIVE = "SELECT slot, position, version FROM projections WHERE name = %s AND live"


@dataclass
class Slot:
    """One build: ``position`` is the last event folded into it."""

    projection: Projection
    schema: str
    position: int


def install(conn: Conn, projections: Iterable[Projection]) -> None:
    """Create what has no live build yet; safe when several processes do it at once."""
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(7310102)")
        for projection in projections:
            if conn.execute(LIVE, [projection.name]).fetchone() is None:
                slot = build(conn, projection)
                show(conn, slot)


def build(conn: Conn, projection: Projection) -> Slot:
    """An empty slot, not yet live."""
    row = conn.execute(
        "SELECT count(*) FROM projections WHERE name = %s", [projection.name]
    ).fetchone()
    schema = f"{projection.name}_{_free(conn, projection.name, row[0] if row else 0)}"
    conn.execute(f"CREATE SCHEMA {schema}")
    with conn.transaction():
        conn.execute(f"SET LOCAL search_path = {schema}")
        for table in projection.tables:
            conn.execute(table.ddl())
        conn.execute("SET LOCAL search_path = public")
    conn.execute(
        "INSERT INTO projections (name, version, slot, live) VALUES (%s, %s, %s, false)",
        [projection.name, projection.version, schema],
    )
    return Slot(projection, schema, 0)


def _free(conn: Conn, name: str, start: int) -> int:
    number = start + 1
    while conn.execute(
        "SELECT 1 FROM projections WHERE slot = %s", [f"{name}_{number}"]
    ).fetchone():
        number += 1
    return number


def show(conn: Conn, slot: Slot) -> None:
    """Make a slot the live one: its views and its flag change in the caller's transaction."""
    for table in slot.projection.tables:
        conn.execute(f"DROP VIEW IF EXISTS public.{table.name}")
        conn.execute(
            f"CREATE VIEW public.{table.name} AS SELECT * FROM {slot.schema}.{table.name}"
        )
    name = slot.projection.name
    conn.execute("UPDATE projections SET live = false WHERE name = %s AND live", [name])
    conn.execute("UPDATE projections SET live = true WHERE slot = %s", [slot.schema])


def live(conn: Conn, projections: Sequence[Projection]) -> list[Slot]:
    """The live slots of these projections."""
    slots = []
    for projection in projections:
        row = conn.execute(LIVE, [projection.name]).fetchone()
        assert row is not None, f"{projection.name} is not installed"  # noqa: S101
        slots.append(Slot(projection, row[0], row[1]))
    return slots


def enter(conn: Conn, slots: Iterable[Slot]) -> None:
    """Let unqualified table names mean the tables of these slots."""
    path = ", ".join([*(slot.schema for slot in slots), "public"])
    conn.execute(f"SET search_path = {path}")
