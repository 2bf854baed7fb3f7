"""Handoffs: what delivery needs before it takes a deal over."""

from datetime import date
from typing import Any
from uuid import UUID

from api.graphql.listing import Choice, listing
from api.graphql.nodes.opportunity import Opportunity
from api.graphql.noun import Node, column, many, noun, one, said


@noun("handoffs")
class Handoff(Node):
    """A deal on its way from sales to delivery."""

    entity: str = said("Code of the selling entity")
    requested_by: str
    requested_on: date
    returned: int = said("How often delivery gave it back")
    accepted: bool = column("{t}.accepted_on IS NOT NULL")
    accepted_by: str
    accepted_on: date | None
    opportunity: Opportunity | None = one("opportunity_id")
    items: Any = many("HandoffItem", "handoff_id")


handoffs = listing(
    "Handoffs.",
    opportunity_id=UUID,
    accepted=Choice(bool, "({t}.accepted_on IS NOT NULL) = {v}"),
)
