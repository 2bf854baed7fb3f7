"""Payments: money received, and what of it is applied."""

from datetime import date
from uuid import UUID

from api.graphql.listing import Choice, listing
from api.graphql.nodes.client import Client
from api.graphql.noun import Money, Node, column, money, noun, one, said

APPLIED = """
(SELECT p.*, u.applied, p.amount - u.applied - u.returned AS unapplied
 FROM payments p JOIN payment_uses u ON u.payment_id = p.id)
"""


@noun(APPLIED)
class Payment(Node):
    """Money received from a client."""

    entity: str = said("Code of the receiving entity")
    received_on: date = said("Value date")
    amount: Money | None = money("amount")
    applied: Money | None = money("applied", description="Settles invoices")
    unapplied: Money | None = money("unapplied", description="A credit until it is applied")
    fully_applied: bool = column("{t}.unapplied = 0")
    bank_reference: str
    client: Client | None = one("client_id")


payments = listing(
    "Payments.",
    client_id=UUID,
    fully_applied=Choice(bool, "({t}.unapplied = 0) = {v}"),
)
