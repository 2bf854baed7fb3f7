"""The demo on real files: deals, hours and rates of a folder become a billed and closed month.

The files go through ``throughline import`` as a user would send them; their dates are moved by
whole years into the demo's, where the rates are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from adapters.imports import crm, ecb
from adapters.imports.deal import DealOptions
from adapters.imports.timesheets.entry import TimeOptions
from adapters.imports.timesheets.recognise import read as read_hours
from adapters.imports.verdict import Broken
from api.commands.import_ import command as importing
from api.demo.closing import closing, revaluing
from api.demo.firm import HOUSES, YEAR
from api.demo.month import last_day
from api.demo.year import MANAGER, OFFICE
from api.followers import Followers
from api.wiring import System
from domain.actor import Actor
from domain.command import Command
from domain.delivery.time_commands import ApproveTime, SubmitTimesheet
from domain.delivery.time_entry import monday_of
from domain.errors import Refusal
from domain.identity import named_id
from domain.ledger.commands import OpenPeriod
from domain.organisation.commands import RegisterLegalEntity

HOUSE = HOUSES[0]
TODAY = datetime.now(UTC).date
WEEKS = """
SELECT DISTINCT person_id, date_trunc('week', work_date)::date FROM time_entries
WHERE state = ANY(%s) ORDER BY 2, 1
"""
TIME_PROJECTS = """
SELECT p.code FROM projects p JOIN contracts c ON c.id = p.contract_id
WHERE c.billing_model = 'time_and_materials' ORDER BY p.code LIMIT %s
"""
UNBILLED = """
SELECT contract_id, kind, holder_id, id FROM billables
WHERE NOT billed AND earned_on <= %s ORDER BY contract_id, earned_on, id
"""


class Files:
    """What a folder holds, told apart by the importers themselves."""

    def __init__(self, folder: Path) -> None:
        self._all = [path for path in sorted(folder.rglob("*")) if path.is_file()]

    @cached_property
    def rates(self) -> list[Path]:
        """Files of exchange rates that reach the demo's year."""
        return [path for path in self._all if last_of(path, rate_days) >= date(YEAR, 1, 1)]

    @cached_property
    def deals(self) -> list[tuple[Path, int]]:
        """Files of deals, and the years their dates move."""
        found = [(path, last_of(path, deal_days)) for path in self._all]
        return [(path, YEAR - last.year) for path, last in found if last > date.min]

    @cached_property
    def hours(self) -> list[tuple[Path, int]]:
        """Files of hours, and the years their dates move."""
        found = [(path, last_of(path, work_days)) for path in self._all]
        return [(path, YEAR - last.year) for path, last in found if last > date.min]


def last_of(path: Path, days: Callable[[Path], Iterator[date]]) -> date:
    """The last day in a file; the first of all days where it is of another kind."""
    try:
        return max(days(path), default=date.min)
    except (Refusal, OSError):
        return date.min


def rate_days(path: Path) -> Iterator[date]:
    """Days of a rates file."""
    if path.suffix not in {".csv", ".xml"}:
        return
    for row in ecb.read(path, TODAY()):
        if not isinstance(row, Broken):
            yield row.rate_date


def deal_days(path: Path) -> Iterator[date]:
    """Closing days of a pipeline file."""
    for row in crm.read_deals(path, DealOptions(today=TODAY())):
        if not isinstance(row, Broken) and row.closed_on:
            yield row.closed_on


def work_days(path: Path) -> Iterator[date]:
    """Days of a file of hours."""
    for row in read_hours(path, TimeOptions(today=TODAY(), person="somebody")):
        if not isinstance(row, Broken):
            yield row.work_date


class RealYear:
    """Takes the files of a folder in, approves, bills and closes; ``settle`` as the other year."""

    before_late_fact = 0

    def __init__(self, system: System, folder: Path, say: Callable[[str], None]) -> None:
        self._system = system
        self._files = Files(folder)
        self._say = say
        self._store = system.store
        self._followers = Followers(system)

    def settle(self) -> None:
        """Follow up, post and project all there is."""
        self._followers.settle()

    def run(self) -> int:
        """Everything; the number of the month that is billed and closed."""
        self._found()
        for path in self._files.rates:
            self._take("rates", path)
        for path, years in self._files.deals:
            self._take(
                "deals", path, *ours(years), "--currency", HOUSE.foreign, "--billing", "mixed"
            )
        self.settle()
        for (path, years), project in zip(self._files.hours, self._projects(), strict=False):
            extra = () if self._has_persons(path) else ("--person", "somebody")
            self._take("time", path, *ours(years), "--project", project, *extra)
        self.settle()
        self._approve()
        month = self._bill()
        self._close(month)
        return month

    def _has_persons(self, path: Path) -> bool:
        return path.suffix == ".csv"

    def _found(self) -> None:
        self._do(OFFICE, RegisterLegalEntity(
            command_id=named_id("demo files", "found"), code=HOUSE.code, name=HOUSE.name,
            currency=HOUSE.currency, country=HOUSE.country, zone=HOUSE.zone,
        ))  # fmt: skip
        for month in range(1, 13):
            self._do(OFFICE, OpenPeriod(
                command_id=named_id("demo files", f"open {month}"), entity=HOUSE.code,
                month=date(YEAR, month, 1),
            ))  # fmt: skip

    def _take(self, kind: str, path: Path, *options: str) -> None:
        verdicts = self._system.settings.home / "verdicts" / f"{kind}-{path.name}.csv"
        verdicts.parent.mkdir(parents=True, exist_ok=True)
        words = [kind, str(path), "--verdicts", str(verdicts), "--actor", OFFICE.id, *options]
        try:
            importing.main(words, prog_name="import", standalone_mode=False)
        except SystemExit:
            self._say(f"{path.name} was refused as a whole")
        except click.ClickException as error:
            self._say(f"{path.name}: {error.format_message()}")

    def _projects(self) -> list[str]:
        """A won time-and-materials project for each file of hours."""
        with self._system.connect() as conn:
            rows = conn.execute(TIME_PROJECTS, [len(self._files.hours)]).fetchall()
        return [row[0] for row in rows]

    def _approve(self) -> None:
        for states, make, actor in ((["logged"], SubmitTimesheet, OFFICE),
                                    (["submitted"], ApproveTime, MANAGER)):  # fmt: skip
            for person, week in self._rows(WEEKS, [states]):
                words = f"{make.__name__} {person} {week}"
                self._do(actor, make(command_id=named_id("demo files", words), person_id=person,
                                     week=max(week, monday_of(week))))  # fmt: skip
            self.settle()

    def _bill(self) -> int:
        """One invoice a contract for all it has unbilled; the month is that of the last work."""
        last = self._rows("SELECT max(earned_on) FROM billables", [])[0][0] or date(YEAR, 12, 31)
        end = last_day(last.month)
        held: dict[UUID, dict[tuple[str, UUID], list[UUID]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for contract, kind, holder, item in self._rows(UNBILLED, [end]):
            held[contract][kind, holder].append(item)
        for contract, sources in held.items():
            self._do(OFFICE, invoice(contract, end, sources))
        self.settle()
        return int(end.month)

    def _close(self, month: int) -> None:
        for number in range(1, month + 1):
            first = date(YEAR, number, 1)
            self.settle()
            for steps in (revaluing, closing):
                for command in list(steps(self._system, "demo files", HOUSE.code, first)):
                    self._do(OFFICE, command)
                self.settle()
        self.settle()

    def _rows(self, query: str, given: Sequence[Any]) -> list[Any]:
        with self._system.connect() as conn:
            return conn.execute(query, given).fetchall()

    def _do(self, actor: Actor, command: Command) -> None:
        try:
            self._store.execute(command, actor)
        except Refusal as refusal:
            self._say(f"{type(command).__name__} refused ({refusal.code}): {refusal}")


def ours(years: int) -> tuple[str, ...]:
    """Options of files about one entity."""
    return ("--entity", HOUSE.code, "--shift-years", str(years), "--create-missing",
            "--cost-rate", "60")  # fmt: skip


def invoice(contract: UUID, on: date, sources: dict[tuple[str, UUID], list[UUID]]) -> Command:
    """Everything a contract has unbilled."""
    from domain.billing.invoice_commands import IssueInvoice

    listed = [{"kind": k, "holder_id": h, "ids": ids} for (k, h), ids in sources.items()]
    return IssueInvoice.model_validate({
        "command_id": named_id("demo files", f"bill {contract} {on}"),
        "invoice_id": named_id("demo invoice", f"{contract} {on}"), "contract_id": contract,
        "issued_on": on, "sources": listed,
    })  # fmt: skip
