"""Moves of retainers: what was granted, drawn, lost and priced anew, each with its day."""

from datetime import date
from decimal import Decimal
from typing import Any

from api.graphql.nodes.retainer_grant import RetainerGrant, counted
from api.graphql.noun import Money, column, money, noun, one, said
from api.graphql.words import words_of

MOVES = ("funded", "drawn", "expired", "adjusted", "taken_back", "repriced")
OF_RETAINER = """
(SELECT (m.position << 20) + m.no AS step, m.*, r.unit, r.currency
 FROM retainer_moves m JOIN retainers r ON r.id = m.retainer_id)
"""


@noun(OF_RETAINER, key="step", key_type="bigint", entity=None)
class RetainerMove:
    """What changed a grant; the moves of a grant sum to what remains of it."""

    kind: Any = said("", words_of(MOVES, "RetainerMoveKind"))
    effective_date: date
    quantity: Decimal = column(counted("quantity"), "Below zero where less remains")
    fee: Money | None = money("fee", description="What it changes of the fee")
    grant: RetainerGrant | None = one("grant_id")
