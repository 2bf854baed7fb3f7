"""The ground the bench stands on: a scratch system, a small firm on it, and bare sessions."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from api.settings import Settings
from api.wiring import System, opened
from domain.access.roles import ALL
from domain.actor import EVERY_ENTITY, Actor
from domain.command import Command
from domain.delivery.project_commands import CreateProject
from domain.identity import named_id
from domain.ledger.commands import OpenPeriod
from domain.organisation.commands import RegisterLegalEntity, RegisterPerson, SetCostRate
from domain.store import Store

ACTOR = Actor("bench", frozenset(ALL), frozenset({EVERY_ENTITY}))
CHECKER = Actor("bench checker", frozenset(ALL), frozenset({EVERY_ENTITY}))
ENTITY = "BX01"
MONDAY = date(2024, 1, 1)
PROJECT = named_id("bench project", "one")


@dataclass
class Ground:
    """A founded firm; ``store`` believes it is the end of 2025."""

    system: System
    store: Store

    def do(self, *commands: Command) -> None:
        """Run commands one by one."""
        for command in commands:
            self.store.execute(command, ACTOR)

    def load(self, commands: Iterator[Command], batch: int = 1000, actor: Actor = ACTOR) -> int:
        """Run many as imports; how many."""
        count = 0
        with self.store.importing(actor) as importing:
            while page := list(islice(commands, batch)):
                importing.expect(page)
                for command in page:
                    importing.run(command)
                importing.flush()
                count += len(page)
        return count


@contextmanager
def ground() -> Iterator[Ground]:
    """A scratch embedded server with a firm: one entity, open months, people, one project."""
    with (
        TemporaryDirectory(prefix="throughline-bench-", ignore_cleanup_errors=True) as folder,
        ExitStack() as stack,
    ):
        settings = Settings(home=Path(folder), database_url=None, pool_size=40)
        system = stack.enter_context(opened(settings))
        made = Ground(system, system.store_on(lambda: date(2025, 12, 31)))
        made.do(*founding())
        with system.connect() as conn:
            conn.execute("CREATE TABLE bare_events (LIKE events INCLUDING ALL)")
        yield made


def founding() -> Iterator[Command]:
    """Entity, months of two years, 64 people, one project."""
    yield RegisterLegalEntity(
        code=ENTITY, name="Bench Fictional Ltd", currency="EUR", country="NL"
    )
    for n in range(24):
        month = date(2024 + n // 12, n % 12 + 1, 1)
        yield OpenPeriod(entity=ENTITY, month=month)
    yield CreateProject(project_id=PROJECT, code="BENCH", name="Bench", entity=ENTITY)
    for no in range(64):
        yield RegisterPerson(person_id=person(no), code=f"B{no}", entity=ENTITY, role="consultant")
        yield SetCostRate(person_id=person(no), from_date=MONDAY, hourly_rate=Decimal(60))


def person(no: int) -> UUID:
    """The ``no``-th person."""
    return named_id("bench person", str(no))


def day(no: int) -> date:
    """The ``no``-th workday, five a week."""
    weeks, weekday = divmod(no, 5)
    return MONDAY + timedelta(days=7 * (weeks % 100) + weekday)


def time_entry(who: int, no: int, **more: Any) -> Command:
    """A note of time; twenty fill a week's sheet before the next week begins."""
    from domain.delivery.time_commands import LogTime

    return LogTime(person_id=person(who), project_id=PROJECT, work_date=day(no // 4), minutes=10,
                   activity="build", note="some words about the work done", **more)  # fmt: skip
