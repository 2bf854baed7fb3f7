"""Flux: what touched a month after it was closed for the first time, and of what kind it was.

A closed month never changes: late facts stand in the first open month and keep their effective
date. So most rows say what the month would have held had everything been known in time; rows
booked in the month itself came while it was reopened.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from domain.ledger.period import month_after, month_of
from projections.as_of import AsOf
from projections.balances import layers
from projections.packet import Column, Row, text
from projections.report import BOOK, Parameter, Report
from projections.reports.trial_balance import SIDES, sides
from projections.table import Conn

KINDS = {
    "manual": "backdated", "recurring": "backdated", "opening": "backdated",
    "imported": "backdated", "reversal": "correction", "credit_memo": "correction",
    "bounced": "correction", "reduction_reversed": "correction", "time_rerated": "correction",
    "revaluation": "fx", "revaluation_reversed": "fx", "translation": "fx",
    "revenue": "re-run", "allocation": "re-run", "allocation_reversed": "re-run",
    "depreciation": "re-run", "elimination": "re-run",
}  # fmt: skip
"""By rule. What is undone or taken off is a correction too; everything else came late."""
CLOSED = """
SELECT min(position) FROM period_steps
WHERE entity = %(entity)s AND month = %(month)s AND step = 'hard_closed' AND position <= %(known)s
"""
SINCE = """
SELECT l.rule, l.account, l.accounting_date, l.effective_date, l.document, l.description,
       l.currency, l.amount, l.functional_currency, l.functional, l.position, l.journal_id
FROM ledger_lines l
WHERE l.position > %(closed)s AND l.position <= %(known)s AND l.entity = %(entity)s
    AND l.book = ANY(%(books)s)
    AND (l.effective_date BETWEEN %(month)s AND %(last)s
        OR l.accounting_date BETWEEN %(month)s AND %(last)s)
ORDER BY l.accounting_date, l.effective_date, l.rule COLLATE "C", l.document COLLATE "C",
    l.description COLLATE "C", l.account, l.currency COLLATE "C", l.amount, l.position, l.no
"""


def kind_of(rule: str) -> str:
    """Late, backdated, fx, re-run or correction."""
    undone = rule.endswith(("_undone", "_taken_off", "_reversed"))
    return KINDS.get(rule) or ("correction" if undone else "late")


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a line; none where the month was not closed by then."""
    month = month_of(asked["month"] or as_of.effective)
    given = {
        **asked, "month": month, "last": month_after(month) - timedelta(days=1),
        "known": as_of.known, "books": layers(conn, asked["book"], asked["entity"], as_of.known),
    }  # fmt: skip
    found = conn.execute(CLOSED, given).fetchone()
    if found is None or found[0] is None:
        return
    for row in conn.execute(SINCE, {**given, "closed": found[0]}).fetchall():
        rule, *words, currency, amount, books, functional, position, journal = row
        yield (
            kind_of(rule), rule, *words, currency, *sides(amount), books, *sides(functional),
            position, journal,
        )  # fmt: skip


FLUX = Report(
    name="flux",
    title="Flux since the close",
    description="Every line that concerns a month and came after its first close, by kind.",
    parameters=(
        Parameter("entity", str, "Legal entity", required=True), BOOK,
        Parameter("month", date, "Any day of the month; left out: the effective date's"),
    ),
    columns=(
        *text("kind", "rule", "account"), Column("accounting_date", "date"),
        Column("effective_date", "date"), *text("document", "description", "currency"), *SIDES,
        Column("position", "count", beside=True), Column("journal", beside=True),
    ),
    reads=("periods", "ledger"),
    rows=rows,
)  # fmt: skip
