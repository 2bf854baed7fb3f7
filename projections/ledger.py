"""The ledger: append-only lines with their dates, and balances for any date and any position.

A balance is kept by account, currency and month: what the month opened with and the running sum
of each day. Every 128th journal writes a new version of the rows that changed, stamped with its
position. So a balance as of any day and any position is one row an account plus the few journals
since that version, however long the history is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from typing import Any, NamedTuple

from domain.ledger.dimensions import NOWHERE
from domain.ledger.journal import Journal, Line
from domain.ledger.period import month_of
from domain.money import to_minor
from projections.projection import Projection
from projections.recorded import Recorded
from projections.table import Conn, Table

JOURNALS_A_VERSION = 128
DAYS = 31

LINES = Table(
    "ledger_lines",
    {
        "position": "bigint", "no": "int", "entity": "text", "book": "text", "account": "text",
        "currency": "text", "accounting_date": "date", "effective_date": "date",
        "recorded_at": "timestamptz", "amount": "numeric", "functional": "numeric",
        "functional_currency": "text", "project_id": "uuid?", "journal_id": "uuid",
        "document": "text", "description": "text", "rule": "text", "source_position": "bigint?",
        "department": "text", "cost_code": "text", "cost_type": "text", "phase": "text",
        "counterparty": "text",
    },
    key=("position", "no"),
    indexes=("entity, book, account, accounting_date, position", "source_position"),
)  # fmt: skip
ACCOUNTS = Table(
    "ledger_accounts",
    {
        "id": "int", "entity": "text", "book": "text", "account": "text", "currency": "text",
        "functional_currency": "text",
    },
    key=("id",),
    indexes=("entity, book",),
)  # fmt: skip
MONTHS = Table(
    "ledger_months",
    {"account_id": "int", "month": "date", "first_position": "bigint"},
    key=("account_id", "month"),
)
BALANCES = Table(
    "ledger_balances",
    {
        "account_id": "int", "month": "date", "position": "bigint", "opening": "bigint",
        "functional_opening": "bigint", "days": "bigint[]", "functional_days": "bigint[]",
    },
    key=("account_id", "month", "position"),
)  # fmt: skip
VERSIONS = Table("ledger_versions", {"position": "bigint"}, key=("position",))


class AccountKey(NamedTuple):
    """Whose balance: amounts are in ``currency``, functional ones in the entity's."""

    entity: str
    book: str
    account: str
    currency: str
    functional_currency: str


@dataclass
class Month:
    """Balances of an account in a month, in minor units: opening, and change of each day."""

    opening: int = 0
    functional_opening: int = 0
    days: list[int] = field(default_factory=lambda: [0] * DAYS)
    functional_days: list[int] = field(default_factory=lambda: [0] * DAYS)


class Balances:
    """The latest balances in memory; rows that changed since the last version are ``dirty``."""

    def __init__(self) -> None:
        self.ids: dict[AccountKey, int] = {}
        self.months: dict[int, dict[date, Month]] = {}
        self.written: set[tuple[int, date]] = set()
        self.dirty: set[tuple[int, date]] = set()
        self.journals = 0

    def add(self, key: AccountKey, day: date, amount: int, functional: int) -> None:
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


class Ledger(Projection):
    """Built from posted journals alone; what it cannot digest halts it."""

    name = "ledger"
    version = 2
    tables = (LINES, ACCOUNTS, MONTHS, BALANCES, VERSIONS)
    halts = True

    def __init__(self) -> None:
        super().__init__()
        self._balances: Balances | None = None

    def reads(self, fact: Any) -> bool:
        """Journals only."""
        return type(fact) is Journal.Posted

    def forget(self) -> None:
        """Read the balances again from the tables."""
        self._balances = None

    def apply(self, conn: Conn, page: Sequence[Recorded]) -> None:
        """Append the lines of a page; write new versions as often as they are due."""
        balances = self._balances or load(conn)
        self._balances = balances
        known = len(balances.ids)
        rows: list[tuple[Any, ...]] = []
        versions: list[tuple[Any, ...]] = []
        marks: list[tuple[int]] = []
        months: list[tuple[Any, ...]] = []
        for at in page:
            rows += [line_row(at, no, line) for no, line in enumerate(at.fact.lines)]
            _count(balances, at.fact)
            if balances.journals == JOURNALS_A_VERSION:
                _version(balances, at.position, versions, months)
                marks.append((at.position,))
        LINES.insert(conn, rows)
        ACCOUNTS.insert(conn, [(id_, *key) for key, id_ in list(balances.ids.items())[known:]])
        MONTHS.insert(conn, months)
        insert_balances(conn, versions)
        VERSIONS.insert(conn, marks)


def line_row(at: Recorded, no: int, line: Line) -> tuple[Any, ...]:
    """The row of a journal's line."""
    fact: Journal.Posted = at.fact
    about = line.dimensions or NOWHERE
    return (
        at.position, no, fact.entity, fact.book, line.account, line.currency,
        fact.accounting_date, at.effective_date, at.recorded_at, line.amount, line.functional,
        fact.functional_currency, line.project_id, at.stream_id, fact.document,
        fact.description, fact.rule, fact.source_position, about.department, about.cost_code,
        about.cost_type, about.phase, about.counterparty,
    )  # fmt: skip


def _count(balances: Balances, fact: Journal.Posted) -> None:
    for line in fact.lines:
        key = AccountKey(
            fact.entity, fact.book, line.account, line.currency, fact.functional_currency
        )
        amount = to_minor(line.amount, line.currency)
        functional = to_minor(line.functional, fact.functional_currency)
        balances.add(key, fact.accounting_date, amount, functional)
    balances.journals += 1


def _version(balances: Balances, position: int, versions: list[Any], months: list[Any]) -> None:
    for id_, first in sorted(balances.dirty):
        month = balances.months[id_][first]
        versions.append((
            id_, first, position, month.opening, month.functional_opening,
            list(accumulate(month.days)), list(accumulate(month.functional_days)),
        ))  # fmt: skip
        if (id_, first) not in balances.written:
            balances.written.add((id_, first))
            months.append((id_, first, position))
    balances.dirty.clear()
    balances.journals = 0


def insert_balances(conn: Conn, rows: Sequence[Sequence[Any]]) -> None:
    """Arrays do not unnest row by row, so these go by COPY."""
    if not rows:
        return
    with conn.cursor().copy(f"COPY {BALANCES.name} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["int4", "date", "int8", "int8", "int8", "int8[]", "int8[]"])
        for row in rows:
            copy.write_row(row)


def load(conn: Conn) -> Balances:
    """The balances as the tables hold them: the last versions and the lines since."""
    balances = Balances()
    for id_, *key in conn.execute("SELECT * FROM ledger_accounts ORDER BY id").fetchall():
        balances.ids[AccountKey(*key)] = id_
    rows = conn.execute(
        "SELECT DISTINCT ON (account_id, month) account_id, month, opening, functional_opening,"
        " days, functional_days FROM ledger_balances ORDER BY account_id, month, position DESC"
    ).fetchall()
    for id_, month, opening, functional_opening, days, functional_days in rows:
        balances.months.setdefault(id_, {})[month] = Month(
            opening, functional_opening, _changes(days), _changes(functional_days)
        )
        balances.written.add((id_, month))
    _replay(conn, balances)
    return balances


def _changes(sums: list[int]) -> list[int]:
    return [now - before for before, now in zip([0, *sums], sums, strict=False)]


def _replay(conn: Conn, balances: Balances) -> None:
    rows = conn.execute(
        "SELECT position, entity, book, account, currency, functional_currency, accounting_date,"
        " amount, functional FROM ledger_lines"
        " WHERE position > (SELECT coalesce(max(position), 0) FROM ledger_versions)"
        " ORDER BY position, no"
    ).fetchall()
    for _, entity, book, account, currency, books, day, amount, functional in rows:
        key = AccountKey(entity, book, account, currency, books)
        balances.add(key, day, to_minor(amount, currency), to_minor(functional, books))
    balances.journals = len({row[0] for row in rows})
