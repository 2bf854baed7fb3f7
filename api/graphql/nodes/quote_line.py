"""Lines of quotes: what each part of an offer comes to."""

from datetime import date
from decimal import Decimal

from api.graphql.noun import Money, money, noun, said
from api.graphql.sales_words import QuoteLineKind

PRICED = """
(SELECT l.*, v.currency, v.books
 FROM quote_lines l JOIN quote_versions v ON v.position = l.version_position)
"""


@noun(PRICED, key="no", key_type="int", entity=None)
class QuoteLine:
    """Hours of a role, something at a fixed price, or an expense."""

    no: int
    kind: QuoteLineKind
    text: str = said("The role, or what it is called")
    quantity: Decimal
    unit_price: Decimal = said("Before discount, unrounded, in the quote's currency")
    net: Money | None = money("net", description="After discount")
    cost: Money | None = money("cost", "books", "Planned, in the books of the entity")
    due_on: date | None
