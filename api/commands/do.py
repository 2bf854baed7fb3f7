"""``throughline do``: run one business command; its options are the command's own fields."""

import getpass
import json
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

import domain.contexts  # noqa: F401 -- makes every command known
from api.determining import determined_first
from api.followers import catch_up
from api.settings import settings
from api.wiring import opened
from domain.access.roles import ALL, SYSTEM
from domain.actor import EVERY_ENTITY, Actor
from domain.command import Command
from projections.gathering import gathered


class BusinessCommands(click.Group):
    """One sub-command a command that a person may give."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Kebab-case names."""
        del ctx
        return sorted(
            dashed(name) for name, cls in Command.registry.items() if {SYSTEM} != cls.ROLES
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Derived from the command class."""
        del ctx
        found = {dashed(name): cls for name, cls in Command.registry.items()}.get(cmd_name)
        return derived(found) if found else None


def dashed(name: str) -> str:
    """CloseOpportunityWon -> close-opportunity-won."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def derived(cls: type[Command]) -> click.Command:
    """A click command with an option a field; lists and nested values are JSON."""
    options: list[click.Parameter] = [
        click.Option([f"--{name.replace('_', '-')}"], required=field.is_required(),
                     help=field.description or "")
        for name, field in cls.asked().items()
    ]  # fmt: skip

    def run(**given: str | None) -> None:
        execute(cls, {name: value for name, value in given.items() if value is not None})

    return click.Command(dashed(cls.__name__), params=options, callback=run, help=cls.__doc__)


def execute(cls: type[Command], given: dict[str, str]) -> None:
    """Validate, run as the local operator, print the answer."""
    try:
        command = cls.model_validate({name: parsed(value) for name, value in given.items()})
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise click.UsageError("; ".join(lines)) from None
    actor = Actor(f"{getpass.getuser()} (command line)", frozenset(ALL), frozenset({EVERY_ENTITY}))
    with opened(settings()) as system:
        if cls.GATHERED:
            catch_up(system)
        with system.connect() as conn:
            command = gathered(conn, command)
        outcome = determined_first(system.store, actor, command, system.determine)
        catch_up(system)
    answer = TypeAdapter(type(outcome.answer)).dump_python(outcome.answer, mode="json")
    click.echo(json.dumps({**answer, "position": outcome.position, "repeated": outcome.repeated}))


def parsed(value: str) -> Any:
    """JSON where it looks like an object, a list or a truth value, else the text itself."""
    if value[:1] in "[{" or value in ("true", "false", "null"):
        return json.loads(value)
    return value


@click.group("do", cls=BusinessCommands)
def command() -> None:
    """Run one business command as the local operator."""
