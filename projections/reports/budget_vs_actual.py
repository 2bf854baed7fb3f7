"""Budget against actual by project and role: hours, cost and value."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Parameter, Report
from projections.table import Conn

SUMS = """
WITH figures AS (
    SELECT project_id, role, hours AS first_hours, cost AS first_cost, revenue AS first_revenue,
           0 AS hours, 0 AS cost, 0 AS revenue, 0 AS minutes, 0 AS spent, 0 AS value
    FROM budget_lines WHERE position <= %(known)s
    UNION ALL
    SELECT project_id, role, 0, 0, 0, hours, cost, revenue, 0, 0, 0
    FROM budget_changes WHERE effective_on <= %(effective)s AND position <= %(known)s
    UNION ALL
    SELECT project_id, role, 0, 0, 0, 0, 0, 0, minutes, cost, value
    FROM actual_moves WHERE effective_date <= %(effective)s AND position <= %(known)s
)
SELECT p.entity, coalesce(k.code, ''), p.code, f.role, e.currency, p.currency,
       sum(f.first_hours), sum(f.hours), sum(f.minutes), sum(f.first_cost), sum(f.cost),
       sum(f.spent), sum(f.first_revenue), sum(f.revenue), sum(f.value)
FROM figures f JOIN projects p ON p.id = f.project_id
JOIN legal_entities e ON e.code = p.entity LEFT JOIN clients k ON k.id = p.client_id
WHERE (%(entity)s::text IS NULL OR p.entity = %(entity)s)
    AND (%(project)s::text IS NULL OR p.code = %(project)s)
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY p.entity COLLATE "C", coalesce(k.code, '') COLLATE "C", p.code COLLATE "C",
    f.role COLLATE "C"
"""
ALL_ROLES = "all"


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a project and role, then one for all roles of the project."""
    found = conn.execute(SUMS, {**asked, "known": as_of.known}).fetchall()
    for (entity, client, code), group in groupby(found, itemgetter(0, 1, 2)):
        roles = [row[3:] for row in group]
        sums = [sum(column) for column in list(zip(*roles, strict=True))[3:]]
        for role, books, currency, *figures in (*roles, (ALL_ROLES, *roles[0][1:3], *sums)):
            yield entity, client, code, role, *_beside(books, currency, figures)


def _beside(books: str, currency: str, figures: Any) -> Row:
    hours, more_hours, minutes, cost, more_cost, spent, price, more, value = figures
    worked = _hours(Decimal(minutes) / 60)
    return (
        *_plan(_hours(hours), _hours(more_hours), worked), books, *_plan(cost, more_cost, spent),
        currency, *_plan(price, more, value),
    )  # fmt: skip


def _plan(original: Decimal, changed: Decimal, actual: Decimal) -> Row:
    budget = original + changed
    return original, changed, budget, actual, budget - actual


def _hours(exact: Decimal) -> Decimal:
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _names(of: str) -> tuple[str, ...]:
    return f"original_{of}", f"changed_{of}", f"budget_{of}", f"actual_{of}", f"{of}_left"


BUDGET_VS_ACTUAL = Report(
    name="budget-vs-actual",
    title="Budget against actual",
    description="Hours, cost and value of projects: first planned, changed, planned now, done.",
    parameters=(ENTITY, Parameter("project", str, "Code of one project; left out: all")),
    columns=(
        *text("entity", "client", "project", "role"),
        *(Column(name, "number") for name in _names("hours")),
        *text("functional_currency"),
        *amounts(*_names("cost"), currency="functional_currency"),
        *text("currency"), *amounts(*_names("value")),
    ),
    reads=("budget_vs_actual", "deals", "parties"),
    rows=rows,
)  # fmt: skip
