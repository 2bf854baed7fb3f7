"""Readings of meters."""

from datetime import date
from decimal import Decimal

from api.graphql.noun import noun, said


@noun("usage_readings", key="position", key_type="bigint", entity=None)
class UsageReading:
    """What was used on a day."""

    used_on: date
    quantity: Decimal
    reference: str = said("Where it was counted")
