"""Draws of retainers: which work took how much, and what was above the allowance."""

from datetime import date
from decimal import Decimal
from typing import Any

from api.graphql.nodes.expense import Expense
from api.graphql.nodes.retainer_grant import counted
from api.graphql.nodes.time_entry import TimeEntry
from api.graphql.noun import Money, column, money, noun, one, said
from api.graphql.words import words_of

DRAWN = """
(SELECT (d.position << 20) + row_number() OVER (
            PARTITION BY r.id, d.position ORDER BY d.item_id, d.sign) AS no,
        r.id AS retainer_id, r.unit, r.currency, d.kind, d.sign, d.effective_date, d.quantity,
        d.overage, d.covered, d.adjusted, CASE d.kind WHEN 'time' THEN d.item_id END AS entry_id,
        CASE d.kind WHEN 'expense' THEN d.item_id END AS expense_id
 FROM retainer_draws d JOIN retainers r ON r.contract_id = d.contract_id)
"""


@noun(DRAWN, key="no", key_type="bigint", entity=None)
class RetainerDraw:
    """Work that drew; where it gave back, every figure bears the other sign."""

    kind: Any = said("", words_of(("time", "expense"), "DrawingKind"))
    effective_date: date = said("Day of the work")
    given_back: bool = column("{t}.sign < 0")
    quantity: Decimal = column(counted("quantity"), "What it drew, and what is above")
    overage: Decimal = column(counted("overage"), "Above the allowance")
    covered: Money | None = money("covered", description="Of its worth, paid with the fee")
    adjusted: Money | None = money("adjusted", description="Taken off what is above")
    time_entry: TimeEntry | None = one("entry_id")
    expense: Expense | None = one("expense_id")
