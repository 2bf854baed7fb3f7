"""Hours worked: each entry of an export becomes one note of time.

Time is noted in minutes: the nearest one, a half up, at least one of whatever was worked. The
source's own seconds stay in the entry's reference, ``source/entry/seconds``. An entry has its
key from what identifies it in the source alone, so that it is never noted twice: taken in again
with other content, it is refused (``key_reused``).
"""

from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from pydantic import ValidationError

from adapters.imports.days import shift_years
from adapters.imports.plans.directory import Directory
from adapters.imports.plans.name_map import NameMap
from adapters.imports.plans.people import NewPeople, People
from adapters.imports.plans.planned import Plan, Planned, Spot, key_of, unfit
from adapters.imports.plans.projects import Projects
from adapters.imports.plans.window import Window
from adapters.imports.timesheets.entry import TimeOptions, TimeRow
from adapters.imports.timesheets.recognise import read
from adapters.imports.verdict import Broken, CellError, broken
from domain.delivery.time_commands import LogTime
from domain.delivery.time_entry import timesheet_id

_MINUTE_SECONDS = 60
_LONGEST_ID = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class HourChoices:
    """What whoever imports says about the hours; ``project`` takes all of them."""

    reading: TimeOptions
    people: NewPeople
    years: int = 0
    window: Window = field(default_factory=Window)
    source: str | None = None
    project: str | None = None
    exact_names: bool = False


class HourPlan:
    """The plan of one export. ``notes`` tells afterwards what was taken for what."""

    def __init__(
        self, path: Path, choices: HourChoices, directory: Directory, names: NameMap
    ) -> None:
        self._choices = choices
        self._rows = read(path, choices.reading, source=choices.source)
        self._people = People(directory, names["people"], choices.people)
        self._projects = Projects(
            directory,
            names["projects"],
            all_on=choices.project,
            new_in=choices.people.entity if choices.people.may else "",
            exact_names=choices.exact_names,
        )

    def steps(self) -> Plan:
        """Every row's command or what is wrong with it, in the order of the file."""
        for row in self._rows:
            yield from [row] if isinstance(row, Broken) else self._row(row)

    @property
    def notes(self) -> list[str]:
        """What was taken for what by likeness."""
        if "names" not in vars(self._projects):
            return []
        pairs = self._projects.names.taken
        return [f"the project {theirs!r} was taken for {ours!r}" for theirs, ours in pairs]

    def _row(self, row: TimeRow) -> Plan:
        try:
            command = self._command(self._moved(row))
        except CellError as trouble:
            yield broken(row, trouble)
            return
        except ValidationError as error:
            yield broken(row, unfit(error))
            return
        yield from self._taken(command)
        sheet = timesheet_id(command.person_id, command.work_date)
        yield Planned(command.command_id, (command,), (Spot(row.line),), sheet)

    def _command(self, row: TimeRow) -> LogTime:
        """Note an entry. Raises CellError."""
        if row.is_break:
            raise CellError("not_work", "The entry is a break.")
        worked = minutes(row.seconds_qty)
        return note(row, worked, self._people.person(row), self._projects.project(row))

    def _taken(self, command: LogTime) -> Plan:
        """What must be registered before this entry."""
        if person := self._people.needed.pop(command.person_id, None):
            yield person
        if project := self._projects.needed.pop(command.project_id, None):
            yield project

    def _moved(self, row: TimeRow) -> TimeRow:
        """The row on its day. Raises CellError: future_date, out_of_range."""
        day, today = shift_years(row.work_date, self._choices.years), self._choices.reading.today
        if day > today:
            raise CellError("future_date", f"Moved to {day}, the work lies after today, {today}.")
        self._choices.window.check(day)
        return replace(row, work_date=day)


def note(row: TimeRow, worked: int, person_id: UUID, project_id: UUID) -> LogTime:
    """The command that notes so many minutes of an entry."""
    is_jira = row.key[0] == "jira"
    words = (row.task if is_jira else None, row.description)
    return LogTime(
        command_id=key_of("time", *row.key),
        person_id=person_id,
        project_id=project_id,
        work_date=row.work_date,
        minutes=worked,
        activity="" if is_jira else (row.task or "")[:60],
        billable=row.billable is not False,
        note=": ".join(filter(None, words))[:2000],
        external_ref=reference(row),
    )


def minutes(seconds: Decimal) -> int:
    """The nearest whole minutes, at least one. Raises CellError (zero_duration)."""
    if seconds <= 0:
        raise CellError("zero_duration", "Nothing was worked: the entry has no duration.")
    return max(int((seconds / _MINUTE_SECONDS).quantize(Decimal(1), ROUND_HALF_UP)), 1)


def reference(row: TimeRow) -> str:
    """Where the entry comes from and its exact seconds; nothing in it names a person."""
    digest = sha256("\x1f".join(row.key).encode()).hexdigest()[:20]
    is_short = row.external_id and len(row.external_id) <= _LONGEST_ID
    seconds = row.seconds_qty.normalize()
    return f"{row.key[0]}/{row.external_id if is_short else digest}/{seconds:f}s"
