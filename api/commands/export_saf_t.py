"""``throughline export saf-t``: the ledger of an entity for a tax authority, as a stream."""

import csv
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import click

from adapters.exports.saf_t.company import company_of
from adapters.exports.saf_t.file import Groups, text
from adapters.exports.saf_t.source import READS, Company, Ledger, Selection
from api.settings import settings
from api.wiring import System, opened
from projections.as_of import known_position, snapshot, within
from projections.report import BadParameter, read_known

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("saf-t")
@click.option("--entity", required=True, help="Legal entity.")
@click.option("--book", default="main", show_default=True, help="Book of the ledger.")
@click.option("--from", "first", type=DAY, required=True, help="First accounting date.")
@click.option("--to", "last", type=DAY, required=True, help="Last accounting date.")
@click.option("--known", help="Position of the log, or a time (UTC); left out: all.")
@click.option("--contact", nargs=2, default=("Not", "stated"), help="First and last name.")
@click.option("--telephone", default="not stated", help="Of the contact.")
@click.option(
    "--grouping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV of account, grouping category, grouping code, where they are not ours.",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file.")
def saf_t(
    *, entity: str, book: str, first: datetime, last: datetime, known: str | None,
    contact: tuple[str, str], telephone: str, grouping: Path | None, output: Path | None,
) -> None:  # fmt: skip
    """Write an entity's ledger as SAF-T Financial, Norwegian profile 1.30.

    Registration and VAT number come from set-entity-details.
    """
    if first > last:
        raise BadParameter(f"no day from {first.date()} to {last.date()}", field="from")
    with ExitStack() as stack:
        system = stack.enter_context(opened(settings()))
        out = stack.enter_context(output.open("w", encoding="utf-8")) if output else sys.stdout
        company = company_of(system.store, entity, last.date(), contact, telephone)
        groups = read_groups(grouping) if grouping else {}
        chosen = Selection(entity, book, first.date(), last.date(), 0)
        made_on = datetime.now(UTC).date()
        out.writelines(exported(system, chosen, company, known, made_on, groups))


def exported(
    system: System, chosen: Selection, company: Company, known: str | None, made_on: date,
    groups: Groups,
) -> Iterator[str]:  # fmt: skip
    """The file in pieces. Raises UnknownPosition, NotYetRead, UnknownBook."""
    with system.connect() as conn:
        position = known_position(conn, read_known(known))
        with snapshot(conn, READS) as reached:
            fixed = within(reached, position)
            selection = Selection(chosen.entity, chosen.book, chosen.first, chosen.last, fixed)
            yield from text(Ledger(conn, selection), company, made_on, groups)


def read_groups(path: Path) -> Groups:
    """A firm's own grouping. Raises BadParameter."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    if any(len(row) != 3 for row in rows):  # noqa: PLR2004 -- account, category, code
        raise BadParameter("a row is account, category, code", field="grouping")
    return {account: (category, code) for account, category, code in rows}
