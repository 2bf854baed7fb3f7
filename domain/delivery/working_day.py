"""A person's day: it has 24 hours, and nobody works twice at one time of it."""

from collections.abc import Iterable

from domain.delivery.time_entry import MINUTES_PER_DAY, Entry
from domain.errors import Refusal


class TooManyHours(Refusal):
    """A day of one person would have more than 24 hours."""

    code = "TOO_MANY_HOURS"


class TimeOverlaps(Refusal):
    """Another note of the person says they worked at that time."""

    code = "TIME_OVERLAPS"


class PastMidnight(Refusal):
    """Work that goes on after midnight is noted on the day it goes on, too."""

    code = "PAST_MIDNIGHT"


def minute_of(time: str) -> int:
    """Minutes since midnight of a local time ``HH:MM``."""
    return int(time[:2]) * 60 + int(time[3:])


def clock(minute: int) -> str:
    """The local time of a minute of the day; 24:00 is its end."""
    return f"{minute // 60:02}:{minute % 60:02}"


def refuse_day(entries: Iterable[Entry], noted: int, new: Entry) -> None:
    """Whether a note fits its day beside the others, of which ``noted`` minutes count.

    Raises TooManyHours, PastMidnight, TimeOverlaps. Notes without a time of day overlap nothing.
    """
    listed = [one for one in entries if one.work_date == new.work_date]
    replaced = sum(one.minutes for one in listed if one.id == new.id)
    if noted - replaced + new.minutes > MINUTES_PER_DAY:
        raise TooManyHours(f"more than 24 hours on {new.work_date}", field="minutes")
    if not new.placement.starts_at:
        return
    start = minute_of(new.placement.starts_at)
    end = start + new.minutes
    if end > MINUTES_PER_DAY:
        raise PastMidnight(f"{clock(start)} and {new.minutes} min", field="minutes")
    for one in listed:
        _refuse_overlap(one, new, start, end)


def _refuse_overlap(one: Entry, new: Entry, start: int, end: int) -> None:
    if one.id == new.id or one.state == "reversed" or not one.placement.starts_at:
        return
    began = minute_of(one.placement.starts_at)
    if began < end and start < began + one.minutes:
        when = f"{one.placement.starts_at} to {clock(began + one.minutes)}"
        raise TimeOverlaps(f"{when} on {one.work_date} is noted already", field="starts_at")
