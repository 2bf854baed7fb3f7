"""``throughline rebuild``: a projection built anew beside the live one, compared, switched."""

import sys

import click

from api.settings import settings
from api.wiring import System, opened
from projections.projection import Projection
from projections.rebuild import Rebuilt, rebuild


@click.command("rebuild")
@click.argument("name")
@click.option("--accept-differences", is_flag=True, help="Switch even where the rows differ.")
@click.option("--back", is_flag=True, help="Take the build of before the last switch again.")
def command(*, name: str, accept_differences: bool, back: bool) -> None:
    """Build projection NAME anew, compare it with the live one and switch; exit 1 where not."""
    with opened(settings()) as system, system.connect() as conn:
        projection = named(system, name)
        rebuilt = rebuild(conn, system.decode, projection, accept=accept_differences, back=back)
    show(rebuilt)
    sys.exit(0 if rebuilt.switched else 1)


def named(system: System, name: str) -> Projection:
    """The projection with this name."""
    known = {projection.name: projection for projection in system.projections()}
    if name not in known:
        raise click.BadParameter(f"one of {', '.join(known)}", param_hint="NAME")
    return known[name]


def show(rebuilt: Rebuilt) -> None:
    """Say what was compared and what is live now."""
    click.echo(f"{rebuilt.new} beside {rebuilt.old}, both at event {rebuilt.position}")
    for table in rebuilt.tables:
        said = "differs" if table.differences else "equal"
        click.echo(f"  {table.table:<24} {table.live:>10} rows {table.other:>10} rebuilt  {said}")
        for difference in table.differences:
            click.echo(f"       - {difference}")
    live = f"{rebuilt.new} is live; {rebuilt.old} is kept"
    click.echo(live if rebuilt.switched else f"{rebuilt.old} stays live")
