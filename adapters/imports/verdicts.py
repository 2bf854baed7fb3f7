"""What became of every row of a file: a verdict each, a file of them, and their sums.

The file is CSV with the columns ``line, verdict, code, field, message, id``: the id is that of
the record the row made or changed. It appears under its name once it is complete.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from domain.errors import Refusal

Word = Literal["accepted", "answered", "refused"]
"""``answered``: it was accepted before, and nothing was recorded again."""


class Verdict(NamedTuple):
    """One row's verdict, in the order of the columns; ``code`` is empty unless refused."""

    line: int
    verdict: Word
    code: str = ""
    field: str = ""
    message: str = ""
    id: str = ""


class UnwritableVerdicts(Refusal):
    """The verdicts cannot be written where they should be."""

    code = "UNWRITABLE_VERDICTS"


@dataclass(slots=True)
class Tally:
    """Sums of verdicts: ``rows`` is always accepted, answered and refused together."""

    words: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        """Count one more row."""
        self.words[verdict.verdict] += 1
        if verdict.code:
            self.codes[verdict.code] += 1

    @property
    def rows(self) -> int:
        """Rows that got a verdict."""
        return self.words.total()


class Sink(Protocol):
    """Takes verdicts one by one."""

    def writerow(self, row: Verdict, /) -> object:
        """Write one."""


SUFFIX = ".verdicts.csv"


def beside(path: Path) -> Path:
    """Where the verdicts of a file lie unless another place is named."""
    return path.with_name(f"{path.stem}{SUFFIX}")


@contextmanager
def written(path: Path) -> Iterator[Sink]:
    """A file of verdicts to write to; an unfinished one ends in ``.part``.

    Raises UnwritableVerdicts.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        stream = part.open("w", newline="", encoding="utf-8")
    except OSError as trouble:
        reason = f"{part} cannot be written ({trouble.strerror}); name another place."
        raise UnwritableVerdicts(reason) from None
    with stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(Verdict._fields)
        yield writer
    part.replace(path)
