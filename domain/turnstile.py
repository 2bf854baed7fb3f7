"""Lets the commands of one process pass a hot record one after another.

Correctness never rests on it: the append checks every version again. It only spares the work
of commands that would lose that check, so that a gapless series serves all its callers.
"""

import threading
from collections.abc import Hashable, Iterable

STRIPES = 2048
PATIENCE_S = 0.25


class Turnstile:
    """A fixed number of locks shared by all keys."""

    def __init__(self) -> None:
        self._stripes = [threading.Lock() for _ in range(STRIPES)]

    def visit(self) -> "Visit":
        """A new passage, holding nothing yet."""
        return Visit(self._stripes)


class Visit:
    """The keys one command holds; ``leave`` gives them all back."""

    def __init__(self, stripes: list[threading.Lock]) -> None:
        self._stripes = stripes
        self._held: set[int] = set()

    def hold(self, keys: Iterable[Hashable]) -> None:
        """Wait for these keys, but not for ever: two commands may want them crosswise."""
        for stripe in sorted({hash(key) % STRIPES for key in keys} - self._held):
            if self._stripes[stripe].acquire(timeout=PATIENCE_S):
                self._held.add(stripe)

    def leave(self) -> None:
        """Give back whatever is held."""
        for stripe in self._held:
            self._stripes[stripe].release()
        self._held.clear()
