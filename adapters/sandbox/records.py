"""The state of a sandbox: what it was told, under ids of its own, and the keys it remembers.

In memory, or in a SQLite file that survives a restart. Used from one event loop only.
"""

import json
import sqlite3
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, reference TEXT NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS records_reference ON records (kind, reference);
CREATE TABLE IF NOT EXISTS remembered (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, request TEXT NOT NULL,
    id TEXT NOT NULL);
"""

Record = dict[str, Any]


class Records:
    """JSON objects by kind and reference; a reference may occur any number of times."""

    def __init__(self, path: Path | None = None, *, remembered: int = 100) -> None:
        self.remembered = remembered
        self._rows = sqlite3.connect(path or ":memory:", check_same_thread=False)
        self._rows.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; {_SCHEMA}")

    def add(self, kind: str, reference: str, body: Record) -> Record:
        """Store a new record; return it with its id and its place in the order of arrival."""
        with self._rows:
            stored = self._rows.execute(
                "INSERT INTO records (kind, reference, body) VALUES (?, ?, '') RETURNING sequence",
                (kind, reference),
            ).fetchone()
            record = body | {"id": f"{kind}-{stored[0]:07}", "sequence": stored[0]}
            return self._put(record)

    def replace(self, record: Record) -> Record:
        """Store a known record's new content."""
        with self._rows:
            return self._put(record)

    def _put(self, record: Record) -> Record:
        self._rows.execute(
            "UPDATE records SET body = ? WHERE sequence = ?",
            (json.dumps(record), record["sequence"]),
        )
        return record

    def get(self, kind: str, id_: str) -> Record | None:
        """Fetch a record by its own id."""
        tail = id_.rpartition("-")[2]
        found = self._rows.execute(
            "SELECT body FROM records WHERE sequence = ? AND kind = ?",
            (int(tail) if tail.isdecimal() else 0, kind),
        ).fetchone()
        return dict(json.loads(found[0])) if found else None

    def find(
        self, kind: str, reference: str | None = None, *, after: int = 0, limit: int = -1
    ) -> list[Record]:
        """List the records of a kind, or those with a reference, oldest first; -1: all."""
        given = "" if reference is None else "AND reference = :reference"
        rows = self._rows.execute(
            f"SELECT body FROM records WHERE kind = :kind {given} AND sequence > :after"
            " ORDER BY sequence LIMIT :limit",
            {"kind": kind, "reference": reference, "after": after, "limit": limit},
        )
        return [json.loads(body) for (body,) in rows]

    def remember(self, key: str, request: str, id_: str) -> None:
        """Keep an idempotency key until ``remembered`` newer ones have come."""
        with self._rows:
            self._rows.execute(
                "INSERT INTO remembered (key, request, id) VALUES (?, ?, ?)", (key, request, id_)
            )
            self._rows.execute(
                "DELETE FROM remembered WHERE sequence <="
                " (SELECT max(sequence) FROM remembered) - ?",
                (self.remembered,),
            )

    def recall(self, key: str) -> tuple[str, str] | None:
        """Answer the request and the id an idempotency key came with, if still remembered."""
        found: tuple[str, str] | None = self._rows.execute(
            "SELECT request, id FROM remembered WHERE key = ?", (key,)
        ).fetchone()
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()
