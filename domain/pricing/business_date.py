"""Business dates: the local day of an instant, and periods of local days.

Instants are UTC; a zone is a name of the IANA database and fixed per contract. A period is
half-open, so that periods that follow one another share no day. Days are local: where clocks
change they have 23 or 25 hours.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import Refusal


class UnknownZone(Refusal):
    """The name is no time zone of the IANA database."""

    code = "UNKNOWN_ZONE"


class NaiveInstant(Refusal):
    """The time has no offset, so it is no instant."""

    code = "NAIVE_INSTANT"


class EmptyPeriod(Refusal):
    """The period ends on or before the day it begins."""

    code = "EMPTY_PERIOD"


class NoPeriod(Refusal):
    """No period, or more than one, has the day in it."""

    code = "NO_SINGLE_PERIOD"


@dataclass(frozen=True)
class Period:
    """Days from ``from_date`` on, before ``until``. Raises EmptyPeriod."""

    from_date: date
    until: date

    def __post_init__(self) -> None:
        if self.until <= self.from_date:
            raise EmptyPeriod(f"from {self.from_date} until {self.until}", field="until")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.from_date).days

    def holds(self, day: date) -> bool:
        """Whether the day is in it."""
        return self.from_date <= day < self.until


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(f"{name!r} is no IANA time zone", field="zone") from None


def business_date(instant: datetime, zone: str) -> date:
    """The local date of an instant. Raises NaiveInstant, UnknownZone."""
    if instant.utcoffset() is None:
        raise NaiveInstant(f"{instant.isoformat()} has no offset from UTC", field="instant")
    return instant.astimezone(zone_of(zone)).date()


def day_begins(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC.

    Where midnight is skipped the day begins with the skip; where it comes twice, with the
    first. Raises UnknownZone.
    """
    return datetime.combine(day, time(), zone_of(zone)).astimezone(UTC)


def hours_of(day: date, zone: str) -> Decimal:
    """Length of a local day: 24 hours but where clocks change. Raises UnknownZone."""
    length = day_begins(day + timedelta(days=1), zone) - day_begins(day, zone)
    return Decimal(length // timedelta(seconds=1)) / 3600


def month_of(day: date) -> Period:
    """The calendar month of a local date."""
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1))


def month_at(instant: datetime, zone: str) -> Period:
    """The local month of an instant. Raises NaiveInstant, UnknownZone."""
    return month_of(business_date(instant, zone))


def period_at(instant: datetime, zone: str, periods: tuple[Period, ...]) -> Period:
    """The one period that has the instant's local date.

    Raises NoPeriod, NaiveInstant, UnknownZone.
    """
    day = business_date(instant, zone)
    found = [period for period in periods if period.holds(day)]
    if len(found) != 1:
        raise NoPeriod(f"{len(found)} periods have {day}", field="instant")
    return found[0]


def bounds_of(period: Period, zone: str) -> tuple[datetime, datetime]:
    """The instants, UTC, from which and before which a period is. Raises UnknownZone."""
    return day_begins(period.from_date, zone), day_begins(period.until, zone)
