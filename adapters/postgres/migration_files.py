"""Migrations as files: ``NNNN_name.sql``, plain SQL, in the order of their numbers.

A file whose leading comment has the line ``-- no-transaction`` runs statement by statement and
outside a transaction, for what PostgreSQL allows nowhere else, such as CREATE INDEX CONCURRENTLY.
Write it so that it can be run again. Other files whose names start with no digit are ignored.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources.abc import Traversable
from pathlib import Path

from domain.errors import Refusal

NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
OUTSIDE = re.compile(r"(?:--[^\n]*\n|\s)*?-- no-transaction\s*(?:\n|$)")
TOKEN = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|;", re.DOTALL
)


class BadMigrationName(Refusal):
    """A migration's file name is no ``NNNN_name.sql``, or its number is taken twice."""

    code = "MIGRATION_BAD_NAME"


@dataclass(frozen=True)
class Migration:
    """One numbered file; ``sha256`` is the hex digest of its text, line ends as on Unix."""

    number: int
    name: str
    sql: str
    sha256: str

    @property
    def in_transaction(self) -> bool:
        """Whether the file runs whole or not at all."""
        return OUTSIDE.match(self.sql) is None

    @property
    def statements(self) -> list[str]:
        """The file's statements, for those that cannot go to the server in one piece."""
        ends = [found.end() for found in TOKEN.finditer(self.sql) if found.group() == ";"]
        starts = [0, *ends]
        pieces = (self.sql[a:b] for a, b in zip(starts, [*ends, len(self.sql)], strict=True))
        return [piece.strip() for piece in pieces if TOKEN.sub("", piece).strip()]

    def __str__(self) -> str:
        return f"{self.number:04d}_{self.name}"


def read_folder(folder: Path | Traversable) -> list[Migration]:
    """Read every migration of a folder, in order. Raises BadMigrationName."""
    names = [file for file in folder.iterdir() if re.match(r"\d.*\.sql$", file.name)]
    migrations = sorted((_read(file) for file in names), key=lambda migration: migration.number)
    numbers = [migration.number for migration in migrations]
    twice = {f"{number:04d}" for number in numbers if numbers.count(number) > 1}
    if twice:
        raise BadMigrationName(f"migration numbers taken twice: {', '.join(sorted(twice))}")
    return migrations


def _read(file: Path | Traversable) -> Migration:
    named = NAME.fullmatch(file.name)
    if named is None:
        raise BadMigrationName(f"{file.name} is no NNNN_name.sql in small letters")
    sql = file.read_text(encoding="utf-8").replace("\r\n", "\n")
    return Migration(int(named[1]), named[2], sql, sha256(sql.encode()).hexdigest())
