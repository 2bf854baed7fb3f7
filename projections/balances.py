"""Balances at the end of any days, as any position of the log knew them.

Two index probes a key find the stored balance of the last version before the position; the
journals since that version, at most a few hundred, are added from their lines. So the cost is
that of the accounts, however long the history is. A book is the main one and its own layer.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.ledger.book import UnknownBook
from domain.ledger.journal import MAIN_BOOK
from domain.money import minor_unit, to_minor
from projections.stored_balances import BY_ACCOUNT, BY_PROJECT, AccountKey, Kept, Key, ProjectKey
from projections.table import Conn

VERSION = "SELECT coalesce(max(position), 0) FROM {name}_versions WHERE position <= %s"
CHOSEN = """
({0}.book = ANY(%(books)s) AND (%(entity)s::text IS NULL OR {0}.entity = %(entity)s)
    AND (%(accounts)s::text[] IS NULL OR {0}.account = ANY(%(accounts)s)))
"""
STORED = f"""
SELECT {{columns}}, d.day,
       b.opening + b.days[i.day], b.functional_opening + b.functional_days[i.day]
FROM {{name}}_accounts a
CROSS JOIN unnest(%(days)s::date[]) AS d (day)
CROSS JOIN LATERAL (
    SELECT m.month FROM {{name}}_months m
    WHERE m.account_id = a.id AND m.month <= d.day AND m.first_position <= %(version)s
    ORDER BY m.month DESC LIMIT 1) AS m
CROSS JOIN LATERAL (
    SELECT b.opening, b.functional_opening, b.days, b.functional_days FROM {{name}}_balances b
    WHERE b.account_id = a.id AND b.month = m.month AND b.position <= %(version)s
    ORDER BY b.position DESC LIMIT 1) AS b
CROSS JOIN LATERAL (
    SELECT CASE WHEN m.month = date_trunc('month', d.day)::date
        THEN extract(day FROM d.day)::int ELSE 31 END AS day) AS i
WHERE {CHOSEN.format("a")}
"""
SINCE = f"""
SELECT {{columns}}, d.day, sum(l.amount), sum(l.functional)
FROM ledger_lines l JOIN unnest(%(days)s::date[]) AS d (day) ON l.accounting_date <= d.day
WHERE l.position > %(version)s AND l.position <= %(known)s AND {{where}}
    AND {CHOSEN.format("l")}
GROUP BY {{columns}}, d.day
"""
NAMED = """
SELECT 1 FROM ledger_books WHERE code = %s AND position <= %s AND (%s::text IS NULL OR entity = %s)
"""


@dataclass(frozen=True)
class Scope:
    """Whose balances: of a book; of all entities and accounts where None is given."""

    book: str
    entity: str | None = None
    accounts: Sequence[str] | None = None


@dataclass(frozen=True)
class Balance:
    """``amount`` in the account's currency, ``functional`` in the books; debit is positive."""

    amount: Decimal
    functional: Decimal


def layers(conn: Conn, book: str, entity: str | None, known: int) -> list[str]:
    """The books that make up a book: the main one, then its own layer. Raises UnknownBook."""
    if book == MAIN_BOOK:
        return [book]
    if conn.execute(NAMED, [book, known, entity, entity]).fetchone() is None:
        raise UnknownBook(f"{entity or 'no entity'} has no book {book!r}", field="book")
    return [MAIN_BOOK, book]


Reading = Callable[[Conn, Sequence[date], int, Scope], Mapping[date, Mapping[Any, Balance]]]


def balances_at(
    conn: Conn, days: Sequence[date], known: int, scope: Scope
) -> Mapping[date, Mapping[AccountKey, Balance]]:
    """Balances at the end of each day; accounts that are zero in both currencies are left out.

    Keys name the book asked for. Raises UnknownBook.
    """
    return _read(conn, BY_ACCOUNT, days, known, scope)  # type: ignore[return-value]


def project_balances_at(
    conn: Conn, days: Sequence[date], known: int, scope: Scope
) -> Mapping[date, Mapping[ProjectKey, Balance]]:
    """The same by project, of accounts of the result. Raises UnknownBook."""
    return _read(conn, BY_PROJECT, days, known, scope)  # type: ignore[return-value]


def _read(
    conn: Conn, kept: Kept, days: Sequence[date], known: int, scope: Scope
) -> dict[date, dict[Key, Balance]]:
    books = layers(conn, scope.book, scope.entity, known)
    row = conn.execute(VERSION.format(name=kept.name), [known]).fetchone()
    asked: dict[str, Any] = {
        "days": sorted(set(days)), "known": known, "version": row[0] if row else 0,
        "books": books, "entity": scope.entity,
        "accounts": None if scope.accounts is None else list(scope.accounts),
    }  # fmt: skip
    sums: dict[tuple[date, Key], list[int]] = defaultdict(lambda: [0, 0])
    for *names, day, amount, functional in conn.execute(_sql(STORED, kept, "a"), asked).fetchall():
        held = sums[day, kept.key(*names)._replace(book=scope.book)]
        held[0] += amount
        held[1] += functional
    for *names, day, amount, functional in conn.execute(_sql(SINCE, kept, "l"), asked).fetchall():
        key = kept.key(*names)._replace(book=scope.book)
        sums[day, key][0] += to_minor(amount, key.currency)
        sums[day, key][1] += to_minor(functional, key.functional_currency)
    return _by_day(days, sums)


def _sql(template: str, kept: Kept, alias: str) -> str:
    columns = ", ".join(f"{alias}.{name}" for name in kept.axes)
    return template.format(name=kept.name, columns=columns, where=kept.where)


def _by_day(
    days: Sequence[date], sums: Mapping[tuple[date, Key], Sequence[int]]
) -> dict[date, dict[Key, Balance]]:
    found: dict[date, dict[Key, Balance]] = {day: {} for day in days}
    for (day, key), (amount, functional) in sorted(sums.items()):
        if amount or functional:
            found[day][key] = Balance(
                amount * minor_unit(key.currency), functional * minor_unit(key.functional_currency)
            )
    return found
