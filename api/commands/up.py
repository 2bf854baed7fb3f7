"""``throughline up``: everything on one machine, each part a process, under one supervisor."""

import os
import sys

import click

from api.settings import Settings, settings
from api.supervisor import Child, Supervisor, answers
from api.wiring import opened


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
    with opened(known) as system:
        embedded = system.embedded
        supervisor = Supervisor(
            children(known, sandbox=sandbox),
            on_tick=embedded.ensure if embedded is not None else lambda: None,
        )
        click.echo(f"API on http://{known.host}:{known.port} - stop with Ctrl-C")
        sys.exit(supervisor.run())


def children(known: Settings, *, sandbox: bool) -> list[Child]:
    """The parts in the order they start; they stop in reverse."""
    env = dict(os.environ)
    parts: list[tuple[str, list[str]]] = []
    if sandbox and not known.accounting_url and not known.crm_url:
        env |= {"THROUGHLINE_ACCOUNTING_URL": "http://127.0.0.1:8471",
                "THROUGHLINE_CRM_URL": "http://127.0.0.1:8472"}  # fmt: skip
        parts.append(("sandbox", ["sandbox"]))
    parts += [
        (part, ["work", part]) for part in ("projections", "reactions", "seal", "deliveries")
    ]
    made = [Child(name=name, argv=throughline(*words), env=env) for name, words in parts]
    url = f"http://{known.host}:{known.port}/livez"
    return [*made, Child(name="api", argv=throughline("serve"), env=env, ready=answers(url))]


def throughline(*words: str) -> list[str]:
    """A command of ours in the same interpreter."""
    return [sys.executable, "-c", "from api.cli import main; main()", *words]
