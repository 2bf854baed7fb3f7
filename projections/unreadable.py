"""An event that cannot be decoded: a stranger's topic, a later form, damaged bytes, a lost key.

Whoever reads that kind of fact meets it as one it cannot digest; nobody else is stopped by it.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import OperationalError

from domain.aggregate import topics
from projections.recorded import Decode


class CannotRead(Exception):
    """Says which event could not be decoded, and why."""


@dataclass(frozen=True)
class Unreadable:
    """In the place of the fact; ``error`` is what decoding it raised."""

    topic: str
    error: Exception

    @property
    def kind(self) -> type | None:
        """The class of the fact it should have been, where the topic is known."""
        return topics().get(self.topic)

    @property
    def fault(self) -> CannotRead:
        """What a reader raises that would have wanted it."""
        return CannotRead(f"{self.topic}: {type(self.error).__name__}: {self.error}")

    def refuse(self, kinds: Container[type]) -> None:
        """Raise CannotRead unless it is a known kind of fact and none of these."""
        if self.kind is None or self.kind in kinds:
            raise self.fault


def guarded(decode: Decode) -> Decode:
    """Decode what can be decoded. A lost connection, to the keys say, is raised as ever."""

    def attempt(
        topic: str, stream: UUID, version: int, schema: int, recorded_at: datetime, state: bytes
    ) -> Any:
        try:
            return decode(topic, stream, version, schema, recorded_at, state)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 -- any fault of the bytes
            return Unreadable(topic, error)

    return attempt
