"""The income statement: what was earned and spent over a period, month by month."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from domain.ledger.chart import CHART
from domain.ledger.period import month_of
from projections.as_of import AsOf
from projections.balances import Scope
from projections.packet import Column, Row, amounts, text
from projections.report import BOOK, ENTITY, BadParameter, Report
from projections.reports.revenue_by_month import MOST_MONTHS, month_ends
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
)
from projections.table import Conn

RESULT = tuple(code for code, account in CHART.items() if account.of_result)
SECTIONS = {"4": "revenue", "5": "direct cost", "6": "overheads", "7": "financial"}
SUBTOTALS = {
    "direct cost": "Gross margin", "overheads": "Operating result", "financial": "Result",
}  # fmt: skip
"""What is left after a section."""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """By entity and month: accounts, and what is left after each section. Profits are positive."""
    first, last = period(as_of, asked)
    ends = [day_before(first), *month_ends(first, last)[1:]]
    if len(ends) > MOST_MONTHS + 1:
        raise BadParameter(f"ask for 1 to {MOST_MONTHS} months", field="from")
    found = in_the_books(conn, ends, as_of.known, Scope(asked["book"], asked["entity"], RESULT))
    months = [(end, change(found[before], found[end])) for before, end in pairwise(ends)]
    for entity, currency in sorted({one for _, moved in months for one in entities_of(moved)}):
        for end, moved in months:
            for line in statement(moved, entity):
                yield entity, asked["book"], month_of(end), *line[:-1], currency, line[-1]


def statement(moved: Sums, entity: str) -> Iterator[tuple[str, str, str, Decimal]]:
    """Section, account, name and amount of an entity's month; nothing where nothing moved."""
    own = {key.account: -amount for key, amount in moved.items() if key.entity == entity}
    left = ZERO
    for digit, section in SECTIONS.items() if own else ():
        for code in (code for code in RESULT if code[0] == digit and code in own):
            left += own[code]
            yield section, code, CHART[code].name, own[code]
        if section in SUBTOTALS:
            yield "total", "", SUBTOTALS[section], left


INCOME_STATEMENT = Report(
    name="income-statement",
    title="Income statement",
    description="Revenue, direct cost, overheads and financial result in the books by month, "
                "cost below zero, with gross margin, operating result and result.",
    parameters=(ENTITY, BOOK, FROM, TO),
    columns=(*text("entity", "book"), Column("month", "date"),
             *text("section", "account", "name", "currency"), *amounts("amount")),
    reads=("ledger",),
    rows=rows,
)  # fmt: skip
