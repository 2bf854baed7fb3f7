"""Charges of recurring plans."""

from datetime import date
from uuid import UUID

from api.graphql.noun import Money, money, noun, said

OF_PLAN = """
(SELECT c.*, p.currency FROM recurring_charges c JOIN recurring_plans p ON p.id = c.plan_id)
"""


@noun(OF_PLAN, entity=None)
class RecurringCharge:
    """What a cycle costs, or an adjustment of it, perhaps below zero."""

    id: UUID
    cycle_starts_on: date
    due_on: date
    text: str
    amount: Money | None = money("amount")
    billed: bool = said("On an invoice")
