"""Gapless numbers: allocated in the append that issues the document, never before.

The last document of a series carries its tag; the next one is decided on top of it and the
append refuses if another came between, so callers queue and no number is lost or doubled.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Number:
    """The ``sequence``-th document of a ``series``."""

    series: str
    sequence: int

    @property
    def text(self) -> str:
        """As printed: entity, kind and year, then the sequence."""
        return f"{self.series}-{self.sequence:05d}"

    def part(self, no: int) -> str:
        """As printed on the ``no``-th part of a document, from one."""
        return f"{self.text}/{no}"


def next_number(work: UnitOfWork, kind: str, entity: str, on: date) -> Number:
    """The next number of an entity's series for a kind of document in a year.

    Documents of one append are added in the order of their numbers: the last is the series' head.
    """
    series = f"{entity}-{kind}-{on.year}"
    last: Any = work.latest(f"series {series}")
    before = work.numbered.get(series) or (last.sequence if last else 0)
    work.numbered[series] = before + 1
    return Number(series, before + 1)
