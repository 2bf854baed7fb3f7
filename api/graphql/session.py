"""A session: for whom an operation runs, and what it may use."""

from dataclasses import dataclass
from functools import cached_property

from graphql.execution.values import VariableValues

from api.graphql.reading import Connect, Reading
from domain.actor import Actor
from domain.request import Cause
from domain.store import Store


@dataclass(frozen=True)
class Sources:
    """``reads`` are connections whose values arrive as text; ``reports`` ordinary ones.

    ``projections`` are the names of those that answer queries.
    """

    store: Store
    reads: Connect
    reports: Connect
    projections: tuple[str, ...]


@dataclass
class Session:
    """One operation of one caller."""

    sources: Sources
    actor: Actor
    cause: Cause
    variables: VariableValues

    @property
    def store(self) -> Store:
        """Runs commands."""
        return self.sources.store

    @cached_property
    def reading(self) -> Reading:
        """Reads nouns."""
        return Reading(self.sources.reads, self.actor, self.variables)
