"""Charges of meters: what was used in a month, priced."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from api.graphql.noun import Money, money, noun, said

OF_METER = """
(SELECT c.*, m.currency FROM usage_charges c JOIN usage_meters m ON m.id = c.meter_id)
"""


@noun(OF_METER, entity=None)
class UsageCharge:
    """What a month costs, or an adjustment of it, perhaps below zero."""

    id: UUID
    month: date
    due_on: date
    text: str
    quantity: Decimal
    amount: Money | None = money("amount")
    billed: bool = said("On an invoice")
