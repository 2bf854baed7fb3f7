"""What an answer over HTTP means: certainly not, perhaps, never, later."""

import socket
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.delivery_http import read, retry_after_s, write
from adapters.delivery_port import Rejected, Transient, Uncertain
from adapters.sandbox.serve import running


async def _as_asked(request: Request) -> Response:
    """Answer with the status of the path, the body and the headers of the query."""
    asked = dict(request.query_params)
    body = asked.pop("body", "")
    headers = asked | {"seen-key": request.headers.get("idempotency-key", "none")}
    return Response(body, request.path_params["status"], headers=headers)


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    route = Route("/{status:int}", _as_asked, methods=["GET", "POST"])
    with (
        running(Starlette(routes=[route])) as url,
        httpx.Client(base_url=url, timeout=5) as client,
    ):
        yield client


@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 422, 302])
def test_a_clear_no_is_rejected(http: httpx.Client, status: int) -> None:
    with pytest.raises(Rejected, match=f"{status}: because"):
        write(http, "POST", f"/{status}?body=because", {})


@pytest.mark.parametrize("status", [401, 408, 425, 429])
def test_what_was_not_taken_in_is_transient(http: httpx.Client, status: int) -> None:
    with pytest.raises(Transient) as error:
        write(http, "POST", f"/{status}", {})

    assert error.value.retry_after_s is None


@pytest.mark.parametrize(
    "path", ["/500", "/502", "/503", "/504", "/200?body=<html>", "/200?body=[]"]
)
def test_what_may_have_been_done_is_uncertain(http: httpx.Client, path: str) -> None:
    assert isinstance(write(http, "POST", path, {}), Uncertain)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("retry-after=7", 7),
        ("retry-after=0.5", 0.5),
        ("retry-after=-3", 0),
        ("retry-after=soon", 60),
    ],
)
def test_the_pause_a_vendor_asks_for_is_read(
    http: httpx.Client, status: int, said: str, seconds: float
) -> None:
    with pytest.raises(Transient) as error:
        write(http, "POST", f"/{status}?{said}", {})

    assert error.value.retry_after_s == seconds


def test_a_pause_until_a_date_counts_from_the_answers_own_date() -> None:
    dates = {
        "Retry-After": "Tue, 31 Mar 2026 10:00:30 GMT",
        "Date": "Tue, 31 Mar 2026 10:00:00 GMT",
    }

    assert retry_after_s(httpx.Response(429, headers=dates)) == 30
    del dates["Date"]
    assert retry_after_s(httpx.Response(429, headers=dates)) == 60


def test_nobody_listening_is_transient_as_nothing_was_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        with pytest.raises(Transient, match="ConnectError"):
            write(client, "POST", "/", {})
        with pytest.raises(Transient, match="ConnectError"):
            read(client, "/")


@pytest.mark.parametrize("path", ["/400", "/429", "/500", "/200?body=<html>"])
def test_a_read_without_an_answer_is_transient(http: httpx.Client, path: str) -> None:
    with pytest.raises(Transient):
        read(http, path)


def test_a_read_of_nothing_is_none_and_of_something_an_object(http: httpx.Client) -> None:
    assert read(http, "/404") is None
    assert read(http, "/200", body='{"id": "7"}') == {"id": "7"}


def test_a_key_goes_as_a_header_only_where_there_is_one(http: httpx.Client) -> None:
    seen: list[str] = []
    http.event_hooks["response"] = [lambda response: seen.append(response.headers["seen-key"])]

    write(http, "POST", '/200?body={"id":"7"}', {}, key="k-1")
    write(http, "POST", '/200?body={"id":"7"}', {})

    assert seen == ["k-1", "none"]
