"""``throughline bench``: every target beside its limit, measured in the same run."""

import json
import platform
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib import import_module

import click
from rich.console import Console
from rich.table import Table

from api.bench.line import Line

GROUPS = ("append", "importing", "journals", "numbering", "projecting", "freshness", "balances",
          "http", "runs", "closing", "allocations", "consolidation")  # fmt: skip


@click.command("bench")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--ledger-lines",
    default=1_000_000,
    show_default=True,
    help="How long a ledger any-date reports are asked of, against 100,000.",
)
@click.option("--only", multiple=True, type=click.Choice(GROUPS), help="Some groups only.")
def command(only: tuple[str, ...], *, ledger_lines: int, as_json: bool) -> None:
    """Measure on a scratch embedded server; takes some minutes and leaves nothing behind."""
    from api.bench import balances

    balances.LARGE = ledger_lines
    lines = []
    for line in measured(only or GROUPS):
        lines.append(line)
        if not as_json:
            click.echo(f"  {line.name}: {line.ratio:.2f}", err=True)
    if as_json:
        click.echo(json.dumps(document(lines), indent=1))
    else:
        Console(width=150).print(table(lines))


def measured(groups: Iterable[str]) -> Iterator[Line]:
    """The lines of the groups; each group stands on ground of its own."""
    from api.bench.ground import ground

    for group in groups:
        with ground() as made:
            yield from import_module(f"api.bench.{group}").lines(made)


def document(lines: list[Line]) -> dict[str, object]:
    """The run as JSON values."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "lines": [line.document() for line in lines],
    }


def table(lines: list[Line]) -> Table:
    """The run as a table."""
    made = Table("what", "ours", "limit", "unit", "of", "ratio", "target", box=None)
    for line in lines:
        verdict = {True: "reached", False: "MISSED", None: ""}[line.reached]
        target = "" if line.target is None else f"{line.sense} {line.target:g} {verdict}"
        made.add_row(line.name, f"{line.ours:,.2f}", f"{line.limit:,.2f}", line.unit,
                     line.limit_name, f"{line.ratio:.2f}", target)  # fmt: skip
    return made
