"""Disputes: invoices whose clients do not agree."""

from datetime import date
from uuid import UUID

from api.graphql.connection import Order, Page, chosen, page
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


def disputes(
    first: int,
    after: str | None = None,
    order: Order = Order.ascending,
    entity: str | None = None,
    client_id: UUID | None = None,
    invoice_id: UUID | None = None,
    open: bool | None = None,  # noqa: A002 -- the argument's name in the schema
) -> Page:
    """Disputes, in the order they were opened."""
    return chosen(
        page(first, after, order),
        entity,
        ("{t}.client_id = {v}", client_id),
        ("{t}.invoice_id = {v}", invoice_id),
        ("({t}.resolved_on IS NULL) = {v}", open),
    )
