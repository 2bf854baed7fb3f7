"""``throughline run allocation``: a month's overhead to who caused it; and what if."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from api.commands.run_billing import operator
from api.followers import catch_up
from api.settings import settings
from api.wiring import System, opened
from domain.allocation.run_commands import (
    AllocationAnswer,
    RunAllocation,
    SupersedeAllocationRun,
)
from domain.allocation.what_if import WhatIf
from domain.errors import Refusal
from domain.ledger.period import months_between
from projections.allocation_what_if import READS, Changed, what_if
from projections.as_of import snapshot
from projections.gathering import gathered

WIDE = 400  # a pipe has no edge
MONTH = click.DateTime(["%Y-%m"])


@click.command("allocation")
@click.option("--entity", required=True, help="Legal entity.")
@click.option("--month", required=True, type=MONTH, help="YYYY-MM.")
@click.option("--through", type=MONTH, help="With --what-if: the last of several months.")
@click.option("--rule", "rules", multiple=True, help="Only this rule; several in their order.")
@click.option("--again", metavar="WHY", help="Allocate the month anew, and say why.")
@click.option("--dry-run", is_flag=True, help="Decide and show, but record nothing.")
@click.option("--explain", is_flag=True, help="Say how each pool was passed on.")
@click.option(
    "--what-if",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON with other rules, drivers or departments: show the margins, record nothing.",
)
def allocation(
    *, entity: str, month: datetime, through: datetime | None, rules: tuple[str, ...],
    again: str | None, dry_run: bool, explain: bool, file: Path | None,
) -> None:  # fmt: skip
    """Pass on what a month's pools hold; or show what other rules would have made of it."""
    first = month.date()
    with opened(settings()) as system:
        catch_up(system)
        try:
            if file:
                months = months_between(first, (through or month).date())
                show_changes(*tried(system, entity, months, file))
                return
            answer = run(system, entity, first, rules, again, dry_run=dry_run)
        except Refusal as refusal:
            click.echo(f"{refusal.code}: {refusal}", err=True)
            sys.exit(1)
        catch_up(system)
    show(answer, f"Allocation of {entity}, {first:%Y-%m}" + " (dry run)" * dry_run)
    for step in answer.steps if explain else ():
        click.echo(step)


def run(
    system: System, entity: str, month: date, rules: tuple[str, ...], again: str | None,
    *, dry_run: bool,
) -> AllocationAnswer:  # fmt: skip
    """The very command that the API runs, with what it needs read for it."""
    given: dict[str, Any] = {"entity": entity, "month": month, "rules": rules, "dry_run": dry_run}
    command = SupersedeAllocationRun(**given, why=again) if again else RunAllocation(**given)
    with system.connect() as conn:
        outcome = system.store.execute(gathered(conn, command), operator())
    assert isinstance(outcome.answer, AllocationAnswer)  # noqa: S101 -- what both answer
    return outcome.answer


def tried(
    system: System, entity: str, months: Sequence[date], file: Path
) -> tuple[str, list[Changed]]:
    """What the file's rules and drivers would have made of these months."""
    try:
        given = WhatIf.model_validate_json(file.read_bytes())
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise click.BadParameter("; ".join(lines), param_hint="--what-if") from None
    with system.connect() as conn, snapshot(conn, READS) as known:
        return what_if(conn, entity, months, given, known)


def show(answer: AllocationAnswer, title: str) -> None:
    """Lines of a run, and what a re-run changed."""
    lines = (
        (f"{one.rule} v{one.version}", one.kind, one.key, one.share, str(one.amount))
        for one in answer.lines
    )
    print_table(title, ("rule", "", "cost object", "share", answer.currency), lines)
    if answer.differences:
        found = (
            (one.kind, one.key, str(one.before), str(one.now), str(one.change))
            for one in answer.differences
        )
        print_table("What it changes", ("", "cost object", "before", "now", "more"), found)
    click.echo(f"run {answer.number}: {answer.allocated} {answer.currency} allocated")


def show_changes(currency: str, changed: Sequence[Changed]) -> None:
    """Cost objects with what they bore, would have borne, and the change of their margin."""
    lines = (
        (one.to.kind, one.name, str(one.before), str(one.now), str(one.margin)) for one in changed
    )
    print_table(f"What if ({currency})", ("", "cost object", "bore", "would bear", "margin"),
                lines)  # fmt: skip


def print_table(title: str, names: Iterable[str], lines: Iterable[Sequence[str]]) -> None:
    """A table; amounts stand in the last columns."""
    made = Table(*names, title=title)
    for line in lines:
        made.add_row(*line)
    Console(width=None if sys.stdout.isatty() else WIDE).print(made)
