"""Stores on a database, in this process or another, and crowds of threads that use them."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

from api.settings import Settings
from api.wiring import Addresses, System
from domain.command import Command
from domain.errors import Refusal
from domain.store import Store
from tests.domain.samples import new
from tests.firm import CHIEF, TODAY, WORKER, Firm

CARD, CONTRACT, PROJECT = new("euro card"), new("euro contract"), new("euro project")
MONDAY = date(2025, 1, 6)


def made(command: str, /, **fields: Any) -> Command:
    """A command by its name."""
    return Command.registry[command].model_validate(fields)


@contextmanager
def store_at(dsn: str) -> Iterator[Store]:
    """A store with nothing warm, as another process would have it."""
    with ExitStack() as stack:
        system = System(Settings(database_url=dsn, home=Path(), master_key="A" * 43 + "="), stack)
        system.__dict__["addresses"] = Addresses(dsn, dsn, dsn)
        yield system.store_on(lambda: TODAY)


def sign(firm: Firm, project: UUID = PROJECT) -> None:
    """A contract in the books' own currency, so that no rate is needed, and a project."""
    firm.do("PublishRateCard", rate_card_id=CARD, name="euro", entity="DE01", currency="EUR",
            lines=[{"hourly_rate": "100", "from_date": "2024-01-01"}])  # fmt: skip
    firm.do("DraftContract", contract_id=CONTRACT, client_id=firm.client, name="euro",
            currency="EUR", value="100000", starts_on="2025-01-01", ends_on="2025-12-31",
            billing_model="time_and_materials", rate_card_id=CARD, payment_terms_days=30,
            tax_rate_pct="19")  # fmt: skip
    firm.do("ActivateContract", contract_id=CONTRACT, approved_by="order 1")
    firm.do("CreateProject", project_id=project, code=str(project), name="euro",
            contract_id=CONTRACT)  # fmt: skip


def approved(firm: Firm, count: int) -> list[dict[str, Any]]:
    """Sources of an invoice: so many approved hours, four a week."""
    entries = [(no, MONDAY + timedelta(days=no // 4 * 7 + no % 4)) for no in range(count)]
    with firm.store.importing(WORKER) as batch:
        held: list[Any] = [
            batch.run(made("LogTime", person_id=firm.person, project_id=PROJECT, work_date=day,
                           minutes=60)).answer
            for _, day in entries
        ]  # fmt: skip
        for week in sorted({day - timedelta(days=day.weekday()) for _, day in entries}):
            batch.run(made("SubmitTimesheet", person_id=firm.person, week=week))
    with firm.store.importing(CHIEF) as batch:
        for week in sorted({day - timedelta(days=day.weekday()) for _, day in entries}):
            batch.run(made("ApproveTime", person_id=firm.person, week=week))
    return [{"kind": "time", "holder_id": a.id, "ids": [a.entry_id]} for a in held]


def invoice(name: str, *sources: dict[str, Any]) -> Command:
    """Bill sources on the last day of 2025."""
    return made("IssueInvoice", invoice_id=new(name), contract_id=CONTRACT,
                issued_on=date(2025, 12, 30), sources=sources)  # fmt: skip


def attempt(store: Store, command: Command) -> str:
    """Run a command; the code of its refusal, or nothing."""
    try:
        store.execute(command, CHIEF)
    except Refusal as refusal:
        return refusal.code
    return ""


def crowd(work: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of this at once, each in a thread of its own; what came of it, in order."""
    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(one) for one in work]]


def issue_all(dsn: str, names: Sequence[str], sources: Sequence[dict[str, Any]]) -> list[str]:
    """Issue an invoice for each source from four threads; the codes of refusals."""
    with store_at(dsn) as store:
        commands = [invoice(name, each) for name, each in zip(names, sources, strict=True)]
        shares = [commands[n::4] for n in range(4)]
        found = crowd([partial(attempts, store, share) for share in shares])
    return [code for codes in found for code in codes]


def attempts(store: Store, commands: Sequence[Command]) -> list[str]:
    """Run commands one after another; the code of each refusal, or nothing."""
    return [attempt(store, command) for command in commands]


def note_hours(store: Store, person: UUID, project: UUID, first: int, count: int) -> None:
    """Log so many hours, one command each, a week each."""
    for no in range(first, first + count):
        day = MONDAY - timedelta(days=7 * no)
        store.execute(made("LogTime", person_id=person, project_id=project, work_date=day,
                           minutes=1), CHIEF)  # fmt: skip


def copy_hours(store: Store, person: UUID, project: UUID, first: int, count: int) -> None:
    """Log so many hours by imports of ten."""
    for start in range(first, first + count, 10):
        with store.importing(CHIEF) as batch:
            for no in range(start, start + 10):
                day = MONDAY - timedelta(days=7 * no)
                batch.run(made("LogTime", person_id=person, project_id=project, work_date=day,
                               minutes=1))  # fmt: skip


def write_from_four_threads(dsn: str, person: UUID, project: UUID, first: int, count: int) -> None:
    """Three threads of commands and one of imports, each on weeks of its own."""
    with store_at(dsn) as store:
        ways = (note_hours, note_hours, note_hours, copy_hours)
        crowd([
            partial(way, store, person, project, first + n * count, count)
            for n, way in enumerate(ways)
        ])  # fmt: skip


def elsewhere(target: Callable[..., Any], *arguments: Any) -> BaseProcess:
    """Start a function in another process."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
    process.start()
    return process


def issue_elsewhere(
    results: Any, dsn: str, names: Sequence[str], sources: Sequence[dict[str, Any]]
) -> None:
    """``issue_all`` for another process: the codes go into a queue."""
    results.put(issue_all(dsn, names, sources))
