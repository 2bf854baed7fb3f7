"""Consolidation by account: what each member brings, what eliminations and minorities change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from domain.ledger.chart import account
from domain.ledger.group_posting import NAMES
from projections.as_of import AsOf
from projections.packet import Row, amounts, text
from projections.report import BOOK, Parameter, Report
from projections.table import Conn

GROUP = Parameter("group", str, "Code of the group", required=True)
STEPS = ("translation", "elimination", "minorities")
LINES = """
SELECT account, department, functional_currency, rule, sum(functional) FROM ledger_lines
WHERE entity = %(group)s AND book = %(book)s AND accounting_date <= %(effective)s
    AND position <= %(known)s
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
TOTAL = "~ all"


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an account and member, then one of the account; debit is positive."""
    sums: dict[tuple[str, str, str], dict[str, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    given = {**asked, "known": as_of.known}
    for code, member, currency, rule, amount in conn.execute(LINES, given).fetchall():
        for name in (member, TOTAL):
            sums[code, name, currency][step_of(rule)] += amount
    for (code, member, currency), found in sorted(sums.items()):
        figures = [found[step] for step in (*STEPS, "adjustments")]
        if any(figures):
            name = "" if member == TOTAL else member
            yield (code, account(code).name, name, currency, *figures, sum(figures, Decimal(0)))


def step_of(rule: str) -> str:
    """Which step of consolidation a journal is of; adjustments are all others."""
    if rule not in NAMES:
        return "adjustments"
    step = rule.removesuffix("_undone")
    return step if step in STEPS else "adjustments"


CONSOLIDATION = Report(
    name="consolidation",
    title="Consolidation",
    description="Each account of a group: translated by member, eliminated, minorities, in all.",
    parameters=(GROUP, BOOK),
    columns=(
        *text("account", "name", "member", "currency"),
        *amounts("translated", "eliminated", "minorities", "adjustments", "consolidated"),
    ),
    reads=("ledger",),
    rows=rows,
)  # fmt: skip
