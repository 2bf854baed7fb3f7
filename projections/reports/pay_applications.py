"""Applications for payment and their certificates: the lines of the usual cover sheet."""

from collections.abc import Iterable, Mapping
from typing import Any

from projections.as_of import AsOf
from projections.packet import Column, Row, amounts, text
from projections.report import ENTITY, Report
from projections.reports.schedule_of_values import STANDING
from projections.table import Conn

COVERS = f"""{STANDING}
SELECT a.entity, k.code, c.name, a.no, a.period_to, s.state, a.currency, a.original_sum,
       a.change_orders, a.original_sum + a.change_orders, a.completed, a.retainage,
       a.completed - a.retainage, a.previous, a.due, s.certified, s.withheld, s.retained,
       a.to_finish
FROM standing s JOIN pay_applications a ON a.id = s.application_id
JOIN contracts c ON c.id = a.contract_id JOIN clients k ON k.id = c.client_id
WHERE s.state <> 'withdrawn' AND (%(entity)s::text IS NULL OR a.entity = %(entity)s)
ORDER BY a.entity COLLATE "C", k.code COLLATE "C", c.name COLLATE "C", c.id, a.no
"""


def rows(conn: Conn, as_of: AsOf, asked: Mapping[str, Any]) -> Iterable[Row]:
    """One row an application."""
    return conn.execute(COVERS, {**asked, "known": as_of.known}).fetchall()


PAY_APPLICATIONS = Report(
    name="pay-applications",
    title="Applications for payment",
    description="What was applied for and certified: contract sum, completed and stored, "
                "retainage, previous certificates, due, certified, balance to finish.",
    parameters=(ENTITY,),
    columns=(
        *text("entity", "client", "contract"), Column("application", "count"),
        Column("period_to", "date"), *text("state", "currency"),
        *amounts("original_sum", "change_orders", "contract_sum", "completed_and_stored",
                 "retainage", "earned_less_retainage", "previous_certificates", "due",
                 "certified", "withheld", "retained", "balance_to_finish"),
    ),
    reads=("pay_applications", "deals", "parties"),
    rows=rows,
)  # fmt: skip
