"""GraphQL over HTTP: POST with JSON, GET for queries, one operation a request.

Every error has a code. A request error has a status of its own and no data, but for clients that
do not ask for GraphQL's own media type, which expect 200 for whatever concerns the document.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope, Send

from api.auth import Keys
from api.freshness import Freshness
from api.graphql.gateway import Asked, Gateway, Waits
from api.graphql.refusals import (
    BAD_REQUEST,
    STATUS,
    RequestRefused,
    TimedOut,
    expected,
    refused,
)
from domain.actor import Actor
from domain.request import Cause

T = TypeVar("T")
MOST_BYTES = 4 * 2**20
GRAPHQL, JSON = b"application/graphql-response+json", b"application/json"
TRACE = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
THREADS = 32


class GraphQLView:
    """An ASGI application of one path.

    ``wait_s`` is how long a query waits for a position, ``limit_s`` how long anything may take.
    """

    def __init__(
        self,
        gateway: Gateway,
        keys: Keys,
        freshness: Freshness,
        *,
        wait_s: float = 2.0,
        limit_s: float = 30.0,
    ) -> None:
        self._gateway = gateway
        self._keys = keys
        self._freshness = freshness
        self._wait_s = wait_s
        self._limit_s = limit_s
        self._threads = ThreadPoolExecutor(THREADS, "graphql")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        kind = JSON
        try:
            kind = media_type(headers.get(b"accept", b"*/*"))
            actor = await self.actor(headers)
            asked = await read(scope, headers, receive)
            status, content = 200, await self.answer(asked, actor, cause_of(headers))
        except Exception as error:  # noqa: BLE001 -- the last place that can answer
            status, content = failed(error, document_ok=kind == JSON)
        await respond(send, status, kind, content)

    async def actor(self, headers: Mapping[bytes, bytes]) -> Actor:
        """Who asks. Raises InvalidKey."""
        sent = headers.get(b"authorization", b"").decode("latin-1")
        if (known := self._keys.known(sent)) is not None:
            return known
        return await self.in_thread(lambda: self._keys.actor(sent))

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run on a worker thread; the loop stays free. Raises TimedOut."""
        try:
            async with asyncio.timeout(self._limit_s):
                return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except TimeoutError:
            words = "it is not known whether it was done: send it again with the same commandId"
            raise TimedOut(words) from None

    async def answer(self, asked: Asked, actor: Actor, cause: Cause) -> dict[str, Any]:
        """Data and errors. Raises RequestRefused, NotYet, TimedOut."""
        work = partial(self._gateway.answer, asked, actor, cause)
        answered = await self.in_thread(work)
        while isinstance(answered, Waits):
            await self._freshness.wait(answered.position, self._wait_s)
            answered = await self.in_thread(work)
        return answered


def media_type(accept: bytes) -> bytes:
    """The media type of the answer. Raises RequestRefused."""
    offers = {part.partition(b";")[0].strip().lower() for part in accept.split(b",")}
    if GRAPHQL in offers:
        return GRAPHQL
    if offers & {JSON, b"*/*", b"application/*"}:
        return JSON
    raise refused(406, "NOT_ACCEPTABLE", "accept application/graphql-response+json")


async def read(scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> Asked:
    """The request. Raises RequestRefused."""
    if scope["method"] == "GET":
        return asked_of(_queried(scope["query_string"]), safe=True)
    if scope["method"] != "POST":
        raise refused(405, "METHOD_NOT_ALLOWED", "GraphQL is asked by POST, queries also by GET")
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != JSON:
        raise refused(415, "UNSUPPORTED_MEDIA_TYPE", "send application/json")
    try:
        content = orjson.loads(await _body(receive))
    except orjson.JSONDecodeError as error:
        raise refused(400, BAD_REQUEST, f"not JSON: {error}") from None
    return asked_of(content, safe=False)


def asked_of(content: Any, *, safe: bool) -> Asked:
    """The parts of a request. Raises RequestRefused."""
    if isinstance(content, list):
        raise refused(400, "BATCHING_REFUSED", "one operation a request")
    if not isinstance(content, dict) or not isinstance(content.get("query"), str):
        raise refused(400, BAD_REQUEST, "query is needed, a string")
    name = content.get("operationName")
    variables = content.get("variables")
    if not isinstance(name, str | None):
        raise refused(400, BAD_REQUEST, "operationName is a string")
    if not isinstance(variables, dict | None) or not isinstance(
        content.get("extensions"), dict | None
    ):
        raise refused(400, BAD_REQUEST, "variables and extensions are objects")
    return Asked(content["query"], name, variables or {}, safe)


def _queried(query_string: bytes) -> dict[str, Any]:
    content: dict[str, Any] = dict(parse_qsl(query_string.decode("latin-1")))
    for name in ("variables", "extensions"):
        if name in content:
            try:
                content[name] = orjson.loads(content[name])
            except orjson.JSONDecodeError as error:
                raise refused(400, BAD_REQUEST, f"{name} is not JSON: {error}") from None
    return content


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        part = message.get("body", b"")
        size, more = size + len(part), message.get("more_body", False)
        if size > MOST_BYTES:
            raise refused(413, "TOO_LARGE", f"a request has at most {MOST_BYTES} bytes")
        parts.append(part)
    return b"".join(parts)


def cause_of(headers: Mapping[bytes, bytes]) -> Cause:
    """The caller's trace, where one was sent (W3C ``traceparent``)."""
    trace = headers.get(b"traceparent", b"")
    return Cause(trace=trace.decode()) if TRACE.fullmatch(trace) else Cause()


def failed(error: Exception, *, document_ok: bool) -> tuple[int, dict[str, Any]]:
    """Status and content of a request error."""
    if isinstance(error, RequestRefused):
        codes = {one["extensions"]["code"] for one in error.errors}
        legacy = document_ok and error.status == 400 and not codes & HTTP_CODES  # noqa: PLR2004
        return (200 if legacy else error.status), {"errors": error.errors}
    known = expected(error)
    return STATUS.get(known.code, 400), {
        "errors": [{"message": known.message, "extensions": {"code": known.code}}]
    }


HTTP_CODES = {BAD_REQUEST, "BATCHING_REFUSED"}
EXTRA = {
    401: (b"www-authenticate", b"Bearer"),
    405: (b"allow", b"GET, POST"),
    503: (b"retry-after", b"1"),
}


async def respond(send: Send, status: int, kind: bytes, content: Mapping[str, Any]) -> None:
    """Send JSON."""
    body = orjson.dumps(content, default=str)
    headers = [
        (b"content-type", kind + b"; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if status in EXTRA:
        headers.append(EXTRA[status])
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
