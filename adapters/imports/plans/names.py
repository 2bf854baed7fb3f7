"""Other people's names for things of ours: told by a map, or equal but for spaces and case.

What is found by likeness is remembered in ``taken`` and told to whoever imports; a name that
could be two of ours is none.
"""

from collections import Counter
from collections.abc import Iterable, Mapping


class Names:
    """Translates names of one kind of thing. ``exact`` allows no likeness."""

    def __init__(
        self, told: Mapping[str, str], ours: Iterable[str], *, exact: bool = False
    ) -> None:
        self.told = told
        self.taken: Counter[tuple[str, str]] = Counter()
        self._ours = set(ours)
        self._alike = {} if exact else _unlike(self._ours)

    def ours(self, name: str) -> str | None:
        """Our name for ``name``; None where we have none."""
        if name in self.told:
            return self.told[name]
        if name in self._ours:
            return name
        if found := self._alike.get(bare(name)):
            self.taken[name, found] += 1
        return found


def bare(name: str) -> str:
    """A name without spaces and capitals."""
    return "".join(name.split()).casefold()


def _unlike(names: Iterable[str]) -> dict[str, str]:
    """Names by their bare form, without those that share one."""
    counts = Counter(map(bare, names))
    return {bare(name): name for name in names if counts[bare(name)] == 1}
