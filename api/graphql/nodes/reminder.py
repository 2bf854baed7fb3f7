"""Reminders: what was asked of a client who is late."""

from datetime import date
from uuid import UUID

from api.graphql.listing import listing
from api.graphql.nodes.invoice import Invoice
from api.graphql.noun import Money, money, noun, one, said

OF_INVOICE = """
(SELECT m.*, m.open AS asked, i.entity, i.client_id
 FROM reminders m JOIN invoices i ON i.id = m.invoice_id)
"""


@noun(OF_INVOICE, key="position", key_type="bigint")
class Reminder:
    """Fee and interest are asked for, not booked."""

    entity: str = said("Code of the billing entity")
    level: int
    sent_on: date
    days_overdue: int
    asked: Money | None = money("asked", description="What was open")
    fee: Money | None = money("fee")
    interest: Money | None = money("interest")
    invoice: Invoice | None = one("invoice_id")


reminders = listing(
    "Reminders, in the order they were sent.",
    client_id=UUID,
    invoice_id=UUID,
)
