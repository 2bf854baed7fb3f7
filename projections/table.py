"""A table of a projection: its columns said once, its DDL and statements made from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from psycopg import Connection
from psycopg.rows import TupleRow

Conn = Connection[TupleRow]


@dataclass(frozen=True)
class Table:
    """``columns`` maps names to PostgreSQL types (``not null`` is implied, ``?`` lifts it).

    ``key`` is the primary key; ``indexes`` are further column lists.
    """

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    indexes: tuple[str, ...] = field(default=())

    def __hash__(self) -> int:
        return hash(self.name)

    def ddl(self) -> str:
        """Statements that create it in the current schema."""
        columns = ", ".join(_column(name, kind) for name, kind in self.columns.items())
        keys = ", ".join(self.key)
        parts = [f"CREATE TABLE {self.name} ({columns}, PRIMARY KEY ({keys}))"]
        parts += [f"CREATE INDEX ON {self.name} ({columns})" for columns in self.indexes]
        return "; ".join(parts)

    def insert(self, conn: Conn, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows; each in the order of the columns."""
        _run(conn, self._insert(tuple(self.columns)), rows)

    def upsert(self, conn: Conn, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows, or replace those of the same key."""
        others = [name for name in self.columns if name not in self.key]
        setting = ", ".join(f"{name} = EXCLUDED.{name}" for name in others)
        action = f"DO UPDATE SET {setting}" if others else "DO NOTHING"
        on_key = f" ON CONFLICT ({', '.join(self.key)}) {action}"
        _run(conn, self._insert(tuple(self.columns)) + on_key, rows)

    def add(self, conn: Conn, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Add amounts to the named columns; rows hold the key, then the amounts."""
        setting = ", ".join(f"{name} = {self.name}.{name} + EXCLUDED.{name}" for name in names)
        on_key = f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {setting}"
        _run(conn, self._insert((*self.key, *names)) + on_key, rows)

    def patch(self, conn: Conn, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Set the named columns of existing rows; rows hold the key, then the values."""
        given = (*self.key, *names)
        setting = ", ".join(f"{name} = v.{name}" for name in names)
        match = " AND ".join(f"t.{name} = v.{name}" for name in self.key)
        source = f"{_unnest(self._types(given))} AS v ({', '.join(given)})"
        _run(conn, f"UPDATE {self.name} t SET {setting} FROM {source} WHERE {match}", rows)

    def shift(self, conn: Conn, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Add amounts to the named columns of existing rows; rows hold the key, then amounts."""
        given = (*self.key, *names)
        setting = ", ".join(f"{name} = t.{name} + v.{name}" for name in names)
        match = " AND ".join(f"t.{name} = v.{name}" for name in self.key)
        source = f"{_unnest(self._types(given))} AS v ({', '.join(given)})"
        _run(conn, f"UPDATE {self.name} t SET {setting} FROM {source} WHERE {match}", rows)

    def delete(self, conn: Conn, keys: Sequence[Sequence[Any]]) -> None:
        """Remove the rows with these keys; one that is not there is no error."""
        match = " AND ".join(f"t.{name} = v.{name}" for name in self.key)
        source = f"{_unnest(self._types(self.key))} AS v ({', '.join(self.key)})"
        _run(conn, f"DELETE FROM {self.name} t USING {source} WHERE {match}", keys)

    def _insert(self, names: tuple[str, ...]) -> str:
        columns = ", ".join(names)
        source = _unnest(self._types(names))
        return f"INSERT INTO {self.name} ({columns}) SELECT * FROM {source}"

    def _types(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.columns[name].split()[0].rstrip("?") for name in names)


def _column(name: str, kind: str) -> str:
    return f"{name} {kind[:-1]}" if kind.endswith("?") else f"{name} {kind} NOT NULL"


@cache
def _unnest(types: tuple[str, ...]) -> str:
    return f"unnest({', '.join(f'%b::{kind}[]' for kind in types)})"


def _run(conn: Conn, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        conn.execute(statement, [list(column) for column in zip(*rows, strict=True)])
