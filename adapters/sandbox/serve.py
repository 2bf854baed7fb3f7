"""Serve sandboxes on real sockets: in a thread for tests and the demo, or until stopped."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from adapters.sandbox.accounting import accounting
from adapters.sandbox.crm import crm
from adapters.sandbox.tax import tax

_START_S = 10.0
_LOOK_S = 0.005
_HOST = "127.0.0.1"


@contextmanager
def running(app: ASGIApp, port: int = 0, host: str = _HOST) -> Iterator[str]:
    """Serve ``app`` from a thread, on a free port unless told; yield its URL, stop at the end."""
    config = uvicorn.Config(
        app, ws="none", log_config=None, log_level="critical", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with socket.create_server((host, port)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            _await_start(server, thread)
            yield "http://{}:{}".format(*listening.getsockname())
        finally:
            server.should_exit = True
            thread.join()


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    latest = time.monotonic() + _START_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > latest:
            raise RuntimeError("the sandbox did not start")
        time.sleep(_LOOK_S)


def serve(
    directory: Path | None = None,
    *,
    host: str = _HOST,
    accounting_port: int = 8471,
    crm_port: int = 8472,
    tax_port: int = 8473,
    ready: Callable[[dict[str, str]], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> None:
    """Serve the sandboxes until ``stop`` is set or the process is interrupted.

    State is kept in ``directory``, or in memory without one. ``ready`` gets their URLs by name.
    Raises OSError where a port is taken.
    """
    ledger, deals, sales = (_file(directory, name) for name in ("accounting", "crm", "tax"))
    with (
        running(accounting(ledger), accounting_port, host) as books,
        running(crm(deals), crm_port, host) as pipeline,
        running(tax(sales), tax_port, host) as engine,
    ):
        ready({"accounting": books, "crm": pipeline, "tax": engine})
        (stop or threading.Event()).wait()


def _file(directory: Path | None, name: str) -> Path | None:
    if directory is None:
        return None
    directory.mkdir(parents=True, exist_ok=True)
    return directory / f"{name}.sqlite"
