"""Recurring plans: what a contract charges cycle by cycle."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.graphql.connection import Order, Page, chosen, page
from api.graphql.nodes.contract import Contract
from api.graphql.noun import Money, Node, many, money, noun, one, said


@noun("recurring_plans")
class RecurringPlan(Node):
    """A price per cycle; price and quantity are the last ones agreed on."""

    name: str
    entity: str = said("Code of the billing entity")
    starts_on: date
    ends_before: date | None = said("First day without service; null while it renews")
    price: Money | None = money("price", description="Of a whole cycle and unit")
    quantity: Decimal
    interval_months: int
    in_advance: bool
    contract: Contract | None = one("contract_id")
    charges: Any = many("RecurringCharge", "plan_id")


def recurring_plans(
    first: int,
    after: str | None = None,
    order: Order = Order.ascending,
    entity: str | None = None,
    contract_id: UUID | None = None,
) -> Page:
    """Recurring plans."""
    return chosen(page(first, after, order), entity, ("{t}.contract_id = {v}", contract_id))
