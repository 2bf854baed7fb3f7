"""What a SAF-T file is made of: the company, its accounts, customers, projects, and its journals.

Journals come from a server-side cursor, so memory does not grow with the ledger.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from adapters.exports.journal import DOCUMENTS, READS
from domain.ledger.chart import RETAINED, account
from domain.money import quantize
from projections.balances import Scope, balances_at, layers
from projections.table import Conn

__all__ = ["READS", "Company", "Ledger", "Line", "Opened", "Party", "Selection", "Transaction"]

ZERO = Decimal(0)
CHOSEN = """
l.book = ANY(%(books)s) AND l.entity = %(entity)s
    AND l.accounting_date BETWEEN %(first)s AND %(last)s AND l.position <= %(known)s
"""
JOURNAL = """
CASE WHEN l.rule IN ('invoice', 'credit_memo') THEN 'S'
     WHEN l.rule IN ('payment', 'application', 'reimbursement', 'bounced', 'refund') THEN 'B'
     WHEN l.rule IN ('manual', 'reversal', 'opening', 'imported') THEN 'M' ELSE 'G' END
"""
LINES = f"""
WITH documents AS ({DOCUMENTS})
SELECT {JOURNAL} AS journal, l.position, l.journal_id, l.accounting_date, l.effective_date,
       l.recorded_at, l.description, l.document, l.rule, coalesce(k.code, ''),
       l.account, l.currency, l.amount, l.functional, coalesce(p.code, ''), l.department,
       l.cost_code, l.cost_type, l.phase, l.counterparty
FROM ledger_lines l
LEFT JOIN documents d ON d.entity = l.entity AND d.number = l.document
LEFT JOIN clients k ON k.id = d.client_id
LEFT JOIN projects p ON p.id = l.project_id
WHERE {CHOSEN} ORDER BY 1, l.accounting_date, l.position, l.no
"""
TOTALS = f"""
SELECT count(DISTINCT l.journal_id),
       coalesce(sum(l.functional) FILTER (WHERE l.functional > 0), 0),
       coalesce(-sum(l.functional) FILTER (WHERE l.functional < 0), 0)
FROM ledger_lines l WHERE {CHOSEN}
"""
CUSTOMERS = f"""
WITH documents AS ({DOCUMENTS})
SELECT DISTINCT k.code, k.name FROM documents d JOIN clients k ON k.id = d.client_id
WHERE d.entity = %(entity)s AND EXISTS (
    SELECT 1 FROM ledger_lines l WHERE l.document = d.number AND {CHOSEN})
ORDER BY k.code
"""
PROJECTS = f"""
SELECT DISTINCT p.code, p.name FROM ledger_lines l JOIN projects p ON p.id = l.project_id
WHERE {CHOSEN} ORDER BY p.code
"""
DIMENSION = "SELECT DISTINCT l.{0}, l.{0} FROM ledger_lines l WHERE {1} AND l.{0} <> '' ORDER BY 1"
AXES = {
    "PROJECT": ("Project", "code"), "DEPT": ("Department", "department"),
    "COSTCODE": ("Cost code", "cost_code"), "COSTTYPE": ("Cost type", "cost_type"),
    "PHASE": ("Phase", "phase"), "PARTNER": ("Entity of the group", "counterparty"),
}  # fmt: skip
"""Analysis types: what they are called, and the column of a line."""


@dataclass(frozen=True)
class Selection:
    """Journals of a book of an entity with accounting dates from ``first`` to ``last``."""

    entity: str
    book: str
    first: date
    last: date
    known: int


@dataclass(frozen=True)
class Company:
    """Whose file it is, and who answers for it."""

    code: str
    name: str
    currency: str
    country: str
    registration: str
    street: str = ""
    city: str = ""
    postcode: str = ""
    vat_id: str = ""
    contact: tuple[str, str] = ("Not", "stated")
    telephone: str = "not stated"


class Party(NamedTuple):
    """Code and name of a customer, a project or another axis."""

    code: str
    name: str


class Opened(NamedTuple):
    """An account with its balances in the books before and after; debit is positive."""

    code: str
    name: str
    opening: Decimal
    closing: Decimal


class Line(NamedTuple):
    """``axes`` are the line's analysis, in the order of AXES."""

    account: str
    currency: str
    amount: Decimal
    functional: Decimal
    axes: tuple[str, ...]


class Transaction(NamedTuple):
    """A journal of the ledger, in the journal of the file it is told in."""

    journal: str
    position: int
    id: str
    accounting_date: date
    effective_date: date
    recorded_on: date
    description: str
    document: str
    rule: str
    customer: str
    lines: tuple[Line, ...]


class Ledger:
    """The selected part of a ledger; the connection stays in one snapshot."""

    def __init__(self, conn: Conn, selection: Selection) -> None:
        self._conn = conn
        self.selection = selection
        chosen = selection
        self._asked = {
            "books": layers(conn, chosen.book, chosen.entity, chosen.known),
            "entity": chosen.entity, "first": chosen.first, "last": chosen.last,
            "known": chosen.known,
        }  # fmt: skip

    def accounts(self) -> list[Opened]:
        """Every account with a balance or a line; results begin with the year, at nothing."""
        chosen = self.selection
        before, year = chosen.first - timedelta(days=1), date(chosen.first.year - 1, 12, 31)
        scope = Scope(chosen.book, chosen.entity)
        found = balances_at(self._conn, [year, before, chosen.last], chosen.known, scope)
        sums = {day: self._by_account(found[day]) for day in found}
        used = {code for day in sums for code in sums[day]} | self._moved()
        earlier = sum((a for code, a in sums[year].items() if account(code).of_result), ZERO)
        used |= {RETAINED} if earlier else set()
        return [self._opened(code, sums, (year, before), earlier) for code in sorted(used)]

    def _opened(
        self, code: str, sums: dict[date, dict[str, Decimal]], days: tuple[date, date],
        earlier: Decimal,
    ) -> Opened:  # fmt: skip
        year, before = days
        shift = earlier if code == RETAINED else ZERO
        if account(code).of_result:
            shift = -sums[year].get(code, ZERO)
        opening, closing = (
            sums[day].get(code, ZERO) + shift for day in (before, self.selection.last)
        )
        return Opened(code, account(code).name, opening, closing)

    def _by_account(self, found: Any) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = {}
        for key, balance in found.items():
            sums[key.account] = sums.get(key.account, ZERO) + balance.functional
        return sums

    def _moved(self) -> set[str]:
        query = f"SELECT DISTINCT l.account FROM ledger_lines l WHERE {CHOSEN}"
        return {row[0] for row in self._conn.execute(query, self._asked).fetchall()}

    def customers(self) -> list[Party]:
        """Clients whose documents are among the journals."""
        return [Party(*row) for row in self._conn.execute(CUSTOMERS, self._asked).fetchall()]

    def axes(self) -> Iterator[tuple[str, str, Party]]:
        """Analysis types with what they are called, and what lines say of each."""
        for kind, (words, column) in AXES.items():
            query = PROJECTS if kind == "PROJECT" else DIMENSION.format(column, CHOSEN)
            for row in self._conn.execute(query, self._asked).fetchall():
                yield kind, words, Party(*row)

    def totals(self) -> tuple[int, Decimal, Decimal]:
        """Number of journals, debits and credits in the books."""
        row = self._conn.execute(TOTALS, self._asked).fetchone()
        assert row is not None  # noqa: S101 -- an aggregate has one row
        return int(row[0]), row[1], row[2]

    def transactions(self, currency: str) -> Iterator[Transaction]:
        """The journals, by the journal of the file and accounting date."""
        with self._conn.cursor(name="saf_t") as cursor:
            cursor.itersize = 5000
            cursor.execute(LINES, self._asked)
            for _, rows in groupby(cursor, itemgetter(1)):
                yield _transaction(list(rows), currency)


def _transaction(rows: list[tuple[Any, ...]], books: str) -> Transaction:
    lines = tuple(
        Line(row[10], row[11], quantize(row[12], row[11]), quantize(row[13], books), row[14:])
        for row in rows
    )
    journal, position, id_, accounting, effective, recorded = rows[0][:6]
    return Transaction(
        journal, position, str(id_), accounting, effective, recorded.date(), rows[0][6],
        rows[0][7], rows[0][8], rows[0][9], lines,
    )  # fmt: skip
