"""Earned value of projects: whether the work is worth what it cost, and what it will cost.

Planned value is the budget of the days that are over, earned value the budget's share that is
done: as it was reported, else as cost measures it. Forecasts stand beside each other: the rest
costs as the work so far did, as planned, as both indices say, or as somebody estimated.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any

from domain.measures.completion import AtCompletion, CostToDate, complete_all, to_complete
from domain.measures.earned_value import Forecast, NoForecast, ProjectStatus, earned_value
from domain.pricing.fx import DAYS_BACK
from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Parameter, Report
from projections.reports.project_outlook import FIGURES, ProjectRow, project_of, to_date_of
from projections.table import Conn

ZERO = Decimal(0)
FORECASTS: tuple[Forecast, ...] = ("cpi", "remaining", "cpi_spi", "etc")
VALUES = ("budget", "planned_value", "earned_value", "actual_cost", "cost_variance",
          "schedule_variance")  # fmt: skip
AT_COMPLETION = ("at_completion_by_cost", "at_completion_as_planned", "at_completion_by_both",
                 "at_completion_as_estimated", "variance_at_completion")  # fmt: skip
INDICES = "cost_index", "schedule_index", "to_complete_index"


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a project that has a budget."""
    given = {**asked, "known": as_of.known, "back": DAYS_BACK}
    for _, group in groupby(conn.execute(FIGURES, given).fetchall(), lambda row: row[:3]):
        found = list(group)
        project = project_of(found[0])
        codes = [to_date_of(project, row) for row in found]
        whole = complete_all(codes, project.done, project.books)
        if whole.budget > 0 and min(whole.actual, sum(one.planned for one in codes)) >= 0:
            yield _row(project, codes, whole)


def _row(project: ProjectRow, codes: Sequence[CostToDate], whole: AtCompletion) -> Row:
    status = _status(project, codes, whole)
    found = earned_value(status, project.books, by=None)
    totals = [_at_completion(status, by, project.books) for by in FORECASTS]
    expected = totals[0]
    return (
        *project.names, project.books, whole.budget, found.planned_value, found.earned_value,
        found.actual_cost, found.cost_variance, found.schedule_variance,
        "cost" if project.done is None else "report", _fine(found.complete_pct, "0.01"),
        *(_fine(index, "0.0001") for index in (
            found.cost_index, found.schedule_index, found.to_complete_index)),
        *totals, None if expected is None else whole.budget - expected,
    )  # fmt: skip


def _status(
    project: ProjectRow, codes: Sequence[CostToDate], whole: AtCompletion
) -> ProjectStatus:
    share = project.done
    if share is None:
        share = Fraction(whole.complete_pct or ZERO) / 100
    earned = Fraction(sum((one.budget for one in codes), ZERO)) * share
    planned = sum((one.planned for one in codes), ZERO)
    rest = sum(map(to_complete, codes), ZERO) if project.estimated else None
    value = Decimal(earned.numerator) / earned.denominator
    return ProjectStatus(whole.budget, planned, value, whole.actual, rest)


def _at_completion(status: ProjectStatus, by: Forecast, books: str) -> Decimal | None:
    try:
        return earned_value(status, books, by).estimate_at_completion
    except NoForecast:
        return None


def _fine(exact: Decimal | None, digits: str) -> Decimal | None:
    return None if exact is None else exact.quantize(Decimal(digits), ROUND_HALF_UP)


EARNED_VALUE = Report(
    name="earned-value",
    title="Earned value",
    description="Planned value, earned value and actual cost of projects, their variances and "
                "indices, and what they will cost by each forecast.",
    parameters=(ENTITY, Parameter("project", str, "Code of one project; left out: all")),
    columns=(
        *text("entity", "client", "project", "currency"), *amounts(*VALUES), *text("progress_by"),
        Column("complete_pct", "number"), *(Column(name, "number") for name in INDICES),
        *amounts(*AT_COMPLETION),
    ),
    reads=("project_outlook", "budget_vs_actual", "sold_contracts", "deals", "parties"),
    rows=rows,
)  # fmt: skip
