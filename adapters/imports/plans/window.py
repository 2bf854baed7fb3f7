"""The days an import is asked to take in; rows of other days are refused and counted."""

from dataclasses import dataclass
from datetime import date

from adapters.imports.verdict import CellError


@dataclass(frozen=True, slots=True)
class Window:
    """Both ends belong to it; an end that is None is open."""

    since: date | None = None
    until: date | None = None

    def check(self, day: date | None, field: str | None = None) -> None:
        """Pass a day inside, and a row without one. Raises CellError (out_of_range)."""
        if day is None:
            return
        if self.since and day < self.since:
            raise CellError("out_of_range", f"{day} is before {self.since}, as asked.", field)
        if self.until and day > self.until:
            raise CellError("out_of_range", f"{day} is after {self.until}, as asked.", field)
