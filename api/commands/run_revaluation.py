"""``throughline run revaluation``: an entity's foreign balances at a month's closing rates."""

import sys
from datetime import datetime

import click
from rich.console import Console
from rich.table import Table

from api.commands.run_billing import operator
from api.followers import catch_up
from api.settings import settings
from api.wiring import System, opened
from domain.errors import Refusal
from domain.ledger.revaluation_commands import RevaluationAnswer, RevalueForeignBalances
from domain.request import Outcome
from projections.gathering import gathered

WIDE = 200  # a pipe has no edge
MONTH = click.DateTime(["%Y-%m"])
COLUMNS = ("amount", "booked", "value", "difference")


@click.command("revaluation")
@click.option("--entity", required=True, help="Legal entity.")
@click.option("--month", required=True, type=MONTH, help="YYYY-MM.")
@click.option("--reason", default="", help="Why, where the month is soft-closed.")
@click.option("--dry-run", is_flag=True, help="Decide and show, but record nothing.")
@click.option("--explain", is_flag=True, help="Say how each line was worked out.")
def revaluation(
    *, entity: str, month: datetime, reason: str, dry_run: bool, explain: bool
) -> None:
    """Value what is held in other currencies; after late facts, take it back and post anew."""
    asked = RevalueForeignBalances(
        entity=entity, month=month.date(), reason=reason, dry_run=dry_run
    )
    with opened(settings()) as system:
        catch_up(system)
        try:
            answer = revalued(system, asked).answer
        except Refusal as refusal:
            click.echo(f"{refusal.code}: {refusal}", err=True)
            sys.exit(1)
        catch_up(system)
    assert isinstance(answer, RevaluationAnswer)  # noqa: S101 -- what the command answers
    show(answer, f"Revaluation of {entity}, {month:%Y-%m}" + (" (dry run)" if dry_run else ""))
    if explain:
        tell(answer)


def revalued(system: System, asked: RevalueForeignBalances) -> Outcome:
    """Read the balances and run. Raises NotYetRead and what the command refuses."""
    with system.connect() as conn:
        return system.store.execute(gathered(conn, asked), operator())


def show(answer: RevaluationAnswer, title: str) -> None:
    """The table, and the gain or loss."""
    table = Table(title=title)
    for name in ("account", "currency", "with"):
        table.add_column(name)
    for name in COLUMNS:
        table.add_column(name, justify="right")
    table.add_column("")
    for line in answer.lines:
        figures = (str(getattr(line, name)) for name in COLUMNS)
        after = "put back next day" if line.put_back else "stays"
        table.add_row(line.account, line.currency, line.counterparty, *figures, after)
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)
    click.echo(f"{len(answer.lines)} lines, gain {answer.gain} {answer.books}")


def tell(answer: RevaluationAnswer) -> None:
    """The steps of each line, in the order they were taken."""
    for line in answer.lines:
        for step in line.steps:
            click.echo(f"{line.account} {line.currency}: {step}")
