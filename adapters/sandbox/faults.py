"""Faults of a sandbox: what goes wrong, where and how often, by script or by a seeded die.

Wraps any ASGI application, which knows nothing of it. Set in code or over HTTP:

    GET /_faults        the faults set, and how often each kind has struck
    PUT /_faults        replace them: a JSON list of Fault
    DELETE /_faults     none
"""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATH = "/_faults"


class Fault(BaseModel):
    """One thing that goes wrong.

    With ``times`` it strikes the next so many matching requests, else each with ``probability``.
    ``seconds`` is how long the kind takes: the hang, the delay, or the Retry-After.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal[
        "timeout_after_commit", "lost_answer", "throttle", "error_before_commit", "slow", "garbage"
    ]
    endpoint: str = Field(default="*", description="Method and path, as 'POST /invoices*'")
    probability: Annotated[float, Field(ge=0, le=1)] = 0
    times: Annotated[int, Field(ge=0)] = 0
    seconds: Annotated[float, Field(ge=0)] = 1


_FAULTS = TypeAdapter(list[Fault])


class Faulty:
    """An application and the faults in front of and behind it."""

    def __init__(self, app: ASGIApp, *, seed: int = 0) -> None:
        self.app = app
        self.faults: list[Fault] = []
        self.left: list[int] = []
        self.struck: Counter[str] = Counter()
        self._die = random.Random(seed)  # noqa: S311 - a repeatable die, no secret

    def set(self, faults: Iterable[Fault]) -> None:
        """Replace the faults; scripts start again."""
        self.faults = list(faults)
        self.left = [fault.times for fault in self.faults]

    def draw(self, endpoint: str) -> Fault | None:
        """Answer which fault strikes this request: the first that matches and comes up."""
        for number, fault in enumerate(self.faults):
            if fnmatchcase(endpoint, fault.endpoint) and self._strikes(number, fault):
                self.struck[fault.kind] += 1
                return fault
        return None

    def _strikes(self, number: int, fault: Fault) -> bool:
        if fault.times:
            self.left[number] -= 1
            return self.left[number] >= 0
        return self._die.random() < fault.probability

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, well or badly."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"] == PATH:
            response = await self._set_over_http(Request(scope, receive))
            await response(scope, receive, send)
        else:
            fault = self.draw(f"{scope['method']} {scope['path']}")
            await self._serve(fault, scope, receive, send)

    async def _set_over_http(self, request: Request) -> Response:
        try:
            if request.method == "PUT":
                self.set(_FAULTS.validate_json(await request.body()))
            elif request.method == "DELETE":
                self.set([])
        except ValidationError as error:
            return PlainTextResponse(str(error), 400)
        faults = [fault.model_dump() for fault in self.faults]
        return JSONResponse({"faults": faults, "struck": dict(self.struck)})

    async def _serve(
        self, fault: Fault | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            await self.app(scope, receive, send)
        elif (answer := _instead(fault)) is not None:
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, _unheard)
            await _after_commit(fault, scope, receive, send)


def _instead(fault: Fault) -> Response | None:
    """Answer what comes instead of doing anything."""
    if fault.kind == "throttle":
        wait = {"Retry-After": f"{fault.seconds:g}"}
        return JSONResponse({"error": "too many requests"}, 429, headers=wait)
    if fault.kind == "error_before_commit":
        return JSONResponse({"error": "internal error"}, 500)
    return None


async def _after_commit(fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    if fault.kind == "garbage":
        await PlainTextResponse("<html><body>Welcome")(scope, receive, send)
    elif fault.kind == "lost_answer":
        # A promised body that never comes: the server then drops the connection.
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
    else:
        await _hang(fault.seconds, receive)


async def _hang(seconds: float, receive: Receive) -> None:
    """Say nothing until the client gives up."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return


async def _unheard(message: Message) -> None:
    """Swallow an answer."""
