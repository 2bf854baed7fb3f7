"""`throughline import` as a person runs it, on a test's own database, and what it left there."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.commands.import_ import command
from api.settings import settings
from api.wiring import System

ENTITY = ("--entity", "DE01")


@dataclass(frozen=True)
class Importer:
    """Runs imports against ``system`` and asks its database what came of them."""

    system: System
    folder: Path

    def __call__(self, *words: object) -> Result:
        return CliRunner().invoke(command, [str(word) for word in words])

    def verdicts(self, *words: object) -> list[dict[str, str]]:
        """Run an import that must not fail; its verdicts."""
        place = self.folder / "verdicts.csv"
        result = self(*words, "--verdicts", place)
        assert result.exit_code == 0, result.output
        with place.open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream))

    def ask(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        with self.system.connect() as conn:
            return conn.execute(query, arguments).fetchall()

    def one(self, query: str, *arguments: object) -> Any:
        return self.ask(query, *arguments)[0][0]

    @property
    def position(self) -> int:
        return int(self.one("SELECT coalesce(max(position), 0) FROM events"))


def environment(system: System) -> dict[str, str]:
    """What a process needs to work on the test's database."""
    return {
        "DATABASE_URL": system.addresses.owner,
        "THROUGHLINE_MASTER_KEY": "A" * 43 + "=",
        "THROUGHLINE_HOME": str(system.settings.home),
    }


def importer_on(
    system: System, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Importer]:
    """Point the command line at a test's database until the test is over."""
    for name, value in environment(system).items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield Importer(system, folder)
    settings.cache_clear()


def counted(verdicts: list[dict[str, str]]) -> dict[str, int]:
    """Rows by verdict, and refused ones by code too."""
    found: dict[str, int] = {}
    for row in verdicts:
        for word in filter(None, (row["verdict"], row["code"])):
            found[word] = found.get(word, 0) + 1
    return found


def reasons(verdicts: list[dict[str, str]]) -> dict[int, str]:
    """Codes of refused rows by line."""
    return {int(row["line"]): row["code"] for row in verdicts if row["verdict"] == "refused"}
