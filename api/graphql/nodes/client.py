"""Clients: who is billed."""

from typing import Any

from api.graphql.listing import listing
from api.graphql.nodes.legal_entity import LegalEntity
from api.graphql.noun import Node, many, noun, one, said


@noun("clients")
class Client(Node):
    """A client of one billing entity."""

    code: str
    name: str
    entity: str = said("Code of the billing entity")
    currency: str = said("Currency the client is billed in, ISO 4217")
    payment_terms_days: int
    active: bool
    consolidate: bool = said("Billing runs put its contracts on one document a currency")
    legal_entity: LegalEntity | None = one("entity")
    opportunities: Any = many("Opportunity", "client_id")
    contracts: Any = many("Contract", "client_id")
    invoices: Any = many("Invoice", "client_id")
    payments: Any = many("Payment", "client_id")


clients = listing(
    "Clients.",
    code=str,
    active=bool,
)
