"""A page of facts folded in memory into few rows, written with one statement a table and kind."""

from collections import defaultdict
from typing import Any

from projections.table import Conn, Table

Key = tuple[Any, ...]


class Fold:
    """Collects what a page of events does to tables; ``write`` sends it in one go."""

    def __init__(self) -> None:
        self._rows: dict[Table, list[tuple[Any, ...]]] = defaultdict(list)
        self._puts: dict[Table, dict[Key, dict[str, Any]]] = defaultdict(dict)
        self._patches: dict[Table, dict[Key, dict[str, Any]]] = defaultdict(dict)
        self._adds: dict[Table, dict[Key, dict[str, Any]]] = defaultdict(dict)
        self._shifts: dict[Table, dict[Key, dict[str, Any]]] = defaultdict(dict)
        self._gone: dict[Table, dict[Key, None]] = defaultdict(dict)

    def append(self, table: Table, *values: Any) -> None:
        """A row that nothing changes later in the page; values in the order of the columns."""
        self._rows[table].append(values)

    def put(self, table: Table, **row: Any) -> None:
        """A whole row; replaces one of the same key."""
        key = tuple(row[name] for name in table.key)
        self._patches[table].pop(key, None)
        self._shifts[table].pop(key, None)
        self._gone[table].pop(key, None)
        self._puts[table][key] = row

    def patch(self, table: Table, *key: Any, **values: Any) -> None:
        """Some columns of the row with this key."""
        if key in self._puts[table]:
            self._puts[table][key].update(values)
        else:
            self._patches[table].setdefault(key, {}).update(values)

    def shift(self, table: Table, *key: Any, **amounts: Any) -> None:
        """Add to columns of the row with this key, which is there."""
        held = self._puts[table].get(key)
        sums = self._shifts[table].setdefault(key, {}) if held is None else held
        for name, amount in amounts.items():
            sums[name] = sums[name] + amount if name in sums else amount

    def remove(self, table: Table, *key: Any) -> None:
        """No row with this key any more, whatever the page did to it before."""
        for changes in (self._puts, self._patches, self._adds, self._shifts):
            changes[table].pop(key, None)
        self._gone[table][key] = None

    def add(self, table: Table, *key: Any, **amounts: Any) -> None:
        """Add to columns of the row with this key; absent columns count as zero."""
        sums = self._adds[table].get(key)
        if sums is None:
            self._adds[table][key] = amounts
            return
        for name, amount in amounts.items():
            sums[name] = sums[name] + amount if name in sums else amount

    def write(self, conn: Conn) -> None:
        """Send everything inside the caller's transaction."""
        for table, gone in self._gone.items():
            table.delete(conn, list(gone))
        for table, rows in self._rows.items():
            table.insert(conn, rows)
        for table, puts in self._puts.items():
            table.upsert(conn, [[row[name] for name in table.columns] for row in puts.values()])
        for table, patches in self._patches.items():
            for names, rows in _by_columns(patches).items():
                table.patch(conn, names, rows)
        for table, shifts in self._shifts.items():
            for names, rows in _by_columns(shifts).items():
                table.shift(conn, names, rows)
        for table, adds in self._adds.items():
            for names, rows in _by_columns(adds).items():
                table.add(conn, names, rows)


def _by_columns(changes: dict[Key, dict[str, Any]]) -> dict[tuple[str, ...], list[Any]]:
    grouped: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for key, values in changes.items():
        names = tuple(sorted(values))
        grouped[names].append((*key, *(values[name] for name in names)))
    return grouped
