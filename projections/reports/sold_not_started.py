"""Sold and not started: what contracts will bill and earn by month, before anybody has begun.

A contract is on the list from the day its deal was won, or it bound both sides, until somebody
logs work or spends on it, a milestone is done, work is applied for, or something is billed or
recognised, net; or until the deal is taken back or the contract ends. Of each contract the months
and what is unplanned add up to what is sold, for billing and for revenue.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.billing.planned import Planned, Source, by_budget, unplanned
from projections import expected_revenue, planned_billing
from projections.as_of import AsOf
from projections.expected_revenue import to_come
from projections.packet import Column, Row, amounts, text
from projections.planned_billing import budgets, said_by_plans
from projections.report import ENTITY, Report
from projections.reports.revenue_waterfall import month_ahead
from projections.table import Conn

WAITING = """
WITH steps AS (
    SELECT contract_id, max(effective_date) FILTER (WHERE step = 'won') AS won_on,
           min(effective_date) FILTER (WHERE step = 'activated') AS bound_on
    FROM sale_steps WHERE effective_date <= %(effective)s AND position <= %(known)s
    GROUP BY 1 HAVING bool_and(step IN ('won', 'activated'))
)
SELECT s.contract_id, s.entity, k.code, c.name, coalesce(t.won_on, t.bound_on), s.currency,
       s.price + coalesce((
           SELECT sum(g.price) FROM scope_changes g WHERE g.contract_id = s.contract_id
               AND g.effective_date <= %(effective)s AND g.position <= %(known)s), 0),
       coalesce((
           SELECT h.state FROM handoffs d JOIN handoff_steps h ON h.handoff_id = d.id
           WHERE d.opportunity_id = s.opportunity_id
               AND h.effective_date <= %(effective)s AND h.position <= %(known)s
           ORDER BY h.position DESC LIMIT 1), 'none'),
       c.starts_on,
       coalesce((
           SELECT g.ends_on FROM scope_changes g
           WHERE g.contract_id = s.contract_id AND g.position <= %(known)s
           ORDER BY g.position DESC LIMIT 1), s.ends_on),
       s.by_run,
       c.billing_model = 'time_and_materials' OR EXISTS (
           SELECT FROM value_schedules v
           WHERE v.contract_id = s.contract_id AND v.position <= %(known)s)
FROM sold_contracts s JOIN steps t USING (contract_id)
JOIN contracts c ON c.id = s.contract_id JOIN clients k ON k.id = c.client_id
WHERE s.position <= %(known)s AND (%(entity)s::text IS NULL OR s.entity = %(entity)s)
    AND NOT EXISTS (
        SELECT FROM position_moves m WHERE m.contract_id = s.contract_id
            AND m.effective_date <= %(effective)s AND m.position <= %(known)s
        GROUP BY m.kind HAVING sum(m.amount) <> 0)
    AND NOT EXISTS (
        SELECT FROM projects p JOIN work_notes w ON w.project_id = p.id
        WHERE p.contract_id = s.contract_id
            AND w.work_date <= %(effective)s AND w.position <= %(known)s
            AND NOT EXISTS (
                SELECT FROM work_notes n WHERE n.entry_id = w.entry_id
                    AND n.position > w.position AND n.position <= %(known)s))
    AND NOT EXISTS (
        SELECT FROM projects p JOIN actual_moves a ON a.project_id = p.id
        WHERE p.contract_id = s.contract_id
            AND a.effective_date <= %(effective)s AND a.position <= %(known)s
        GROUP BY p.id HAVING sum(a.cost) <> 0 OR sum(a.value) <> 0)
    AND NOT EXISTS (
        SELECT FROM projects p JOIN milestone_steps m ON m.project_id = p.id
        WHERE p.contract_id = s.contract_id
            AND m.effective_date <= %(effective)s AND m.position <= %(known)s
        GROUP BY m.milestone_id
        HAVING (array_agg(m.state ORDER BY m.position DESC))[1] NOT IN ('planned', 'dropped'))
    AND NOT EXISTS (
        SELECT FROM pay_applications a JOIN pay_application_steps y ON y.application_id = a.id
        WHERE a.contract_id = s.contract_id
            AND y.effective_date <= %(effective)s AND y.position <= %(known)s
        GROUP BY a.id
        HAVING (array_agg(y.state ORDER BY y.position DESC))[1] <> 'withdrawn')
ORDER BY s.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C", s.contract_id
"""
ZERO = Decimal(0)
Figures = dict[tuple[date | None, Source], list[Decimal]]


@dataclass(frozen=True)
class Sale:
    """A contract that waits; ``by_work``: what no plan bills is billed as it is worked on."""

    contract_id: UUID
    entity: str
    client: str
    contract: str
    sold_on: date
    currency: str
    value: Decimal
    handoff: str
    starts_on: date
    ends_on: date
    by_run: bool
    by_work: bool


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a contract, month and source, then what is unplanned."""
    given = {**asked, "known": as_of.known}
    sales = [Sale(*row) for row in conn.execute(WAITING, given).fetchall()]
    said = said_by_plans(conn, as_of, {one.contract_id: one.ends_on for one in sales})
    worked = budgets(conn, as_of, [one.contract_id for one in sales])
    promised: dict[UUID, list[Planned]] = defaultdict(list)
    for one in to_come(conn, as_of, asked):
        promised[one.contract_id] += (
            Planned(month_ahead(as_of.effective, part.month_offset), part.amount, "obligations")
            for part in one.obligation.expected
        )
    for sale in sales:
        plan = list(said.get(sale.contract_id, ()))
        if sale.by_work:
            left = unplanned(sale.value, plan)
            plan += by_budget(left, worked.get(sale.contract_id, {}), sale.currency)
        earned = promised[sale.contract_id] if sale.by_run else plan
        yield from _rows(sale, as_of, figures(sale.value, plan, earned))


def figures(value: Decimal, billed: list[Planned], earned: list[Planned]) -> Figures:
    """Billing and revenue by month and source; what is unplanned last, where there is some."""
    sums: Figures = defaultdict(lambda: [ZERO, ZERO])
    for place, plan in enumerate((billed, earned)):
        for one in plan:
            sums[one.month, one.source][place] += one.amount
    found = dict(sorted(sums.items(), key=lambda item: (str(item[0][0]), item[0][1])))
    rest = [unplanned(value, billed), unplanned(value, earned)]
    return {**found, (None, "unplanned"): rest} if any(rest) else found


def _rows(sale: Sale, as_of: AsOf, found: Figures) -> Iterator[Row]:
    days = (as_of.effective - sale.sold_on).days
    for (month, source), (billing, revenue) in found.items():
        yield (
            sale.entity, sale.client, sale.contract, sale.sold_on, sale.currency, sale.value,
            sale.handoff, sale.starts_on, days, month, source, billing, revenue,
        )  # fmt: skip


SOLD_NOT_STARTED = Report(
    name="sold-not-started",
    title="Sold and not started",
    description="Contracts that nobody has begun, billed or recognised: what is sold, where the "
                "handoff stands, days since the sale, and by month what is planned to be billed "
                "and earned and where that stands; with what is unplanned the months are what is "
                "sold, which each row repeats.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract"), Column("sold_on", "date"), *text("currency"),
        *amounts("sold_value"), *text("handoff"), Column("planned_start", "date"),
        Column("days_waiting", "count"), Column("month", "date"), *text("source"),
        *amounts("planned_billing", "planned_revenue"),
    ),
    reads=tuple(dict.fromkeys((
        *planned_billing.READS, *expected_revenue.READS, "sold_contracts", "handoffs", "parties",
        "contract_position", "time_entries", "pay_applications",
    ))),
    rows=rows,
)  # fmt: skip
