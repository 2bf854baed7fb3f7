"""A statistic of a month: a driver that somebody captured, by cost object."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.aggregate import Root, event
from domain.allocation.run import Measured
from domain.identity import named_id


@dataclass(frozen=True)
class Captured:
    """Figures of all cost objects, and where they were taken from."""

    measured: tuple[Measured, ...]
    source: str


def statistic_id(entity: str, statistic: str, month: date) -> UUID:
    """The stream of a statistic's month."""
    return named_id("allocation statistic", f"{entity}:{statistic}:{month}", month)


class Statistic(Root):
    """``captured`` is what holds: a later capture of the month replaces the whole of it."""

    class Taken(Root.Created):
        """A statistic of a month was captured first."""

        TOPIC = "allocation.statistic_taken"
        entity: str
        statistic: str
        month: date
        captured: Captured

    class Corrected(Root.Event):
        """Other figures of the month."""

        TOPIC = "allocation.statistic_corrected"
        entity: str
        statistic: str
        month: date
        captured: Captured

    @event(Taken)
    def __init__(
        self, id: UUID, entity: str, statistic: str, month: date, captured: Captured
    ) -> None:
        self.entity = entity
        self.statistic = statistic
        self.month = month
        self.captured = captured

    def correct(self, captured: Captured) -> None:
        """The same again changes nothing."""
        if captured != self.captured:
            self._corrected(self.entity, self.statistic, self.month, captured)

    @event(Corrected)
    def _corrected(self, entity: str, statistic: str, month: date, captured: Captured) -> None:
        del entity, statistic, month
        self.captured = captured
