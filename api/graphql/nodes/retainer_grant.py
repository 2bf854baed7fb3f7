"""Grants of retainers: a period's allowance, its fee, and what is left of both."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from api.graphql.noun import Money, column, money, noun, said

MOVED = """
(SELECT g.*, r.unit, r.currency, m.granted, m.drawn, m.lapsed, m.remaining, m.fee AS net_fee
 FROM retainer_grants g JOIN retainers r ON r.id = g.retainer_id CROSS JOIN LATERAL (
    SELECT coalesce(sum(quantity) FILTER (WHERE quantity > 0 AND kind <> 'drawn'), 0) AS granted,
           coalesce(-sum(quantity) FILTER (WHERE kind = 'drawn'), 0) AS drawn,
           coalesce(-sum(quantity) FILTER (WHERE quantity < 0 AND kind <> 'drawn'), 0) AS lapsed,
           coalesce(sum(quantity), 0) AS remaining, coalesce(sum(fee), 0) AS fee
    FROM retainer_moves WHERE grant_id = g.id) m)
"""


def counted(name: str) -> str:
    """A quantity as people count it: hours of minutes, or money as it is."""
    hours = f"CASE WHEN {{t}}.unit = 'hours' THEN {{t}}.{name} / 60.0 ELSE {{t}}.{name} END"
    return f"round({hours}, 2)"


@noun(MOVED, entity=None)
class RetainerGrant:
    """What a period grants, or an adjustment; granted less drawn and lapsed remains."""

    id: UUID
    text: str
    period: date = said("First day of its period")
    ends_on: date
    expires_on: date | None = said("Last day it may be drawn; null where it does not expire")
    due_on: date
    granted: Decimal = column(counted("granted"))
    drawn: Decimal = column(counted("drawn"))
    lapsed: Decimal = column(counted("lapsed"), "Expired, or taken away")
    remaining: Decimal = column(counted("remaining"))
    fee: Money | None = money("fee", description="As it was granted")
    net_fee: Money | None = money("net_fee", description="Less what was written down or credited")
    billed: bool = said("On an invoice")
