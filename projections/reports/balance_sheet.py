"""The balance sheet: what an entity has, owes and has earned, at the end of any day.

No journal closes a year. Retained earnings are what stands on the account and the results of the
years before; the result of the year so far stands beside them. So it balances on every day.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from domain.ledger.chart import CHART, RETAINED
from projections.as_of import AsOf
from projections.balances import Scope
from projections.packet import Row, amounts, text
from projections.report import BOOK, ENTITY, Report
from projections.reports.statement_lines import (
    ZERO,
    Held,
    Sums,
    day_before,
    entities_of,
    in_the_books,
    result_of,
    year_of,
)
from projections.table import Conn

SECTIONS = {"asset": "assets", "liability": "liabilities", "equity": "equity"}
YEARS_RESULT = "Result of the year"


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """By entity: accounts, the sum of each section, and the difference of both sides, nothing."""
    before = day_before(year_of(as_of.effective))
    scope = Scope(asked["book"], asked["entity"])
    found = in_the_books(conn, [before, as_of.effective], as_of.known, scope)
    for entity, currency in entities_of(found[as_of.effective]):
        head = entity, asked["book"]
        for line in sheet(found[before], found[as_of.effective], entity, currency):
            yield (*head, *line[:-1], currency, line[-1])


def sheet(
    before: Sums, now: Sums, entity: str, currency: str
) -> Iterator[tuple[str, str, str, Decimal]]:
    """Section, account, name and amount, each section with the sign of its own side."""
    sums: dict[str, Decimal] = dict.fromkeys(SECTIONS.values(), ZERO)
    for line in _lines(before, now, entity, currency):
        sums[line[0]] += line[-1]
        yield line
    for section, amount in sums.items():
        yield "total", "", section, amount
    assets, liabilities, equity = sums.values()
    yield "check", "", "assets less liabilities and equity", assets - liabilities - equity


def _lines(
    before: Sums, now: Sums, entity: str, currency: str
) -> Iterator[tuple[str, str, str, Decimal]]:
    earlier = result_of(before, entity)
    for code, known in CHART.items():
        if known.of_result:
            continue
        debit = now.get(Held(entity, currency, code), ZERO)
        amount = debit if known.type == "asset" else -debit
        amount += earlier if code == RETAINED else ZERO
        if amount:
            yield SECTIONS[known.type], code, known.name, amount
    if result := result_of(now, entity) - earlier:
        yield "equity", "", YEARS_RESULT, result


BALANCE_SHEET = Report(
    name="balance-sheet",
    title="Balance sheet",
    description="Assets, liabilities and equity in the books at the end of a day. Retained "
                "earnings and the result of the year are computed, no journal closes a year; "
                "the last row says that both sides are equal.",
    parameters=(ENTITY, BOOK),
    columns=(*text("entity", "book", "section", "account", "name", "currency"),
             *amounts("amount")),
    reads=("ledger",),
    rows=rows,
)  # fmt: skip
