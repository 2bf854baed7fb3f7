"""Revenue by month: what each revenue account earned, as the difference of balances."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.ledger.chart import CHART
from domain.ledger.period import month_end, month_of
from projections.as_of import AsOf
from projections.balances import Balance, Scope, balances_at
from projections.packet import Column, Row, amounts, text
from projections.report import BOOK, ENTITY, BadParameter, Parameter, Report
from projections.stored_balances import AccountKey
from projections.table import Conn

REVENUE = tuple(code for code, account in CHART.items() if account.type == "revenue")
MOST_MONTHS = 120


def month_ends(first: date, last: date) -> list[date]:
    """The day before ``first``'s month, then the ends of the months up to ``last``, then it."""
    ends = [month_of(first) - timedelta(days=1)]
    while ends[-1] < last:
        after = ends[-1] + timedelta(days=1)
        ends.append(min(month_end(after), last))
    return ends


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an entity, month and account that earned something, in the books."""
    ends = month_ends(asked["from"] or as_of.effective.replace(month=1), as_of.effective)
    if not 1 < len(ends) <= MOST_MONTHS + 1:
        raise BadParameter(f"ask for 1 to {MOST_MONTHS} months", field="from")
    scope = Scope(asked["book"], asked["entity"], REVENUE)
    found = balances_at(conn, ends, as_of.known, scope)
    held = [_in_the_books(found[day]) for day in ends]
    for before, after, day in zip(held, held[1:], ends[1:], strict=False):
        for key in sorted(after.keys() | before.keys()):
            if earned := before.get(key, Decimal(0)) - after.get(key, Decimal(0)):
                entity, code, books = key
                yield entity, month_of(day), code, CHART[code].name, books, earned


def _in_the_books(found: Mapping[AccountKey, Balance]) -> dict[tuple[str, str, str], Decimal]:
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for key, balance in found.items():
        sums[key.entity, key.account, key.functional_currency] += balance.functional
    return sums


REVENUE_BY_MONTH = Report(
    name="revenue-by-month",
    title="Revenue by month",
    description="What each revenue account earned in each month, in the books.",
    parameters=(
        ENTITY, BOOK,
        Parameter("from", date, "A day of the first month; left out: January of that year"),
    ),
    columns=(
        *text("entity"), Column("month", "date"), *text("account", "name", "currency"),
        *amounts("revenue"),
    ),
    reads=("ledger",),
    rows=rows,
)  # fmt: skip
