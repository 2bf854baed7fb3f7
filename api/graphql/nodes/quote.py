"""Quotes: what was offered for a deal, version by version."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.graphql.listing import Choice, listing
from api.graphql.nodes.opportunity import Opportunity
from api.graphql.noun import Money, Node, many, money, noun, one, said
from api.graphql.sales_words import DiscountState, QuoteState
from api.graphql.words import BillingModel

CURRENT = """
(SELECT q.id, q.opportunity_id, q.entity, q.state, q.version, q.signed_on, q.reference, v.author,
        v.discount_state, v.currency, v.billing_model, v.valid_until, v.discount_pct, v.gross,
        v.discount, v.net, v.books, v.cost, v.margin, v.margin_pct
 FROM quotes q JOIN quote_versions v ON v.quote_id = q.id AND v.no = q.version)
"""


@noun(CURRENT)
class Quote(Node):
    """An offer for a deal; its figures are those of the version that counts."""

    entity: str = said("Code of the selling entity")
    state: QuoteState
    version: int = said("From 1")
    author: str = said("Who wrote the version")
    billing_model: BillingModel
    currency: str = said("ISO 4217")
    valid_until: date
    discount_state: DiscountState
    discount_pct: Decimal
    gross: Money | None = money("gross", description="Before discount")
    discount: Money | None = money("discount")
    net: Money | None = money("net")
    cost: Money | None = money("cost", "books", "Planned, in the books of the entity")
    margin: Money | None = money("margin", description="Net less cost at the day's rate")
    margin_pct: Decimal = said("Of the net price")
    signed_on: date | None
    reference: str = said("Where the signed paper is found")
    opportunity: Opportunity | None = one("opportunity_id")
    versions: Any = many("QuoteVersion", "quote_id")
    steps: Any = many("QuoteStep", "quote_id", "Who did what, in order")


quotes = listing(
    "Quotes; ``validUntil`` keeps those that lapse by a day.",
    opportunity_id=UUID,
    state=QuoteState,
    discount_state=DiscountState,
    valid_until=Choice(date, "{t}.valid_until <= {v}"),
)
