"""Freshness: who has just written reads it, or is told that it is not there yet."""

import asyncio
import time
from statistics import median

import pytest

from api.freshness import Freshness, NotYet
from api.wiring import System
from domain.identity import new_id
from tests.api.serving import Served, projecting, release
from tests.firm import Firm

AFTER = """query Mine($at: BigInt!, $code: String) @after(position: $at) {
    clients(first: 1, code: $code) { nodes { code } } }"""


def register(api: Served) -> tuple[str, int]:
    code = new_id().hex
    payload = api.do("registerClient", clientId=str(new_id()), code=code, name="New Fictional Ltd",
                     entity="DE01", currency="EUR")  # fmt: skip
    return code, payload["position"]


def test_a_query_waits_for_what_was_just_written(api: Served) -> None:
    with projecting(api.firm):
        found = []
        for _ in range(5):
            code, position = register(api)
            nodes = api.data(AFTER, at=position, code=code)["clients"]["nodes"]
            found.append(nodes == [{"code": code}])

    assert found == [True] * 5


def test_a_query_waits_milliseconds(api: Served) -> None:
    waits = []

    with projecting(api.firm):
        register(api)
        for _ in range(15):
            code, position = register(api)
            began = time.perf_counter()
            api.data(AFTER, at=position, code=code)
            waits.append(time.perf_counter() - began)

    assert median(waits) < 0.25


def test_what_does_not_come_in_time_is_refused(api: Served) -> None:
    release(api.firm)
    _, position = register(api)

    response = api.post({"query": AFTER, "variables": {"at": position}})

    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "NOT_YET"


def test_a_position_that_is_none_is_refused(api: Served) -> None:
    for position in (-1, 1.5, "7", 2**63):
        assert api.code(AFTER, at=position) == "BAD_USER_INPUT"


def test_a_position_read_long_ago_is_not_waited_for(api: Served) -> None:
    assert api.data(AFTER, at=1, code="ACME") == {"clients": {"nodes": [{"code": "ACME"}]}}


def test_only_a_query_waits(api: Served) -> None:
    code = api.code(
        """mutation M($input: DeactivateClientInput!) @after(position: 1) {
            deactivateClient(input: $input) { id } }""",
        input={"clientId": str(new_id())},
    )

    assert code == "GRAPHQL_VALIDATION_FAILED"


def test_freshness_starts_where_the_projections_are(system: System, firm: Firm) -> None:
    firm.settle()
    names = [projection.name for projection in system.projections()]
    freshness = Freshness(system.connect, names)
    freshness.start()

    asyncio.run(freshness.wait(1, 5))

    assert freshness.reached > 1
    freshness.close()


def test_one_projection_that_lags_holds_all_back(system: System, firm: Firm) -> None:
    firm.settle()
    with system.connect() as conn:
        conn.execute("UPDATE projections SET position = 1 WHERE name = 'deals'")
    names = [projection.name for projection in system.projections()]
    freshness = Freshness(system.connect, names)
    freshness.start()
    asyncio.run(freshness.wait(1, 5))

    with pytest.raises(NotYet):
        asyncio.run(freshness.wait(2, 0.1))
    freshness.close()


def test_freshness_survives_the_loss_of_its_connection(system: System, firm: Firm) -> None:
    firm.settle()
    names = [projection.name for projection in system.projections()]
    freshness = Freshness(system.connect, names)
    freshness.start()
    asyncio.run(freshness.wait(1, 5))

    with system.connect() as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'SELECT coalesce(min(position)%' AND pid <> pg_backend_pid()"
        )
    outcome = firm.do("RegisterLegalEntity", code="FR01", name="Fictif SA", currency="EUR",
                      country="FR")  # fmt: skip
    firm.settle()

    asyncio.run(freshness.wait(outcome.position or 0, 5))
    freshness.close()
