"""What is planned to be billed of contracts by month, as of a date and a position.

Plans that begin later are plans now: they count from the position they were recorded at.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from domain.billing.planned import FeeTerms, Planned, month_of, recurring, retainer_fees
from domain.billing.proration import BillCycle, Span
from domain.billing.subscription import PlanTerm, Subscription
from projections.as_of import AsOf
from projections.packet import Row
from projections.table import Conn

READS = ("billing_plan", "recurring", "retainers", "budget_vs_actual", "deals")
MILESTONES = """
WITH standing AS (
    SELECT s.milestone_id, p.contract_id,
           (array_agg(state ORDER BY s.position DESC))[1] AS state,
           (array_agg(due_on ORDER BY s.position DESC)
               FILTER (WHERE due_on IS NOT NULL))[1] AS due_on,
           (array_agg(amount ORDER BY s.position DESC)
               FILTER (WHERE amount IS NOT NULL))[1] AS amount
    FROM milestone_steps s JOIN projects p ON p.id = s.project_id
    WHERE p.contract_id = ANY(%(contracts)s) AND s.position <= %(known)s
        AND s.effective_date <= %(effective)s
    GROUP BY 1, 2
)
SELECT contract_id, due_on, amount FROM standing WHERE state = 'planned' AND amount IS NOT NULL
ORDER BY contract_id, due_on, milestone_id
"""
PLANS = """
SELECT r.contract_id, r.id, r.currency, s.starts_on, s.ends_before, s.anchor_day,
       s.interval_months, s.in_advance, s.alignment, s.fixed_days_in_month,
       p.from_date, p.until, p.price, p.quantity
FROM recurring_plans r JOIN LATERAL (
    SELECT * FROM recurring_states t WHERE t.plan_id = r.id AND t.position <= %(known)s
    ORDER BY t.position DESC LIMIT 1
) s ON true JOIN recurring_parts p ON p.position = s.position
WHERE r.contract_id = ANY(%(contracts)s)
ORDER BY r.contract_id, r.id, p.no
"""
FEES = """
SELECT r.contract_id, a.from_date, a.months, a.in_advance, a.fee
FROM retainers r JOIN retainer_agreements a ON a.retainer_id = r.id
WHERE r.contract_id = ANY(%(contracts)s) AND a.position <= %(known)s
ORDER BY r.contract_id, r.id, a.position
"""
BUDGET = """
SELECT p.contract_id, b.month, sum(b.revenue)
FROM (
    SELECT project_id, month, revenue FROM budget_lines WHERE position <= %(known)s
    UNION ALL
    SELECT project_id, month, revenue FROM budget_changes
    WHERE position <= %(known)s AND effective_on <= %(effective)s
) b JOIN projects p ON p.id = b.project_id
WHERE p.contract_id = ANY(%(contracts)s) GROUP BY 1, 2
"""


def asked_of(as_of: AsOf, contracts: Iterable[UUID]) -> dict[str, Any]:
    """What the statements here are given."""
    return {"contracts": list(contracts), "known": as_of.known, "effective": as_of.effective}


def said_by_plans(
    conn: Conn, as_of: AsOf, ends: Mapping[UUID, date]
) -> Mapping[UUID, list[Planned]]:
    """Milestones, charges and fees of contracts, given with their last days."""
    asked = asked_of(as_of, ends)
    found: dict[UUID, list[Planned]] = defaultdict(list)
    for contract, due_on, amount in conn.execute(MILESTONES, asked).fetchall():
        found[contract].append(Planned(month_of(due_on), amount, "milestones"))
    plans = groupby(conn.execute(PLANS, asked).fetchall(), lambda row: row[:10])
    for plan, parts in plans:
        found[plan[0]] += recurring(_subscription(plan, list(parts)), ends[plan[0]])
    fees = groupby(conn.execute(FEES, asked).fetchall(), lambda row: row[0])
    for contract, agreed in fees:
        found[contract] += retainer_fees([FeeTerms(*row[1:]) for row in agreed], ends[contract])
    return found


def budgets(
    conn: Conn, as_of: AsOf, contracts: Iterable[UUID]
) -> Mapping[UUID, dict[date, Decimal]]:
    """The value that budgets give the work of each month."""
    found: dict[UUID, dict[date, Decimal]] = defaultdict(dict)
    for contract, month, value in conn.execute(BUDGET, asked_of(as_of, contracts)).fetchall():
        found[contract][month] = value
    return found


def _subscription(plan: Row, parts: Iterable[Row]) -> Subscription:
    _, _, currency, starts_on, ends_before, *cycle = plan
    parts = [row[10:] for row in parts]
    terms = tuple(PlanTerm(start, price, quantity)
                  for start, until, price, quantity in parts if until is None)  # fmt: skip
    pauses = tuple(Span(start, until) for start, until, _, _ in parts if until)
    return Subscription(currency, BillCycle(*cycle), starts_on, terms, ends_before, pauses)
