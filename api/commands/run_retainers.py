"""``throughline run retainers``: an entity's retainers closed by period, expired grants lapsed."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import click

from api.commands.run_billing import DAY, operator
from api.followers import catch_up
from api.settings import settings
from api.wiring import System, opened
from domain.billing.retainer_commands import ExpireRetainer, RetainerAnswer, RollRetainerPeriod
from domain.command import Command
from domain.errors import Refusal
from domain.importing import Import
from projections.as_of import snapshot

READS = ("retainers", "deals")
# The last closed period is closed again, for what was given back since.
DUE = """
SELECT r.contract_id, c.name, array_agg(DISTINCT g.ends_on ORDER BY g.ends_on)
    FILTER (WHERE g.period >= coalesce(r.rolled, g.period) AND g.ends_on <= %(through)s)
FROM retainers r JOIN contracts c ON c.id = r.contract_id
JOIN retainer_grants g ON g.retainer_id = r.id
WHERE r.entity = %(entity)s GROUP BY r.id, r.contract_id, c.name ORDER BY r.id
"""


@dataclass(frozen=True)
class Line:
    """What the closing of a contract's retainer came to, or why it was refused."""

    contract: str
    text: str
    refusal: str = ""


@click.command("retainers")
@click.option("--entity", required=True, help="Legal entity.")
@click.option("--through", required=True, type=DAY, help="Periods that have ended by this day.")
@click.option("--dry-run", is_flag=True, help="Decide and show, but record nothing.")
def retainers(*, entity: str, through: datetime, dry_run: bool) -> None:
    """Close periods of retainers once their time is approved; again, for what came back since."""
    with opened(settings()) as system:
        catch_up(system)
        lines = close_all(system, entity, through.date(), dry_run=dry_run)
        catch_up(system)
    for line in lines:
        click.echo(f"{line.contract}: {line.refusal or line.text}", err=bool(line.refusal))
    sys.exit(1 if any(line.refusal for line in lines) else 0)


def close_all(system: System, entity: str, through: date, *, dry_run: bool) -> list[Line]:
    """Close every retainer's periods in order, then let lapse what has expired.

    The very same commands are decided in a dry run; they are not appended.
    """
    batch, found = Import(system.store, operator()), list[Line]()
    for contract, command in due(system, entity, through):
        found += closed(batch, contract, command)
    if not dry_run:
        batch.flush()
        found += [Line("", "", f"{why.code}: {why}") for _, why in batch.refused]
    return found


def due(system: System, entity: str, through: date) -> Iterator[tuple[str, Command]]:
    """The commands of each contract, with its name."""
    with system.connect() as conn, snapshot(conn, READS):
        rows = conn.execute(DUE, {"entity": entity, "through": through}).fetchall()
    for id_, name, ends in rows:
        yield from ((name, command) for command in _closing(id_, ends or [], through))


def _closing(contract_id: UUID, ends: list[date], through: date) -> Iterator[Command]:
    for day in ends:
        yield RollRetainerPeriod(contract_id=contract_id, day=day)
    yield ExpireRetainer(contract_id=contract_id, on=through)


def closed(batch: Import, contract: str, command: Command) -> list[Line]:
    """What one command comes to, in words."""
    try:
        answer = batch.run(command).answer
    except Refusal as refusal:
        return [Line(contract, "", f"{refusal.code}: {refusal}")]
    assert isinstance(answer, RetainerAnswer)  # noqa: S101 -- what both commands answer
    return [Line(contract, text) for text in answer.steps]
