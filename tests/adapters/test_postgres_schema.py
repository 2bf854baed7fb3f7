"""The text of a schema: complete, the same everywhere, different where anything differs."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from adapters.postgres import server_binaries
from adapters.postgres.embedded import open_embedded
from adapters.postgres.migrate import migrate
from adapters.postgres.schema import dump_schema, write_schema

ROOT = Path(__file__).parents[2]
ROLE = "schema_reader"
SCHEMA = f"""
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
            CREATE ROLE {ROLE};
        END IF;
    END $$;
    CREATE SCHEMA books;
    CREATE TYPE books.side AS ENUM ('debit', 'credit');
    CREATE DOMAIN books.currency AS text NOT NULL CONSTRAINT iso CHECK (length(VALUE) = 3);
    CREATE TYPE books.pair AS (amount numeric(20, 4), currency books.currency);
    CREATE SEQUENCE books.numbers START 100 CYCLE MAXVALUE 999;
    CREATE TABLE books.entities (
        code text COLLATE "C" PRIMARY KEY,
        parent text REFERENCES books.entities,
        note text DEFAULT 'none'
    );
    CREATE TABLE books.lines (
        id bigint GENERATED ALWAYS AS IDENTITY,
        serial_no serial,
        entity text NOT NULL REFERENCES books.entities ON DELETE RESTRICT,
        day date NOT NULL,
        side books.side NOT NULL,
        amount numeric(20, 4) NOT NULL CHECK (amount > 0),
        signed numeric GENERATED ALWAYS AS (
            CASE side WHEN 'debit' THEN amount ELSE -amount END) STORED,
        PRIMARY KEY (id, day)
    ) PARTITION BY RANGE (day);
    CREATE TABLE books.lines_2030 PARTITION OF books.lines
        FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');
    CREATE INDEX lines_entity ON books.lines (entity, day) INCLUDE (amount) WHERE amount > 10;
    CREATE STATISTICS books.lines_related ON entity, day FROM books.lines;
    CREATE VIEW books.balances AS
        SELECT l.entity, sum(l.signed) AS balance
        FROM books.lines l JOIN books.entities e ON e.code = l.entity GROUP BY l.entity;
    CREATE MATERIALIZED VIEW books.kept AS SELECT entity FROM books.balances;
    CREATE FUNCTION books.refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no'; END $$;
    REVOKE ALL ON FUNCTION books.refuse() FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION books.refuse() TO {ROLE};
    CREATE AGGREGATE books.total (numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = 0);
    CREATE TRIGGER lines_kept BEFORE UPDATE OR DELETE ON books.lines
        FOR EACH ROW EXECUTE FUNCTION books.refuse();
    ALTER TABLE books.entities ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON books.entities FOR SELECT TO {ROLE} USING (code = 'A') ;
    GRANT SELECT ON books.lines TO {ROLE};
    GRANT UPDATE (note) ON books.entities TO {ROLE} WITH GRANT OPTION;
    GRANT USAGE ON SCHEMA books TO {ROLE};
    COMMENT ON TABLE books.lines IS 'It''s the ledger';
    COMMENT ON COLUMN books.lines.amount IS 'Positive';
    COMMENT ON FUNCTION books.refuse() IS 'Refuses';
    COMMENT ON CONSTRAINT iso ON DOMAIN books.currency IS 'ISO 4217';
"""
CHANGES = [
    "ALTER TABLE books.entities ADD extra int",
    "ALTER TABLE books.entities ALTER note TYPE varchar(10)",
    "ALTER TABLE books.entities ALTER note SET NOT NULL",
    "ALTER TABLE books.entities ALTER note DROP DEFAULT",
    "ALTER TABLE books.entities ALTER note SET STORAGE EXTERNAL",
    "ALTER TABLE books.entities SET (fillfactor = 70)",
    "ALTER TABLE books.entities ADD UNIQUE (note)",
    "ALTER TABLE books.entities DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE books.lines DISABLE TRIGGER lines_kept",
    "ALTER TYPE books.side ADD VALUE 'memo'",
    "ALTER DOMAIN books.currency DROP CONSTRAINT iso",
    "ALTER SEQUENCE books.numbers INCREMENT 2",
    "ALTER POLICY own ON books.entities USING (code = 'B')",
    "CREATE INDEX more ON books.entities (note)",
    (
        "CREATE TABLE books.lines_2031 PARTITION OF books.lines "
        "FOR VALUES FROM ('2031-01-01') TO ('2032-01-01')"
    ),
    (
        "CREATE OR REPLACE VIEW books.balances AS SELECT entity, sum(amount) AS balance "
        "FROM books.lines GROUP BY entity"
    ),
    (
        "CREATE OR REPLACE FUNCTION books.refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN NULL; END $$"
    ),
    "GRANT EXECUTE ON FUNCTION books.refuse() TO PUBLIC",
    f"GRANT INSERT ON books.lines TO {ROLE}",
    f"REVOKE UPDATE (note) ON books.entities FROM {ROLE}",
    f"REVOKE USAGE ON SCHEMA books FROM {ROLE}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA books GRANT SELECT ON TABLES TO {ROLE}",
    "COMMENT ON COLUMN books.lines.amount IS 'Above zero'",
    "DROP STATISTICS books.lines_related",
    "DROP AGGREGATE books.total (numeric)",
    "DROP MATERIALIZED VIEW books.kept",
    "DROP TYPE books.pair",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with open_embedded(tmp_path_factory.mktemp("schema") / "server") as embedded:
        yield embedded.dsn(database="postgres")


@pytest.fixture(scope="module")
def described(server: str) -> Iterator[str]:
    with psycopg.connect(server, autocommit=True) as outside:
        outside.execute("CREATE DATABASE described")
        dsn = make_conninfo(server, dbname="described")
        with psycopg.connect(dsn, autocommit=True) as inside:
            inside.execute(SCHEMA.encode())
        yield dsn


@pytest.fixture(scope="module")
def changing(server: str, described: str) -> str:
    """A copy that takes one change after the other."""
    with psycopg.connect(server, autocommit=True) as outside:
        outside.execute("CREATE DATABASE changing TEMPLATE described")
    assert dump_schema(make_conninfo(server, dbname="changing")) == dump_schema(described)
    return make_conninfo(server, dbname="changing")


@pytest.mark.parametrize("change", CHANGES)
def test_every_kind_of_change_shows(changing: str, change: str) -> None:
    before = dump_schema(changing)

    with psycopg.connect(changing, autocommit=True) as connection:
        connection.execute(change.encode())

    assert dump_schema(changing) != before


def test_every_object_is_named(described: str) -> None:
    text = dump_schema(described)

    for name in ("books.pair AS", "books.numbers AS", "books.total(numeric)", "lines_related"):
        assert name in text
    assert "COMMENT ON COLUMN books.lines.amount IS 'Positive';" in text
    assert "REVOKE EXECUTE ON FUNCTION books.refuse() FROM PUBLIC;" in text
    assert "schema_migrations" not in text


def test_rows_and_vacuums_do_not_show(described: str) -> None:
    before = dump_schema(described)
    with psycopg.connect(described, autocommit=True) as connection:
        connection.execute("INSERT INTO books.entities VALUES ('A')")
        connection.execute("SELECT nextval('books.numbers')")
        connection.execute("VACUUM ANALYZE")

    assert dump_schema(described) == before


def test_text_is_the_same_on_every_version_of_the_server(
    tmp_path: Path, described: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest = min(server_binaries.installed(), key=lambda binaries: binaries.major)
    monkeypatch.setattr(server_binaries, "installed", lambda: iter([oldest]))
    with open_embedded(tmp_path / "oldest") as embedded:
        with psycopg.connect(embedded.dsn(), autocommit=True) as connection:
            connection.execute(SCHEMA.encode())

        assert dump_schema(embedded.dsn()) == dump_schema(described)


def test_same_migrations_give_the_same_file(server: str, tmp_path: Path) -> None:
    with psycopg.connect(server, autocommit=True) as outside:
        for name in ("replay_one", "replay_two"):
            outside.execute(f"CREATE DATABASE {name}".encode())
            dsn = make_conninfo(server, dbname=name)
            migrate(dsn, ROOT / "migrations")
            write_schema(dsn, tmp_path / name)

    text = (tmp_path / "replay_one").read_text()
    assert text == (tmp_path / "replay_two").read_text()
    assert "CREATE TABLE public.events (" in text
    assert text.endswith("\n")
