"""An entity's policy for time: which days of a week a person accounts for."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.identity import named_id


class MissingDays(Refusal):
    """Days of the week have no time, and nobody said that they were off."""

    code = "MISSING_DAYS"


def time_policy_id(entity: str) -> UUID:
    """The stream of an entity's policy for time."""
    return named_id("time policy", entity)


class TimePolicy(Root):
    """``weekdays`` are ISO numbers, Monday is 1; none is asked for until somebody says so."""

    class Begun(Root.Created):
        """An entity sets its first rule."""

        TOPIC = "delivery.time_policy_begun"
        entity: str

    class WeekdaysSet(Root.Event):
        """These days have time before a week is submitted."""

        TOPIC = "delivery.required_weekdays_set"
        entity: str
        weekdays: tuple[int, ...]

    @event(Begun)
    def __init__(self, id: UUID, entity: str) -> None:
        self.entity = entity
        self.weekdays: tuple[int, ...] = ()

    def require(self, weekdays: Iterable[int]) -> None:
        """Ask for these days; the same again changes nothing."""
        wanted = tuple(sorted(set(weekdays)))
        if wanted != self.weekdays:
            self._weekdays_set(self.entity, wanted)

    def refuse_missing(
        self, monday: date, until: date, minutes: Mapping[date, int], off: Iterable[date]
    ) -> None:
        """Whether the days of a week up to ``until`` have time or were off. Raises MissingDays."""
        days = [monday + timedelta(days=number - 1) for number in self.weekdays]
        open_ = (day for day in days if day <= until and day not in set(off))
        if missing := [str(day) for day in open_ if not minutes.get(day)]:
            raise MissingDays(f"no time on {', '.join(missing)}", field="days_off")

    @event(WeekdaysSet)
    def _weekdays_set(self, entity: str, weekdays: tuple[int, ...]) -> None:
        del entity
        self.weekdays = weekdays
