"""The rollforward of an account: opening balance, what each kind of entry did, closing balance.

The kind is the rule that posted the entry. Movements are summed from the lines of the period and
balances come from where they are stored, so that they tie is a finding, not a definition.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from domain.ledger.chart import account
from projections.as_of import AsOf
from projections.balances import Balance, Scope, balances_at, layers
from projections.packet import Row, amounts, text
from projections.report import BOOK, ENTITY, Parameter, Report
from projections.reports.statement_lines import FROM, TO, ZERO, day_before, period
from projections.stored_balances import AccountKey
from projections.table import Conn

MOVED = """
SELECT l.entity, l.account, l.currency, l.functional_currency, l.rule, sum(l.amount),
       sum(l.functional)
FROM ledger_lines l
WHERE l.book = ANY(%(books)s) AND l.account = %(account)s
    AND (%(entity)s::text IS NULL OR l.entity = %(entity)s)
    AND l.accounting_date BETWEEN %(from)s AND %(to)s AND l.position <= %(known)s
GROUP BY 1, 2, 3, 4, 5 ORDER BY l.rule COLLATE "C"
"""
Moves = Mapping[AccountKey, list[tuple[str, Decimal, Decimal]]]


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """By entity and currency: opening, movements by rule, closing, and the difference, nothing."""
    account(asked["account"])
    first, last = period(as_of, asked)
    days = [day_before(first), last]
    scope = Scope(asked["book"], asked["entity"], [asked["account"]])
    found = balances_at(conn, days, as_of.known, scope)
    moves = moved(conn, {**asked, "from": first, "to": last, "known": as_of.known})
    for key in sorted({*found[days[0]], *found[last], *moves}):
        for line in rolled(found, days, moves, key):
            yield (key.entity, key.book, key.account, line[0], line[1], key.currency, line[2],
                   key.functional_currency, line[3])  # fmt: skip


def moved(conn: Conn, asked: Mapping[str, Any]) -> Moves:
    """What each rule did, from the lines."""
    books = layers(conn, asked["book"], asked["entity"], asked["known"])
    found: dict[AccountKey, list[tuple[str, Decimal, Decimal]]] = defaultdict(list)
    for entity, code, currency, functional_currency, *move in conn.execute(
        MOVED, {**asked, "books": books}
    ).fetchall():
        key = AccountKey(entity, asked["book"], code, currency, functional_currency)
        found[key].append((move[0], move[1], move[2]))
    return found


def rolled(
    found: Mapping[date, Mapping[AccountKey, Balance]], days: list[date], moves: Moves,
    key: AccountKey,
) -> Iterator[tuple[str, str, Decimal, Decimal]]:  # fmt: skip
    """Row, rule, amount and the same in the books."""
    nothing = Balance(ZERO, ZERO)
    opening, closing = (found[day].get(key, nothing) for day in days)
    yield "opening", "", opening.amount, opening.functional
    for rule, amount, functional in moves.get(key, ()):
        yield "movement", rule, amount, functional
    yield "closing", "", closing.amount, closing.functional
    amount = sum((move[1] for move in moves.get(key, ())), opening.amount)
    functional = sum((move[2] for move in moves.get(key, ())), opening.functional)
    yield "check", "", closing.amount - amount, closing.functional - functional


ROLLFORWARD = Report(
    name="rollforward",
    title="Rollforward",
    description="An account from its opening to its closing balance by the kind of entry that "
                "moved it; the last row says that they tie.",
    parameters=(Parameter("account", str, "Account of the chart", required=True), ENTITY, BOOK,
                FROM, TO),
    columns=(
        *text("entity", "book", "account", "row", "rule", "currency"), *amounts("amount"),
        *text("functional_currency"), *amounts("functional", currency="functional_currency"),
    ),
    reads=("ledger",),
    rows=rows,
)  # fmt: skip
