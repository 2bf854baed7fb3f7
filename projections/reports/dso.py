"""Days sales outstanding, by formula and by counting back the months' sales, in the books."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from domain.measures.dso import SalesPeriod, count_back, delinquency
from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, BadParameter, Parameter, Report
from projections.table import Conn

MONTHS = 24
OPEN = """
WITH held AS (
    SELECT invoice_id, entity, functional_currency, max(due_on) AS due_on,
           coalesce(sum(functional) FILTER (WHERE effective_date <= %(effective)s), 0) AS open
    FROM receivable_moves
    WHERE position <= %(known)s AND (%(entity)s::text IS NULL OR entity = %(entity)s)
    GROUP BY 1, 2, 3
)
SELECT entity, functional_currency, sum(open),
       coalesce(sum(open) FILTER (WHERE due_on >= %(effective)s), 0)
FROM held GROUP BY 1, 2 ORDER BY entity COLLATE "C"
"""
SALES = """
WITH sales AS (
    SELECT entity, effective_date, functional, position, what FROM receivable_moves
    UNION ALL
    SELECT entity, effective_date, -functional, position, what FROM client_credit_moves
)
SELECT entity, effective_date, sum(functional) FROM sales
WHERE what IN ('invoice', 'credit memo') AND position <= %(known)s
    AND effective_date BETWEEN %(first)s AND %(effective)s
GROUP BY 1, 2
"""
TENTH = Decimal("0.1")


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an entity. Raises BadParameter."""
    if not 0 < asked["days"] <= 366:  # noqa: PLR2004 -- a year
        raise BadParameter("days are 1 to 366", field="days")
    months = _months(as_of.effective)
    first = min(months[-1][0], as_of.effective - timedelta(days=asked["days"]))
    given = {**asked, "known": as_of.known, "first": first}
    sales: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for entity, day, amount in conn.execute(SALES, given).fetchall():
        sales[entity][day] = amount
    for entity, books, open_, not_due in conn.execute(OPEN, given).fetchall():
        figures = _figures(open_, not_due, sales[entity], as_of.effective, asked["days"], books)
        yield entity, books, *figures


def _figures(
    open_: Decimal, not_due: Decimal, sales: dict[date, Decimal], on: date, days: int, books: str
) -> Row:
    open_, not_due = max(open_, Decimal(0)), max(not_due, Decimal(0))
    recent = _sold(sales, on - timedelta(days=days - 1), on)
    late = delinquency(open_, not_due, recent, days)
    periods = [
        SalesPeriod(f"{first:%Y-%m}", _sold(sales, first, last), (last - first).days + 1)
        for first, last in _months(on)
    ]
    back = count_back(open_, periods, books)
    return (open_, recent, *map(_tenth, (late.days, late.best_possible, late.delinquent_days)),
            _tenth(back.days), back.uncovered)  # fmt: skip


def _sold(sales: dict[date, Decimal], first: date, last: date) -> Decimal:
    """Invoices less memos; a time that credited more than it sold counts as none."""
    total = sum((amount for day, amount in sales.items() if first <= day <= last), Decimal(0))
    return max(total, Decimal(0))


def _months(on: date) -> list[tuple[date, date]]:
    """The months back from a day, the latest first and perhaps not whole."""
    found, last = [], on
    for _ in range(MONTHS):
        first = last.replace(day=1)
        found.append((first, last))
        last = first - timedelta(days=1)
    return found


def _tenth(days: Decimal | None) -> Decimal | None:
    return None if days is None else days.quantize(TENTH, ROUND_HALF_UP)


DSO = Report(
    name="dso",
    title="Days sales outstanding",
    description="How long clients take: by formula, at best, late, and counted back by month.",
    parameters=(ENTITY, Parameter("days", int, "Days of sales in the formula", default=90)),
    columns=(
        *text("entity", "currency"), *amounts("receivables", "sales"),
        *(Column(name, "number") for name in
          ("dso_days", "best_possible_days", "late_days", "count_back_days")),
        *amounts("older_than_counted"),
    ),
    reads=("receivables",),
    rows=rows,
)  # fmt: skip
