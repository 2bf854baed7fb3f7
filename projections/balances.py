"""Balances of accounts at the end of any days, as any position of the log knew them.

Two index probes an account find the stored balance of the last version before the position; the
journals since that version, at most a few hundred, are added from their lines. So the cost is
that of the accounts, however long the history is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.money import minor_unit, to_minor
from projections.ledger import AccountKey
from projections.table import Conn

VERSION = "SELECT coalesce(max(position), 0) FROM ledger_versions WHERE position <= %s"
CHOSEN = """
({0}.book = %(book)s AND (%(entity)s::text IS NULL OR {0}.entity = %(entity)s)
    AND (%(accounts)s::text[] IS NULL OR {0}.account = ANY(%(accounts)s)))
"""
STORED = f"""
SELECT a.entity, a.book, a.account, a.currency, a.functional_currency, d.day,
       b.opening + b.days[i.day], b.functional_opening + b.functional_days[i.day]
FROM ledger_accounts a
CROSS JOIN unnest(%(days)s::date[]) AS d (day)
CROSS JOIN LATERAL (
    SELECT m.month FROM ledger_months m
    WHERE m.account_id = a.id AND m.month <= d.day AND m.first_position <= %(version)s
    ORDER BY m.month DESC LIMIT 1) AS m
CROSS JOIN LATERAL (
    SELECT b.opening, b.functional_opening, b.days, b.functional_days FROM ledger_balances b
    WHERE b.account_id = a.id AND b.month = m.month AND b.position <= %(version)s
    ORDER BY b.position DESC LIMIT 1) AS b
CROSS JOIN LATERAL (
    SELECT CASE WHEN m.month = date_trunc('month', d.day)::date
        THEN extract(day FROM d.day)::int ELSE 31 END AS day) AS i
WHERE {CHOSEN.format("a")}
"""
SINCE = f"""
SELECT l.entity, l.book, l.account, l.currency, l.functional_currency, d.day,
       sum(l.amount), sum(l.functional)
FROM ledger_lines l JOIN unnest(%(days)s::date[]) AS d (day) ON l.accounting_date <= d.day
WHERE l.position > %(version)s AND l.position <= %(known)s AND {CHOSEN.format("l")}
GROUP BY 1, 2, 3, 4, 5, 6
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


def balances_at(
    conn: Conn, days: Sequence[date], known: int, scope: Scope
) -> Mapping[date, Mapping[AccountKey, Balance]]:
    """Balances at the end of each day; accounts that are zero in both currencies are left out."""
    row = conn.execute(VERSION, [known]).fetchone()
    asked: dict[str, Any] = {
        "days": sorted(set(days)), "known": known, "version": row[0] if row else 0,
        "book": scope.book, "entity": scope.entity,
        "accounts": None if scope.accounts is None else list(scope.accounts),
    }  # fmt: skip
    sums: dict[tuple[date, AccountKey], list[int]] = defaultdict(lambda: [0, 0])
    for *names, day, amount, functional in conn.execute(STORED, asked).fetchall():
        sums[day, AccountKey(*names)] = [amount, functional]
    for *names, day, amount, functional in conn.execute(SINCE, asked).fetchall():
        key = AccountKey(*names)
        sums[day, key][0] += to_minor(amount, key.currency)
        sums[day, key][1] += to_minor(functional, key.functional_currency)
    return _by_day(days, sums)


def _by_day(
    days: Sequence[date], sums: Mapping[tuple[date, AccountKey], Sequence[int]]
) -> dict[date, dict[AccountKey, Balance]]:
    found: dict[date, dict[AccountKey, Balance]] = {day: {} for day in days}
    for (day, key), (amount, functional) in sorted(sums.items()):
        if amount or functional:
            found[day][key] = Balance(
                amount * minor_unit(key.currency), functional * minor_unit(key.functional_currency)
            )
    return found
