"""The checklist of a month's close: each task asks one question of the books, at one position.

A task answers what is left to do, in words, or nothing. Tasks that a wrong close would follow
from are ``must``; a controller may waive the others, with a reason.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from domain.ledger.chart import SUSPENSE
from domain.ledger.closing import CloseTask
from domain.ledger.foreign_balance import monetary
from domain.ledger.journal import MAIN_BOOK
from domain.ledger.period import month_after
from projections.balances import Scope, balances_at
from projections.gathering.foreign_balances import held
from projections.table import Conn
from projections.verify.sub_ledgers import gaps

HALTED = "SELECT name, halted FROM projections WHERE live AND halted IS NOT NULL ORDER BY name"
LETTERS = "SELECT count(*) FROM dead_letters"
UNDELIVERED = """
SELECT count(*) FROM deliveries WHERE state = 'dead' AND document->>'entity' = %(entity)s
"""
UNBILLED = """
SELECT currency, count(*), sum(amount) FROM billables
WHERE entity = %(entity)s AND NOT billed AND amount <> 0 AND earned_on <= %(last)s
GROUP BY currency ORDER BY currency COLLATE "C"
"""
UNAPPROVED = """
SELECT count(*) FROM time_entries
WHERE entity = %(entity)s AND state IN ('logged', 'submitted') AND work_date <= %(last)s
"""
NOT_RUN = """
SELECT count(*) FROM revenue_contracts c
WHERE c.entity = %(entity)s AND EXISTS (
    SELECT FROM revenue_obligations o WHERE o.contract_id = c.contract_id
        AND o.starts_on <= %(last)s)
AND NOT EXISTS (
    SELECT FROM revenue_runs r WHERE r.contract_id = c.contract_id AND r.period >= %(month)s)
"""
REVALUED = """
SELECT read_at FROM revaluation_runs WHERE entity = %(entity)s AND month = %(month)s
ORDER BY position DESC LIMIT 1
"""


@dataclass(frozen=True)
class Closing:
    """Whose month closes; the connection is inside the snapshot of ``known``."""

    conn: Conn
    entity: str
    month: date
    known: int

    @property
    def last(self) -> date:
        """The month's last day."""
        return month_after(self.month) - timedelta(days=1)

    def count(self, query: str) -> int:
        """The one number a query answers."""
        return int(self.rows(query)[0][0])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Answers of a query about this month."""
        given = {"entity": self.entity, "month": self.month, "last": self.last}
        return self.conn.execute(query, given).fetchall()


def read_up(at: Closing) -> Iterator[str]:
    """Every reader of the log goes on."""
    for name, why in at.rows(HALTED):
        yield f"{name} has halted: {why}"


def dead_letters(at: Closing) -> Iterator[str]:
    """Nothing that should have followed from a fact was refused."""
    if count := at.count(LETTERS):
        yield f"{count} facts could not be followed up"


def sub_ledgers(at: Closing) -> Iterator[str]:
    """Control accounts equal the sub-ledgers that keep them."""
    yield from gaps(at.conn, at.entity, at.known)


def suspense(at: Closing) -> Iterator[str]:
    """All money that came is known by its sender."""
    scope = Scope(MAIN_BOOK, at.entity, [SUSPENSE])
    for key, balance in balances_at(at.conn, [at.last], at.known, scope)[at.last].items():
        yield f"{-balance.amount} {key.currency} of unknown senders"


def undelivered(at: Closing) -> Iterator[str]:
    """External systems have what they should."""
    if count := at.count(UNDELIVERED):
        yield f"{count} deliveries were given up"


def unbilled(at: Closing) -> Iterator[str]:
    """Everything earned by the month's end is on an invoice."""
    for currency, count, amount in at.rows(UNBILLED):
        yield f"{count} things of {amount} {currency} are not billed"


def unapproved(at: Closing) -> Iterator[str]:
    """All time of the month is approved."""
    if count := at.count(UNAPPROVED):
        yield f"{count} time entries are not approved"


def revenue(at: Closing) -> Iterator[str]:
    """The revenue run of the month was made for every contract it earns."""
    if count := at.count(NOT_RUN):
        yield f"{count} contracts have no revenue run of the month"


def revaluation(at: Closing) -> Iterator[str]:
    """Foreign balances are valued at the closing rates, as they are now."""
    now = held(at.conn, at.entity, at.last, at.known)
    runs = at.rows(REVALUED)
    if not runs and monetary(now):
        yield "foreign balances are not valued at the closing rates"
    if runs and held(at.conn, at.entity, at.last, runs[0][0]) != now:
        yield "foreign balances have changed since they were revalued"


Ask = Callable[[Closing], Iterator[str]]
READS = (
    "ledger", "receivables", "contract_position", "retainage", "deposits", "unbilled",
    "time_entries", "revenue_contracts", "revaluations", "posting", "policies",
)  # fmt: skip
MUST: dict[str, Ask] = {
    "readers": read_up, "sub-ledgers": sub_ledgers, "suspense": suspense,
}  # fmt: skip
MAY: dict[str, Ask] = {
    "follow-ups": dead_letters, "deliveries": undelivered, "unbilled": unbilled,
    "time": unapproved, "revenue": revenue, "revaluation": revaluation,
}  # fmt: skip


def close_tasks(at: Closing) -> tuple[CloseTask, ...]:
    """The checklist, done and not done, in a fixed order."""
    return tuple(
        CloseTask(name, must, "; ".join(ask(at)))
        for must, asks in ((True, MUST), (False, MAY))
        for name, ask in asks.items()
    )
