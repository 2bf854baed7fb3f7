"""Members of groups: balances at month ends, and what pairs of entities have with each other.

Set-based reads of the main book, as of any position.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.group.matching import PairBalance
from domain.group.translation import TrialRow
from domain.ledger.chart import CHART, INVESTMENTS
from domain.ledger.journal import MAIN_BOOK
from domain.ledger.period import month_after, month_of, months_between
from projections.balances import Scope, balances_at
from projections.table import Conn

RESULTS = [code for code, one in CHART.items() if one.of_result and not one.group]
CLOSING = [
    code for code, one in CHART.items()
    if one.translation == "closing" and not one.group and code != INVESTMENTS
]  # fmt: skip
BETWEEN = [code for code, one in CHART.items() if one.group]
BY_DAY = [INVESTMENTS, *(code for code, one in CHART.items() if one.type == "equity")]
DUE = [code for code, one in CHART.items() if one.group and not one.of_result]
SIDES = ("due_from", "due_to", "due_from_functional", "due_to_functional", "disputed")

MEMBERS = """
SELECT member, min(from_date) FROM group_holdings
WHERE group_code = %(group)s AND position <= %(known)s
GROUP BY member HAVING min(from_date) <= %(last)s ORDER BY member COLLATE "C"
"""
BEFORE = """
SELECT max(month) FROM consolidation_runs
WHERE group_code = %(group)s AND step = 'translation' AND month < %(month)s
    AND position <= %(known)s
"""
EARLIEST = """
SELECT min(accounting_date) FROM ledger_lines
WHERE entity = ANY(%(members)s) AND book = %(book)s AND position <= %(known)s
"""
WITH_OTHERS = """
SELECT l.entity, l.account, l.counterparty, d.day, sum(l.functional)
FROM ledger_lines l JOIN unnest(%(days)s::date[]) AS d (day) ON l.accounting_date <= d.day
WHERE l.entity = ANY(%(members)s) AND l.book = %(book)s AND l.account = ANY(%(accounts)s)
    AND l.position <= %(known)s
GROUP BY 1, 2, 3, 4 HAVING sum(l.functional) <> 0
"""
EACH_DAY = """
SELECT entity, account, counterparty, accounting_date, sum(functional) FROM ledger_lines
WHERE entity = ANY(%(members)s) AND book = %(book)s AND account = ANY(%(accounts)s)
    AND accounting_date <= %(last)s AND position <= %(known)s
GROUP BY 1, 2, 3, 4 HAVING sum(functional) <> 0
"""
PAIRS = """
SELECT entity, counterparty, account, currency, sum(amount), sum(functional) FROM ledger_lines
WHERE entity = ANY(%(members)s) AND counterparty = ANY(%(members)s) AND book = %(book)s
    AND account = ANY(%(accounts)s) AND accounting_date <= %(last)s AND position <= %(known)s
GROUP BY 1, 2, 3, 4
"""
DISPUTED = """
SELECT provider, receiver, currency, sum(open) FROM intercompany_charges
WHERE status = 'disputed' AND provider = ANY(%(members)s) AND receiver = ANY(%(members)s)
    AND first_on <= %(last)s
GROUP BY 1, 2, 3
"""


def members_of(conn: Conn, group: str, last: date, known: int) -> dict[str, date]:
    """Members by code, and the day each joined."""
    asked = {"group": group, "last": last, "known": known}
    return dict(conn.execute(MEMBERS, asked).fetchall())


def days_of(conn: Conn, group: str, last: date, known: int) -> tuple[date, ...]:
    """Month ends that results are needed of: of all months that were not translated before."""
    asked: dict[str, Any] = {"group": group, "month": month_of(last), "known": known}
    row = conn.execute(BEFORE, asked).fetchone()
    if row and row[0]:
        return (last,)
    members = members_of(conn, group, last, known)
    asked |= {"members": list(members), "book": MAIN_BOOK}
    row = conn.execute(EARLIEST, asked).fetchone()
    earliest = row[0] if row and row[0] else last
    return tuple(end_of(month) for month in months_between(earliest, last))


def end_of(month: date) -> date:
    """The last day of the day's month."""
    return month_after(month_of(month)) - timedelta(days=1)


def held(
    conn: Conn, group: str, days: Sequence[date], last: date, known: int
) -> tuple[TrialRow, ...]:
    """Balances of all members, in a fixed order."""
    members = members_of(conn, group, last, known)
    asked = {
        "members": list(members), "book": MAIN_BOOK, "known": known, "last": last,
    }  # fmt: skip
    rows: list[TrialRow] = []
    for member, joined_on in members.items():
        ends = sorted({*days, *([joined_on - timedelta(days=1)] if joined_on.year > 1 else [])})
        rows += _accounts(conn, member, ends, last, known)
        given = {**asked, "members": [member], "days": ends, "accounts": BETWEEN}
        rows += [
            TrialRow(*row) for row in conn.execute(WITH_OTHERS, given).fetchall()
            if CHART[row[1]].of_result or row[3] == last
        ]  # fmt: skip
    by_day = conn.execute(EACH_DAY, {**asked, "accounts": BY_DAY}).fetchall()
    rows += [TrialRow(*row) for row in by_day]
    return tuple(sorted(rows, key=lambda row: (row.member, row.account, row.counterparty, row.on)))


def _accounts(
    conn: Conn, member: str, days: Sequence[date], last: date, known: int
) -> list[TrialRow]:
    """Accounts without counterparties, whatever currencies they hold."""
    sums: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    scope = Scope(MAIN_BOOK, member, RESULTS)
    for day, found in balances_at(conn, days, known, scope).items():
        for key, balance in found.items():
            sums[key.account, day] += balance.functional
    scope = Scope(MAIN_BOOK, member, CLOSING)
    for key, balance in balances_at(conn, [last], known, scope)[last].items():
        sums[key.account, last] += balance.functional
    return [
        TrialRow(member, account, "", day, functional)
        for (account, day), functional in sums.items() if functional
    ]  # fmt: skip


def pairs(conn: Conn, entities: Sequence[str], last: date, known: int) -> tuple[PairBalance, ...]:
    """What entities have with each other, both sides, by who provided; in a fixed order."""
    asked = {
        "members": list(entities), "book": MAIN_BOOK, "accounts": DUE, "last": last,
        "known": known,
    }  # fmt: skip
    found: dict[tuple[str, str, str], dict[str, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    for entity, other, account, currency, amount, functional in conn.execute(PAIRS, asked):
        claim = CHART[account].type == "asset"
        key = (entity, other, currency) if claim else (other, entity, currency)
        side, sign = ("due_from", 1) if claim else ("due_to", -1)
        found[key][side] += sign * amount
        found[key][f"{side}_functional"] += sign * functional
    for provider, receiver, currency, amount in conn.execute(DISPUTED, asked):
        found[provider, receiver, currency]["disputed"] += amount
    return tuple(
        PairBalance(*key, *(sides.get(name, Decimal(0)) for name in SIDES))
        for key, sides in sorted(found.items())
        if any(sides.values())
    )
