"""The cash flow, indirect: from the result to what the bank accounts gained.

Every account but the bank's explains some of the change, so the parts tie to it by the ledger's
own balance. Depreciation is added back by what its accounts gained.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from domain.ledger import chart
from domain.ledger.chart import CHART
from projections.as_of import AsOf
from projections.balances import Scope
from projections.packet import Row, amounts, text
from projections.report import BOOK, ENTITY, Report
from projections.reports.statement_lines import (
    FROM,
    TO,
    ZERO,
    Sums,
    change,
    day_before,
    entities_of,
    in_the_books,
    period,
    result_of,
)
from projections.table import Conn

CASH = (chart.BANK, chart.SUSPENSE)
INVESTING = (chart.EQUIPMENT, chart.INTANGIBLES, chart.INVESTMENTS)
FINANCING = (chart.CAPITAL, chart.RETAINED, chart.TRANSLATION, chart.MINORITIES)
SECTIONS = ("operating", "investing", "financing")


def section_of(code: str) -> str:
    """Where the change of an account belongs."""
    if code in CASH:
        return "cash"
    return "investing" if code in INVESTING else "financing" if code in FINANCING else "operating"


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """By entity: the parts, their sums, and cash before and after."""
    first, last = period(as_of, asked)
    days = [day_before(first), last]
    found = in_the_books(conn, days, as_of.known, Scope(asked["book"], asked["entity"]))
    for entity, currency in entities_of(found[last]):
        for section, code, name, amount in flow(found[days[0]], found[last], entity):
            yield entity, asked["book"], section, code, name, currency, amount


def flow(before: Sums, after: Sums, entity: str) -> Iterator[tuple[str, str, str, Decimal]]:
    """Section, account, name and what cash gained by it."""
    moved = {k.account: a for k, a in change(before, after).items() if k.entity == entity}
    result = result_of(after, entity) - result_of(before, entity)
    sums = dict.fromkeys(SECTIONS, ZERO)
    sums["operating"] += result
    yield "operating", "", "Result", result
    for section in SECTIONS:
        for code, amount in moved.items():
            if section_of(code) == section and not CHART[code].of_result:
                sums[section] -= amount
                yield section, code, CHART[code].name, -amount
        yield "total", "", section, sums[section]
    opening, closing = cash(before, entity), cash(after, entity)
    yield "cash", "", "opening", opening
    yield "cash", "", "closing", closing
    yield "check", "", "cash gained less the sections", closing - opening - sum(sums.values())


def cash(sums: Sums, entity: str) -> Decimal:
    """What the bank accounts of an entity hold."""
    return sum(
        (
            amount
            for key, amount in sums.items()
            if key.entity == entity and section_of(key.account) == "cash"
        ),
        ZERO,
    )


CASH_FLOW = Report(
    name="cash-flow",
    title="Cash flow",
    description="From the result to the change of the bank accounts (1000, 1020), indirect, in "
                "the books: operating, investing and financing; the last row is nothing.",
    parameters=(ENTITY, BOOK, FROM, TO),
    columns=(*text("entity", "book", "section", "account", "name", "currency"),
             *amounts("amount")),
    reads=("ledger",),
    rows=rows,
)  # fmt: skip
