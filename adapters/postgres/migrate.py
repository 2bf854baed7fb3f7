"""The migration runner: brings a database to the version of the program, once, whoever asks.

Runners take turns by a session lock. Each file runs in a transaction of its own together with
the row that records it, so a killed runner leaves it whole or not there. A file that cannot is
recorded as started first; one that was not finished stops every later run until ``repair`` says
how it ended. What was applied may not change afterwards.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus
from psycopg.rows import class_row

from adapters.postgres.migration_files import Migration, read_folder
from adapters.postgres.migration_refusals import (
    DirectConnectionNeeded,
    MigrationBlocked,
    MigrationDrifted,
    MigrationEndsTransaction,
    MigrationFailed,
    MigrationHalfDone,
    MigrationLocked,
    MigrationOutOfOrder,
    MigrationUnknown,
    NothingToRepair,
)

LOCK = 7310100
HOLDS_LOCK = """
    SELECT EXISTS (SELECT FROM pg_catalog.pg_locks
                   WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid()
                     AND classid = 0 AND objid = %s AND objsubid = 1 AND granted)
"""
TABLE = """
    CREATE TABLE IF NOT EXISTS public.schema_migrations (
        number      integer     NOT NULL CONSTRAINT schema_migrations_key PRIMARY KEY,
        name        text        NOT NULL,
        sha256      text        NOT NULL,
        started_at  timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz
    )
"""
State = Literal["pending", "applied", "started", "drifted", "unknown"]


@dataclass(frozen=True)
class Applied:
    """A migration this run applied, and how long it took in milliseconds."""

    number: int
    name: str
    sha256: str
    took_ms: int


@dataclass(frozen=True)
class Standing:
    """Where one migration stands; ``finished_at`` has its zone, None where it is not finished."""

    number: int
    name: str
    state: State
    finished_at: datetime | None


@dataclass(frozen=True)
class _Row:
    number: int
    name: str
    sha256: str
    finished_at: datetime | None


def migrate(
    dsn: str,
    folder: Path | Traversable,
    *,
    wait_s: float = 60.0,
    lock_timeout_s: float = 10.0,
) -> list[Applied]:
    """Apply what is missing, in order; answers what this run applied.

    ``dsn`` is direct, not through a pooler. Waits ``wait_s`` seconds for another runner, and in
    a migration ``lock_timeout_s`` for a lock. Raises the refusals above; what was applied before
    one of them stays applied.
    """
    files = read_folder(folder)
    with _alone(dsn, wait_s) as connection:
        connection.execute(TABLE)
        standings = _standings(files, _rows(connection))
        _refuse_unfit(standings, connection)
        pending = {standing.number for standing in standings if standing.state == "pending"}
        return [
            _apply(connection, migration, lock_timeout_s)
            for migration in files
            if migration.number in pending
        ]


def status(dsn: str, folder: Path | Traversable) -> list[Standing]:
    """Say where every migration of folder and database stands; changes nothing."""
    files = read_folder(folder)
    with psycopg.connect(dsn, autocommit=True, prepare_threshold=None) as connection:
        found = connection.execute("SELECT to_regclass('public.schema_migrations')").fetchone()
        rows = _rows(connection) if found and found[0] else []
    return _standings(files, rows)


def repair(dsn: str, number: int, *, finished: bool, wait_s: float = 60.0) -> None:
    """Say how a half-done migration ended: ``finished`` by hand, or to be run again.

    Raises NothingToRepair and MigrationLocked.
    """
    with _alone(dsn, wait_s) as connection:
        connection.execute(TABLE)
        change = "UPDATE public.schema_migrations SET finished_at = clock_timestamp()"
        if not finished:
            change = "DELETE FROM public.schema_migrations"
        done = connection.execute(f"{change} WHERE number = %s AND finished_at IS NULL", [number])
        if done.rowcount == 0:
            raise NothingToRepair(f"migration {number:04d} is not half done")


@contextmanager
def _alone(dsn: str, wait_s: float) -> Iterator[psycopg.Connection]:
    """Connect and hold the runners' lock.

    It is asked for again and again: a session that waits inside the server holds a snapshot,
    and CREATE INDEX CONCURRENTLY of the runner before would wait for that, for ever.
    """
    deadline = time.monotonic() + wait_s
    with psycopg.connect(dsn, autocommit=True, prepare_threshold=None) as connection:
        while not _yes(connection, "SELECT pg_try_advisory_lock(%s)"):
            if time.monotonic() >= deadline:
                raise MigrationLocked(f"another migration has been running for {wait_s:g} s")
            time.sleep(0.05)
        yield connection


def _yes(connection: psycopg.Connection, question: str) -> bool:
    row = connection.execute(question.encode(), [LOCK]).fetchone()
    return bool(row and row[0])


def _rows(connection: psycopg.Connection) -> list[_Row]:
    query = (
        "SELECT number, name, sha256, finished_at FROM public.schema_migrations ORDER BY number"
    )
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        return cursor.execute(query).fetchall()


def _standings(files: list[Migration], rows: list[_Row]) -> list[Standing]:
    recorded = {row.number: row for row in rows}
    found = [_standing(file, recorded.pop(file.number, None)) for file in files]
    found += [Standing(r.number, r.name, "unknown", r.finished_at) for r in recorded.values()]
    return sorted(found, key=lambda standing: standing.number)


def _standing(file: Migration, row: _Row | None) -> Standing:
    if row is None:
        return Standing(file.number, file.name, "pending", None)
    state: State = "applied" if row.sha256 == file.sha256 else "drifted"
    if row.finished_at is None:
        state = "started"
    return Standing(file.number, file.name, state, row.finished_at)


def _refuse_unfit(standings: list[Standing], connection: psycopg.Connection) -> None:
    """Raise the refusal that the first unfit migration calls for."""
    highest = max((s.number for s in standings if s.state != "pending"), default=0)
    for standing in standings:
        which = f"{standing.number:04d}_{standing.name}"
        if standing.state == "unknown":
            raise MigrationUnknown(
                f"the database has {which}, which this version does not: a newer one was here"
            )
        if standing.state == "started":
            raise MigrationHalfDone(
                f"{which} was started and not finished; {_invalid_indexes(connection)}. "
                "Look, then repair it: as finished, or to be run again."
            )
        if standing.state == "drifted":
            raise MigrationDrifted(f"{which} was changed after it was applied; add a new one")
        if standing.state == "pending" and standing.number < highest:
            raise MigrationOutOfOrder(f"{which} was not applied, but {highest:04d} was; renumber")


def _invalid_indexes(connection: psycopg.Connection) -> str:
    query = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid ORDER BY 1"
    names = [str(row[0]) for row in connection.execute(query)]
    return f"invalid indexes: {', '.join(names)}" if names else "no index is invalid"


def _apply(connection: psycopg.Connection, file: Migration, lock_timeout_s: float) -> Applied:
    began = time.monotonic()
    _fresh_session(connection, lock_timeout_s)
    try:
        if file.in_transaction:
            _apply_whole(connection, file)
        else:
            _apply_in_steps(connection, file)
    except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
        raise MigrationBlocked(f"{file}: {error.diag.message_primary}") from error
    except psycopg.Error as error:
        raise MigrationFailed(f"{file}{_line(file, error)}: {error}") from error
    took_ms = round((time.monotonic() - began) * 1000)
    return Applied(file.number, file.name, file.sha256, took_ms)


def _apply_whole(connection: psycopg.Connection, file: Migration) -> None:
    with connection.transaction():
        _require_lock(connection)
        ours = _transaction(connection)
        connection.execute(file.sql.encode())
        inside = connection.info.transaction_status is TransactionStatus.INTRANS
        if not inside or _transaction(connection) != ours:
            raise MigrationEndsTransaction(
                f"{file} ends its transaction; leave that to the runner"
            )
        connection.execute("RESET SESSION AUTHORIZATION")
        _record(connection, file, "clock_timestamp()")


def _apply_in_steps(connection: psycopg.Connection, file: Migration) -> None:
    _require_lock(connection)
    _record(connection, file, "NULL")
    for statement in file.statements:
        connection.execute(statement.encode())
    connection.execute("RESET SESSION AUTHORIZATION")
    connection.execute(
        "UPDATE public.schema_migrations SET finished_at = clock_timestamp() WHERE number = %s",
        [file.number],
    )


def _record(connection: psycopg.Connection, file: Migration, finished_at: str) -> None:
    connection.execute(
        "INSERT INTO public.schema_migrations (number, name, sha256, finished_at) "
        f"VALUES (%s, %s, %s, {finished_at})".encode(),
        [file.number, file.name, file.sha256],
    )


def _fresh_session(connection: psycopg.Connection, lock_timeout_s: float) -> None:
    """Undo what the file before set; a killed runner's session ends within two seconds."""
    connection.execute("RESET SESSION AUTHORIZATION")
    connection.execute("RESET ALL")
    for name, setting in {
        "search_path": "public",
        "timezone": "UTC",
        "lock_timeout": f"{round(lock_timeout_s * 1000)}ms",
        "client_connection_check_interval": "2s",
    }.items():
        connection.execute("SELECT set_config(%s, %s, false)", [name, setting])


def _require_lock(connection: psycopg.Connection) -> None:
    if not _yes(connection, HOLDS_LOCK):
        raise DirectConnectionNeeded(
            "the migration lock is not ours any more: connect directly, not through a pooler"
        )


def _transaction(connection: psycopg.Connection) -> object:
    row = connection.execute("SELECT pg_catalog.pg_current_xact_id()").fetchone()
    return row and row[0]


def _line(file: Migration, error: psycopg.Error) -> str:
    """Tell the line of a syntax error; PostgreSQL counts characters of what it was sent."""
    position = error.diag.statement_position
    if position is None or not file.in_transaction:
        return ""
    return f", line {file.sql[: int(position) - 1].count(chr(10)) + 1}"
