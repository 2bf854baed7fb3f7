"""``throughline export``: the ledger for plain-text tools, documents as e-invoices."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from adapters.exports import beancount, hledger
from adapters.exports.journal import READS, ExportedJournal
from api.commands.export_saf_t import saf_t
from api.settings import settings
from api.wiring import System, opened
from domain.actor import SYSTEM
from projections.as_of import AsOf, known_position, snapshot, within
from projections.balances import Scope
from projections.report import read_known

FORMATS = {"hledger": hledger.text, "beancount": beancount.text}
OUTPUT = click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file.")


@click.group("export")
def command() -> None:
    """Write the ledger for other tools and authorities, or a document as an e-invoice."""


def ledger(form: str) -> click.Command:
    """``export FORM``: the ledger."""

    @click.option("--entity", help="Legal entity; left out: all.")
    @click.option("--book", default="main", show_default=True, help="Book of the ledger.")
    @click.option(
        "--effective",
        type=click.DateTime(["%Y-%m-%d"]),
        help="Last accounting date; today if left out.",
    )
    @click.option("--known", help="Position of the log, or a time (UTC); left out: all.")
    @OUTPUT
    def written(
        *, entity: str | None, book: str, effective: datetime | None, known: str | None,
        output: Path | None,
    ) -> None:  # fmt: skip
        day = (effective or datetime.now(UTC)).date()
        with ExitStack() as stack:
            system = stack.enter_context(opened(settings()))
            out = stack.enter_context(output.open("w", encoding="utf-8")) if output else sys.stdout
            out.writelines(exported(system, form, AsOf(day, 0), known, Scope(book, entity)))

    help_ = f"Write the ledger as {form} to standard output or a file."
    return click.command(form, help=help_)(written)


for form in FORMATS:
    command.add_command(ledger(form))
command.add_command(saf_t)


@command.command("einvoice")
@click.argument("number")
@OUTPUT
def einvoice(*, number: str, output: Path | None) -> None:
    """Write the invoice or credit memo NUMBER as an e-invoice: UBL 2.1, Peppol BIS Billing 3.

    What is missing for it is named: see set-entity-details and set-client-details.
    """
    with opened(settings()) as system:
        content = system.einvoice(number, SYSTEM)
    if output:
        output.write_bytes(content)
    else:
        click.echo(content, nl=False)


def exported(
    system: System, form: str, as_of: AsOf, known: str | None, scope: Scope
) -> Iterator[str]:
    """The file in pieces. Raises UnknownPosition, NotYetRead, BadParameter."""
    with system.connect() as conn:
        position = known_position(conn, read_known(known))
        with snapshot(conn, READS) as reached:
            fixed = AsOf(as_of.effective, within(reached, position))
            yield from FORMATS[form](ExportedJournal(conn, fixed, scope))
