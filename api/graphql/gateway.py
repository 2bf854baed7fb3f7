"""The gateway: one request in, one answer out, on whatever thread it is called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import OperationType

from api.graphql.document import Documents
from api.graphql.refusals import RequestRefused, refused
from api.graphql.schema import schema
from api.graphql.session import Session, Sources
from domain.actor import Actor
from domain.errors import Refusal
from domain.request import Cause


@dataclass(frozen=True)
class Asked:
    """A request as the specification of GraphQL over HTTP has it; ``safe`` ones change nothing."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    safe: bool = False


@dataclass(frozen=True)
class Waits:
    """The operation wants the projections to reach a position before it runs."""

    position: int


class Gateway:
    """``reached`` answers the position that all projections have read up to."""

    def __init__(self, sources: Sources, reached: Callable[[], int]) -> None:
        self._sources = sources
        self._reached = reached
        self._documents = Documents(schema())

    def answer(self, asked: Asked, actor: Actor, cause: Cause) -> dict[str, Any] | Waits:
        """Data and errors, or what to wait for before asking again. Raises RequestRefused."""
        document = self._documents.get(asked.query)
        operation = document.operation(asked.operation_name)
        if asked.safe and operation.operation is not OperationType.QUERY:
            raise refused(405, "METHOD_NOT_ALLOWED", "a mutation is sent by POST")
        inputs = dict(asked.variables)
        variables = document.variables(operation, inputs)
        position = document.after(operation, variables)
        if position > self._reached():
            return Waits(position)
        try:
            plan = document.plan(operation, variables)
        except Refusal as refusal:
            raise refused(400, refusal.code, refusal.message) from None
        return plan.run(Session(self._sources, actor, cause, variables), inputs)


__all__ = ["Asked", "Gateway", "RequestRefused", "Waits"]
