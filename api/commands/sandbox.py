"""``throughline sandbox``: the sandbox accounting system and CRM on local ports."""

import click

from adapters.sandbox.serve import serve
from api.settings import settings


@click.command("sandbox")
@click.option("--accounting-port", default=8471, show_default=True)
@click.option("--crm-port", default=8472, show_default=True)
@click.option("--in-memory", is_flag=True, help="Forget everything at the end.")
def command(accounting_port: int, crm_port: int, *, in_memory: bool) -> None:
    """Serve both until interrupted; state is kept under the home directory."""
    directory = None if in_memory else settings().home / "sandbox"
    try:
        serve(directory, accounting_port=accounting_port, crm_port=crm_port, ready=say)
    except KeyboardInterrupt:
        click.echo("stopped")


def say(urls: dict[str, str]) -> None:
    """Name the addresses."""
    for name, url in urls.items():
        click.echo(f"{name}: {url}")
