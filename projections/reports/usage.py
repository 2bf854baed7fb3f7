"""Usage: what each meter counted by month, what it was charged, and what of that is billed."""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.money import quantize
from projections.as_of import AsOf
from projections.packet import Column, Row, text
from projections.report import ENTITY, Report
from projections.table import Conn

USED = """
WITH moved AS (
    SELECT meter_id, date_trunc('month', used_on)::date AS month, quantity, 0::numeric AS charged,
           0::numeric AS amount
    FROM usage_readings WHERE used_on <= %(effective)s AND position <= %(known)s
    UNION ALL
    SELECT meter_id, month, 0, quantity, amount
    FROM usage_charges WHERE due_on <= %(effective)s AND position <= %(known)s
)
SELECT m.entity, k.code, c.name, m.name, v.month, m.unit, sum(v.quantity), sum(v.charged),
       m.currency, sum(v.amount)
FROM moved v JOIN usage_meters m ON m.id = v.meter_id
JOIN contracts c ON c.id = m.contract_id JOIN clients k ON k.id = c.client_id
WHERE %(entity)s::text IS NULL OR m.entity = %(entity)s
GROUP BY m.entity, k.code, c.name, m.name, v.month, m.unit, m.currency
ORDER BY m.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C", m.name COLLATE "C", v.month
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row a meter and month."""
    for *names, counted, charged, currency, amount in conn.execute(
        USED, {**asked, "known": as_of.known}
    ).fetchall():
        yield *names, counted, charged, currency, quantize(amount, currency)


USAGE = Report(
    name="usage",
    title="Usage",
    description="What each meter counted in each month, how much of it is charged, and for what.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract", "meter"), Column("month", "date"), *text("unit"),
        Column("counted", "number"), Column("charged", "number"), *text("currency"),
        Column("amount", "number"),
    ),
    reads=("usage", "deals", "parties"),
    rows=rows,
)  # fmt: skip
