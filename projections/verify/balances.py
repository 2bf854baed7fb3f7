"""Stored balances: at several dates and positions they are what summing the lines gives."""

from collections.abc import Sequence
from datetime import date, timedelta

from domain.ledger.journal import MAIN_BOOK
from projections.balances import Balance, Reading, Scope, balances_at, project_balances_at
from projections.stored_balances import BY_ACCOUNT, BY_PROJECT, Kept, Key
from projections.verify.check import Check

EXTENT = "SELECT min(accounting_date), max(accounting_date) FROM ledger_lines"
BOOKS = "SELECT DISTINCT code FROM ledger_books WHERE position <= %(known)s ORDER BY code"
SUMMED = """
SELECT {columns}, sum(l.amount), sum(l.functional) FROM ledger_lines l
WHERE l.book = ANY(%(books)s) AND l.accounting_date <= %(day)s AND l.position <= %(known)s
    AND {where}
GROUP BY {columns}
"""
KEPT: Sequence[tuple[Kept, Reading]] = (
    (BY_ACCOUNT, balances_at), (BY_PROJECT, project_balances_at),
)  # fmt: skip


class Balances(Check):
    """Four dates over the life of the books, as known now and as known halfway."""

    name = "balances = sum of lines"
    count = 0

    def conclude(self) -> str:
        """Compare each account, and each project's."""
        first, last = self.evidence.rows(EXTENT)[0]
        days = spread(first, last) if first else []
        read = self.evidence.readers["ledger"].position
        for known in (read, read // 2):
            for book in (MAIN_BOOK, *(row[0] for row in self.evidence.rows(BOOKS, known=known))):
                for kept, reading in KEPT:
                    self._compare(days, known, Scope(book), kept, reading)
        return f"{self.count} trial balances"

    def _compare(
        self, days: list[date], known: int, scope: Scope, kept: Kept, reading: Reading
    ) -> None:
        self.count += len(days)
        stored = reading(self.evidence.conn, days, known, scope)
        for day in days:
            summed = self._summed(kept, day, known, scope.book)
            for key in sorted(stored[day].keys() | summed.keys()):
                if stored[day].get(key) != summed.get(key):
                    words = f"{stored[day].get(key)}, lines sum to {summed.get(key)}"
                    of = " ".join(map(str, (*key[:4], *key[5:])))
                    self.find(f"{of} at {day} as of {known}: {words}")

    def _summed(self, kept: Kept, day: date, known: int, book: str) -> dict[Key, Balance]:
        columns = ", ".join(f"l.{name}" for name in kept.axes if name != "book")
        query = SUMMED.format(columns=columns, where=kept.where)
        books = [MAIN_BOOK] if book == MAIN_BOOK else [MAIN_BOOK, book]
        found = {}
        for entity, *axes, amount, functional in self.evidence.rows(
            query, day=day, known=known, books=books
        ):
            if amount or functional:
                found[kept.key(entity, book, *axes)] = Balance(amount, functional)
        return found


def spread(first: date, last: date) -> list[date]:
    """Four dates from the first to the last."""
    days = (last - first).days
    return sorted({first + timedelta(days=days * part // 3) for part in range(4)})
