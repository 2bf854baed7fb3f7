"""Loaded aggregates kept at hand, least recently used out first."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from uuid import UUID

from domain.aggregate import Root


class Shelf:
    """A bounded, thread-safe store of loaded aggregates, least recently used out first.

    That a stream is empty is worth keeping too: rules ask for what most firms never set.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: OrderedDict[UUID, Root | None] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, id_: UUID) -> Root | None:
        """The aggregate, left on the shelf."""
        with self._lock:
            if (found := self._held.get(id_)) is not None:
                self._held.move_to_end(id_)
            return found

    def take(self, id_: UUID) -> Root | None:
        """The aggregate, off the shelf: for one hand only."""
        with self._lock:
            return self._held.pop(id_, None)

    def put(self, aggregate: Root) -> None:
        """Lay an aggregate down; drops the one unused longest when the shelf is full."""
        self._lay(aggregate.id, aggregate)

    def note_empty(self, id_: UUID) -> None:
        """Note that nothing has this id."""
        self._lay(id_, None)

    def is_empty(self, id_: UUID) -> bool:
        """Whether nothing had this id when it was last looked for."""
        with self._lock:
            return id_ in self._held and self._held[id_] is None

    def _lay(self, id_: UUID, found: Root | None) -> None:
        with self._lock:
            self._held[id_] = found
            if len(self._held) > self._size:
                self._held.popitem(last=False)

    def drop(self, ids: Iterable[UUID]) -> None:
        """Forget these."""
        with self._lock:
            for id_ in ids:
                self._held.pop(id_, None)
