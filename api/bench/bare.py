"""What the gateway is measured against: a bare insert route, and stock Strawberry with loaders."""

import os
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import strawberry
from anyio.to_thread import run_sync
from psycopg_pool import ConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader

from domain.identity import new_id

INSERT = "INSERT INTO bare_notes VALUES (%s, %s, %s, %s, %s)"
ENTRIES = "SELECT id, work_date::text, minutes, project_id, person_id FROM time_entries LIMIT %s"
PROJECTS = "SELECT id, code, name FROM projects WHERE id = ANY(%s)"
PEOPLE = "SELECT id, code, role FROM people WHERE id = ANY(%s)"

pool = ConnectionPool(os.environ.get("BARE_DSN", ""), min_size=16, max_size=16, open=False,
                      kwargs={"autocommit": True})  # fmt: skip


def query(statement: str, given: Sequence[Any]) -> list[Any]:
    """Rows of a statement."""
    with pool.connection() as conn:
        return conn.execute(statement.encode(), given).fetchall()


def insert(body: dict[str, Any]) -> None:
    """One row, one commit."""
    row = [new_id(), body["person"], body["on"], body["minutes"], body["note"]]
    with pool.connection() as conn:
        conn.execute(INSERT, row)


async def note(request: Request) -> JSONResponse:
    """The route: parse, insert, answer."""
    await run_sync(insert, await request.json())
    return JSONResponse({"ok": True})


@strawberry.type
class Project:
    """Of a time entry."""

    id: strawberry.ID
    code: str
    name: str


@strawberry.type
class Person:
    """Of a time entry."""

    id: strawberry.ID
    code: str
    role: str


@strawberry.type
class TimeEntry:
    """With its project and person by loader."""

    id: strawberry.ID
    workDate: str  # noqa: N815 -- the same document is sent to both
    minutes: int
    project_key: strawberry.Private[UUID]
    person_key: strawberry.Private[UUID]

    @strawberry.field
    async def project(self, info: strawberry.Info) -> Project:
        """Loaded with the others of the page."""
        return cast("Project", await info.context["projects"].load(self.project_key))

    @strawberry.field
    async def person(self, info: strawberry.Info) -> Person:
        """Loaded with the others of the page."""
        return cast("Person", await info.context["people"].load(self.person_key))


@strawberry.type
class Entries:
    """A page."""

    nodes: list[TimeEntry]


@strawberry.type
class Query:
    """The list alone."""

    @strawberry.field(name="timeEntries")  # type: ignore[untyped-decorator] # its overloads
    async def time_entries(self, first: int) -> Entries:
        """The first entries."""
        rows = await run_sync(query, ENTRIES, [first])
        return Entries(nodes=[entry(row) for row in rows])


def entry(row: Sequence[Any]) -> TimeEntry:
    """A row as an object."""
    id_, work_date, minutes, project, person = row
    return TimeEntry(id=strawberry.ID(str(id_)), workDate=work_date, minutes=minutes,
                     project_key=project, person_key=person)  # fmt: skip


def loader(kind: type[Any], statement: str, names: tuple[str, ...]) -> DataLoader[UUID, Any]:
    """Loads a page's keys in one statement."""

    async def load(keys: list[UUID]) -> list[Any]:
        rows = await run_sync(query, statement, [keys])
        found = {
            row[0]: kind(id=str(row[0]), **dict(zip(names, row[1:], strict=True))) for row in rows
        }
        return [found[key] for key in keys]

    return DataLoader(load)


class Stock(GraphQL[Any, Any]):
    """Strawberry as its documentation has it."""

    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        """Loaders of one request."""
        del request, response
        return {
            "projects": loader(Project, PROJECTS, ("code", "name")),
            "people": loader(Person, PEOPLE, ("code", "role")),
        }


def make() -> Starlette:
    """The bare application."""
    pool.open(wait=True)
    stock = Stock(strawberry.Schema(Query))
    return Starlette(routes=[Route("/note", note, methods=["POST"]), Route("/graphql", stock)])
