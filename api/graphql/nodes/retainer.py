"""Retainers: what a fee grants period by period, and what work drew of it."""

from datetime import date
from typing import Any, get_args
from uuid import UUID

from api.graphql.listing import listing
from api.graphql.nodes.contract import Contract
from api.graphql.noun import Node, many, noun, one, said
from api.graphql.words import words_of
from domain.billing.retainer_grant import Unit

RetainerUnit = words_of(get_args(Unit), "RetainerUnit")


@noun("retainers")
class Retainer(Node):
    """An allowance that a contract pays for; its quantities are in hours or in its currency."""

    entity: str = said("Code of the billing entity")
    currency: str = said("Of the contract, ISO 4217")
    unit: Any = said("What the allowance counts", RetainerUnit)
    from_date: date = said("First day of the first period")
    rolled: date | None = said("First day of the last period that was rolled on")
    contract: Contract | None = one("contract_id")
    grants: Any = many("RetainerGrant", "retainer_id")
    draws: Any = many("RetainerDraw", "retainer_id", "What work took, in the order it was taken")
    moves: Any = many("RetainerMove", "retainer_id", "What changed the grants, in order")


retainers = listing("Retainers.", contract_id=UUID)
