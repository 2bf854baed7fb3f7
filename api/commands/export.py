"""``throughline export``: the ledger in the notation of plain-text tools."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from adapters.exports import beancount, hledger
from adapters.exports.journal import READS, ExportedJournal
from api.settings import settings
from api.wiring import System, opened
from projections.as_of import AsOf, known_position, snapshot, within
from projections.balances import Scope
from projections.report import read_known

FORMATS = {"hledger": hledger.text, "beancount": beancount.text}


@click.command("export")
@click.argument("form", metavar="FORMAT", type=click.Choice(list(FORMATS)))
@click.option("--entity", help="Legal entity; left out: all.")
@click.option("--book", default="main", show_default=True, help="Book of the ledger.")
@click.option(
    "--effective",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Last accounting date; today if left out.",
)
@click.option("--known", help="Position of the log, or a time (UTC); left out: all.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file.")
def command(
    *, form: str, entity: str | None, book: str, effective: datetime | None, known: str | None,
    output: Path | None,
) -> None:  # fmt: skip
    """Write the ledger as FORMAT to standard output or a file."""
    day = (effective or datetime.now(UTC)).date()
    with ExitStack() as stack:
        system = stack.enter_context(opened(settings()))
        out = stack.enter_context(output.open("w", encoding="utf-8")) if output else sys.stdout
        out.writelines(exported(system, form, AsOf(day, 0), known, Scope(book, entity)))


def exported(
    system: System, form: str, as_of: AsOf, known: str | None, scope: Scope
) -> Iterator[str]:
    """The file in pieces. Raises UnknownPosition, NotYetRead, BadParameter."""
    with system.connect() as conn:
        position = known_position(conn, read_known(known))
        with snapshot(conn, READS) as reached:
            fixed = AsOf(as_of.effective, within(reached, position))
            yield from FORMATS[form](ExportedJournal(conn, fixed, scope))
