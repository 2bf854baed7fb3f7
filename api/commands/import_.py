"""``throughline import``: files of other systems in, with a verdict for every row.

Each row becomes commands whose keys follow from the row, so a file may be taken in as often as
one likes: what was accepted before is answered again. A broken row is refused with its line and
reason, and the others go in; a broken file is refused whole.
"""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, tzinfo
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import click

from adapters.imports.days import DayOrder
from adapters.imports.deal import DealOptions
from adapters.imports.numbers import DecimalMark
from adapters.imports.plans.deal_export import file_of_deals
from adapters.imports.plans.deal_terms import COST_RATE, Billing, TermsOptions
from adapters.imports.plans.deals import DealChoices, DealPlan
from adapters.imports.plans.directory import LogDirectory
from adapters.imports.plans.hours import HourChoices, HourPlan
from adapters.imports.plans.ledgers import LedgerChoices, LedgerPlan
from adapters.imports.plans.name_map import read_map
from adapters.imports.plans.people import NewPeople
from adapters.imports.plans.rates import RatePlan
from adapters.imports.plans.window import Window
from adapters.imports.timesheets.entry import TimeOptions
from adapters.imports.timesheets.recognise import READERS
from adapters.imports.timesheets.solidtime import ENTRIES
from api.commands.import_files import Asked, take_files
from api.settings import settings
from api.wiring import System, opened
from domain.access.roles import ALL
from domain.actor import EVERY_ENTITY, Actor
from domain.money import minor_unit
from domain.organisation.legal_entity import LegalEntity, entity_id
from domain.unit_of_work import NotFound

Files = tuple[Path, ...]


class Exactly(click.ParamType[Decimal]):
    """A decimal number greater than zero."""

    name = "amount"

    def convert(self, value: Any, param: Any, ctx: Any) -> Decimal:
        """Read it as a person writes it."""
        try:
            found = Decimal(value)
        except InvalidOperation:
            self.fail(f"{value!r} is not a number", param, ctx)
        if not found.is_finite() or found <= 0:
            self.fail(f"{value!r} is not greater than zero", param, ctx)
        return found


class Day(click.ParamType[date]):
    """A date such as 2025-12-31."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        """Read an ISO date."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2025-12-31", param, ctx)


PATH = click.Path(exists=True, path_type=Path)
Options = list[Callable[[Any], Any]]
COMMON: Options = [
    click.argument("files", nargs=-1, required=True, type=PATH),
    click.option("--dry-run", is_flag=True, help="Decide every row and record nothing."),
    click.option("--verdicts", type=click.Path(path_type=Path, dir_okay=False),
                 help="Where one file's verdicts go  [default: beside it]"),
    click.option("--since", type=Day(), help="Refuse rows of earlier days."),
    click.option("--until", type=Day(), help="Refuse rows of later days."),
    click.option("--actor", help="Who imports  [default: who is signed in to this machine]"),
]  # fmt: skip
OURS: Options = [
    click.option("--entity", required=True, help="Code of the legal entity the rows belong to."),
    click.option("--shift-years", default=0, show_default=True, help="Move every date."),
    click.option("--map", "names", type=PATH, help="JSON, YAML or CSV: whose name is whose."),
    click.option("--exact-names", is_flag=True,
                 help="Take no name for another that differs in spaces and case."),
    click.option("--create-missing", is_flag=True, help="Register who and what is not known."),
    click.option("--cost-rate", type=Exactly(), help="Cost of an hour in the entity's currency."),
]  # fmt: skip
DEALS: Options = [
    click.option("--currency", help="Of amounts without one  [default: the entity's]"),
    click.option("--billing", default="time_and_materials", show_default=True,
                 type=click.Choice(["time_and_materials", "fixed_fee", "mixed"])),
    click.option("--hourly-rate", type=Exactly(), default="150", show_default=True,
                 help="Standard price of an hour in the deal's currency."),
    click.option("--with-sellers", is_flag=True,
                 help="Add the seller's name to the deal's, where it cannot be erased."),
]  # fmt: skip
TIME: Options = [
    click.option("--format", "source", type=click.Choice(list(READERS)),
                 help="Whose export it is  [default: found by its columns]"),
    click.option("--project", help="Code of the one project that takes every row."),
    click.option("--role", default="consultant", show_default=True, help="Of people registered."),
    click.option("--person", help="Who worked, where the format does not say."),
    click.option("--zone", help="Whose days moments fall on  [default: the entity's]"),
    click.option("--day-order", type=click.Choice(["ymd", "mdy", "dmy"])),
    click.option("--decimal-mark", type=click.Choice([".", ","])),
    click.option("--keep-equal-rows", is_flag=True, help="Equal rows are several entries."),
    click.option("--whole-minutes", is_flag=True,
                 help="Take 0.33333333 hours for the 20 minutes they were."),
]  # fmt: skip


def with_options(*groups: Options) -> Callable[[Any], Any]:
    """Several options as one decorator."""

    def decorate(function: Any) -> Any:
        for option in reversed([one for group in groups for one in group]):
            function = option(function)
        return function

    return decorate


@click.group("import")
def command() -> None:
    """Take in files: deals, time, rates. One verdict a row, nothing twice, nothing half done."""


@command.command()
@with_options(COMMON)
def rates(files: Files, **common: Any) -> None:
    """Take in exchange rates of the European Central Bank: CSV, 90 days or one day of XML."""
    asked = asked_of(files, **common)
    with opened(settings()) as system:
        plans = [
            (path, partial(RatePlan, path, system.store.today(), asked.window)) for path in files
        ]
        take_files(system, plans, asked)


@command.command()
@with_options(COMMON, OURS, DEALS)
def deals(
    files: Files, entity: str, shift_years: int, names: Path | None, exact_names: bool,
    create_missing: bool, cost_rate: Decimal | None, currency: str | None, billing: Billing,
    hourly_rate: Decimal, with_sellers: bool, **common: Any,
) -> None:  # fmt: skip
    """Take in a CRM's deals: a folder or pipeline file, or Salesforce's opportunities."""
    asked = asked_of(files, **common)
    with entered(entity) as (system, home):
        terms = TermsOptions(
            entity=entity, entity_currency=home.currency, billing=billing, hourly_rate=hourly_rate,
            cost_rate=cost_rate or COST_RATE,
        )  # fmt: skip
        minor_unit(currency or home.currency)
        reading = DealOptions(
            today=system.store.today(), currency=currency or home.currency, years=shift_years
        )
        choices = DealChoices(
            reading=reading, terms=terms, window=asked.window, create_missing=create_missing,
            exact_names=exact_names, with_sellers=with_sellers,
        )  # fmt: skip
        known, told = directory(system, entity), read_map(names)
        plans = [
            (file_of_deals(path), partial(DealPlan, path, choices, known, told)) for path in files
        ]
        take_files(system, plans, asked)


@command.command("time")
@with_options(COMMON, OURS, TIME)
def hours(
    files: Files, entity: str, shift_years: int, names: Path | None, exact_names: bool,
    create_missing: bool, cost_rate: Decimal | None, source: str | None, project: str | None,
    role: str, **other: Any,
) -> None:  # fmt: skip
    """Take in hours worked: Toggl, Clockify, Harvest, Jira, solidtime, timesheets, timeclock."""
    reading_options = {name: other.pop(name) for name in READING}
    asked = asked_of(files, **other)
    with entered(entity) as (system, home):
        people = NewPeople(may=create_missing, entity=entity, role=role, cost_rate=cost_rate)
        choices = HourChoices(
            reading=reading(system.store.today(), home, **reading_options), people=people,
            years=shift_years, window=asked.window, source=source, project=project,
            exact_names=exact_names,
        )  # fmt: skip
        known, told = directory(system, entity), read_map(names)
        plans = [
            (file_of_hours(path), partial(HourPlan, path, choices, known, told)) for path in files
        ]
        take_files(system, plans, asked)


@command.command("saf-t")
@with_options(COMMON)
@click.option("--entity", required=True, help="Code of the legal entity whose books they are.")
@click.option("--map", "names", type=PATH, help="JSON, YAML or CSV: which account is which.")
@click.option("--rest-to", default="", help="Account for what opening balances lack, say 3100.")
def ledgers(
    files: Files, entity: str, names: Path | None, rest_to: str, **common: Any
) -> None:  # fmt: skip
    """Take in another system's ledger: SAF-T Financial, opening balances and journals."""
    asked = asked_of(files, **common)
    with entered(entity) as (system, home):
        known, told = directory(system, entity), read_map(names)

        def project(code: str) -> UUID | None:
            found = known.project(code)
            return found.id if found else None

        choices = LedgerChoices(
            entity=entity, currency=home.currency, accounts=told["accounts"], window=asked.window,
            rest_to=rest_to, project=project,
        )  # fmt: skip
        take_files(system, [(path, partial(LedgerPlan, path, choices)) for path in files], asked)


READING = ("person", "zone", "day_order", "decimal_mark", "keep_equal_rows", "whole_minutes")


def reading(
    today: date, home: LegalEntity, *, person: str | None, zone: str | None,
    day_order: DayOrder | None, decimal_mark: DecimalMark | None, keep_equal_rows: bool,
    whole_minutes: bool,
) -> TimeOptions:  # fmt: skip
    """How a file of hours is read."""
    return TimeOptions(
        today=today, zone=zone_of(zone or home.zone), day_order=day_order,
        decimal_mark=decimal_mark, equal_rows="keep" if keep_equal_rows else "refuse",
        person=person, whole_minutes=whole_minutes,
    )  # fmt: skip


def zone_of(name: str) -> tzinfo:
    """An IANA time zone."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise click.UsageError(f"{name!r} is not an IANA time zone") from None


def asked_of(
    files: Files, *, dry_run: bool, verdicts: Path | None, since: date | None,
    until: date | None, actor: str | None,
) -> Asked:  # fmt: skip
    """What the common options say."""
    if verdicts and len(files) > 1:
        raise click.UsageError("--verdicts names the verdicts of one file; give files one by one.")
    name = actor or f"{getpass.getuser()} (command line)"
    return Asked(
        actor=Actor(name, frozenset(ALL), frozenset({EVERY_ENTITY})), dry_run=dry_run,
        verdicts=verdicts, window=Window(since, until),
    )  # fmt: skip


@contextmanager
def entered(code: str) -> Iterator[tuple[System, LegalEntity]]:
    """The system and a legal entity of it. Raises NotFound."""
    with opened(settings()) as system:
        home = system.store.load_fresh([entity_id(code)]).get(entity_id(code))
        if not isinstance(home, LegalEntity):
            raise NotFound(f"no legal entity has code {code!r}", field="entity")
        yield system, home


def directory(system: System, entity: str) -> LogDirectory:
    """What an entity knows already."""
    return LogDirectory(system.store, system.pool.connection, entity)


def file_of_hours(path: Path) -> Path:
    """The file of entries in the folder of an export, or the file itself."""
    return path / ENTRIES if path.is_dir() else path
