"""The gateway over real HTTP: a mutation of 16 clients, and a list with nested objects."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from api.bench.ground import PROJECT, Ground, day, person, time_entry
from api.bench.line import Line, alternately, in_parallel
from api.commands.key import minted
from api.commands.up import throughline
from domain.access.roles import ALL
from domain.identity import new_id

CLIENTS, EACH, LISTS = 16, 60, 12
LOG_TIME = """mutation Log($input: LogTimeInput!) { logTime(input: $input)
    { id entryId position userErrors { code message } } }"""
LIST = """query List($first: Int!) { timeEntries(first: $first)
    { nodes { id workDate minutes project { id code name } person { id code role } } } }"""
NOTES = """CREATE TABLE bare_notes
    (id uuid PRIMARY KEY, person uuid, on_day date, minutes int, note text)"""
START_S = 30


def lines(ground: Ground) -> Iterator[Line]:
    """The mutation and the list."""
    ground.load(time_entry(who, no) for who in range(CLIENTS) for no in range(300))
    feed = ground.system.feed()
    feed.lead()
    feed.catch_up()
    with ExitStack() as stack:
        ours, key = stack.enter_context(gateway(ground))
        bare = stack.enter_context(bare_server(ground))
        rounds = iter(range(300, 2000, EACH))
        mutation, insert = alternately(
            5,
            lambda: CLIENTS * EACH / all_clients(partial(log_time, ours, key, next(rounds))),
            lambda: CLIENTS * EACH / all_clients(partial(add_notes, bare)),
        )
        yield Line("GraphQL mutation over HTTP, 16 clients", mutation, insert, "a second",
                   "a bare Starlette route that inserts one row", 0.4)  # fmt: skip
        listed, stock = alternately(
            5,
            lambda: CLIENTS * LISTS / all_clients(partial(list_entries, ours, key)),
            lambda: CLIENTS * LISTS / all_clients(partial(list_entries, bare, "")),
        )
        yield Line("list of 100 with two nested objects", listed, stock, "a second",
                   "stock Strawberry with DataLoaders", 3.0)  # fmt: skip


@contextmanager
def gateway(ground: Ground) -> Iterator[tuple[str, str]]:
    """``throughline serve`` on the bench's own system, and a key for it."""
    made, asked = minted("bench", ALL, ("*",), datetime.now(UTC).date() + timedelta(days=1))
    ground.do(asked)
    home = str(ground.system.settings.home)
    argv = throughline("serve", "--port", "8431")
    with served(argv, {"THROUGHLINE_HOME": home}, "http://127.0.0.1:8431") as url:
        yield url, made


@contextmanager
def bare_server(ground: Ground) -> Iterator[str]:
    """The bare application on the same database."""
    with ground.system.connect() as conn:
        conn.execute(NOTES)
    argv = [sys.executable, "-m", "uvicorn", "--factory", "api.bench.bare:make", "--port", "8432",
            "--log-level", "warning", "--no-access-log"]  # fmt: skip
    environment = {"BARE_DSN": ground.system.addresses.pooled}
    with served(argv, environment, "http://127.0.0.1:8432") as url:
        yield url


@contextmanager
def served(argv: list[str], environment: dict[str, str], url: str) -> Iterator[str]:
    """A server process, up when its port answers, stopped at the end."""
    process = subprocess.Popen(argv, env={**os.environ, **environment})  # noqa: S603 -- our own
    try:
        until_open(url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=START_S)


def until_open(url: str) -> None:
    """Wait for the port."""
    latest = time.monotonic() + START_S
    while True:
        connection = connect(url)
        try:
            connection.connect()
        except OSError:
            if time.monotonic() > latest:
                raise
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()


def connect(url: str) -> http.client.HTTPConnection:
    """A connection to keep."""
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)


def all_clients(work: Callable[[int], None]) -> float:
    """Every client at once, each on a connection of its own."""
    return in_parallel([partial(work, who) for who in range(CLIENTS)])


def post(connection: http.client.HTTPConnection, path: str, key: str, body: Any) -> Any:
    """One request; anything but success ends the bench."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    connection.request("POST", path, json.dumps(body), headers)
    answer = connection.getresponse()
    said = json.loads(answer.read())
    if answer.status >= 300 or said.get("errors"):  # noqa: PLR2004 -- HTTP's own number
        raise RuntimeError(str(said)[:500])
    return said


def log_time(url: str, key: str, first: int, who: int) -> None:
    """Some notes of time of one person."""
    connection = connect(url)
    for no in range(first, first + EACH):
        given = {"commandId": str(new_id()), "personId": str(person(who)), "minutes": 5,
                 "projectId": str(PROJECT), "workDate": str(day(no // 4)), "activity": "build",
                 "note": "some words about the work done"}  # fmt: skip
        said = post(
            connection, "/graphql", key, {"query": LOG_TIME, "variables": {"input": given}}
        )
        if said["data"]["logTime"]["userErrors"]:
            raise RuntimeError(str(said))
    connection.close()


def add_notes(url: str, who: int) -> None:
    """As many rows."""
    connection = connect(url)
    for no in range(EACH):
        note = {"person": str(person(who)), "on": str(day(no)), "minutes": 5,
                "note": "some words about the work done"}  # fmt: skip
        post(connection, "/note", "", note)
    connection.close()


def list_entries(url: str, key: str, who: int) -> None:
    """The same page again and again, as a front-end asks for it."""
    del who
    connection = connect(url)
    for _ in range(LISTS):
        said = post(connection, "/graphql", key, {"query": LIST, "variables": {"first": 100}})
        if len(said["data"]["timeEntries"]["nodes"]) != 100:  # noqa: PLR2004 -- the page asked for
            raise RuntimeError("a page of 100 was asked for")
    connection.close()
