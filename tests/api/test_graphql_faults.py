"""Faults: what goes wrong inside is coded, logged, and not shown; and nobody waits for ever."""

import asyncio
import logging
import time
from contextlib import ExitStack
from typing import Any

import orjson
import pytest
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from api.auth import Keys
from api.freshness import Freshness
from api.graphql.gateway import Asked, Gateway, Waits
from api.graphql.session import Sources
from api.graphql.view import GraphQLView
from api.reads import query_reads
from domain.request import Cause
from tests.api.serving import GRAPHQL, Served
from tests.firm import CHIEF

PROJECTS = "{ projects(first: 1) { nodes { code } } log { recorded } }"


def answer(api: Served, fault: Exception) -> Any:
    def broken() -> Any:
        raise fault

    sources = Sources(api.firm.store, broken, broken, ())
    found = Gateway(sources, lambda: 0).answer(Asked(PROJECTS), CHIEF, Cause())
    assert not isinstance(found, Waits)
    return found


def test_a_fault_is_shown_by_its_number_alone(
    api: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        found = answer(api, RuntimeError("the password is swordfish"))

    assert found["data"] == {"projects": None, "log": None}
    assert {error["extensions"]["code"] for error in found["errors"]} == {"INTERNAL_SERVER_ERROR"}
    assert "swordfish" not in str(found)
    number = found["errors"][0]["message"].rpartition(" ")[2]
    assert number in caplog.text
    assert "swordfish" in caplog.text


@pytest.mark.parametrize("fault", [OperationalError("server closed"), PoolTimeout("none free")])
def test_a_lost_database_is_said_to_be_unavailable(api: Served, fault: Exception) -> None:
    found = answer(api, fault)

    assert {error["extensions"]["code"] for error in found["errors"]} == {"UNAVAILABLE"}


def test_a_statement_that_takes_too_long_is_ended(api: Served) -> None:
    system = api.firm.system
    with ExitStack() as stack:
        reads = query_reads(system, stack, limit_s=0.2)
        gateway = Gateway(
            Sources(api.firm.store, reads.connection, reads.connection, ()), lambda: 0
        )
        conn = stack.enter_context(system.connect())
        stack.enter_context(conn.transaction())
        conn.execute("LOCK TABLE deals_1.projects IN ACCESS EXCLUSIVE MODE")

        found = gateway.answer(Asked(PROJECTS), CHIEF, Cause())

    assert not isinstance(found, Waits)
    assert found["data"]["projects"] is None
    assert [error["extensions"]["code"] for error in found["errors"]] == ["TIMEOUT"]


def test_a_query_cannot_write(api: Served) -> None:
    with ExitStack() as stack:
        reads = query_reads(api.firm.system, stack)
        with reads.connection() as conn, pytest.raises(Exception, match="read-only"):
            conn.execute("DELETE FROM deals_1.projects")


class Slow(Gateway):
    """Takes its time."""

    def answer(self, asked: Any, actor: Any, cause: Any) -> Any:
        del asked, actor, cause
        time.sleep(0.3)


def test_an_operation_that_takes_too_long_is_not_waited_for(api: Served) -> None:
    gateway = Slow(Sources(api.firm.store, list, list, ()), lambda: 0)  # type: ignore[arg-type]
    freshness = Freshness(api.firm.system.connect, [])
    view = GraphQLView(gateway, Keys(api.firm.store), freshness, limit_s=0.15)

    status, content = asyncio.run(called(view, api.key))

    assert status == 504
    assert content["errors"][0]["extensions"]["code"] == "TIMEOUT"


async def called(view: GraphQLView, key: str) -> tuple[int, Any]:
    """A request without a server."""
    sent: list[Any] = []
    headers = [
        (b"authorization", f"Bearer {key}".encode()),
        (b"content-type", b"application/json"),
        (b"accept", GRAPHQL.encode()),
    ]
    scope = {"type": "http", "method": "POST", "query_string": b"", "headers": headers}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": orjson.dumps({"query": PROJECTS})}

    async def send(message: Any) -> None:
        sent.append(message)

    await view(scope, receive, send)
    return sent[0]["status"], orjson.loads(sent[1]["body"])
