"""``throughline run depreciation``: an entity's assets written off for a month."""

import sys
from datetime import datetime

import click

from api.commands.run_billing import operator
from api.followers import catch_up
from api.settings import settings
from api.wiring import opened
from domain.assets.run_commands import DepreciationAnswer, RunDepreciation
from domain.errors import Refusal


@click.command("depreciation")
@click.option("--entity", required=True, help="Legal entity.")
@click.option("--month", required=True, type=click.DateTime(["%Y-%m"]), help="YYYY-MM.")
@click.option("--dry-run", is_flag=True, help="Decide and show, but record nothing.")
def depreciation(*, entity: str, month: datetime, dry_run: bool) -> None:
    """Write off a month of every asset in service, and months before that are missing."""
    given = RunDepreciation(entity=entity, month=month.date(), dry_run=dry_run)
    with opened(settings()) as system:
        try:
            answer = system.store.execute(given, operator()).answer
        except Refusal as refusal:
            click.echo(f"{refusal.code}: {refusal}", err=True)
            sys.exit(1)
        catch_up(system)
    assert isinstance(answer, DepreciationAnswer)  # noqa: S101 -- what RunDepreciation answers
    click.echo(f"{answer.assets} assets, {answer.total} {answer.books}"
               f" ({answer.caught_up} of it for months before)")  # fmt: skip
