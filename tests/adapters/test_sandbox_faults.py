"""Faults of a sandbox over real sockets: what each does to the caller and to the state."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import httpx
import pytest

from adapters.sandbox.crm import crm
from adapters.sandbox.faults import Fault, Faulty
from adapters.sandbox.serve import running, serve

CHANGE = {"update": "u-1", "properties": {"stage": "won"}}


@pytest.fixture
def app() -> Faulty:
    return crm(seed=1)


@pytest.fixture
def http(app: Faulty) -> Iterator[httpx.Client]:
    with running(app) as url, httpx.Client(base_url=url, timeout=0.5) as client:
        yield client


def said(http: httpx.Client) -> httpx.Response:
    return http.patch("/deals/o-1", json=CHANGE)


def updates(http: httpx.Client) -> list[str]:
    answer = http.get("/deals/o-1")
    taken: list[str] = answer.json()["updates"] if answer.is_success else []
    return taken


def test_an_error_or_a_throttle_comes_before_anything_is_done(
    app: Faulty, http: httpx.Client
) -> None:
    app.set(
        [Fault(kind="error_before_commit", times=1), Fault(kind="throttle", times=1, seconds=9)]
    )

    error, throttled = said(http), said(http)

    assert (error.status_code, throttled.status_code) == (500, 429)
    assert throttled.headers["retry-after"] == "9"
    assert updates(http) == []


def test_a_timeout_comes_after_everything_is_done(app: Faulty, http: httpx.Client) -> None:
    app.set([Fault(kind="timeout_after_commit", times=1, seconds=30)])

    with pytest.raises(httpx.ReadTimeout):
        said(http)

    assert updates(http) == ["u-1"]


def test_a_lost_answer_drops_the_connection_after_everything_is_done(
    app: Faulty, http: httpx.Client
) -> None:
    app.set([Fault(kind="lost_answer", times=1)])

    with pytest.raises(httpx.RemoteProtocolError):
        said(http)

    assert updates(http) == ["u-1"]


def test_garbage_says_200_and_nothing_else(app: Faulty, http: httpx.Client) -> None:
    app.set([Fault(kind="garbage", times=1)])

    answer = said(http)

    assert answer.status_code == 200
    assert answer.text.startswith("<html>")
    assert updates(http) == ["u-1"]


def test_a_slow_answer_is_right_in_the_end(app: Faulty, http: httpx.Client) -> None:
    app.set([Fault(kind="slow", times=1, seconds=0.2)])
    began = monotonic()

    assert said(http).json()["properties"] == {"stage": "won"}
    assert monotonic() - began >= 0.2


def test_a_fault_strikes_only_its_endpoint_and_only_so_often(
    app: Faulty, http: httpx.Client
) -> None:
    app.set([Fault(kind="error_before_commit", endpoint="PATCH /deals/*", times=2)])

    reads = [http.get("/deals").status_code for _ in range(3)]
    writes = [said(http).status_code for _ in range(4)]

    assert reads == [200, 200, 200]
    assert writes == [500, 500, 200, 200]
    assert app.struck == {"error_before_commit": 2}


def test_the_die_is_seeded() -> None:
    def drawn(seed: int) -> list[bool]:
        app = crm(seed=seed)
        app.set([Fault(kind="slow", probability=0.3)])
        return [app.draw("GET /deals") is not None for _ in range(200)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 30 < sum(drawn(1)) < 90


def test_faults_are_set_read_and_cleared_over_http(app: Faulty, http: httpx.Client) -> None:
    fault: dict[str, Any] = {"kind": "throttle", "endpoint": "GET *", "times": 1, "seconds": 0}

    assert http.put("/_faults", json=[fault]).status_code == 200
    assert http.get("/deals").status_code == 429
    shown = http.get("/_faults").json()
    assert shown["struck"] == {"throttle": 1}
    assert shown["faults"] == [fault | {"probability": 0.0}]
    assert http.put("/_faults", json=[{"kind": "meteor"}]).status_code == 400
    assert len(app.faults) == 1
    http.delete("/_faults")
    assert app.faults == []


def test_both_sandboxes_serve_until_told_to_stop_and_remember(tmp_path: Path) -> None:
    for expected in ([], ["u-1"]):
        urls: dict[str, str] = {}
        with ExitStack() as stack:
            ready, stop = _serving(stack, tmp_path, urls)
            assert ready.wait(10)
            client = stack.enter_context(httpx.Client(base_url=urls["crm"]))
            assert httpx.get(urls["accounting"] + "/totals").json() == {}
            assert updates(client) == expected
            said(client)
            stop.set()


def _serving(stack: ExitStack, directory: Path, urls: dict[str, str]) -> tuple[Event, Event]:
    ready, stop = Event(), Event()

    def told(found: dict[str, str]) -> None:
        urls.update(found)
        ready.set()

    thread = Thread(
        target=serve,
        args=(directory,),
        kwargs={"accounting_port": 0, "crm_port": 0, "tax_port": 0, "ready": told, "stop": stop},
    )
    thread.start()
    stack.callback(thread.join)
    return ready, stop
