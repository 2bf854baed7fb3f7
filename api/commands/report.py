"""``throughline report``: any report, as of any date and position, in several forms."""

import csv
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Literal

import click
from rich.console import Console
from rich.table import Table

from api.report_workbook import workbook
from api.settings import settings
from api.wiring import opened
from projections.packet import Packet
from projections.report import KNOWN, Parameter, Report
from projections.reports import REPORTS

WIDE = 400  # a pipe has no edge
MARKS = {"count", "time"}  # ids stand in JSON and CSV only
NUMBERS = {"amount", "number", "count"}
Side = Literal["left", "right"]


class Reports(click.Group):
    """A command for each report, its options made of the report's parameters."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """As registered."""
        del ctx
        return list(REPORTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a report."""
        del ctx
        return command_of(REPORTS[cmd_name]) if cmd_name in REPORTS else None


@click.group("report", cls=Reports)
def command() -> None:
    """Print a report; with both dates fixed it never changes, and its digest says so."""


def command_of(report: Report) -> click.Command:
    """The command of one report."""
    options = [
        click.Option(["--effective"], help="Last day that counts; today if left out."),
        click.Option(["--known"], help=KNOWN + "."),
        click.Option(["--format", "form"], type=click.Choice(list(FORMATS)), default="table"),
        *map(option_of, report.parameters),
    ]

    def run(*, form: str, **given: Any) -> None:
        given["effective"] = given["effective"] or datetime.now(UTC).date()
        with opened(settings()) as system, system.connect() as conn:
            packet = report.run(conn, given)
        FORMATS[form](packet, report.title)

    help_ = f"{report.title}. {report.description}"
    return click.Command(report.name, callback=run, params=list(options), help=help_)


def option_of(parameter: Parameter) -> click.Option:
    """The option of a parameter; dates are read by the report itself."""
    kind = str if parameter.kind is date else parameter.kind
    default = {} if parameter.default is None else {"default": parameter.default}
    return click.Option(
        [f"--{parameter.name}", parameter.name], type=kind, required=parameter.required,
        help=parameter.description + ".", show_default=bool(default), **default,
    )  # fmt: skip


def as_table(packet: Packet, title: str) -> None:
    """For people."""
    asked = ", ".join(f"{k} {v}" for k, v in packet.parameters.items() if v is not None)
    caption = f"{asked}; known at {packet.known}\ndigest {packet.digest}"
    table = Table(title=title, caption=caption, caption_justify="left")
    shown = [column for column in packet.columns if not column.beside or column.kind in MARKS]
    for column in shown:
        side: Side = "right" if column.kind in NUMBERS else "left"
        table.add_column(column.title, justify=side, overflow="fold")
    for row in packet.said(beside=True):
        values = (row[column.name] for column in shown)
        table.add_row(*("" if value is None else str(value) for value in values))
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)


def as_json(packet: Packet, title: str) -> None:
    """The packet with its digest."""
    del title
    click.echo(json.dumps(packet.document(), ensure_ascii=False, indent=2))


def as_csv(packet: Packet, title: str) -> None:
    """The rows; what they are and their digest go to standard error."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(column.name for column in packet.columns)
    writer.writerows(row.values() for row in packet.said(beside=True))
    click.echo(f"{title}, known at {packet.known}, digest {packet.digest}", err=True)


def as_workbook(packet: Packet, title: str) -> None:
    """A spreadsheet, its bytes on standard output."""
    sys.stdout.buffer.write(workbook(packet, title))


FORMATS: dict[str, Callable[[Packet, str], None]] = {
    "table": as_table, "json": as_json, "csv": as_csv, "xlsx": as_workbook,
}  # fmt: skip
