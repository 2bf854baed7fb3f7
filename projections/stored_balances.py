"""Balances kept by some axes: what a month opened with and the running sum of each day.

Every so many journals a new version of the rows that changed is written, stamped with its
position. So a balance as of any day and any position is one row a key plus the few journals
since that version, however long the history is. The ledger keeps them by account, and by account
and project.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from domain.ledger.chart import CHART
from domain.ledger.journal import Journal, Line
from domain.ledger.period import month_of
from domain.money import to_minor
from projections.table import Conn, Table

JOURNALS_A_VERSION = 128
DAYS = 31


class AccountKey(NamedTuple):
    """Whose balance: amounts are in ``currency``, functional ones in the entity's."""

    entity: str
    book: str
    account: str
    currency: str
    functional_currency: str


class ProjectKey(NamedTuple):
    """A balance of a project, on accounts of the result only."""

    entity: str
    book: str
    account: str
    currency: str
    functional_currency: str
    project_id: UUID


Key = AccountKey | ProjectKey


@dataclass(frozen=True)
class Kept:
    """Tables that begin with ``name``, by ``axes``: columns that lines have under these names.

    ``takes`` picks the lines that count, and ``where`` says the same of rows ``l``. ``pace`` is
    how many times rarer a version is: where many keys change, one pays for more journals.
    """

    name: str
    axes: Mapping[str, str]
    key: type[AccountKey] | type[ProjectKey]
    of: Callable[[Journal.Posted, Line], Key]
    takes: Callable[[Line], bool]
    where: str
    pace: int = 1

    @property
    def columns(self) -> str:
        """The axes in SQL."""
        return ", ".join(self.axes)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Keys, their months, versions of these, and the positions of versions."""
        return (
            Table(f"{self.name}_accounts", {"id": "int", **self.axes}, key=("id",),
                  indexes=("entity, book",)),
            Table(f"{self.name}_months",
                  {"account_id": "int", "month": "date", "first_position": "bigint"},
                  key=("account_id", "month")),
            Table(f"{self.name}_balances", {
                "account_id": "int", "month": "date", "position": "bigint", "opening": "bigint",
                "functional_opening": "bigint", "days": "bigint[]", "functional_days": "bigint[]",
            }, key=("account_id", "month", "position")),
            Table(f"{self.name}_versions", {"position": "bigint"}, key=("position",)),
        )  # fmt: skip


def _account(fact: Journal.Posted, line: Line) -> AccountKey:
    return AccountKey(
        fact.entity, fact.book, line.account, line.currency, fact.functional_currency
    )


def _project(fact: Journal.Posted, line: Line) -> ProjectKey:
    assert line.project_id  # noqa: S101 -- only such lines are taken
    return ProjectKey(*_account(fact, line), line.project_id)


AXES = dict.fromkeys(AccountKey._fields, "text")
BY_ACCOUNT = Kept("ledger", AXES, AccountKey, _account, lambda _: True, "true")
BY_PROJECT = Kept(
    "project", {**AXES, "project_id": "uuid"}, ProjectKey, _project,
    lambda line: line.project_id is not None and CHART[line.account].of_result,
    "l.project_id IS NOT NULL AND l.account IN ({})".format(
        ", ".join(f"'{code}'" for code, account in CHART.items() if account.of_result)
    ),
    pace=8,
)  # fmt: skip


@dataclass
class Month:
    """Balances of a key in a month, in minor units: opening, and change of each day."""

    opening: int = 0
    functional_opening: int = 0
    days: list[int] = field(default_factory=lambda: [0] * DAYS)
    functional_days: list[int] = field(default_factory=lambda: [0] * DAYS)


class Balances:
    """The latest balances in memory; rows that changed since the last version are ``dirty``."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.ids: dict[Key, int] = {}
        self.months: dict[int, dict[date, Month]] = {}
        self.written: set[tuple[int, date]] = set()
        self.dirty: set[tuple[int, date]] = set()
        self.journals = 0
        self._stored = 0
        self._versions: list[tuple[Any, ...]] = []
        self._marks: list[tuple[int]] = []
        self._first_seen: list[tuple[Any, ...]] = []

    def count(self, fact: Journal.Posted, position: int) -> None:
        """The lines of a journal; a version where one is due."""
        lines = [line for line in fact.lines if self.kept.takes(line)]
        for line in lines:
            key = self.kept.of(fact, line)
            amount = to_minor(line.amount, line.currency)
            functional = to_minor(line.functional, fact.functional_currency)
            self.add(key, fact.accounting_date, amount, functional)
        self.journals += bool(lines)
        if self.journals == JOURNALS_A_VERSION * self.kept.pace:
            self._version(position)

    def add(self, key: Key, day: date, amount: int, functional: int) -> None:
        """One line, in minor units."""
        id_ = self.ids.setdefault(key, len(self.ids) + 1)
        months = self.months.setdefault(id_, {})
        first = month_of(day)
        month = months.get(first) or self._open(months, first)
        month.days[day.day - 1] += amount
        month.functional_days[day.day - 1] += functional
        self.dirty.add((id_, first))
        for later, other in months.items():
            if later > first:
                other.opening += amount
                other.functional_opening += functional
                self.dirty.add((id_, later))

    def _open(self, months: dict[date, Month], first: date) -> Month:
        earlier = [month for month in months if month < first]
        opened = Month()
        if earlier:
            last = months[max(earlier)]
            opened.opening = last.opening + sum(last.days)
            opened.functional_opening = last.functional_opening + sum(last.functional_days)
        months[first] = opened
        return opened

    def _version(self, position: int) -> None:
        for id_, first in sorted(self.dirty):
            month = self.months[id_][first]
            self._versions.append((
                id_, first, position, month.opening, month.functional_opening,
                list(accumulate(month.days)), list(accumulate(month.functional_days)),
            ))  # fmt: skip
            if (id_, first) not in self.written:
                self.written.add((id_, first))
                self._first_seen.append((id_, first, position))
        self._marks.append((position,))
        self.dirty.clear()
        self.journals = 0

    def write(self, conn: Conn) -> None:
        """Send what came since the last time, inside the caller's transaction."""
        accounts, months, balances, versions = self.kept.tables
        fresh = list(self.ids.items())[self._stored :]
        accounts.insert(conn, [(id_, *key) for key, id_ in fresh])
        months.insert(conn, self._first_seen)
        _insert_arrays(conn, balances, self._versions)
        versions.insert(conn, self._marks)
        self._stored = len(self.ids)
        for sent in (self._first_seen, self._versions, self._marks):
            sent.clear()

    def replay(self, rows: Iterable[Sequence[Any]]) -> None:
        """Lines since the last version, as rows: position, date, amounts, axes."""
        positions = set()
        for position, day, amount, functional, *axes in rows:
            key = self.kept.key(*axes)
            books = to_minor(functional, key.functional_currency)
            self.add(key, day, to_minor(amount, key.currency), books)
            positions.add(position)
        self.journals = len(positions)
        self._stored = len(self.ids)


def _insert_arrays(conn: Conn, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Arrays do not unnest row by row, so these go by COPY."""
    if not rows:
        return
    with conn.cursor().copy(f"COPY {table.name} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["int4", "date", "int8", "int8", "int8", "int8[]", "int8[]"])
        for row in rows:
            copy.write_row(row)


def load(conn: Conn, kept: Kept) -> Balances:
    """The balances as the tables hold them: the last versions and the lines since."""
    balances = Balances(kept)
    name = kept.name
    keys = conn.execute(f"SELECT id, {kept.columns} FROM {name}_accounts ORDER BY id").fetchall()
    for id_, *key in keys:
        balances.ids[kept.key(*key)] = id_
    rows = conn.execute(
        "SELECT DISTINCT ON (account_id, month) account_id, month, opening, functional_opening,"
        f" days, functional_days FROM {name}_balances ORDER BY account_id, month, position DESC"
    ).fetchall()
    for id_, month, opening, functional_opening, days, functional_days in rows:
        balances.months.setdefault(id_, {})[month] = Month(
            opening, functional_opening, _changes(days), _changes(functional_days)
        )
        balances.written.add((id_, month))
    balances.replay(
        conn.execute(
            f"SELECT l.position, l.accounting_date, l.amount, l.functional, {kept.columns}"
            f" FROM ledger_lines l WHERE {kept.where} AND l.position >"
            f" (SELECT coalesce(max(position), 0) FROM {name}_versions) ORDER BY l.position, l.no"
        )
    )
    return balances


def _changes(sums: list[int]) -> list[int]:
    return [now - before for before, now in zip([0, *sums], sums, strict=False)]
