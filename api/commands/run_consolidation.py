"""``throughline run consolidation``: a group's month from translation to minorities."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import click

from api.commands.run_billing import operator
from api.followers import catch_up
from api.settings import settings
from api.wiring import System, opened
from domain.command import Command
from domain.errors import Refusal
from domain.group.consolidation_commands import (
    RecordNoncontrollingInterest,
    RunEliminations,
    RunTranslation,
)
from domain.group.group_month import RunAnswer
from domain.ledger.period import month_of
from projections.gathering import gathered

LATER = """
SELECT DISTINCT month FROM consolidation_runs WHERE group_code = %s AND month > %s ORDER BY month
"""
STEPS: tuple[type[Command], ...] = (
    RunTranslation, RunEliminations, RecordNoncontrollingInterest,
)  # fmt: skip


@click.command("consolidation")
@click.option("--group", required=True, help="Code of the group.")
@click.option("--month", required=True, help="YYYY-MM.")
@click.option("--tolerance", default="0", show_default=True,
              help="Largest difference of a pair, in the group's currency.")  # fmt: skip
def consolidation(*, group: str, month: str, tolerance: str) -> None:
    """Translate, eliminate, share with minorities; later months that were run follow.

    The members' own runs come first: revenue, revaluation, matching.
    """
    try:
        first = datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007 -- a month has no zone
    except ValueError:
        raise click.BadParameter("YYYY-MM", param_hint="--month") from None
    with opened(settings()) as system:
        catch_up(system)
        try:
            for line in consolidate(system, group, first, tolerance=tolerance):
                click.echo(line)
        except Refusal as refusal:
            raise click.ClickException(f"{refusal.code}: {refusal}") from None
        catch_up(system)


def consolidate(system: System, group: str, month: date, **given: Any) -> Iterator[str]:
    """Run a month, then what was run of later ones; what each step came to, in words."""
    with system.connect() as conn:
        later = [row[0] for row in conn.execute(LATER, [group, month_of(month)])]
    for each in (month, *later):
        for kind in STEPS:
            more = given if kind is RunEliminations else {}
            answer = step(system, kind, {"group": group, "month": each, **more})
            what = f"run {answer.number}" if answer.changed else "nothing new"
            yield f"{each:%Y-%m} {kind.__name__}: {what}, {len(answer.rows)} rows"


def step(system: System, kind: type[Command], fields: Mapping[str, Any]) -> RunAnswer:
    """One command with what it needs of the books, posted when it returns. Raises Refusal."""
    with system.connect() as conn:
        command = gathered(conn, kind.model_validate(fields))
    answer = system.store.execute(command, operator()).answer
    assert isinstance(answer, RunAnswer)  # noqa: S101 -- what all steps answer
    catch_up(system)
    return answer
