"""The application: what is served where. Only the start page, schema and health need no key."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from api import health, pages
from api.auth import Keys
from api.einvoice_files import EInvoiceFiles
from api.freshness import Freshness
from api.graphql.gateway import Gateway
from api.graphql.schema import sdl
from api.graphql.session import Sources
from api.graphql.view import GraphQLView
from api.reads import ReadPool, query_reads, report_reads
from api.report_pages import ReportPages
from api.wiring import System
from projections.reports import REPORTS


@dataclass(frozen=True)
class Parts:
    """What the routes share."""

    reads: ReadPool
    freshness: Freshness
    keys: Keys
    view: GraphQLView
    reports: ReportPages
    einvoices: EInvoiceFiles
    projections: tuple[str, ...]


def create_app(
    system: System, stack: ExitStack, pending: Callable[[], Sequence[str]] = tuple
) -> Starlette:
    """The ASGI application on a system; ``pending`` names migrations not yet applied.

    What it opens is closed with the stack.
    """
    parts = assemble(system, stack)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        parts.freshness.start()
        yield
        parts.freshness.close()

    return Starlette(routes=routes(parts, pending), lifespan=lifespan)


def assemble(system: System, stack: ExitStack) -> Parts:
    """The parts of one process."""
    names = tuple(projection.name for projection in system.projections())
    reads, reports = query_reads(system, stack), report_reads(system, stack)
    freshness = Freshness(system.connect, names)
    keys = Keys(system.store)
    sources = Sources(system.store, reads.connection, reports.connection, names)
    view = GraphQLView(Gateway(sources, lambda: freshness.reached), keys, freshness)
    einvoices = EInvoiceFiles(view, system.einvoice)
    return Parts(reads, freshness, keys, view, ReportPages(sources, view), einvoices, names)


def routes(parts: Parts, pending: Callable[[], Sequence[str]]) -> list[Route]:
    """Every path there is."""

    async def readyz(_: Request) -> Response:
        ready, state = await run_sync(health.readiness, parts.reads, parts.projections, pending)
        return JSONResponse(state, 200 if ready else 503)

    return [
        Route("/graphql", parts.view),
        Route("/", start),
        Route("/schema.graphql", schema_text),
        Route("/reports", parts.reports.shown, methods=["POST"]),
        Route("/reports/{name}", parts.reports.asked),
        Route("/e-invoices/{number}", parts.einvoices.asked),
        Route("/explorer", parts.reports.explored, methods=["POST"]),
        Route("/livez", livez),
        Route("/readyz", readyz),
    ]


async def start(_: Request) -> Response:
    """The start page."""
    return HTMLResponse(pages.start(REPORTS.values()), headers=pages.HEADERS)


async def schema_text(_: Request) -> Response:
    """The schema, for people and tools."""
    return PlainTextResponse(sdl())


async def livez(_: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("alive\n")
