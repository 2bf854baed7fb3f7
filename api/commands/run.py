"""``throughline run``: what is done for a whole entity and month at once."""

import getpass
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from api.commands.run_acceptances import acceptances
from api.commands.run_allocation import allocation
from api.commands.run_billing import billing, charges, issue
from api.commands.run_retainers import retainers
from api.commands.run_revaluation import revaluation
from api.followers import catch_up
from api.settings import settings
from api.wiring import System, opened
from domain.access.roles import ALL
from domain.actor import EVERY_ENTITY, Actor
from domain.command import Answer
from domain.contracts.account import account_id
from domain.errors import Refusal
from domain.importing import Import
from domain.ledger.period import month_of
from domain.revenue.contract import revenue_id
from domain.revenue.run_commands import RecognitionAnswer
from projections.as_of import snapshot
from projections.revenue_inputs import READS, Planned, planned

CONTRACTS_A_BATCH = 500
WIDE = 400  # a pipe has no edge


@dataclass(frozen=True)
class Line:
    """What a run added for an obligation, or why it was refused."""

    contract: str
    month: date
    obligation: str
    currency: str
    cumulative: Decimal
    delta: Decimal
    books: str
    functional: Decimal
    catch_up: bool
    refusal: str = ""
    steps: tuple[str, ...] = ()


@click.group("run")
def command() -> None:
    """Run a month's work for all contracts of an entity."""


command.add_command(charges)
command.add_command(billing)
command.add_command(issue)
command.add_command(retainers)
command.add_command(acceptances)
command.add_command(allocation)
command.add_command(revaluation)


@command.command("revenue")
@click.option("--entity", required=True, help="Legal entity.")
@click.option("--month", required=True, help="YYYY-MM.")
@click.option("--dry-run", is_flag=True, help="Decide and show, but record nothing.")
@click.option("--explain", is_flag=True, help="Say how each line was worked out.")
def revenue(*, entity: str, month: str, dry_run: bool, explain: bool) -> None:
    """Recognise a month: late inputs of the month before first, then the month itself."""
    try:
        first = datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007 -- a month has no zone
    except ValueError:
        raise click.BadParameter("YYYY-MM", param_hint="--month") from None
    with opened(settings()) as system:
        catch_up(system)
        lines = recognise(system, entity, first, dry_run=dry_run)
        catch_up(system)
    show(lines, f"Revenue of {entity}, {month}" + (" (dry run)" if dry_run else ""))
    if explain:
        tell(lines)
    sys.exit(1 if any(line.refusal for line in lines) else 0)


def recognise(system: System, entity: str, month: date, *, dry_run: bool) -> list[Line]:
    """Run every contract of an entity, some at a time; what each run added.

    The very same commands are decided in a dry run; they are not appended.
    """
    name = getpass.getuser()
    actor = Actor(f"{name} (command line)", frozenset(ALL), frozenset({EVERY_ENTITY}))
    found: list[Line] = []
    runs = due(system, entity, month)
    while some := list(islice(runs, CONTRACTS_A_BATCH)):
        batch = Import(system.store, actor)
        flat = [run for each in some for run in each]
        batch.expect([run.command for run in flat])
        batch.foresee([id_ for run in flat for id_ in streams(run)])
        told = [line for run in flat for line in ran(batch, run)]
        if not dry_run:
            batch.flush()
            told = [line for line in told if line.refusal] + list(recorded(batch, flat))
        found += told
    return found


def due(system: System, entity: str, month: date) -> Iterator[Sequence[Planned]]:
    """The runs of each contract: of the month before where it was run, then of the month."""
    before = month_of(month - timedelta(days=1))
    with system.connect() as conn, snapshot(conn, READS) as known:
        late = {run.command.contract_id: run for run in planned(conn, entity, before, known)}
        runs = planned(conn, entity, month, known)
    for run in runs:
        earlier = late[run.command.contract_id]
        yield [earlier, run] if run.last_period == before else [run]


def streams(run: Planned) -> Iterable[Any]:
    """What a run changes."""
    contract = run.command.contract_id
    return revenue_id(contract), account_id(contract)


def ran(batch: Import, run: Planned) -> list[Line]:
    """Decide one run; nothing where it was decided before."""
    try:
        outcome = batch.run(run.command)
    except Refusal as refusal:
        return [refused(run, refusal)]
    return [] if outcome.repeated else lines_of(run, outcome.answer)


def recorded(batch: Import, runs: Sequence[Planned]) -> Iterator[Line]:
    """What runs have added, or why they did not where they had to decide again."""
    for run in runs:
        if answer := batch.appended(run.command):
            yield from lines_of(run, answer)
        yield from (refused(run, why) for one, why in batch.refused if one is run.command)


def lines_of(run: Planned, answer: Answer) -> list[Line]:
    """The lines of a run's answer."""
    assert isinstance(answer, RecognitionAnswer)  # noqa: S101 -- what RunRecognition answers
    return [
        Line(run.contract, run.command.month, line.obligation, answer.currency, line.cumulative,
             line.delta, answer.books, line.functional, line.catch_up, steps=line.steps)
        for line in answer.lines
    ]  # fmt: skip


def refused(run: Planned, why: Refusal) -> Line:
    """A run that did not happen."""
    zero, text = Decimal(0), f"{why.code}: {why}"
    return Line(run.contract, run.command.month, "", "", zero, zero, "", zero, False, text)  # noqa: FBT003 -- a column


def show(lines: Sequence[Line], title: str) -> None:
    """The table, and totals by currency."""
    table = Table(title=title)
    for name in ("contract", "month", "obligation"):
        table.add_column(name)
    for name in ("to date", "added", "in the books"):
        table.add_column(name, justify="right")
    table.add_column("")
    for line in lines:
        note = line.refusal or ("catch-up" if line.catch_up else "")
        table.add_row(line.contract, f"{line.month:%Y-%m}", line.obligation,
                      f"{line.cumulative} {line.currency}", f"{line.delta} {line.currency}",
                      f"{line.functional} {line.books}", note)  # fmt: skip
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)
    for currency, (delta, books, functional) in sorted(totals(lines).items()):
        click.echo(f"{currency}: {delta} added, {functional} {books} in the books")
    click.echo(f"{len(lines)} lines, {sum(bool(line.refusal) for line in lines)} refused")


def tell(lines: Sequence[Line]) -> None:
    """The steps of each line, in the order they were taken."""
    for line in lines:
        for step in line.steps:
            click.echo(f"{line.contract} {line.month:%Y-%m} {line.obligation}: {step}")


def totals(lines: Iterable[Line]) -> dict[str, tuple[Decimal, str, Decimal]]:
    """Added by currency, and the same in the books."""
    sums: dict[str, tuple[Decimal, str, Decimal]] = defaultdict(
        lambda: (Decimal(0), "", Decimal(0))
    )
    for line in lines:
        if line.currency:
            delta, _, functional = sums[line.currency]
            sums[line.currency] = delta + line.delta, line.books, functional + line.functional
    return dict(sums)
