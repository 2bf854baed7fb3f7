"""One rate as a file of the European Central Bank says it, its number still text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from adapters.imports.verdict import Cell


@dataclass(frozen=True, slots=True)
class Quote:
    """A rate of one currency on one day."""

    line: int
    raw: Mapping[str, str]
    day: date
    currency: str
    rate: Cell
