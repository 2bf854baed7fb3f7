"""Allocations: what each pool gave to whom in each month, by which rule and why, in words."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from domain.ledger.period import month_of
from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Parameter, Report
from projections.table import Conn

LINES = """
SELECT r.entity, r.month, r.number, l.rule, l.version,
       CASE l.kind WHEN 'project' THEN coalesce(p.code, l.key)
           WHEN 'client' THEN coalesce(c.code, l.key) ELSE l.key END,
       l.kind, l.quantity, l.share, r.currency, l.amount, o.gross, a.accounts, a.department,
       a.cost_code, a.on_projects, o.driver, a.targets, a.method, a.rationale, v.next_on
FROM allocation_runs r JOIN allocation_lines l USING (position)
JOIN allocation_pools o ON o.position = r.position AND o.rule = l.rule
LEFT JOIN allocation_rules a
    ON a.entity = r.entity AND a.code = l.rule AND a.version = l.version
LEFT JOIN projects p ON l.kind = 'project' AND p.id::text = l.key
LEFT JOIN clients c ON l.kind = 'client' AND c.id::text = l.key
LEFT JOIN LATERAL (
    SELECT next_on FROM allocation_reviews v
    WHERE v.entity = r.entity AND v.code = l.rule AND v.position <= %(known)s
        AND v.reviewed_on <= %(effective)s
    ORDER BY v.reviewed_on DESC, v.position DESC LIMIT 1) AS v ON true
WHERE r.month <= %(effective)s AND (%(month)s::date IS NULL OR r.month = %(month)s)
    AND r.position <= %(known)s
    AND (r.reversed_at IS NULL OR r.reversed_at > %(known)s)
    AND (%(entity)s::text IS NULL OR r.entity = %(entity)s)
ORDER BY r.entity COLLATE "C", r.month, r.number, l.no
"""
MONTH = Parameter("month", date, "Any day of a month; left out: every month so far")
NAMES = ("accounts", "department", "cost_code", "on_projects", "driver", "targets", "method")


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a pool and cost object of a month; runs that stand."""
    month = month_of(asked["month"]) if asked["month"] else None
    given = {**asked, "known": as_of.known, "month": month}
    for *figures, rationale, next_on in conn.execute(LINES, given).fetchall():
        yield (*figures[:-7], methodology(dict(zip(NAMES, figures[-7:], strict=True))),
               rationale, next_on)  # fmt: skip


def methodology(rule: Mapping[str, str]) -> str:
    """How a pool is passed on, for a person who was not there."""
    of = f" of department {rule['department']}" if rule["department"] else ""
    code = f" with cost code {rule['cost_code']}" if rule["cost_code"] else ""
    where = "" if rule["on_projects"] == "any" else " that stands on no project"
    driver = rule["driver"].replace("_", " ")
    by = {"fixed": "by fixed shares", "hours": "by minutes worked"}.get(driver, f"by {driver}")
    method = {"step": "step-down"}.get(rule["method"], rule["method"])
    targets = {"listed": "the cost objects listed"}.get(rule["targets"], rule["targets"])
    accounts = rule["accounts"].replace(",", ", ")
    return f"Cost on {accounts}{of}{code}{where}, to {targets} {by}, {method}"


ALLOCATIONS = Report(
    name="allocations",
    title="Allocations",
    description="Overhead that runs passed on: who bears it, by which rule, share and reason.",
    parameters=(ENTITY, MONTH),
    columns=(
        *text("entity"), Column("month", "date"), Column("run", "count"), *text("rule"),
        Column("version", "count"), *text("cost_object", "kind"), Column("quantity", "number"),
        *text("share", "currency"), *amounts("amount", "pool"),
        *text("methodology", "rationale"), Column("next_review", "date"),
    ),
    reads=("allocations", "deals", "parties"),
    rows=rows,
)  # fmt: skip
