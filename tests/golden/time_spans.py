"""Cases of timers and of periods that end at another hour than UTC's midnight."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.delivery.timer import spans
from domain.pricing.business_date import Period, day_begins, period_at
from tests.golden.given import Given, first

STARTED = ("started_at", "start", "started", "from", "started_utc")
STOPPED = ("stopped_at", "stop", "stopped", "end", "to", "stopped_utc")


def moment(given: Given, *names: str) -> datetime:
    """An instant; UTC where it does not say."""
    found = datetime.fromisoformat(str(first(given, *names)))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def zone(given: Given) -> str:
    return str(first(given, "zone", "time_zone", "timezone") or "UTC")


def timed(given: Given) -> dict[str, Any]:
    found = spans(moment(given, *STARTED), moment(given, *STOPPED), zone(given))
    minutes = [one.minutes for one in found]
    dates = [one.work_date.isoformat() for one in found]
    by_day = dict(zip(dates, minutes, strict=True))
    return {
        **dict.fromkeys(("minutes_by_day", "split_minutes"), minutes),
        **dict.fromkeys(("dates", "work_dates", "local_dates"), dates),
        "by_day": by_day, "by_date": by_day,
        "starts": [one.starts_at for one in found],
        "minutes": sum(minutes), "total_minutes": sum(minutes),
        "spans": [
            {"date": day, "work_date": day, "starts_at": one.starts_at, "minutes": one.minutes}
            for day, one in zip(dates, found, strict=True)
        ],
    }  # fmt: skip


def period_of(given: Given) -> dict[str, Any]:
    """The period an instant belongs to, of those given by first and last day."""
    periods = tuple(
        Period(date.fromisoformat(one), date.fromisoformat(last) + timedelta(days=1))
        for one, last in (pair(row) for row in given["periods"])
    )
    found = period_at(moment(given, "instant", "utc", "at"), zone(given), periods)
    last = found.until - timedelta(days=1)
    return {"from": str(found.from_date), "period_start": str(found.from_date),
            "to": str(last), "period_end": str(last), "until": str(found.until),
            "index": periods.index(found)}  # fmt: skip


def pair(row: Any) -> tuple[str, str]:
    if isinstance(row, dict):
        return str(first(row, "from", "start")), str(first(row, "to", "end"))
    return row[0], row[1]


def begins(given: Given) -> dict[str, Any]:
    start = day_begins(date.fromisoformat(str(first(given, "date", "day"))), zone(given))
    return dict.fromkeys(("begins_at", "utc", "starts_at"), start.isoformat())


TOPICS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "time.timer": timed,
    "time.timer_across_midnight": timed,
    "time.timer_split": timed,
    "time.elapsed": timed,
    "time.period_of_instant": period_of,
    "time.period_cutoff": period_of,
    "time.day_begins": begins,
    "time.day_start": begins,
}
