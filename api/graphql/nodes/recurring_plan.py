"""Recurring plans: what a contract charges cycle by cycle."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.graphql.listing import listing
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


recurring_plans = listing(
    "Recurring plans.",
    contract_id=UUID,
)
