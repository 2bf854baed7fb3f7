"""One figure of a source of exchange rates, and the direction it is quoted in."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast, get_args

Direction = Literal["per_base", "per_unit", "per_100"]
"""Units of the currency for one of the base; units of the base for one, or for 100, of it."""
PER_BASE: Direction = "per_base"
ONE = Decimal(1)


@dataclass(frozen=True)
class Published:
    """``figure`` as the source says it, positive."""

    figure: Decimal
    direction: Direction = PER_BASE

    @classmethod
    def of(cls, figure: Decimal, direction: str) -> "Published":
        """A figure with its direction as it was stored."""
        assert direction in get_args(Direction), direction  # noqa: S101 -- commands check it
        return cls(figure, cast("Direction", direction))

    @property
    def pair(self) -> tuple[Decimal, Decimal]:
        """So many units of the currency are so many of the base: two figures, no division."""
        if self.direction == PER_BASE:
            return self.figure, ONE
        return (ONE if self.direction == "per_unit" else Decimal(100)), self.figure
