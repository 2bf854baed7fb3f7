"""GraphQL over HTTP: media types, methods, statuses; every refusal is coded."""

import json
from typing import Any

import httpx
import pytest

from api.graphql.view import MOST_BYTES
from tests.api.serving import GRAPHQL, Served

LOG = "{ log { recorded } }"


def coded(response: httpx.Response) -> tuple[int, str]:
    content = response.json()
    assert "data" not in content
    (error,) = content["errors"]
    assert error["message"]
    return response.status_code, error["extensions"]["code"]


def get(api: Served, **parameters: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {api.key}", "accept": GRAPHQL}
    return api.http.get("/graphql", params=parameters, headers=headers)


def test_the_answer_has_the_media_type_of_graphql(api: Served) -> None:
    response = api.post({"query": LOG})

    assert response.status_code == 200
    assert response.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (GRAPHQL, GRAPHQL),
        ("*/*", "application/json"),
        ("application/json, application/graphql-response+json;q=0.5", GRAPHQL),
        ("application/json;charset=utf-8", "application/json"),
    ],
)
def test_the_media_type_is_chosen_by_the_client(api: Served, accept: str, media_type: str) -> None:
    response = api.post({"query": LOG}, accept=accept)

    assert response.headers["content-type"].startswith(media_type)


def test_a_media_type_that_is_not_spoken_is_refused(api: Served) -> None:
    assert coded(api.post({"query": LOG}, accept="text/html")) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize("kind", ["text/plain", "application/graphql", "multipart/form-data", ""])
def test_a_body_that_is_not_json_is_refused(api: Served, kind: str) -> None:
    refused = api.post({"query": LOG}, **{"content-type": kind})

    assert coded(refused) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"null", b'"x"', b"{}", b'{"query": 1}', b'{"query": null}', b'{"q": "{ a }"}',
        json.dumps({"query": LOG, "operationName": 1}).encode(),
        json.dumps({"query": LOG, "variables": [1]}).encode(),
        json.dumps({"query": LOG, "variables": "x"}).encode(),
        json.dumps({"query": LOG, "extensions": "x"}).encode(),
        b'{"query": "{ a }", "variables": {"x": NaN}}', b"\xff\xfe",
        b'{"query": "\\ud800"}',
    ],
)  # fmt: skip
def test_a_malformed_request_is_refused(api: Served, content: bytes) -> None:
    assert coded(api.post(content)) == (400, "BAD_REQUEST")


def test_batches_are_refused(api: Served) -> None:
    assert coded(api.post([{"query": LOG}, {"query": LOG}])) == (400, "BATCHING_REFUSED")


def test_a_request_that_is_too_large_is_refused(api: Served) -> None:
    large = {"query": LOG, "variables": {"x": "x" * MOST_BYTES}}

    assert coded(api.post(large)) == (413, "TOO_LARGE")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": ""}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nope }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { log { recorded } } query B { log { recorded } }"},
         "OPERATION_RESOLUTION_FAILURE"),
        ({"query": LOG, "operationName": "Other"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "fragment F on Log { recorded }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A($x: UUID!) { client(id: $x) { id } }"}, "BAD_USER_INPUT"),
        ({"query": "query A($x: UUID!) { client(id: $x) { id } }", "variables": {"x": 7}},
         "BAD_USER_INPUT"),
        ({"query": "subscription { log { recorded } }"}, "GRAPHQL_VALIDATION_FAILED"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_run_is_refused(
    api: Served, content: dict[str, Any], code: str
) -> None:
    assert coded(api.post(content)) == (400, code)


def test_a_client_of_plain_json_gets_200_for_a_refused_document(api: Served) -> None:
    refused = api.post({"query": "{ nope }"}, accept="application/json")
    malformed = api.post(b"{", accept="application/json")

    assert coded(refused) == (200, "GRAPHQL_VALIDATION_FAILED")
    assert coded(malformed) == (400, "BAD_REQUEST")


def test_the_operation_is_chosen_by_its_name(api: Served) -> None:
    query = "query A { log { recorded } } query B { clients(first: 1) { nodes { code } } }"

    answer = api.post({"query": query, "operationName": "B"}).json()

    assert answer == {"data": {"clients": {"nodes": [{"code": "ACME"}]}}}


def test_a_query_may_be_asked_by_get(api: Served) -> None:
    answer = get(
        api, query="query C($n: Int!) { clients(first: $n) { nodes { code } } }",
        variables='{"n": 1}',
    )  # fmt: skip

    assert answer.json() == {"data": {"clients": {"nodes": [{"code": "ACME"}]}}}


def test_a_mutation_by_get_is_refused(api: Served) -> None:
    query = f'mutation {{ deactivateClient(input: {{clientId: "{api.firm.client}"}}) {{ id }} }}'

    refused = get(api, query=query)

    assert coded(refused) == (405, "METHOD_NOT_ALLOWED")
    assert refused.headers["allow"] == "GET, POST"
    client = api.data(
        "query C($id: UUID!) { client(id: $id) { active } }", id=str(api.firm.client)
    )
    assert client == {"client": {"active": True}}


def test_variables_of_a_get_are_json(api: Served) -> None:
    assert coded(get(api, query=LOG, variables="{")) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(api: Served, method: str) -> None:
    refused = api.http.request(method, "/graphql", headers={"authorization": f"Bearer {api.key}"})

    assert coded(refused) == (405, "METHOD_NOT_ALLOWED")


def test_the_callers_trace_is_kept_with_the_fact(api: Served) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    query = (
        "mutation { setCostRate(input: {personId:"
        f' "{api.firm.person}", fromDate: "2025-06-01", hourlyRate: "60"}}) {{ position }} }}'
    )

    answer = api.post({"query": query}, traceparent=trace).json()["data"]["setCostRate"]

    with api.firm.system.connect() as conn:
        row = conn.execute(
            "SELECT trace FROM events WHERE position = %s", [answer["position"]]
        ).fetchone()
    assert row == (trace,)
