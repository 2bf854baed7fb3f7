"""Beginning, end and duration of an entry, as timer programs write them in separate columns.

The duration is what was worked. The clock may differ from it by rounding and by up to an hour
where clocks were changed; by more, the row contradicts itself.
"""

from datetime import datetime

from adapters.imports.days import (
    DayOrder,
    clock_of,
    day_of,
    duration_of,
    past_day,
    within_a_day,
)
from adapters.imports.timesheets.entry import TimeOptions
from adapters.imports.verdict import Cell

_CLOCK_CHANGE_SECONDS = 3600


def began(day: Cell, clock: Cell, order: DayOrder, options: TimeOptions) -> datetime:
    """Read when an entry began: wall-clock time, not after today. Raises CellError."""
    return datetime.combine(past_day(day, options.today, order), clock_of(clock))


def ended(day: Cell, clock: Cell, order: DayOrder) -> datetime:
    """Read when an entry ended: wall-clock time. Raises CellError."""
    return datetime.combine(day_of(day, order), clock_of(clock))


def worked(start: datetime, end: datetime, duration: Cell) -> int:
    """Read the seconds worked, and hold them against the clock.

    Raises CellError: bad_duration, negative_hours, too_many_hours, duration_mismatch.
    """
    written, ticked = duration_of(duration), int((end - start).total_seconds())
    if abs(written - ticked) <= _CLOCK_CHANGE_SECONDS:
        return written
    if ticked < 0:
        raise duration.error("negative_hours", f"The end {end} is before the start {start}.")
    reason = f"{{}} were worked, but from {start} to {end} it is {end - start}."
    raise duration.error("duration_mismatch", reason)


def elapsed(start: datetime, end: datetime, cell: Cell) -> int:
    """Count the seconds from start to end. Raises CellError: negative_hours, too_many_hours."""
    return within_a_day(int((end - start).total_seconds()), cell)
