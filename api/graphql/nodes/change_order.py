"""Change orders: what changes in a contract, and where that stands."""

from datetime import date
from typing import Any
from uuid import UUID

from api.graphql.listing import Choice, listing
from api.graphql.nodes.contract import Contract
from api.graphql.nodes.project import Project
from api.graphql.noun import Money, Node, column, many, money, noun, one, said
from api.graphql.sales_words import ChangeOrderState

STANDING = """
(SELECT o.*, s.status, s.approved_on, s.client_reference
 FROM change_orders o CROSS JOIN LATERAL (
    SELECT status, approved_on, client_reference FROM change_order_steps
    WHERE change_order_id = o.id ORDER BY position DESC LIMIT 1) s)
"""


@noun(STANDING)
class ChangeOrder(Node):
    """A change of scope, price, cost or time; both amounts are signed."""

    name: str = said("Unique in its contract")
    entity: str = said("Code of the billing entity")
    scope: str
    state: ChangeOrderState = column("status")
    price: Money | None = money("price")
    cost: Money | None = money("cost", "books", "In the books of the entity")
    days: int = said("Moves the contract's end")
    effective_on: date
    approved_on: date | None
    client_reference: str
    contract: Contract | None = one("contract_id")
    project: Project | None = one("project_id")
    steps: Any = many("ChangeOrderStep", "change_order_id")


change_orders = listing(
    "Change orders.",
    contract_id=UUID,
    state=Choice(ChangeOrderState, "{t}.status = {v}"),
)
