"""The base of every aggregate and of its events.

A business rule refuses in a plain method; the ``@event`` method behind it only assigns, so
stored history always loads. Events hold business facts alone: who, when recorded and by which
command are the envelope's, in columns beside the payload.
"""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, ClassVar
from uuid import UUID

from eventsourcing.domain import Aggregate, event

__all__ = ["PERSONAL", "Personal", "Root", "event", "topics"]

PERSONAL = "personal"
Personal = Annotated[str, PERSONAL]
"""A field that is encrypted with its subject's key before it reaches the log."""


class Root(Aggregate):
    """An aggregate. Each of its events sets ``TOPIC``, the name it is stored under for ever.

    An event with personal fields names, in ``SUBJECT``, the field that holds the id of the
    person whose key encrypts them. A new meaning is a new event; a new optional field raises
    ``class_version`` and adds a static ``upcast_vN_vM(state)``.
    """

    class Event(Aggregate.Event):
        """A fact about the aggregate."""

        TOPIC: ClassVar[str] = ""
        class_version: ClassVar[int] = 1
        SUBJECT: ClassVar[str] = "originator_id"

        def tags(self) -> tuple[str, ...]:
            """Tags that guards look for: few facts carry any, so ordinary work never waits."""
            return ()

        def claims(self) -> tuple[str, ...]:
            """Natural keys that this event takes; a second taker is refused as a conflict."""
            return ()

    class Created(Event, Aggregate.Created):
        """The first fact of a stream."""

    @staticmethod
    def create_id(*_: Any, **__: Any) -> UUID:
        """Ids are always given: a command decides the same way each time it is tried."""
        raise NotImplementedError


def _kinds(base: type[Root]) -> Iterator[type[Root]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


@cache
def topics() -> dict[str, type[Root.Event]]:
    """Every event class by its topic; asked once all contexts are imported."""
    found: dict[str, type[Root.Event]] = {}
    for kind in _kinds(Root):
        for fact in vars(kind).values():
            if isinstance(fact, type) and issubclass(fact, Root.Event) and fact.TOPIC:
                assert fact.TOPIC not in found, f"two events are called {fact.TOPIC}"  # noqa: S101
                found[fact.TOPIC] = fact
    return found
