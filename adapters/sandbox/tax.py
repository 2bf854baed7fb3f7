"""A sandbox tax engine: quotes that bind nobody, and sales that count for returns.

    POST /quotes                   the taxes of lines at a place; 422 for a place it does not know
    POST /sales                    a sale or, with negative figures, a credit of one
    GET  /sales?reference=…        search, oldest first

A reference is unique here: the same said twice is answered with the record there is. The rates
are made up. Each tax is rounded half up a line.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.faults import Faulty
from adapters.sandbox.records import Record, Records
from domain.money import quantize

RATES = {
    "US-CA": (("state sales tax", "US-CA", "7.25"), ("district tax", "US-CA-ALAMEDA", "3.125")),
    "US-NY": (("state sales tax", "US-NY", "4"), ("city tax", "US-NY-NYC", "4.5")),
    "US-OR": (),
}
UNTAXED = frozenset({"expense"})


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    no: int
    category: str
    text: str
    amount: Decimal


class _Question(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    place: str
    customer: str
    date: str
    currency: str
    lines: list[_Line] = Field(min_length=1)


class _Sale(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: str
    sale: str
    quote: str
    number: str
    date: str
    currency: str
    amount: Decimal
    tax: Decimal


def tax(path: Path | None = None, *, seed: int = 0) -> Faulty:
    """Build the application; state in the SQLite file ``path``, or in memory without one."""
    records = Records(path)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        records.close()

    wrongs = {ValueError: _wrong, LookupError: _wrong}
    app = Starlette(routes=_routes(records), lifespan=lifespan, exception_handlers=wrongs)
    return Faulty(app, seed=seed)


def quoted(body: bytes) -> Record:
    """The taxes of a question. Raises ValueError, LookupError for a place without rates."""
    asked = _Question.model_validate_json(body)
    rates = RATES.get("-".join(asked.place.split("-")[:2]))
    if rates is None:
        raise LookupError(f"no rates for {asked.place!r}")
    lines = [{"no": line.no, "taxes": _taxes(line, rates, asked.currency)}
             for line in asked.lines]  # fmt: skip
    return {"place": asked.place, "lines": lines}


def _taxes(line: _Line, rates: Any, currency: str) -> list[Record]:
    if line.category in UNTAXED:
        return []
    return [
        {"name": name, "jurisdiction": place, "rate_pct": rate, "taxable": str(line.amount),
         "tax": str(quantize(line.amount * Decimal(rate) / 100, currency))}
        for name, place, rate in rates
    ]  # fmt: skip


def sold(records: Records, body: bytes) -> Record:
    """Keep a sale; a credit needs its sale. Raises ValueError, LookupError."""
    given = _Sale.model_validate_json(body)
    if known := records.find("sale", given.reference):
        return known[0]
    if given.sale != given.reference and not records.find("sale", given.sale):
        raise LookupError(f"no sale {given.sale}")
    return records.add("sale", given.reference, given.model_dump(mode="json"))


def _routes(records: Records) -> list[Route]:
    async def quote(request: Request) -> Response:
        found = quoted(await request.body())
        return JSONResponse(records.add("quote", "", found), 201)

    async def sell(request: Request) -> Response:
        return JSONResponse(sold(records, await request.body()), 201)

    async def search(request: Request) -> Response:
        found = records.find("sale", request.query_params.get("reference"))
        return JSONResponse({"items": found})

    return [
        Route("/quotes", quote, methods=["POST"]),
        Route("/sales", sell, methods=["POST"]),
        Route("/sales", search),
    ]


async def _wrong(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 422 if isinstance(error, LookupError) else 400)
