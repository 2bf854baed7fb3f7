"""Schedules of values, application by application: the columns of the usual continuation sheet.

Scheduled value, work of earlier applications, work of this one, materials stored, completed and
stored to date, percent, balance to finish and retainage. Withdrawn applications are left out.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.table import Conn

STANDING = """
WITH standing AS (
    SELECT DISTINCT ON (application_id) application_id, state, certified, withheld, retained
    FROM pay_application_steps
    WHERE effective_date <= %(effective)s AND position <= %(known)s
    ORDER BY application_id, position DESC
)
"""
SHEETS = f"""{STANDING}
SELECT a.entity, k.code, c.name, a.no, a.period_to, s.state, l.line_no, l.item, i.text,
       CASE WHEN l.change_order THEN 'change order' ELSE 'original' END, a.currency, l.scheduled,
       l.previous, l.this_period, l.stored, l.to_date, l.percent, l.balance, l.retainage
FROM standing s JOIN pay_applications a ON a.id = s.application_id
JOIN pay_application_lines l ON l.application_id = a.id
JOIN value_items i ON i.values_id = a.values_id AND i.item = l.item
JOIN contracts c ON c.id = a.contract_id JOIN clients k ON k.id = c.client_id
WHERE s.state <> 'withdrawn' AND (%(entity)s::text IS NULL OR a.entity = %(entity)s)
ORDER BY a.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C", c.id, a.no, l.line_no
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an application and line."""
    return conn.execute(SHEETS, {**asked, "known": as_of.known}).fetchall()


SCHEDULE_OF_VALUES = Report(
    name="schedule-of-values",
    title="Schedules of values",
    description="Applications for payment line by line: scheduled, previous, this period, stored, "
                "completed to date, percent, balance to finish, retainage.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract"), Column("application", "count"),
        Column("period_to", "date"), *text("state"), Column("line", "count"),
        *text("item", "description", "origin", "currency"),
        *amounts("scheduled", "previous", "this_period", "stored", "completed_to_date"),
        Column("percent", "number"), *amounts("balance_to_finish", "retainage"),
    ),
    reads=("pay_applications", "deals", "parties"),
    rows=rows,
)  # fmt: skip
