"""What one command reads, changes and claims: decided in memory, appended once.

Everything read is checked again when it is appended: if any of it has moved on, nothing is
written and the command decides again from fresh state. So a rule may consult any aggregate
as if the whole log stood still.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol, TypeVar
from uuid import UUID

from domain.actor import Actor
from domain.aggregate import Root
from domain.errors import Refusal

A = TypeVar("A", bound=Root)


class Source(Protocol):
    """Where a unit of work gets aggregates and facts from."""

    def consult(self, ids: Sequence[UUID]) -> dict[UUID, Root]:
        """Aggregates to look at; perhaps shared with others, perhaps a little old."""

    def fetch(self, ids: Sequence[UUID]) -> dict[UUID, Root]:
        """Aggregates to change: the caller's own."""

    def latest(self, tag: str) -> tuple[int, Root.Event | None]:
        """The position and fact that carried the tag last; (0, None) where none did."""

    def tagged(self, tag: str) -> tuple[int, Sequence[UUID]]:
        """The last position that carried the tag, and the streams of all that did."""


class NotFound(Refusal):
    """Nothing of that kind has this id."""

    code = "NOT_FOUND"


class IdOfAnother(Refusal):
    """The id given for something new belongs to a record of another kind."""

    code = "ALREADY_TAKEN"


class StaleVersion(Refusal):
    """The record has changed since the caller saw it."""

    code = "STALE_VERSION"


class EntityNotNamed(Refusal):
    """A command recorded facts without saying for which entity."""

    code = "ENTITY_UNRESOLVED"


class UnitOfWork:
    """The desk of one command."""

    def __init__(self, actor: Actor, today: date, source: Source) -> None:
        self.actor = actor
        self.today = today
        self.entity = ""
        self.effective_date: date | None = None
        """The day a record fixes for these facts; None: the command's own."""
        self.changed: dict[UUID, Root] = {}
        self.consulted: dict[UUID, int] = {}
        self.guards: dict[str, int] = {}
        self.numbered: dict[str, int] = {}
        """The last number this desk has taken of a series of documents."""
        self._source = source

    def enter(self, entity: str) -> None:
        """Act for this legal entity; raises WrongEntity where the actor may not."""
        self.actor.require_entity(entity)
        self.entity = entity

    def read(self, kind: type[A], id_: UUID) -> A:
        """An aggregate to consult, never to change. Raises NotFound."""
        found = self.find(kind, id_)
        if found is None:
            raise NotFound(f"no {_words(kind)} has id {id_}", field=_field(kind))
        return found

    def find(self, kind: type[A], id_: UUID) -> A | None:
        """An aggregate to consult, or None. Its absence is checked on append, too."""
        if isinstance(own := self.changed.get(id_), kind):
            return own
        found = self._source.consult([id_]).get(id_)
        self.consulted[id_] = found.version if found is not None else 0
        return found if isinstance(found, kind) else None

    def load(self, kind: type[A], id_: UUID) -> A:
        """An aggregate to change. Raises NotFound."""
        return self.load_all(kind, [id_])[0]

    def load_all(self, kind: type[A], ids: Iterable[UUID]) -> list[A]:
        """Aggregates to change, in the order of their ids. Raises NotFound."""
        wanted = list(ids)
        missing = [id_ for id_ in wanted if id_ not in self.changed]
        if missing:
            self.changed.update(self._source.fetch(missing))
        return [self._own(kind, id_) for id_ in wanted]

    def load_or_none(self, kind: type[A], id_: UUID) -> A | None:
        """An aggregate to change, or None where the stream is empty. Raises IdOfAnother."""
        if id_ not in self.changed:
            self.changed.update(self._source.fetch([id_]))
        found = self.changed.get(id_)
        if found is None or isinstance(found, kind):
            return found
        raise IdOfAnother(f"id {id_} is not that of a {_words(kind)}", field=_field(kind))

    def latest(self, tag: str) -> Root.Event | None:
        """The fact that carried this tag last. No other may come before ours is written."""
        position, fact = self._source.latest(tag)
        self.guards[tag] = min(position, self.guards.get(tag, position))
        return fact

    def tagged(self, kind: type[A], tag: str) -> list[A]:
        """All of a kind that ever carried a tag, to consult. No other may come before ours.

        Asked again in one unit of work, the first answer stays the one that must hold.
        """
        position, ids = self._source.tagged(tag)
        self.guards[tag] = min(position, self.guards.get(tag, position))
        found = self._source.consult(ids) | {i: self.changed[i] for i in ids if i in self.changed}
        self.consulted |= {id_: one.version for id_, one in found.items()
                           if id_ not in self.changed}  # fmt: skip
        return [one for id_ in ids if isinstance(one := found.get(id_), kind)]

    def add(self, aggregate: A) -> A:
        """Take up a new aggregate."""
        self.changed[aggregate.id] = aggregate
        return aggregate

    def _own(self, kind: type[A], id_: UUID) -> A:
        found = self.changed.get(id_)
        if not isinstance(found, kind):
            raise NotFound(f"no {_words(kind)} has id {id_}", field=_field(kind))
        return found


def _field(kind: type[Root]) -> str:
    return f"{_words(kind, '_')}_id"


def _words(kind: type[Root], joint: str = " ") -> str:
    name = kind.__name__
    return "".join(
        joint + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name)
    )
