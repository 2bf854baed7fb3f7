"""The outlook of projects: cost and margin at completion by cost code, and early warnings.

One row a cost code, then one for the project. Progress of a project is what was reported last,
else measured by cost; of a cost code always by cost. Of a closed project nothing is to come. The
price is the revenue of the budget, in the books at the rate of the day of the sale.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any

from domain.measures.completion import AtCompletion, CostToDate, complete, complete_all
from domain.measures.early_warning import Sold, warn
from domain.money import quantize
from domain.pricing.fx import DAYS_BACK
from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Parameter, Report
from projections.table import Conn

# The days of a month that are over have earned their share of what was planned for it.
FIGURES = """
WITH last AS (
    SELECT DISTINCT ON (project_id) project_id, position, estimated_on FROM estimates
    WHERE estimated_on <= %(effective)s AND position <= %(known)s
    ORDER BY project_id, estimated_on DESC, position DESC
), plan AS (
    SELECT project_id, role, month, cost, revenue, true AS first
    FROM budget_lines WHERE position <= %(known)s
    UNION ALL
    SELECT project_id, role, month, cost, revenue, false
    FROM budget_changes WHERE effective_on <= %(effective)s AND position <= %(known)s
), spent AS (
    SELECT project_id, role, effective_date AS on_day, cost FROM actual_moves
    WHERE effective_date <= %(effective)s AND position <= %(known)s
    UNION ALL
    SELECT m.project_id, moved.role, m.effective_on,
           CASE m.kind WHEN 'restored' THEN -moved.cost ELSE moved.cost END
    FROM commitment_moves m JOIN approved_expenses e ON e.expense_id = m.source_id
    CROSS JOIN LATERAL (VALUES ('expense', -e.cost), (m.cost_code, e.cost)) moved (role, cost)
    WHERE m.effective_on <= %(effective)s AND m.position <= %(known)s
), figures AS (
    SELECT project_id, role, cost AS budget,
           cost * least(greatest(%(effective)s::date - month + 1, 0),
               (month + interval '1 month')::date - month)
               / ((month + interval '1 month')::date - month) AS planned,
           revenue AS price, CASE WHEN first THEN cost ELSE 0 END AS sold_cost,
           CASE WHEN first THEN revenue ELSE 0 END AS sold_price,
           0 AS actual, 0 AS since, 0 AS committed, 0 AS estimate
    FROM plan
    UNION ALL
    SELECT s.project_id, s.role, 0, 0, 0, 0, 0, s.cost,
           CASE WHEN s.on_day > l.estimated_on THEN s.cost ELSE 0 END, 0, 0
    FROM spent s LEFT JOIN last l USING (project_id)
    UNION ALL
    SELECT project_id, cost_code, 0, 0, 0, 0, 0, 0, 0, cost, 0 FROM commitment_moves
    WHERE effective_on <= %(effective)s AND position <= %(known)s
    UNION ALL
    SELECT l.project_id, e.cost_code, 0, 0, 0, 0, 0, 0, 0, 0, e.cost
    FROM last l JOIN estimate_lines e USING (position)
), ended AS (
    SELECT DISTINCT ON (project_id) project_id, closed FROM project_closings
    WHERE effective_on <= %(effective)s AND position <= %(known)s
    ORDER BY project_id, position DESC
), progress AS (
    SELECT DISTINCT ON (project_id) project_id, done, whole FROM progress_reports
    WHERE reported_on <= %(effective)s AND position <= %(known)s
    ORDER BY project_id, reported_on DESC, position DESC
)
SELECT p.entity, coalesce(k.code, ''), p.code, e.currency,
       l.estimated_on IS NOT NULL, coalesce(c.closed, false), r.done, r.whole,
       CASE WHEN p.contract_id IS NULL THEN NULL
            WHEN p.currency = e.currency THEN 1 ELSE q.rate END,
       f.role, sum(f.budget), sum(f.planned), sum(f.actual), sum(f.committed), sum(f.estimate),
       sum(f.since), sum(f.sold_price), sum(f.sold_cost), sum(f.price)
FROM figures f JOIN projects p ON p.id = f.project_id
JOIN legal_entities e ON e.code = p.entity LEFT JOIN clients k ON k.id = p.client_id
LEFT JOIN last l ON l.project_id = p.id LEFT JOIN progress r ON r.project_id = p.id
LEFT JOIN ended c ON c.project_id = p.id
LEFT JOIN sold_contracts s ON s.contract_id = p.contract_id AND s.position <= %(known)s
LEFT JOIN LATERAL (
    SELECT b.per_base / a.per_base AS rate
    FROM fx_quotes a JOIN fx_quotes b ON b.quoted_on = a.quoted_on AND b.currency = e.currency
        AND b.position <= %(known)s
    WHERE a.currency = p.currency AND a.position <= %(known)s
        AND a.quoted_on BETWEEN s.sold_on - %(back)s AND s.sold_on
    ORDER BY a.quoted_on DESC, a.position DESC, b.position DESC LIMIT 1
) q ON true
WHERE (%(entity)s::text IS NULL OR p.entity = %(entity)s)
    AND (%(project)s::text IS NULL OR p.code = %(project)s)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
ORDER BY p.entity COLLATE "C", coalesce(k.code, '') COLLATE "C", p.code COLLATE "C",
    f.role COLLATE "C"
"""
ALL_CODES = "all"
ZERO = Decimal(0)
COST = (
    "budget", "actual", "committed", "to_complete", "at_completion", "variance_at_completion",
)  # fmt: skip
MARGIN = "sold_price", "sold_margin", "price_at_completion", "margin_at_completion"


@dataclass(frozen=True)
class ProjectRow:
    """What the statement says of a project beside its cost codes."""

    names: tuple[str, str, str]
    books: str
    estimated: bool
    closed: bool
    done: Fraction | None
    rate: Decimal | None


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a project and cost code, then one for the project."""
    given = {**asked, "known": as_of.known, "back": DAYS_BACK}
    for _, group in groupby(conn.execute(FIGURES, given).fetchall(), lambda row: row[:3]):
        yield from _of_project(list(group))


def _of_project(found: Sequence[Row]) -> Iterator[Row]:
    project = project_of(found[0])
    codes = {row[9]: to_date_of(project, row) for row in found}
    for code, known in codes.items():
        figures = complete(known, None, project.books)
        if any((known.budget, known.actual, known.committed, known.estimate)):
            yield _row(project, code, figures, "cost", None)
    by = "cost" if project.done is None else "report"
    whole = complete_all(list(codes.values()), project.done, project.books)
    yield _row(project, ALL_CODES, whole, by, _sold(project, found, whole))


def project_of(row: Row) -> ProjectRow:
    """What a row of figures says of its project."""
    estimated, closed, done, whole, rate = row[4:9]
    share = None if done is None else Fraction(done) / Fraction(whole)
    return ProjectRow(tuple(row[:3]), row[3], estimated, closed, share, rate)


def to_date_of(project: ProjectRow, row: Row) -> CostToDate:
    """What a row of figures says of its cost code."""
    budget, planned, actual, committed, estimate, since = row[10:16]
    said = ZERO if project.closed else estimate if project.estimated else None
    return CostToDate(budget, planned, actual, committed, said, since)


def _sold(project: ProjectRow, found: Sequence[Row], whole: AtCompletion) -> Sold | None:
    """The margin as sold and as it will be; None of internal work and without a rate."""
    if project.rate is None:
        return None
    price, cost, now = (sum((row[at] for row in found), ZERO) for at in (16, 17, 18))
    before = quantize(price * project.rate, project.books)
    after = quantize(now * project.rate, project.books)
    return Sold(before, before - quantize(cost, project.books), after, after - whole.at_completion)


def _row(project: ProjectRow, code: str, found: AtCompletion, by: str, sold: Sold | None) -> Row:
    warning = warn(found, sold) if code == ALL_CODES else None
    margins: Row = astuple(sold) if sold else (None,) * len(MARGIN)
    return (
        *project.names, code, project.books, found.budget, found.actual, found.committed,
        found.to_complete, found.at_completion, found.variance, _fine(found.complete_pct, "0.01"),
        by, _fine(found.cost_index, "0.0001"), _fine(found.schedule_index, "0.0001"), *margins,
        warning.level if warning else "", "; ".join(warning.reasons) if warning else "",
    )  # fmt: skip


def _fine(exact: Decimal | None, digits: str) -> Decimal | None:
    return None if exact is None else exact.quantize(Decimal(digits), ROUND_HALF_UP)


PROJECT_OUTLOOK = Report(
    name="project-outlook",
    title="Project outlook",
    description="Cost and margin of projects at completion: budget, actual, ordered, still to "
                "come, indices of earned value, and who should be looked at.",
    parameters=(ENTITY, Parameter("project", str, "Code of one project; left out: all")),
    columns=(
        *text("entity", "client", "project", "cost_code", "currency"), *amounts(*COST),
        Column("complete_pct", "number"), *text("progress_by"), Column("cost_index", "number"),
        Column("schedule_index", "number"), *amounts(*MARGIN), *text("warning", "reasons"),
    ),
    reads=("project_outlook", "budget_vs_actual", "sold_contracts", "deals", "parties"),
    rows=rows,
)  # fmt: skip
