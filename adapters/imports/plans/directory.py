"""Who and what is known already: asked of the log by natural key, so it is never out of date.

Only names of projects are asked of a read model: a code is unique, a name need not be.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from psycopg import Connection

from domain.sales.opportunity import Opportunity
from domain.store import Store


class Holder(NamedTuple):
    """The record that holds a natural key, and its entity."""

    id: UUID
    entity: str


class Directory(Protocol):
    """What a plan asks about the firm."""

    def client(self, code: str) -> Holder | None:
        """The client with this code."""

    def person(self, code: str) -> Holder | None:
        """The person with this code."""

    def project(self, code: str) -> Holder | None:
        """The project with this code."""

    def project_codes(self) -> Mapping[str, str]:
        """Codes of the entity's open projects by name, where a name belongs to one alone."""

    def deals(self, ids: Sequence[UUID]) -> Mapping[UUID, Opportunity]:
        """Those of these opportunities that exist."""

    def has(self, id_: UUID) -> bool:
        """Whether anything has this id."""


@dataclass(frozen=True)
class LogDirectory:
    """The directory of one entity; ``connect`` gives a connection as a context manager."""

    store: Store
    connect: Callable[[], AbstractContextManager[Connection[Any]]]
    entity: str

    def client(self, code: str) -> Holder | None:
        """As the log has it now."""
        return self._holder(f"client {code}")

    def person(self, code: str) -> Holder | None:
        """As the log has it now."""
        return self._holder(f"person {code}")

    def project(self, code: str) -> Holder | None:
        """As the log has it now."""
        return self._holder(f"project {code}")

    def project_codes(self) -> Mapping[str, str]:
        """As the projection of deals has them, perhaps a moment behind."""
        query = (
            "SELECT name, min(code) FROM projects WHERE entity = %s AND NOT closed"
            " GROUP BY name HAVING count(*) = 1"
        )
        with self.connect() as conn:
            return dict(conn.execute(query, [self.entity]).fetchall())

    def deals(self, ids: Sequence[UUID]) -> Mapping[UUID, Opportunity]:
        """As the log has them now."""
        found = self.store.load_fresh(ids)
        return {id_: one for id_, one in found.items() if isinstance(one, Opportunity)}

    def has(self, id_: UUID) -> bool:
        """As the log has it now."""
        return bool(self.store.load_fresh([id_]))

    def _holder(self, claim: str) -> Holder | None:
        fact: Any = self.store.latest(claim)[1]
        return Holder(fact.originator_id, fact.entity) if fact else None
