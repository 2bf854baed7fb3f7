"""A packet: a report's rows with what is needed to trust, repeat and compare them.

What is hashed is the name, the parameters and the rows in canonical bytes: JSON with sorted keys,
UTF-8, no white space, amounts as strings in their currency's decimals, dates in ISO form. It
holds no random ids, no recorded times and no positions, so two machines that did the same
business have the same digest; position and versions stand beside it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, cached_property
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal
from uuid import UUID

from domain.ledger import posting
from domain.money import quantize

Kind = Literal["text", "date", "count", "number", "amount", "time", "list"]
Row = Sequence[Any]


@dataclass(frozen=True)
class Column:
    """``currency`` names the column that holds an amount's currency; ``beside`` is not hashed."""

    name: str
    kind: Kind = "text"
    currency: str = "currency"
    beside: bool = False

    @property
    def title(self) -> str:
        """As a heading."""
        return self.name.replace("_", " ")


def text(*names: str) -> tuple[Column, ...]:
    """Columns of text."""
    return tuple(Column(name) for name in names)


def amounts(*names: str, currency: str = "currency") -> tuple[Column, ...]:
    """Columns of amounts in the currency that another column names."""
    return tuple(Column(name, "amount", currency) for name in names)


@cache
def code_version() -> str:
    """Version of this program; empty where it runs without being installed."""
    try:
        return version("throughline")
    except PackageNotFoundError:
        return ""


def plain(value: Any) -> Any:
    """A value as JSON has it: numbers with decimals, dates and ids are strings."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value


@dataclass(frozen=True)
class Packet:
    """``known`` is the position it is as of; ``parameters`` are all others, none left out."""

    name: str
    parameters: Mapping[str, Any]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    known: int
    code: str
    policies: Mapping[str, int]

    def said(self, *, beside: bool = False) -> list[dict[str, Any]]:
        """Rows by column name, in the form that is hashed; ``beside``: the other columns too."""
        wanted = [
            (i, column) for i, column in enumerate(self.columns) if beside or not column.beside
        ]
        places = {column.name: i for i, column in enumerate(self.columns)}
        return [
            {column.name: _said(column, row[i], row, places) for i, column in wanted}
            for row in self.rows
        ]

    @cached_property
    def canonical(self) -> bytes:
        """The bytes that are hashed."""
        given = {name: plain(value) for name, value in self.parameters.items()}
        content = {"name": self.name, "parameters": given, "rows": self.said()}
        return json.dumps(
            content, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        ).encode()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes, hexadecimal."""
        return sha256(self.canonical).hexdigest()

    def document(self) -> dict[str, Any]:
        """The whole as JSON values."""
        return {
            "name": self.name,
            "parameters": {name: plain(value) for name, value in self.parameters.items()},
            "digest": self.digest,
            "known": self.known,
            "code_version": self.code,
            "policy_versions": dict(self.policies),
            "columns": [{"name": column.name, "kind": column.kind} for column in self.columns],
            "rows": self.said(beside=True),
        }


def packet(
    name: str, parameters: Mapping[str, Any], columns: tuple[Column, ...],
    rows: Sequence[Row], known: int,
) -> Packet:  # fmt: skip
    """A packet of this version of the program."""
    policies = {"posting": posting.VERSION}
    return Packet(name, parameters, columns, tuple(rows), known, code_version(), policies)


def _said(column: Column, value: Any, row: Row, places: Mapping[str, int]) -> Any:
    if column.kind == "amount" and value is not None:
        return format(quantize(value, row[places[column.currency]]), "f")
    return plain(value)
