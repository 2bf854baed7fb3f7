"""A sandbox CRM: deals, and the properties other systems write on them.

    PATCH /deals/{reference}        create or update; {"update": …, "properties": {…}}
    GET   /deals/{reference}        one: its properties, and the updates it took, in order
    GET   /deals?after=…&limit=…    all, by pages

It knows no idempotency key: the same update said twice is taken twice. Properties are strings.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.faults import Faulty
from adapters.sandbox.records import Record, Records


class _Change(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    update: str
    properties: dict[str, str]


def crm(path: Path | None = None, *, seed: int = 0) -> Faulty:
    """Build the application; state in the SQLite file ``path``, or in memory without one."""
    records = Records(path)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        records.close()

    app = Starlette(
        routes=_routes(records),
        lifespan=lifespan,
        exception_handlers={ValueError: _wrong},
    )
    return Faulty(app, seed=seed)


def change_deal(records: Records, reference: str, body: bytes) -> Record:
    """Create or update the deal of a reference, which is unique here."""
    change = _Change.model_validate_json(body)
    new = {"reference": reference, "properties": change.properties, "updates": [change.update]}
    known = records.find("deal", reference)
    if not known:
        return records.add("deal", reference, new)
    new["properties"] = known[0]["properties"] | change.properties
    new["updates"] = [*known[0]["updates"], change.update]
    return records.replace(known[0] | new)


def _routes(records: Records) -> list[Route]:
    async def change(request: Request) -> Response:
        reference = request.path_params["reference"]
        return JSONResponse(change_deal(records, reference, await request.body()))

    async def one(request: Request) -> Response:
        found = records.find("deal", request.path_params["reference"])
        return JSONResponse(found[0]) if found else JSONResponse({"error": "not found"}, 404)

    async def search(request: Request) -> Response:
        asked = request.query_params
        after, limit = int(asked.get("after", 0)), int(asked.get("limit", 1000))
        return JSONResponse({"items": records.find("deal", after=after, limit=limit)})

    return [
        Route("/deals", search),
        Route("/deals/{reference:path}", one),
        Route("/deals/{reference:path}", change, methods=["PATCH"]),
    ]


async def _wrong(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)
