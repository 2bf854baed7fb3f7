"""Charges of minimum commitments: what a month missed of what was promised."""

from datetime import date
from uuid import UUID

from api.graphql.listing import listing
from api.graphql.nodes.contract import Contract
from api.graphql.noun import Money, money, noun, one, said


@noun("minimum_charges")
class MinimumCharge:
    """What is missing of a month's minimum; below zero where use came in later."""

    id: UUID
    entity: str = said("Code of the billing entity")
    month: date
    text: str
    amount: Money | None = money("amount")
    billed: bool = said("On an invoice")
    contract: Contract | None = one("contract_id")


minimum_charges = listing("Charges of minimum commitments.", contract_id=UUID, billed=bool)
