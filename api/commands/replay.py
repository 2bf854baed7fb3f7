"""``throughline replay``: history to a date, into scratch tables, compared with the live ones."""

import sys
from datetime import datetime

import click

from api.settings import settings
from api.wiring import opened
from projections.as_of import known_position, log_end
from projections.replay import replay
from projections.report import read_known


@click.command("replay")
@click.option("--to", required=True, help="Position of the log, or a time (UTC).")
@click.option(
    "--effective",
    type=click.DateTime(["%Y-%m-%d"]),
    help="As of; left out: the last date by then.",
)
def command(to: str, effective: datetime | None) -> None:
    """Fold history up to TO again and compare every report; exit 1 where one differs."""
    with opened(settings()) as system, system.connect() as conn:
        position = known_position(conn, read_known(to)) or 0
        click.echo(f"replaying {position} of {log_end(conn)} events")
        differing = 0
        day = effective.date() if effective else None
        for one in replay(conn, system.decode, system.projections(), position, day):
            differing += not one.same
            click.echo(f"{'ok ' if one.same else 'OFF'}  {one.name:<24} {one.replayed.digest}")
            if not one.same:
                click.echo(f"     live has {one.live.digest}")
    click.echo(f"{differing} reports differ" if differing else "Every report is the same.")
    sys.exit(1 if differing else 0)
