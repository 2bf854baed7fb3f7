"""The file that says whose name is whose: products, projects, people, clients, accounts.

JSON or YAML hold a mapping of names for each kind; CSV has the columns ``kind``, ``from`` and
``to``.
"""

import csv
import json
from collections.abc import Callable, Mapping
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

from adapters.imports.refusals import UnreadableFile
from domain.errors import Refusal

KINDS = ("products", "projects", "people", "clients", "accounts")
NameMap = Mapping[str, Mapping[str, str]]


class BadMap(Refusal):
    """The map is not one of names for each kind."""

    code = "BAD_MAP"


def read_map(path: Path | None) -> NameMap:
    """Names by kind; every kind is there, perhaps empty. Raises BadMap, UnreadableFile."""
    found = _parsed(path) if path else {}
    if not isinstance(found, dict) or not set(found) <= set(KINDS):
        raise BadMap(f"The map must hold names under {', '.join(KINDS)} and nothing else.")
    return {kind: _names(kind, found.get(kind) or {}) for kind in KINDS}


def _parsed(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return _READERS.get(path.suffix.lower(), _rows)(text)
    except OSError as trouble:
        raise UnreadableFile(f"{path.name} cannot be read: {trouble.strerror}.") from None
    except ValueError as trouble:
        raise BadMap(f"{path.name} cannot be read: {trouble}.") from None


def _yaml(text: str) -> Any:
    yaml = import_module("yaml")
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as trouble:
        raise BadMap(f"The YAML cannot be read: {trouble}.") from None


def _rows(text: str) -> Any:
    found: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(StringIO(text)):
        kind, name, ours = (row.get(column) or "" for column in ("kind", "from", "to"))
        if not kind.strip():
            raise BadMap("The map's columns are kind, from and to.")
        found.setdefault(kind.strip(), {})[name.strip()] = ours.strip()
    return found


_READERS: Mapping[str, Callable[[str], Any]] = {".json": json.loads, ".yaml": _yaml, ".yml": _yaml}


def _names(kind: str, names: Any) -> Mapping[str, str]:
    if not isinstance(names, dict):
        raise BadMap(f"Under {kind} the map must hold one name of ours for each of theirs.")
    plain = {str(name): str(ours) for name, ours in names.items() if ours is not None}
    if not all(plain.values()):
        raise BadMap(f"A name of ours under {kind} is empty.")
    return plain
