"""A person's timer: it runs for one thing at a time, and what it took becomes time noted."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from domain.aggregate import Root, event
from domain.delivery.time_entry import MINUTES_PER_DAY
from domain.delivery.working_day import TooManyHours, clock
from domain.errors import Refusal
from domain.identity import named_id
from domain.pricing.business_date import zone_of


class TimerRuns(Refusal):
    """The person's timer runs already: stop it first."""

    code = "TIMER_RUNS"


class NoTimerRuns(Refusal):
    """The person's timer does not run."""

    code = "NO_TIMER_RUNS"


class StoppedEarly(Refusal):
    """A timer stops after it was started."""

    code = "STOPPED_EARLY"


def timer_id(person_id: UUID) -> UUID:
    """The stream of a person's timer."""
    return named_id("timer", str(person_id))


def instant(text: str) -> datetime:
    """A time with its offset from UTC, as ISO 8601 writes it. Raises ValueError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time needs its offset from UTC")
    return found


def utc(moment: datetime) -> str:
    """A time as facts keep it."""
    return moment.astimezone(UTC).isoformat()


@dataclass(frozen=True)
class Span:
    """Minutes of one local day, from a time of it on."""

    work_date: date
    starts_at: str
    minutes: int


def spans(started: datetime, stopped: datetime, zone: str) -> list[Span]:
    """The days a timer ran on, each from its first minute; begun minutes count from half on.

    A timer counts a minute at least and a day at most. Raises StoppedEarly, TooManyHours.
    """
    if stopped < started:
        raise StoppedEarly(f"started at {started.isoformat()}", field="stopped_at")
    left = max(1, int((stopped - started + timedelta(seconds=30)).total_seconds()) // 60)
    if left > MINUTES_PER_DAY:
        raise TooManyHours("the timer ran for more than 24 hours", field="stopped_at")
    local = started.astimezone(zone_of(zone))
    day, first, found = local.date(), local.hour * 60 + local.minute, []
    while left:
        minutes = min(left, MINUTES_PER_DAY - first)
        found.append(Span(day, clock(first), minutes))
        day, first, left = day + timedelta(days=1), 0, left - minutes
    return found


@dataclass(frozen=True)
class Running:
    """What the timer runs for; ``started_at`` in UTC, as ISO 8601 writes it."""

    project_id: UUID
    activity: str
    billable: bool
    started_at: str
    work_item: str = ""


class Timer(Root):
    """Of one person; it runs for one thing or for none."""

    class Kept(Root.Created):
        """A person uses a timer for the first time."""

        TOPIC = "delivery.timer_kept"
        person_id: UUID

    class Started(Root.Event):
        """Somebody began to work."""

        TOPIC = "delivery.timer_started"
        person_id: UUID
        running: Running

    class Stopped(Root.Event):
        """They stopped; the notes of time are the timesheet's."""

        TOPIC = "delivery.timer_stopped"
        person_id: UUID
        stopped_at: str
        entry_ids: tuple[UUID, ...]

    class Discarded(Root.Event):
        """It ran for nothing."""

        TOPIC = "delivery.timer_discarded"
        person_id: UUID
        why: str

    @event(Kept)
    def __init__(self, id: UUID, person_id: UUID) -> None:
        self.person_id = person_id
        self.running: Running | None = None

    def start(self, running: Running) -> None:
        """Raises TimerRuns."""
        if self.running:
            raise TimerRuns(f"running since {self.running.started_at}", field="person_id")
        self._started(self.person_id, running)

    def require_running(self) -> Running:
        """What it runs for. Raises NoTimerRuns."""
        if self.running is None:
            raise NoTimerRuns("the timer does not run", field="person_id")
        return self.running

    def stop(self, stopped: datetime, entry_ids: tuple[UUID, ...]) -> None:
        """Raises NoTimerRuns."""
        self.require_running()
        self._stopped(self.person_id, utc(stopped), entry_ids)

    def discard(self, why: str) -> None:
        """Raises NoTimerRuns."""
        self.require_running()
        self._discarded(self.person_id, why)

    @event(Started)
    def _started(self, person_id: UUID, running: Running) -> None:
        del person_id
        self.running = running

    @event(Stopped)
    def _stopped(self, person_id: UUID, stopped_at: str, entry_ids: tuple[UUID, ...]) -> None:
        del person_id, stopped_at, entry_ids
        self.running = None

    @event(Discarded)
    def _discarded(self, person_id: UUID, why: str) -> None:
        del person_id, why
        self.running = None
