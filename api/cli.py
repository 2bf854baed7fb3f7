"""The command line: each command is a file of ``api.commands``, loaded when it is asked for."""

import logging
import sys
from importlib import import_module

import click

from api.settings import settings
from domain.errors import Refusal

COMMANDS = {
    "demo": "Run a fictional firm's year, print its reports, then serve",
    "up": "Run everything on this machine under one supervisor",
    "serve": "Serve the API",
    "work": "Run projections, posting, policies, the seal and deliveries",
    "migrate": "Bring the database up to date",
    "do": "Run one business command",
    "import": "Take in files: deals, time, rates, ledgers",
    "run": "Recognise the revenue of an entity's month",
    "report": "Print a report as of any date and position",
    "export": "Write the ledger as SAF-T, hledger or beancount, a document as an e-invoice",
    "verify": "Check every invariant, the seal, the rules and the projections",
    "rebuild": "Build a projection anew beside the live one and switch",
    "replay": "Fold history up to a position into a scratch schema and compare",
    "sandbox": "Serve the sandbox accounting system, CRM and tax engine",
    "key": "Hand out or revoke an API key",
    "bench": "Measure every target beside its limit",
    "doctor": "Say what is missing or misconfigured",
}


class Commands(click.Group):
    """Loads ``api.commands.NAME`` and its ``command`` on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None for an unknown name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(
            f"api.commands.{cmd_name}_" if cmd_name == "import" else f"api.commands.{cmd_name}"
        )
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table itself: no module is loaded for ``--help``."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands)
@click.version_option(package_name="throughline")
def throughline() -> None:
    """The spine between CRM, delivery and accounting."""
    logging.basicConfig(level=settings().log_level, format="%(levelname)s %(name)s: %(message)s")


def main() -> None:
    """Run the command line; a refusal, or a database that is away, is told without a traceback."""
    try:
        throughline()
    except Refusal as refusal:
        sys.exit(f"refused ({refusal.code}): {refusal}")
    except Exception as error:
        from psycopg import OperationalError  # whoever may raise it has loaded it already

        if not isinstance(error, OperationalError):
            raise
        sys.exit(f"the database cannot be used: {error}")
