"""The base of every projection: a question, its tables, and how facts change them.

A projection has a name and a version; each build of it lives in a schema of its own (its slot),
and views in ``public`` show the live one. Handlers are plain methods marked with the fact they
read; they change nothing but the fold they are given, so any page can be folded again.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from projections.fold import Fold
from projections.recorded import Recorded
from projections.table import Conn, Table

H = TypeVar("H", bound=Callable[..., None])


def on(*facts: type) -> Callable[[H], H]:
    """Mark a method ``(self, fact, at, fold)`` as the handler of these facts."""

    def mark(handler: H) -> H:
        handler.facts = facts  # type: ignore[attr-defined]
        return handler

    return mark


class Projection:
    """Subclasses set ``name``, ``version``, ``tables`` and handlers.

    ``halts``: an event it cannot digest stops it (books) instead of being dead-lettered.
    ``writes`` names tables outside its slot, where a row that is there already stays as it is.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    tables: ClassVar[tuple[Table, ...]] = ()
    halts: ClassVar[bool] = False
    writes: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self._handlers: dict[type, Any] = {}
        for attribute in dir(type(self)):
            handler = getattr(self, attribute)
            for fact in getattr(handler, "facts", ()):
                self._handlers[fact] = handler

    def reads(self, fact: Any) -> bool:
        """Whether any handler wants this fact."""
        return type(fact) in self._handlers

    def apply(self, conn: Conn, page: Sequence[Recorded]) -> None:
        """Fold a page into the tables, inside the caller's transaction."""
        fold = Fold()
        for at in page:
            if handler := self._handlers.get(type(at.fact)):
                handler(at.fact, at, fold)
        fold.write(conn)

    def forget(self) -> None:
        """Drop what is held in memory: the transaction it came from did not commit."""
