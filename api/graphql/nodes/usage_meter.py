"""Meters: what a contract counts, and what it charges for it."""

from typing import Any
from uuid import UUID

from api.graphql.listing import listing
from api.graphql.nodes.contract import Contract
from api.graphql.noun import Node, many, noun, one, said


@noun("usage_meters")
class UsageMeter(Node):
    """Something that is counted under a contract and charged by the month."""

    name: str
    entity: str = said("Code of the billing entity")
    unit: str
    currency: str = said("ISO 4217")
    contract: Contract | None = one("contract_id")
    readings: Any = many("UsageReading", "meter_id")
    charges: Any = many("UsageCharge", "meter_id")


usage_meters = listing("Meters.", contract_id=UUID)
