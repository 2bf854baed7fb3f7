"""Opportunities: what may be sold."""

from datetime import date
from typing import Any

from api.graphql.listing import listing
from api.graphql.nodes.client import Client
from api.graphql.noun import Money, Node, many, money, noun, one, said
from api.graphql.words import Stage


@noun("opportunities")
class Opportunity(Node):
    """A possible deal, until it is won or lost."""

    name: str
    external_ref: str = said("Its id in the CRM")
    entity: str = said("Code of the selling entity")
    stage: Stage
    value: Money | None = money("value", "NULLIF({t}.currency, '')", "Null while it is not known")
    closed_on: date | None
    client: Client | None = one("client_id")
    quotes: Any = many("Quote", "opportunity_id")
    handoffs: Any = many("Handoff", "opportunity_id")


opportunities = listing(
    "Opportunities.",
    stage=Stage,
    external_ref=str,
)
