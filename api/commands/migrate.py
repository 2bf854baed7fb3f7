"""``throughline migrate``: bring the database up to date."""

from importlib.resources import files

import click

from adapters.postgres.migrate import migrate
from api.settings import settings
from api.wiring import opened


@click.command("migrate")
def command() -> None:
    """Apply what is missing, install the projections, say what was done."""
    with opened(settings()) as system:
        for applied in migrate(system.addresses.owner, files("migrations")):
            click.echo(applied)
        click.echo("The database is up to date.")
