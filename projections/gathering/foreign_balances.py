"""What an entity holds in other currencies at a month's end, as its main book has it.

Contracts count one by one and come from their positions; all else is what accounts hold. What
earlier runs of the same month posted is left out, so a run again sees what the first one saw.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from domain.ledger.chart import CHART, POSITION, RETAINAGE_HELD
from domain.ledger.foreign_balance import OF_CONTRACTS, ForeignBalance
from domain.ledger.journal import MAIN_BOOK
from domain.ledger.revaluation_commands import RevalueForeignBalances
from domain.ledger.revaluation_posting import NAMES
from projections.balances import Scope, balances_at
from projections.table import Conn

READS = ("ledger", "contract_position", "retainage")
GROUP = [code for code, one in CHART.items() if one.monetary and one.group]
PLAIN = [
    code for code, one in CHART.items()
    if one.monetary and not one.group and code not in OF_CONTRACTS
]  # fmt: skip
BETWEEN_ENTITIES = """
SELECT account, currency, counterparty, sum(amount), sum(functional) FROM ledger_lines
WHERE entity = %(entity)s AND book = %(book)s AND account = ANY(%(accounts)s)
    AND accounting_date <= %(on)s AND position <= %(known)s AND currency <> functional_currency
GROUP BY 1, 2, 3
"""
OWN = """
SELECT account, currency, counterparty, sum(functional) FROM ledger_lines
WHERE entity = %(entity)s AND book = %(book)s AND account = ANY(%(accounts)s)
    AND accounting_date = %(on)s AND position <= %(known)s AND rule = ANY(%(rules)s)
GROUP BY 1, 2, 3
"""
CONTRACTS = """
SELECT account, currency, coalesce(g.into_id, m.contract_id) AS contract, sum(amount),
       sum(booked)
FROM (
    SELECT %(earned)s AS account, contract_id, currency, amount, carried AS booked
    FROM position_moves
    WHERE entity = %(entity)s AND effective_date <= %(on)s AND position <= %(known)s
        AND currency <> functional_currency
    UNION ALL
    SELECT account, contract_id, currency, amount, functional FROM retainage_moves
    WHERE entity = %(entity)s AND effective_date <= %(on)s AND position <= %(known)s
        AND currency <> functional_currency AND account = %(kept)s
) AS m
LEFT JOIN combined_contracts g ON g.contract_id = m.contract_id AND g.position <= %(known)s
GROUP BY 1, 2, 3 HAVING sum(amount) <> 0 OR sum(booked) <> 0
ORDER BY 1, 2, 3
"""


def foreign_balances(conn: Conn, command: RevalueForeignBalances, known: int) -> dict[str, Any]:
    """The gathered fields of a revaluation."""
    return {"balances": held(conn, command.entity, command.last, known), "position": known}


def held(conn: Conn, entity: str, on: date, known: int) -> tuple[ForeignBalance, ...]:
    """Every balance in another currency at the end of a month, in a fixed order."""
    asked = {
        "entity": entity, "book": MAIN_BOOK, "on": on, "known": known, "accounts": PLAIN + GROUP,
        "rules": list(NAMES), "earned": POSITION, "kept": RETAINAGE_HELD,
    }  # fmt: skip
    return (*_accounts(conn, asked), *_contracts(conn, asked))


def _accounts(conn: Conn, asked: Mapping[str, Any]) -> Iterator[ForeignBalance]:
    sums: dict[tuple[str, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 2)
    scope = Scope(asked["book"], asked["entity"], PLAIN)
    for key, one in balances_at(conn, [asked["on"]], asked["known"], scope)[asked["on"]].items():
        if key.currency != key.functional_currency:
            sums[key.account, key.currency, ""] = [one.amount, one.functional]
    for *name, amount, booked in conn.execute(BETWEEN_ENTITIES, {**asked, "accounts": GROUP}):
        sums[tuple(name)] = [amount, booked]
    for *name, posted in conn.execute(OWN, asked):
        sums[tuple(name)][1] -= posted
    for (account, currency, other), (amount, booked) in sorted(sums.items()):
        if amount or booked:
            yield ForeignBalance(account, currency, amount, booked, other)


def _contracts(conn: Conn, asked: Mapping[str, Any]) -> Iterator[ForeignBalance]:
    for account, currency, contract, amount, booked in conn.execute(CONTRACTS, asked):
        yield ForeignBalance(account, currency, amount, booked, contract_id=contract)
