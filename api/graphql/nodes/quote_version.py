"""Versions of quotes: each as it was written."""

from datetime import date
from decimal import Decimal
from typing import Any

from api.graphql.noun import Money, many, money, noun, said
from api.graphql.sales_words import DiscountState
from api.graphql.words import BillingModel


@noun("quote_versions", key="position", key_type="bigint", entity=None)
class QuoteVersion:
    """One version of an offer."""

    no: int = said("From 1; the last one counts")
    author: str
    billing_model: BillingModel
    valid_until: date
    discount_state: DiscountState
    discount_pct: Decimal
    gross: Money | None = money("gross", description="Before discount")
    discount: Money | None = money("discount")
    net: Money | None = money("net")
    cost: Money | None = money("cost", "books", "Planned, in the books of the entity")
    margin: Money | None = money("margin", description="Net less cost at the day's rate")
    margin_pct: Decimal = said("Of the net price")
    lines: Any = many("QuoteLine", "version_position")
