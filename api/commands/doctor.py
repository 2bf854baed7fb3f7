"""``throughline doctor``: what is missing or misconfigured, in plain words."""

import shutil
import sys
from collections.abc import Callable

import click
import psycopg

from adapters.broker import open_broker
from api.settings import Settings, settings
from api.wiring import System, opened
from domain.errors import Refusal

MIN_VERSION, MAX_VERSION = 15, 18


@click.command("doctor")
def command() -> None:
    """Check this machine and its settings; exit code 1 where something needs doing."""
    known = settings()
    findings = [finding for check in CHECKS for finding in attempt(check, known)]
    for finding in findings:
        click.echo(f"- {finding}")
    click.echo("Nothing to mend." if not findings else f"{len(findings)} thing(s) to mend.")
    sys.exit(bool(findings))


def attempt(check: Callable[[Settings], list[str]], known: Settings) -> list[str]:
    """The findings of one check; a check that cannot be made is a finding."""
    try:
        return check(known)
    except (Refusal, OSError, psycopg.Error) as error:
        return [f"{check.__name__}: {error}"]


def python(known: Settings) -> list[str]:
    """Python."""
    del known
    return [] if sys.version_info >= (3, 11) else ["Python 3.11 or newer is needed."]


def disk(known: Settings) -> list[str]:
    """Disk."""
    known.home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(known.home).free / 2**30
    return [] if free >= 1 else [f"only {free:.1f} GiB are free under {known.home}."]


def database(known: Settings) -> list[str]:
    """Database."""
    with opened(known) as system, system.connect() as conn:
        found = []
        version = conn.info.server_version // 10000
        if not MIN_VERSION <= version <= MAX_VERSION:
            found.append(f"PostgreSQL {version} is not among those we test: "
                         f"{MIN_VERSION} to {MAX_VERSION}.")  # fmt: skip
        if may_change_the_log(system):
            found.append("the login of DATABASE_URL owns the log; use throughline_app for it and"
                         " the owner in DATABASE_DIRECT_URL.")  # fmt: skip
        halted = conn.execute("SELECT slot, halted FROM projections WHERE halted IS NOT NULL")
        found += [f"{slot} has halted: {why}" for slot, why in halted.fetchall()]
        return found


def may_change_the_log(system: System) -> bool:
    """Whether the application's login could update events but for the trigger."""
    with system.pool.connection() as conn:
        row = conn.execute("SELECT has_table_privilege('events', 'UPDATE')").fetchone()
    return bool(row and row[0])


def broker(known: Settings) -> list[str]:
    """Work queue."""
    if known.broker_url:
        open_broker(known.broker_url, "")
    return []


def connections(known: Settings) -> list[str]:
    """External systems."""
    return [
        f"THROUGHLINE_{name}_URL is not set: its documents wait."
        for name, url in (("ACCOUNTING", known.accounting_url), ("CRM", known.crm_url))
        if not url
    ]


CHECKS = (python, disk, database, broker, connections)
