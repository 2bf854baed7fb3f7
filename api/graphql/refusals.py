"""Errors as the API shows them: each has a code, none shows what is inside.

A request error is answered without data; an error of one field stands beside the others' data.
What nobody expected is logged under an id and shown as that id.
"""

import logging
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from graphql import GraphQLError
from psycopg import OperationalError
from psycopg.errors import QueryCanceled

from domain.errors import Refusal

log = logging.getLogger(__name__)

INTERNAL = "INTERNAL_SERVER_ERROR"
PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
INVALID_DOCUMENT = "GRAPHQL_VALIDATION_FAILED"
BAD_INPUT = "BAD_USER_INPUT"
BAD_REQUEST = "BAD_REQUEST"
STATUS = {
    "INVALID_KEY": 401,
    "MISSING_ROLE": 403,
    "WRONG_ENTITY": 403,
    "NOT_FOUND": 404,
    INTERNAL: 500,
    "NOT_YET": 503,
    "NOT_YET_READ": 503,
    "UNAVAILABLE": 503,
    "TIMEOUT": 504,
}
"""HTTP statuses by code; 400 for all others."""


class RequestRefused(Exception):
    """The request gets no data: its HTTP status and its errors."""

    def __init__(self, status: int, errors: Sequence[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.status = status
        self.errors = list(errors)


class TimedOut(Refusal):
    """It took longer than one answer may."""

    code = "TIMEOUT"


class Unavailable(Refusal):
    """The database cannot be reached; trying again is safe."""

    code = "UNAVAILABLE"


def refused(status: int, code: str, message: str) -> RequestRefused:
    """A request error of one sentence."""
    return RequestRefused(status, [{"message": message, "extensions": {"code": code}}])


def invalid(status: int, code: str, errors: Sequence[GraphQLError]) -> RequestRefused:
    """A request error of graphql-core's own findings."""
    return RequestRefused(status, [located(error, code) for error in errors])


def located(error: GraphQLError, code: str) -> dict[str, Any]:
    """An error with its place in the document."""
    found: dict[str, Any] = {"message": error.message}
    if error.locations:
        found["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    return {**found, "extensions": {"code": code}}


def field_error(error: Exception, path: Sequence[str]) -> dict[str, Any]:
    """An error of one root field."""
    if isinstance(error, GraphQLError):
        return {**located(error, BAD_INPUT), "path": list(path)}
    known = expected(error)
    extensions = {"code": known.code}
    if known.field:
        extensions["field"] = known.field
    return {"message": known.message, "path": list(path), "extensions": extensions}


class Unexpected(Refusal):
    """A fault of ours."""

    code = INTERNAL


def expected(error: Exception) -> Refusal:
    """The refusal that stands for an error; what is not expected is logged."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, QueryCanceled):
        return TimedOut("reading took too long: ask for less")
    if isinstance(error, OperationalError):
        log.warning("the database cannot be reached: %s", error)
        return Unavailable(
            "the database cannot be reached: send it again, a mutation with its commandId"
        )
    number = uuid4()
    log.error("fault %s", number, exc_info=error)
    return Unexpected(f"an unexpected fault; our log has it as {number}")
