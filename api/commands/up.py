"""``throughline up``: everything on one machine, each part a process, under one supervisor."""

import fcntl
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from api.settings import Settings, settings
from api.supervisor import Child, Supervisor, answers
from api.wiring import opened
from domain.errors import Refusal

LOCAL = "127.0.0.1"
PATIENCE_S = 3.0


class AlreadyUp(Refusal):
    """Another ``up`` runs on this home directory."""

    code = "ALREADY_UP"


class CannotListen(Refusal):
    """A port is taken by another program, or not ours to take."""

    code = "CANNOT_LISTEN"


@click.command("up")
@click.option(
    "--sandbox/--no-sandbox",
    default=True,
    show_default=True,
    help="Run the sandbox accounting system and CRM, and deliver to them, where no other is set.",
)
def command(*, sandbox: bool) -> None:
    """Start database, API, projections, posting and workers; restart what dies; stop in order."""
    known = settings()
    sandbox = sandbox and not known.accounting_url and not known.crm_url
    with alone(known.home):
        for setting, host, port in ports(known, sandbox=sandbox):
            await_free(setting, host, port)
        with opened(known) as system:
            embedded = system.embedded
            supervisor = Supervisor(
                children(known, sandbox=sandbox),
                on_tick=embedded.ensure if embedded is not None else lambda: None,
            )
            click.echo(f"API on http://{known.host}:{known.port} - stop with Ctrl-C")
            code = supervisor.run()
    sys.exit(code)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Be the only ``up`` of a home directory for as long as we live. Raises AlreadyUp."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            other = file.read().strip() or "unknown"
            raise AlreadyUp(f"Throughline is up in {home} already, as process {other}.") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def ports(known: Settings, *, sandbox: bool) -> list[tuple[str, str, int]]:
    """Where our parts will listen: the setting that says so, host and port."""
    own = [("THROUGHLINE_PORT", known.host, known.port)]
    if not sandbox:
        return own
    return [
        *own,
        ("THROUGHLINE_SANDBOX_ACCOUNTING_PORT", LOCAL, known.sandbox_accounting_port),
        ("THROUGHLINE_SANDBOX_CRM_PORT", LOCAL, known.sandbox_crm_port),
        ("THROUGHLINE_SANDBOX_TAX_PORT", LOCAL, known.sandbox_tax_port),
    ]


def await_free(setting: str, host: str, port: int) -> None:
    """Wait a moment for what a killed ``up`` leaves behind to go. Raises CannotListen."""
    patient_until = time.monotonic() + PATIENCE_S
    while why := hindrance(host, port):
        if time.monotonic() > patient_until:
            raise CannotListen(f"cannot listen on {host}:{port}: {why}; {setting} names another.")
        time.sleep(0.05)


def hindrance(host: str, port: int) -> str:
    """Why we cannot listen there; empty where we can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def children(known: Settings, *, sandbox: bool) -> list[Child]:
    """The parts in the order they start; they stop in reverse."""
    env = dict(os.environ)
    made = []
    if sandbox:
        accounting = f"http://{LOCAL}:{known.sandbox_accounting_port}"
        env["THROUGHLINE_ACCOUNTING_URL"] = accounting
        env["THROUGHLINE_CRM_URL"] = f"http://{LOCAL}:{known.sandbox_crm_port}"
        env.setdefault("THROUGHLINE_TAX_URL", f"http://{LOCAL}:{known.sandbox_tax_port}")
        ready = answers(f"{accounting}/totals")
        made.append(Child(name="sandbox", argv=throughline("sandbox"), env=env, ready=ready))
    made += [
        Child(name=part, argv=throughline("work", part), env=env)
        for part in ("projections", "reactions", "seal", "deliveries")
    ]
    url = f"http://{known.host}:{known.port}/livez"
    return [*made, Child(name="api", argv=throughline("serve"), env=env, ready=answers(url))]


def throughline(*words: str) -> list[str]:
    """A command of ours in the same interpreter."""
    return [sys.executable, "-c", "from api.cli import main; main()", *words]
