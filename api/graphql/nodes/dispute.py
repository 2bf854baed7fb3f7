"""Disputes: invoices whose clients do not agree."""

from datetime import date
from uuid import UUID

from api.graphql.listing import Choice, listing
from api.graphql.nodes.invoice import Invoice
from api.graphql.noun import column, noun, one, said

WITH_OUTCOME = """
(SELECT d.position, d.invoice_id, d.effective_date AS opened_on, d.why, i.entity, i.client_id,
        r.effective_date AS resolved_on, coalesce(r.why, '') AS outcome
 FROM dispute_moves d JOIN invoices i ON i.id = d.invoice_id LEFT JOIN LATERAL (
    SELECT effective_date, why FROM dispute_moves
    WHERE invoice_id = d.invoice_id AND position > d.position AND change < 0
    ORDER BY position LIMIT 1) r ON true
 WHERE d.change > 0)
"""


@noun(WITH_OUTCOME, key="position", key_type="bigint")
class Dispute:
    """No reminders are sent while it is open."""

    entity: str = said("Code of the billing entity")
    opened_on: date
    why: str
    open: bool = column("{t}.resolved_on IS NULL")
    resolved_on: date | None
    outcome: str
    invoice: Invoice | None = one("invoice_id")


disputes = listing(
    "Disputes, in the order they were opened.",
    client_id=UUID,
    invoice_id=UUID,
    open=Choice(bool, "({t}.resolved_on IS NULL) = {v}"),
)
