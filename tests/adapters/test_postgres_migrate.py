"""Migrations on a real server: once, in turn, whole or reported, and never silently different."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.resources import files
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from adapters.postgres.embedded import open_embedded
from adapters.postgres.migrate import Applied, migrate, repair, status
from adapters.postgres.migration_files import BadMigrationName, read_folder
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

ROOT = Path(__file__).parents[2]
INVOICES = "CREATE TABLE invoices (id bigint PRIMARY KEY, due_on date);"
PAYMENTS = "CREATE TABLE payments (invoice bigint REFERENCES invoices);"
CONCURRENTLY = """-- An index on a busy table.
-- no-transaction

DROP INDEX CONCURRENTLY IF EXISTS invoices_due; -- what a broken build left; see above
CREATE INDEX CONCURRENTLY invoices_due ON invoices (due_on);
"""
RUN = """
import sys
from pathlib import Path
from adapters.postgres.migrate import migrate
print(len(migrate(sys.argv[1], Path(sys.argv[2]))))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with open_embedded(tmp_path_factory.mktemp("migrate") / "server") as embedded:
        yield embedded.dsn(database="postgres")


@pytest.fixture
def dsn(server: str) -> Iterator[str]:
    name = f"migrate_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as outside:
        outside.execute(f"CREATE DATABASE {name}".encode())
        yield make_conninfo(server, dbname=name)
        outside.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path, "0001_invoices", INVOICES)
    written(tmp_path, "0002_payments", PAYMENTS)
    return tmp_path


def written(folder: Path, name: str, sql: str) -> Path:
    file = folder / f"{name}.sql"
    file.write_text(sql)
    return file


def names(applied: list[Applied]) -> list[str]:
    return [f"{one.number:04d}_{one.name}" for one in applied]


def states(dsn: str, folder: Path) -> list[str]:
    return [standing.state for standing in status(dsn, folder)]


def exists(dsn: str, relation: str) -> bool:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [relation]).fetchone()
    return bool(row and row[0])


def runner(dsn: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, dsn, str(folder)],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
    )


def test_files_are_applied_once_and_in_order(dsn: str, folder: Path) -> None:
    first = migrate(dsn, folder)
    second = migrate(dsn, folder)

    assert names(first) == ["0001_invoices", "0002_payments"]
    assert second == []
    assert exists(dsn, "public.payments")


def test_new_file_is_applied_on_top(dsn: str, folder: Path) -> None:
    migrate(dsn, folder)
    written(folder, "0003_refunds", "CREATE TABLE refunds ();")

    assert names(migrate(dsn, folder)) == ["0003_refunds"]


def test_migrations_of_the_program_apply_from_its_package(dsn: str) -> None:
    applied = migrate(dsn, files("migrations"))

    assert names(applied) == sorted(file.stem for file in (ROOT / "migrations").glob("[0-9]*.sql"))
    assert exists(dsn, "public.events")


def test_status_tells_without_changing_anything(dsn: str, folder: Path) -> None:
    before = states(dsn, folder)
    migrate(dsn, folder)
    written(folder, "0003_refunds", "CREATE TABLE refunds ();")

    assert before == ["pending", "pending"]
    assert states(dsn, folder) == ["applied", "applied", "pending"]
    assert status(dsn, folder)[0].finished_at is not None
    assert not exists(dsn, "public.refunds")


def test_four_runners_at_once_apply_everything_once(dsn: str, folder: Path) -> None:
    written(folder, "0003_due", CONCURRENTLY)
    written(folder, "0004_slow", "SELECT pg_sleep(0.3); CREATE TABLE slow ();")

    runners = [runner(dsn, folder) for _ in range(4)]
    said = sorted(process.communicate(timeout=60)[0].strip() for process in runners)

    assert [process.returncode for process in runners] == [0, 0, 0, 0]
    assert said == ["0", "0", "0", "4"]


def test_runner_waits_no_longer_than_it_was_told(dsn: str, folder: Path) -> None:
    written(folder, "0003_slow", "SELECT pg_sleep(1.5);")
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(migrate, dsn, folder)
        while not exists(dsn, "public.payments"):
            time.sleep(0.01)

        with pytest.raises(MigrationLocked):
            migrate(dsn, folder, wait_s=0.2)

        assert names(busy.result()) == ["0001_invoices", "0002_payments", "0003_slow"]


def test_failing_file_leaves_nothing_and_goes_on_once_mended(dsn: str, folder: Path) -> None:
    broken = written(folder, "0003_refunds", "CREATE TABLE refunds ();\nCREATE TABEL oops ();")

    with pytest.raises(MigrationFailed, match=r"0003_refunds, line 2: .*TABEL"):
        migrate(dsn, folder)

    assert not exists(dsn, "public.refunds")
    assert states(dsn, folder) == ["applied", "applied", "pending"]
    broken.write_text("CREATE TABLE refunds ();")
    assert names(migrate(dsn, folder)) == ["0003_refunds"]


def test_runner_killed_in_the_middle_of_a_file_leaves_no_trace(dsn: str, folder: Path) -> None:
    slow = written(folder, "0003_slow", "CREATE TABLE slow (); SELECT pg_sleep(60);")
    killed = runner(dsn, folder)
    sleeping = "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    with psycopg.connect(dsn, autocommit=True) as connection:
        while connection.execute(sleeping).fetchone() is None:
            time.sleep(0.01)
    killed.kill()
    killed.communicate()
    slow.write_text("CREATE TABLE slow ();")

    began = time.monotonic()
    applied = migrate(dsn, folder, wait_s=20)

    assert names(applied) == ["0003_slow"]
    assert time.monotonic() - began < 10  # the dead runner's session is not waited out


def test_changed_file_is_refused_and_nothing_runs(dsn: str, folder: Path) -> None:
    migrate(dsn, folder)
    written(folder, "0001_invoices", INVOICES + " -- improved")
    written(folder, "0003_refunds", "CREATE TABLE refunds ();")

    with pytest.raises(MigrationDrifted, match="0001_invoices"):
        migrate(dsn, folder)

    assert states(dsn, folder) == ["drifted", "applied", "pending"]
    assert not exists(dsn, "public.refunds")


def test_line_ends_are_no_change(dsn: str, folder: Path) -> None:
    file = written(folder, "0003_refunds", "CREATE TABLE refunds (\n);\n")
    migrate(dsn, folder)

    file.write_bytes(b"CREATE TABLE refunds (\r\n);\r\n")

    assert migrate(dsn, folder) == []


def test_database_ahead_of_the_program_is_refused(dsn: str, folder: Path) -> None:
    newer = written(folder, "0003_refunds", "CREATE TABLE refunds ();")
    migrate(dsn, folder)
    newer.unlink()

    with pytest.raises(MigrationUnknown, match=r"0003_refunds.*newer"):
        migrate(dsn, folder)

    assert states(dsn, folder) == ["applied", "applied", "unknown"]


def test_file_slipped_in_before_an_applied_one_is_refused(dsn: str, folder: Path) -> None:
    written(folder, "0004_refunds", "CREATE TABLE refunds ();")
    migrate(dsn, folder)
    written(folder, "0003_late", "CREATE TABLE late ();")

    with pytest.raises(MigrationOutOfOrder, match="0003_late"):
        migrate(dsn, folder)

    assert not exists(dsn, "public.late")


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK", "COMMIT; BEGIN"])
def test_file_that_ends_its_transaction_is_refused(dsn: str, folder: Path, end: str) -> None:
    written(folder, "0003_sly", f"CREATE TABLE sly (); {end};")

    with pytest.raises(MigrationEndsTransaction, match="0003_sly"):
        migrate(dsn, folder)

    assert states(dsn, folder)[-1] == "pending"


def test_busy_table_stops_a_migration_for_a_while_only(dsn: str, folder: Path) -> None:
    migrate(dsn, folder)
    written(folder, "0003_note", "ALTER TABLE invoices ADD note text;")
    with psycopg.connect(dsn) as reader:
        reader.execute("SELECT FROM invoices")

        with pytest.raises(MigrationBlocked, match="0003_note"):
            migrate(dsn, folder, lock_timeout_s=0.2)

    assert names(migrate(dsn, folder)) == ["0003_note"]


def test_setting_and_role_of_one_file_do_not_reach_the_next(dsn: str, folder: Path) -> None:
    role = f"clerk_{uuid4().hex}"
    migrate(dsn, folder)
    written(
        folder,
        "0003_settings",
        f"CREATE ROLE {role}; SET search_path = pg_temp; SET lock_timeout = 0; SET ROLE {role};",
    )
    written(folder, "0004_plain", "CREATE TABLE plain AS SELECT current_setting('lock_timeout');")

    migrate(dsn, folder)

    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT * FROM public.plain").fetchone()
        connection.execute(f"DROP ROLE {role}".encode())
    assert row == ("10s",)


def test_lock_that_does_not_last_asks_for_a_direct_connection(dsn: str, folder: Path) -> None:
    """A transaction pooler takes the session's locks away; so does this file."""
    written(folder, "0003_pooled", "SELECT pg_advisory_unlock_all();")
    written(folder, "0004_refunds", "CREATE TABLE refunds ();")

    with pytest.raises(DirectConnectionNeeded):
        migrate(dsn, folder)

    assert states(dsn, folder)[-1] == "pending"


def test_file_outside_a_transaction_runs_statement_by_statement(dsn: str, folder: Path) -> None:
    written(folder, "0003_due", CONCURRENTLY)

    migrate(dsn, folder)

    assert exists(dsn, "public.invoices_due")
    assert states(dsn, folder) == ["applied", "applied", "applied"]


@pytest.mark.parametrize("finished", [True, False])
def test_half_done_file_is_reported_until_repaired(
    dsn: str, folder: Path, *, finished: bool
) -> None:
    unique = CONCURRENTLY.replace("CREATE INDEX", "CREATE UNIQUE INDEX")
    written(folder, "0003_due", unique)
    migrate_first_two(dsn, folder)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("INSERT INTO invoices VALUES (1, '2030-01-31'), (2, '2030-01-31')")
    with pytest.raises(MigrationFailed, match="invoices_due"):
        migrate(dsn, folder)
    assert states(dsn, folder) == ["applied", "applied", "started"]
    with pytest.raises(MigrationHalfDone, match=r"0003_due.*invalid indexes: invoices_due"):
        migrate(dsn, folder)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("DELETE FROM invoices")
        if finished:
            connection.execute("REINDEX INDEX CONCURRENTLY invoices_due")

    repair(dsn, 3, finished=finished)

    assert names(migrate(dsn, folder)) == ([] if finished else ["0003_due"])
    assert states(dsn, folder) == ["applied", "applied", "applied"]
    with pytest.raises(NothingToRepair):
        repair(dsn, 3, finished=True)


def migrate_first_two(dsn: str, folder: Path) -> None:
    rest = folder / "rest"
    rest.mkdir()
    later = folder / "0003_due.sql"
    later.rename(rest / later.name)
    migrate(dsn, folder)
    (rest / later.name).rename(later)


def test_runner_killed_outside_a_transaction_is_reported(dsn: str, folder: Path) -> None:
    written(folder, "0003_slow", "-- no-transaction\nSELECT pg_sleep(60);")
    killed = runner(dsn, folder)
    while states(dsn, folder)[-1] != "started":
        time.sleep(0.01)
    killed.kill()
    killed.communicate()

    with pytest.raises(MigrationHalfDone, match="0003_slow"):
        migrate(dsn, folder, wait_s=20)


@pytest.mark.parametrize("name", ["1_short", "0003-dashes", "0003_Capitals", "00003_long"])
def test_misnamed_file_is_refused_instead_of_left_out(folder: Path, name: str) -> None:
    written(folder, name, "SELECT 1;")

    with pytest.raises(BadMigrationName, match=re.escape(name)):
        read_folder(folder)


def test_number_taken_twice_is_refused(folder: Path) -> None:
    written(folder, "0002_refunds", "SELECT 1;")

    with pytest.raises(BadMigrationName, match="0002"):
        read_folder(folder)


def test_files_without_a_number_are_left_alone(folder: Path) -> None:
    written(folder, "schema", "CREATE TABLE everything ();")

    assert [file.number for file in read_folder(folder)] == [1, 2]


def test_statements_end_only_where_sql_says_so(tmp_path: Path) -> None:
    statements = [
        "SELECT ';', \"a;b\" /* ; */ -- ;\nFROM c",
        "DO $do$ BEGIN PERFORM 1; END $do$",
        "SELECT 'it''s;' || $$;$$",
    ]
    written(tmp_path, "0001_many", ";\n".join(statements) + ";\n-- the end;\n")

    (file,) = read_folder(tmp_path)

    assert file.statements == [f"{statement};" for statement in statements]


@pytest.mark.skipif(
    "THROUGHLINE_TEST_DATABASE_URL" not in os.environ, reason="no other server is named"
)
def test_runner_works_on_a_server_of_the_system(folder: Path) -> None:
    url = os.environ["THROUGHLINE_TEST_DATABASE_URL"]
    name = f"migrate_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as outside:
        outside.execute(f"CREATE DATABASE {name}".encode())
        written(folder, "0003_due", CONCURRENTLY)
        applied = partial(migrate, make_conninfo(url, dbname=name), folder)

        assert len(applied()) == 3
        assert applied() == []
        outside.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
