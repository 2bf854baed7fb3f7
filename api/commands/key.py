"""``throughline key``: hand out or revoke an API key. The secret is shown once, and not kept."""

import getpass
import secrets
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import click

from api.auth import written
from api.settings import settings
from api.wiring import opened
from domain.access.commands import IssueApiKey, RevokeApiKey
from domain.access.roles import ALL
from domain.actor import EVERY_ENTITY, Actor
from domain.identity import new_id

SECRET_BYTES = 32


def operator() -> Actor:
    """Whoever sits at this machine."""
    return Actor(f"{getpass.getuser()} (command line)", frozenset(ALL), frozenset({EVERY_ENTITY}))


@click.group("key")
def command() -> None:
    """Hand out or revoke an API key."""


@command.command("issue")
@click.option("--holder", required=True, help="Named in the audit trail.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ALL))
@click.option("--entity", "entities", multiple=True, default=(EVERY_ENTITY,), show_default=True)
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3660))
def issue(holder: str, roles: tuple[str, ...], entities: tuple[str, ...], days: int) -> None:
    """Print a new key once, with its id on the error stream."""
    today = datetime.now(UTC).date()
    with opened(settings()) as system:
        made, asked = minted(holder, roles, entities, today + timedelta(days=days))
        system.store.execute(asked, operator())
    click.echo(f"key {asked.key_id} of {holder}, until {asked.expires_on}:", err=True)
    click.echo(made)


def minted(
    holder: str, roles: tuple[str, ...], entities: tuple[str, ...], expires_on: date
) -> tuple[str, IssueApiKey]:
    """A key as its holder sends it, and the command that makes it valid."""
    secret, id_ = secrets.token_urlsafe(SECRET_BYTES), new_id()
    asked = IssueApiKey.model_validate({
        "key_id": id_, "holder": holder, "roles": roles, "entities": entities,
        "secret_sha256": sha256(secret.encode()).hexdigest(), "expires_on": expires_on,
    })  # fmt: skip
    return written(id_, secret), asked


@command.command("revoke")
@click.argument("key_id", type=click.UUID)
def revoke(key_id: UUID) -> None:
    """Stop a key from working, within seconds everywhere."""
    with opened(settings()) as system:
        system.store.execute(RevokeApiKey(key_id=key_id), operator())
    click.echo(f"key {key_id} no longer works")
