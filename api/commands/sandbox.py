"""``throughline sandbox``: the sandbox accounting system, CRM and tax engine on local ports."""

import click

from adapters.sandbox.serve import serve
from api.settings import settings


@click.command("sandbox")
@click.option("--accounting-port", type=int, help="Default: THROUGHLINE_SANDBOX_ACCOUNTING_PORT.")
@click.option("--crm-port", type=int, help="Default: THROUGHLINE_SANDBOX_CRM_PORT.")
@click.option("--tax-port", type=int, help="Default: THROUGHLINE_SANDBOX_TAX_PORT.")
@click.option("--in-memory", is_flag=True, help="Forget everything at the end.")
def command(
    accounting_port: int | None, crm_port: int | None, tax_port: int | None, *, in_memory: bool
) -> None:
    """Serve all three until interrupted; state is kept under the home directory."""
    known = settings()
    directory = None if in_memory else known.home / "sandbox"
    try:
        serve(
            directory, accounting_port=accounting_port or known.sandbox_accounting_port,
            crm_port=crm_port or known.sandbox_crm_port,
            tax_port=tax_port or known.sandbox_tax_port, ready=say,
        )  # fmt: skip
    except KeyboardInterrupt:
        click.echo("stopped")


def say(urls: dict[str, str]) -> None:
    """Name the addresses."""
    for name, url in urls.items():
        click.echo(f"{name}: {url}")
