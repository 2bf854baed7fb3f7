"""A check: one named rule that must hold; reads the log page by page, then concludes."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from psycopg import OperationalError

from projections.projection import Projection
from projections.recorded import Decode, Recorded
from projections.table import Conn

MOST_NAMED = 20
REACTIONS = frozenset({"policies", "posting"})


@dataclass(frozen=True)
class Verdict:
    """What a check looked at, in figures, and what is off: all counted, the first ones named."""

    name: str
    figures: str
    found: int
    findings: tuple[str, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing is off."""
        return not self.found


@dataclass(frozen=True)
class Reader:
    """A live reader of the log and how far it has read."""

    slot: str
    position: int
    halted: str | None


@dataclass(frozen=True)
class Evidence:
    """One snapshot: the log up to ``end``, the readers by name, the projections of this version.

    All that follows from the facts up to ``facts`` has been posted and read by everybody; all
    should have read up to ``due``.
    """

    conn: Conn
    decode: Decode
    projections: Sequence[Projection]
    readers: dict[str, Reader]
    end: int
    facts: int
    due: int

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Answer a query about the live tables."""
        return self.conn.execute(query, values, binary=True).fetchall()


class Check:
    """Subclasses set ``name`` and override ``read``, ``conclude`` or both."""

    name: str
    stops_at_facts: ClassVar[bool] = False

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self._found = 0
        self._findings: list[str] = []
        self._seconds = 0.0
        self._broken = False

    def read(self, page: Sequence[Recorded]) -> None:
        """Take the next events of the log."""

    def conclude(self) -> str:
        """Look at what is left to look at; answers what was looked at, in figures."""
        return ""

    def find(self, what: str) -> None:
        """Note something that is off."""
        self._found += 1
        if len(self._findings) < MOST_NAMED:
            self._findings.append(what)

    def take(self, page: Sequence[Recorded]) -> None:
        """Read a page, or as much of it as concerns this check, and keep the time."""
        if self.stops_at_facts:
            page = [at for at in page if at.position <= self.evidence.facts]
        if page and not self._broken:
            with self._careful(f"events {page[0].position} to {page[-1].position}"):
                self.read(page)

    def verdict(self) -> Verdict:
        """Conclude."""
        figures = "not checked to the end"
        if not self._broken:
            with self._careful("the tables"):
                figures = self.conclude()
        return Verdict(self.name, figures, self._found, tuple(self._findings), self._seconds)

    @contextmanager
    def _careful(self, what: str) -> Iterator[None]:
        """Keep the time; what cannot be checked at all is a finding, not the end of the others."""
        begun = time.perf_counter()
        try:
            with self.evidence.conn.transaction():
                yield
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 -- damaged data may break any rule
            self._broken = True
            self.find(f"{what} cannot be checked: {type(error).__name__}: {error}")
        self._seconds += time.perf_counter() - begun
