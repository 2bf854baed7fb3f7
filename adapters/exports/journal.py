"""A journal to export: what it declares, and its entries as a stream.

Entries come from a server-side cursor in order of accounting date, so memory does not grow with
the ledger. Owns how accounts are called in plain-text tools and how a line is said in them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from domain.ledger.chart import account
from domain.money import quantize
from projections.as_of import AsOf
from projections.balances import Scope, layers
from projections.table import Conn

READS = ("ledger", "deals", "parties", "receivables")
CHOSEN = """
l.book = ANY(%(books)s) AND (%(entity)s::text IS NULL OR l.entity = %(entity)s)
    AND l.accounting_date <= %(effective)s AND l.position <= %(known)s
"""
# A bank reference may repeat an invoice's number, so each document is taken once.
DOCUMENTS = """
SELECT DISTINCT ON (entity, number) entity, number, client_id FROM (
    SELECT entity, number, client_id FROM invoices
    UNION ALL
    SELECT m.entity, m.number, i.client_id
    FROM credit_memos m JOIN invoices i ON i.id = m.invoice_id
    UNION ALL
    SELECT entity, bank_reference, client_id FROM payments) AS d
ORDER BY entity, number, client_id
"""
LINES = f"""
WITH documents AS ({DOCUMENTS})
SELECT l.position, l.accounting_date, l.effective_date, l.entity, l.document, l.description,
       l.rule, l.journal_id, coalesce(k.name, e.name, l.entity),
       l.book, l.account, l.currency, l.amount, l.functional_currency, l.functional,
       coalesce(p.code, ''), l.department, l.cost_code, l.cost_type, l.phase, l.counterparty
FROM ledger_lines l
LEFT JOIN legal_entities e ON e.code = l.entity
LEFT JOIN documents d ON d.entity = l.entity AND d.number = l.document
LEFT JOIN clients k ON k.id = d.client_id
LEFT JOIN projects p ON p.id = l.project_id
WHERE {CHOSEN} ORDER BY l.accounting_date, l.position, l.no
"""
USED = f"""
SELECT l.entity, l.account, array_agg(DISTINCT l.currency) || array_agg(DISTINCT
       l.functional_currency), min(l.accounting_date)
FROM ledger_lines l WHERE {CHOSEN} GROUP BY 1, 2
ORDER BY l.account COLLATE "C", l.entity COLLATE "C"
"""
PAYEES = f"""
WITH documents AS ({DOCUMENTS}),
named AS (SELECT DISTINCT l.entity, l.document FROM ledger_lines l WHERE {CHOSEN})
SELECT DISTINCT coalesce(k.name, e.name, n.entity) FROM named n
LEFT JOIN legal_entities e ON e.code = n.entity
LEFT JOIN documents d ON d.entity = n.entity AND d.number = n.document
LEFT JOIN clients k ON k.id = d.client_id
"""
ABOUT = ("project", "department", "cost_code", "cost_type", "phase", "counterparty")
"""What a line may be about, as other tools are told."""
ROOTS = {
    "asset": "Assets", "liability": "Liabilities", "equity": "Equity", "revenue": "Income",
    "expense": "Expenses",
}  # fmt: skip


@dataclass(frozen=True)
class Used:
    """An account and the currencies it is used with."""

    name: str
    type: str
    currencies: tuple[str, ...]
    since: date


@dataclass(frozen=True)
class Posting:
    """One line; ``cost`` is its amount in the books, always with the sign of ``amount``.

    ``about`` names what the line is about, as far as it is said.
    """

    account: str
    currency: str
    amount: Decimal
    books: str
    cost: Decimal
    about: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Entry:
    """A journal; ``payee`` is the client of its document, else the entity itself.

    ``book`` is the main one, or the layer that the journal belongs to.
    """

    accounting_date: date
    effective_date: date
    entity: str
    document: str
    description: str
    rule: str
    journal: str
    payee: str
    book: str
    postings: tuple[Posting, ...]


class ExportedJournal:
    """A book of one or all entities as of two dates; the connection stays in one snapshot."""

    def __init__(self, conn: Conn, as_of: AsOf, scope: Scope) -> None:
        self._conn = conn
        self._asked = {
            "books": layers(conn, scope.book, scope.entity, as_of.known),
            "entity": scope.entity, "effective": as_of.effective, "known": as_of.known,
        }  # fmt: skip

    def accounts(self) -> list[Used]:
        """The accounts that have lines."""
        rows = self._conn.execute(USED, self._asked).fetchall()
        return [
            Used(account_name(entity, code), account(code).type, tuple(sorted(set(used))), since)
            for entity, code, used, since in rows
        ]

    def payees(self) -> list[str]:
        """The payees of the entries."""
        return sorted(row[0] for row in self._conn.execute(PAYEES, self._asked).fetchall())

    def entries(self) -> Iterator[Entry]:
        """Every journal, by accounting date."""
        with self._conn.cursor(name="exported") as cursor:
            cursor.itersize = 5000
            cursor.execute(LINES, self._asked)
            for _, rows in groupby(cursor, itemgetter(0)):
                yield _entry(list(rows))


def account_name(entity: str, code: str) -> str:
    """An account of the chart as plain-text tools call it: Assets:DE01:1100-Trade-receivables."""
    known = account(code)
    words = re.sub(r"[^A-Za-z0-9]+", "-", known.name).strip("-")
    return f"{ROOTS[known.type]}:{entity}:{code}-{words}"


def _entry(rows: list[tuple[Any, ...]]) -> Entry:
    _, accounting, effective, entity, document, description, rule, journal = rows[0][:8]
    payee, book = rows[0][8:10]
    lines = tuple(
        posting
        for row in rows
        for posting in postings(
            account_name(entity, row[10]), row[11], row[12], row[13], row[14], said(row[15:])
        )
    )
    return Entry(
        accounting, effective, entity, document, description, rule, str(journal), payee, book,
        lines,
    )  # fmt: skip


def said(values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What a line is about, without what is not said."""
    return tuple((name, value) for name, value in zip(ABOUT, values, strict=True) if value)


def postings(
    name: str, currency: str, amount: Decimal, books: str, functional: Decimal,
    about: tuple[tuple[str, str], ...] = (),
) -> Iterator[Posting]:  # fmt: skip
    """A line as it is, or in two: a total cost can bear no other sign than its amount."""
    amount, functional = quantize(amount, currency), quantize(functional, books)
    sayable = amount == functional if currency == books else amount * functional >= 0 != amount
    if sayable:
        yield Posting(name, currency, amount, books, functional, about)
        return
    if amount:
        yield Posting(name, currency, amount, books, Decimal(0), about)
    if functional:
        yield Posting(name, books, functional, books, functional, about)
