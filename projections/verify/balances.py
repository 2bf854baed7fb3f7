"""Stored balances: at several dates and positions they are what summing the lines gives."""

from datetime import date, timedelta
from typing import Any

from projections.balances import Balance, Scope, balances_at
from projections.ledger import AccountKey
from projections.verify.check import Check

EXTENT = "SELECT min(accounting_date), max(accounting_date) FROM ledger_lines"
BOOKS = "SELECT DISTINCT book FROM ledger_accounts ORDER BY book"
SUMMED = """
SELECT entity, book, account, currency, functional_currency, sum(amount), sum(functional)
FROM ledger_lines
WHERE book = %(book)s AND accounting_date <= %(day)s AND position <= %(known)s
GROUP BY 1, 2, 3, 4, 5 HAVING sum(amount) <> 0 OR sum(functional) <> 0
"""


class Balances(Check):
    """Four dates over the life of the books, as known now and as known halfway."""

    name = "balances = sum of lines"

    def conclude(self) -> str:
        """Compare each account."""
        first, last = self.evidence.rows(EXTENT)[0]
        days = spread(first, last) if first else []
        read = self.evidence.readers["ledger"].position
        books = [row[0] for row in self.evidence.rows(BOOKS)]
        for known in (read, read // 2):
            for book in books:
                self._compare(days, known, book)
        return f"{2 * len(days) * len(books)} trial balances"

    def _compare(self, days: list[date], known: int, book: str) -> None:
        stored = balances_at(self.evidence.conn, days, known, Scope(book))
        for day in days:
            summed = self._summed(day=day, known=known, book=book)
            for key in sorted(stored[day].keys() | summed.keys()):
                if stored[day].get(key) != summed.get(key):
                    words = f"{stored[day].get(key)}, lines sum to {summed.get(key)}"
                    self.find(f"{' '.join(key[:4])} at {day} as of {known}: {words}")

    def _summed(self, **asked: Any) -> dict[AccountKey, Balance]:
        rows = self.evidence.rows(SUMMED, **asked)
        return {AccountKey(*row[:5]): Balance(row[5], row[6]) for row in rows}


def spread(first: date, last: date) -> list[date]:
    """Four dates from the first to the last."""
    days = (last - first).days
    return sorted({first + timedelta(days=days * part // 3) for part in range(4)})
