"""``throughline serve``: the API of one process."""

import gc
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib.resources import files

import click
import uvicorn
from starlette.applications import Starlette

from adapters.postgres.migrate import status
from api.app import create_app
from api.settings import settings
from api.wiring import System, opened

ALLOCATIONS_A_COLLECTION = 50_000


@click.command("serve")
@click.option("--host", default=None, help="Address to listen on; THROUGHLINE_HOST otherwise.")
@click.option("--port", default=None, type=int, help="Port; THROUGHLINE_PORT otherwise.")
def command(host: str | None, port: int | None) -> None:
    """Serve GraphQL, reports and the start page until a signal comes."""
    known = settings()
    with opened(known) as system, ExitStack() as stack:
        app = create_app(system, stack, unapplied(system))
        serve(app, host or known.host, known.port if port is None else port)


def serve(app: Starlette, host: str, port: int) -> None:
    """Run until SIGTERM or SIGINT; requests under way are finished first."""
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False,
        timeout_graceful_shutdown=10,
    )  # fmt: skip
    settle()
    uvicorn.Server(config).run()


def settle() -> None:
    """What is loaded by now stays: the collector need not look at it again, nor so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS_A_COLLECTION, 20, 20)


def unapplied(system: System) -> Callable[[], Sequence[str]]:
    """Names migrations that this program has and the database lacks."""

    def pending() -> list[str]:
        standings = status(system.addresses.owner, files("migrations"))
        return [f"{one.number:04d}_{one.name}" for one in standings if one.state != "applied"]

    return pending
