"""The API on a real port, over a small firm that has won, worked and billed."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from threading import Event, Thread
from time import sleep
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from starlette.applications import Starlette

from api.app import create_app
from api.commands.key import minted
from api.loops import keep_up
from api.wiring import System
from tests.firm import CHIEF, Firm

GRAPHQL = "application/graphql-response+json"


class Served:
    """A client of the API with keys for every need; ``api`` asks as an administrator."""

    def __init__(self, firm: Firm, url: str, app: Starlette) -> None:
        self.firm = firm
        self.app = app
        self.http = httpx.Client(base_url=url, timeout=20)
        self.key = self.issue("admin")
        self.contract: UUID
        self.project: UUID
        self.invoice: UUID

    def issue(
        self, *roles: str, entities: tuple[str, ...] = ("*",), holder: str = "tester"
    ) -> str:
        """A new key."""
        key, asked = minted(holder, roles, entities, date(2026, 12, 31))
        self.firm.store.execute(asked, CHIEF)
        return key

    def post(self, content: Any, *, key: str | None = None, **headers: str) -> httpx.Response:
        """POST JSON to GraphQL."""
        sent = {"authorization": f"Bearer {self.key if key is None else key}", **headers}
        body = content if isinstance(content, bytes) else json.dumps(content)
        kinds = {"content-type": "application/json", "accept": GRAPHQL}
        return self.http.post("/graphql", content=body, headers={**kinds, **sent})

    def ask(self, query: str, *, key: str | None = None, **variables: Any) -> dict[str, Any]:
        """The answer's JSON; whatever its status."""
        response = self.post({"query": query, "variables": variables}, key=key)
        answer: dict[str, Any] = response.json()
        return answer

    def data(self, query: str, *, key: str | None = None, **variables: Any) -> Any:
        """The data of an answer that has no errors."""
        answer = self.ask(query, key=key, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def code(self, query: str, *, key: str | None = None, **variables: Any) -> str:
        """The code of an answer's only error."""
        (error,) = self.ask(query, key=key, **variables)["errors"]
        code: str = error["extensions"]["code"]
        return code

    def do(self, mutation: str, *, key: str | None = None, **given: Any) -> dict[str, Any]:
        """A mutation's payload."""
        name = f"{mutation[0].upper()}{mutation[1:]}Input"
        query = (
            f"mutation Do($input: {name}!) {{ {mutation}(input: $input)"
            " { id position repeated userErrors { code field message } } }"
        )
        payload: dict[str, Any] = self.data(query, key=key, input=given)[mutation]
        return payload


@contextmanager
def on_a_port(app: Starlette) -> Iterator[str]:
    """Serve from a thread; the address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="on"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


@contextmanager
def served(system: System) -> Iterator[Served]:
    """The API over a firm with two deals: DE01's, worked and billed, and US01's."""
    firm = Firm(system)
    firm.found()
    system.__dict__["store"] = firm.store
    with ExitStack() as stack:
        app = create_app(system, stack)
        url = stack.enter_context(on_a_port(app))
        api = Served(firm, url, app)
        stack.callback(api.http.close)
        begin(api)
        yield api


def begin(api: Served) -> None:
    """Win, work and bill."""
    firm = api.firm
    firm.rates(date(2025, 1, 6), USD="1.0389")
    firm.rates(date(2025, 1, 13), USD="1.0198")
    api.contract, api.project = firm.win()
    entries = [firm.work(api.project, date(2025, 1, day)) for day in (6, 7, 13)]
    api.invoice = firm.bill("I1", api.contract, date(2025, 1, 13), *entries[:2])
    firm.do("RegisterLegalEntity", code="US01", name="Prairie Inc", currency="USD", country="US")
    firm.do("OpenPeriod", entity="US01", month=date(2025, 1, 1))
    firm.do("CreateProject", project_id=OTHER_PROJECT, code="US", name="Inner", entity="US01")
    firm.settle()


OTHER_PROJECT = UUID("01940000-0000-7000-8000-0000000000aa")


def release(firm: Firm) -> None:
    """Let go of the projections: they stay as they are until somebody else leads them."""
    if firm._feed is not None:
        for reader in (firm._feed, *firm._reactors):
            reader.close()
    firm._feed = None


@contextmanager
def projecting(firm: Firm) -> Iterator[None]:
    """A feed that follows the log meanwhile."""
    release(firm)
    stop = Event()
    thread = Thread(target=partial(keep_up, firm.system.feed, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)
