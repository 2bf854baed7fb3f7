"""Legal entities: whose books there are."""

from api.graphql.connection import Order, Page, page
from api.graphql.noun import noun, said


@noun("legal_entities", key="code", key_type="text", entity="code")
class LegalEntity:
    """A legal entity with books of its own."""

    code: str = said("Short name used in every report")
    name: str
    currency: str = said("Functional currency, ISO 4217")
    country: str = said("ISO 3166 code")
    zone: str = said("IANA time zone of its working days")


def legal_entities(first: int, after: str | None = None, order: Order = Order.ascending) -> Page:
    """Legal entities the key reaches, by code."""
    return page(first, after, order)
