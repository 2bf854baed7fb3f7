"""Leakage: work that brings less than it might, or nothing, or nothing yet; by kind and reason."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.billables_as_of import DISCOUNTS, ITEMS
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, BadParameter, Parameter, Report
from projections.table import Conn

DAYS = 30
LEAKS = f"""
{ITEMS}, leaks AS (
    SELECT entity, contract_id, project_id, currency, 'unbilled' AS leak,
           'longer than ' || %(days)s || ' days' AS reason, count(*) AS items,
           sum(minutes) AS minutes, sum(worth) AS amount
    FROM items WHERE standing = 'unbilled' AND %(effective)s::date - earned_on > %(days)s
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT entity, contract_id, project_id, currency, 'held', why, count(*), sum(minutes),
           sum(worth)
    FROM items WHERE standing = 'held' GROUP BY 1, 2, 3, 4, why
    UNION ALL
    SELECT i.entity, i.contract_id, i.project_id, i.currency, 'written down', s.why,
           count(DISTINCT s.item_id), 0, sum(s.written)
    FROM seen s JOIN items i USING (item_id)
    WHERE s.written <> 0 AND s.why NOT IN {DISCOUNTS}
    GROUP BY 1, 2, 3, 4, s.why HAVING sum(s.written) <> 0
    UNION ALL
    SELECT entity, contract_id, project_id, currency, 'document discount', '', count(*), 0,
           sum(discounted)
    FROM items WHERE discounted <> 0 GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT entity, contract_id, project_id, currency, 'rate under standard', '', count(*),
           sum(minutes), sum(standard - value)
    FROM items WHERE standard > value GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT p.entity, p.contract_id, p.project_id, p.currency, 'not billable', p.reason,
           count(*), sum(p.minutes), 0
    FROM (
        SELECT j.entity, j.contract_id, u.project_id, j.currency, u.reason, u.entry_id,
               sum(u.minutes) AS minutes
        FROM unbillable_time u JOIN projects j ON j.id = u.project_id
        LEFT JOIN contracts c ON c.id = j.contract_id
        WHERE u.effective_date <= %(effective)s AND u.position <= %(known)s
            AND (%(entity)s::text IS NULL OR j.entity = %(entity)s)
            AND coalesce(c.billing_model, '') <> 'fixed_fee'
        GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(u.minutes) <> 0
    ) p GROUP BY 1, 2, 3, 4, p.reason
    UNION ALL
    SELECT entity, contract_id, NULL, currency, 'price cut', why,
           count(DISTINCT (invoice_id, line_no)), 0, sum(net)
    FROM price_cuts
    WHERE effective_date <= %(effective)s AND position <= %(known)s
        AND (%(entity)s::text IS NULL OR entity = %(entity)s)
    GROUP BY 1, 2, 4, why
)
SELECT l.entity, coalesce(k.code, ''), coalesce(c.name, ''), coalesce(p.code, ''), l.leak,
       l.reason, sum(l.items)::bigint, round(sum(l.minutes) / 60, 2), l.currency, sum(l.amount)
FROM leaks l LEFT JOIN contracts c ON c.id = l.contract_id
LEFT JOIN projects p ON p.id = l.project_id
LEFT JOIN clients k ON k.id = coalesce(c.client_id, p.client_id)
GROUP BY l.entity, k.code, c.id, c.name, p.id, p.code, l.leak, l.reason, l.currency
ORDER BY l.entity COLLATE "C", coalesce(k.code, '') COLLATE "C",
    coalesce(c.name, '') COLLATE "C", coalesce(p.code, '') COLLATE "C", l.leak COLLATE "C",
    l.reason COLLATE "C", l.currency COLLATE "C", sum(l.amount)
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a contract, project, kind of leak and reason. Raises BadParameter."""
    if asked["days"] < 0:
        raise BadParameter("days count from 0", field="days")
    return conn.execute(LEAKS, {**asked, "known": as_of.known}).fetchall()


LEAKAGE = Report(
    name="leakage",
    title="Revenue leakage",
    description="Approved work that is long unbilled, held, not billable, written down, billed "
                "under the standard rate or credited; time of fixed fees is paid by milestones.",
    parameters=(ENTITY, Parameter("days", int, "Unbilled for longer than so many days", DAYS)),
    columns=(
        *text("entity", "client", "contract", "project", "leak", "reason"),
        Column("items", "count"), Column("hours", "number"), *text("currency"),
        *amounts("amount"),
    ),
    reads=("billable_states", "deals", "parties"),
    rows=rows,
)  # fmt: skip
