"""One entry of hours worked as an export tells it, and what a caller may say about a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from adapters.imports.days import DayOrder
from adapters.imports.numbers import HOURS_DECIMALS, DecimalMark
from adapters.imports.verdict import EqualRows

_HOUR_SECONDS = 3600
_HOURS_UNIT = Decimal(1).scaleb(-HOURS_DECIMALS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOptions:
    """What a file does not say itself. Each reader uses what its format leaves open.

    ``zone`` turns moments into days; ``day_order`` and ``decimal_mark`` are found out where
    None; ``person`` is whose file it is where the format names nobody; ``whole_minutes`` takes
    hours such as 0.33333333 for the 20 minutes they were before they were written as hours.
    """

    today: date
    zone: tzinfo = UTC
    day_order: DayOrder | None = None
    decimal_mark: DecimalMark | None = None
    equal_rows: EqualRows = "refuse"
    person: str | None = None
    whole_minutes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    """An entry that was read.

    Exactly one of ``seconds`` and ``hours`` is set: the unit the export writes. ``started_at``
    and ``ended_at`` have an offset where the export has one, else they are wall-clock times of
    whoever exported. ``amount`` and ``rate`` are what the other system charged, for comparison.
    """

    line: int
    key: tuple[str, ...]
    raw: Mapping[str, str]
    work_date: date
    person: str
    seconds: int | None = None
    hours: Decimal | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    email: str | None = None
    client: str | None = None
    project: str | None = None
    project_code: str | None = None
    task: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    billable: bool | None = None
    is_break: bool = False
    rate: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None
    external_id: str | None = None

    @property
    def seconds_qty(self) -> Decimal:
        """The time worked in seconds, exact."""
        if self.hours is not None:
            return self.hours * _HOUR_SECONDS
        return Decimal(self.seconds or 0)

    @property
    def hours_qty(self) -> Decimal:
        """The time worked in hours: exact where so written, else rounded to four decimals."""
        if self.hours is not None:
            return self.hours
        return (self.seconds_qty / _HOUR_SECONDS).quantize(_HOURS_UNIT, ROUND_HALF_UP)
