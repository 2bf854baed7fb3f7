"""Payments: money received, and what of it is applied."""

from datetime import date
from uuid import UUID

from api.graphql.connection import Order, Page, chosen, page
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


def payments(
    first: int,
    after: str | None = None,
    order: Order = Order.ascending,
    entity: str | None = None,
    client_id: UUID | None = None,
    fully_applied: bool | None = None,
) -> Page:
    """Payments."""
    return chosen(
        page(first, after, order),
        entity,
        ("{t}.client_id = {v}", client_id),
        ("({t}.unapplied = 0) = {v}", fully_applied),
    )
