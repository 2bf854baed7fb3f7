"""Published worked examples, read from a folder: a JSON list of cases a file."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parents[3] / "shared" / "golden"
WORKED = Path(__file__).parent / "worked"
"""Cases of our own, worked by hand; their input is written as publishers write theirs."""


@dataclass(frozen=True)
class Case:
    """``input`` in terms of the domain, ``expected`` as published."""

    id: str
    topic: str
    input: dict[str, Any]
    expected: Any
    tolerance: Decimal | None
    convention: str

    @classmethod
    def read(cls, raw: dict[str, Any]) -> "Case":
        """Of a case's JSON object; amounts are strings there."""
        return cls(
            raw["id"],
            raw["topic"],
            raw["input"],
            raw["expected"],
            leading_number(str(raw.get("tolerance", ""))),
            raw.get("convention", ""),
        )


def leading_number(words: str) -> Decimal | None:
    """The number a text begins with: tolerances stand in the unit of the case's figures."""
    found = re.match(r"\d+(\.\d+)?", words)
    return Decimal(found[0]) if found else None


def cases_in(folder: Path) -> list[Case]:
    """Every case of every file, in the order of names."""
    return [
        Case.read(raw)
        for file in sorted(folder.glob("*.json"))
        for raw in json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    ]
