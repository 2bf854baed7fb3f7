"""What the statements of a firm share: balances in the books, by entity and account."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from domain.ledger.chart import account
from projections.as_of import AsOf
from projections.balances import Balance, Scope, balances_at
from projections.report import BadParameter, Parameter
from projections.stored_balances import AccountKey
from projections.table import Conn

ZERO = Decimal(0)
FROM = Parameter("from", date, "First day; left out: 1 January of the last day's year")
TO = Parameter("to", date, "Last day; left out: the effective date")


class Held(NamedTuple):
    """An account of an entity, in the books' currency."""

    entity: str
    currency: str
    account: str


Sums = Mapping[Held, Decimal]


def period(as_of: AsOf, asked: Mapping[str, Any]) -> tuple[date, date]:
    """First and last day: by default the year of the as-of date up to it. Raises BadParameter."""
    last = min(asked["to"] or as_of.effective, as_of.effective)
    first = asked["from"] or year_of(last)
    if first > last:
        raise BadParameter(f"no day from {first} to {last}", field="from")
    return first, last


def year_of(day: date) -> date:
    """The first day of the fiscal year, which is the calendar's."""
    return date(day.year, 1, 1)


def day_before(day: date) -> date:
    """The day before."""
    return day - timedelta(days=1)


def in_the_books(
    conn: Conn, days: Sequence[date], known: int, scope: Scope
) -> Mapping[date, Sums]:
    """Balances at the end of days, all currencies of an account together; debit is positive."""
    found = balances_at(conn, days, known, scope)
    return {day: _together(found[day]) for day in days}


def _together(found: Mapping[AccountKey, Balance]) -> Sums:
    sums: dict[Held, Decimal] = defaultdict(lambda: ZERO)
    for key, balance in found.items():
        sums[Held(key.entity, key.functional_currency, key.account)] += balance.functional
    return sums


def change(before: Sums, after: Sums) -> Sums:
    """What moved, accounts in order; those that did not are left out."""
    moved = {
        key: after.get(key, ZERO) - before.get(key, ZERO)
        for key in sorted(before.keys() | after.keys())
    }
    return {key: amount for key, amount in moved.items() if amount}


def entities_of(sums: Sums) -> list[tuple[str, str]]:
    """Entities and their currencies, in order."""
    return sorted({(key.entity, key.currency) for key in sums})


def result_of(sums: Sums, entity: str) -> Decimal:
    """Revenue less expenses of an entity: above zero is a profit."""
    return -sum(
        (
            amount
            for key, amount in sums.items()
            if key.entity == entity and account(key.account).of_result
        ),
        ZERO,
    )
