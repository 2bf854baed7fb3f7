"""A sandbox accounting system: contacts, invoices, credit notes, payments and their totals.

Behaves as such systems do: ids of its own, references it indexes but does not keep unique, an
idempotency key it remembers for a while only, and a firm opinion about amounts.

    PUT  /contacts/{code}                   create or rename
    POST /invoices /credit-notes /payments  create; Idempotency-Key is honoured while remembered
    GET  /invoices?reference=…              search, oldest first; the same for the others
    GET  /invoices?after=…&limit=…          all, by pages
    GET  /invoices/{id}                     one
    GET  /totals                            by currency
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.books import Books, Wrong
from adapters.sandbox.faults import Faulty
from adapters.sandbox.records import Record, Records

Endpoint = Callable[[Request], Awaitable[Response]]


def accounting(path: Path | None = None, *, remembered: int = 100, seed: int = 0) -> Faulty:
    """Build the application; state in the SQLite file ``path``, or in memory without one.

    ``remembered`` is how many idempotency keys it keeps; ``seed`` is that of its faults' die.
    """
    books = Books(Records(path, remembered=remembered))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        books.records.close()

    app = Starlette(routes=_routes(books), lifespan=lifespan, exception_handlers=_WRONGS)
    return Faulty(app, seed=seed)


def _routes(books: Books) -> list[Route]:
    async def contact(request: Request) -> Response:
        return JSONResponse(books.put_contact(request.path_params["code"], await request.body()))

    async def totals(_: Request) -> Response:
        return JSONResponse(books.totals())

    routes = [Route("/contacts/{code:path}", contact, methods=["PUT"]), Route("/totals", totals)]
    for path, kind, post in (
        ("/invoices", "invoice", books.post_invoice),
        ("/credit-notes", "credit_note", books.post_credit_note),
        ("/payments", "payment", books.post_payment),
    ):
        routes.append(Route(path, _search(books, kind)))
        routes.append(Route(path, _create(books, kind, post), methods=["POST"]))
        routes.append(Route(path + "/{id}", _one(books, kind)))
    routes.append(Route("/contacts", _search(books, "contact")))
    return routes


def _create(books: Books, kind: str, post: Callable[[bytes], Record]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        key, body = request.headers.get("idempotency-key", ""), await request.body()
        return JSONResponse(books.once(key, body, post, kind), 201)

    return endpoint


def _search(books: Books, kind: str) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        asked = request.query_params
        after, limit = int(asked.get("after", 0)), int(asked.get("limit", 1000))
        found = books.records.find(kind, asked.get("reference"), after=after, limit=limit)
        return JSONResponse({"items": found})

    return endpoint


def _one(books: Books, kind: str) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        found = books.records.get(kind, request.path_params["id"])
        return JSONResponse(found or {"error": "not found"}, 200 if found else 404)

    return endpoint


async def _wrong(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, Wrong) else 400
    return JSONResponse({"error": str(error)}, status)


_WRONGS = {Wrong: _wrong, ValueError: _wrong}
