"""The revenue waterfall: recognised by month up to the date, expected by month after it.

Recognised is of all contracts; expected of those a revenue run earns, whose price is known.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from domain.revenue.progress import month_no
from projections.as_of import AsOf
from projections.expected_revenue import READS, to_come
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

RECOGNISED = """
SELECT entity, currency, date_trunc('month', effective_date)::date, sum(amount)
FROM position_moves
WHERE kind = 'recognised' AND effective_date <= %(effective)s AND position <= %(known)s
    AND (%(entity)s::text IS NULL OR entity = %(entity)s)
GROUP BY 1, 2, 3
"""
Sums = dict[tuple[str, str, date], list[Decimal]]


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an entity, currency and month."""
    sums: Sums = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for entity, currency, month, amount in conn.execute(
        RECOGNISED, {**asked, "known": as_of.known}
    ).fetchall():
        sums[entity, currency, month][0] += amount
    for one in to_come(conn, as_of, asked):
        for expected in one.obligation.expected:
            month = month_ahead(as_of.effective, expected.month_offset)
            sums[one.entity, one.currency, month][1] += expected.amount
    for (entity, currency, month), (recognised, awaited) in sorted(sums.items()):
        yield entity, month, currency, recognised, awaited


def month_ahead(on: date, months: int) -> date:
    """The first day of the month so many after a day's."""
    no = month_no(on) + months
    return date(no // 12, no % 12 + 1, 1)


REVENUE_WATERFALL = Report(
    name="revenue-waterfall",
    title="Revenue waterfall",
    description="Revenue recognised by month and, of what is allocated, expected by month.",
    parameters=(ENTITY,),
    columns=(
        *text("entity"), Column("month", "date"), *text("currency"),
        *amounts("recognised", "expected"),
    ),
    reads=(*READS, "contract_position"),
    rows=rows,
)  # fmt: skip
