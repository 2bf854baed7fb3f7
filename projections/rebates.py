"""Rebates of contracts: what was agreed, and how the liability came and went."""

from decimal import Decimal

from domain.billing.rebate import RebateAgreement
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

MOVES = Table(
    "rebate_moves",
    {
        "position": "bigint", "contract_id": "uuid", "entity": "text", "effective_date": "date",
        "what": "text", "turnover": "numeric", "expected": "numeric", "pct": "numeric",
        "currency": "text", "amount": "numeric", "books": "text", "functional": "numeric",
        "given": "numeric",
    },
    key=("position",),
    indexes=("contract_id, position", "entity, effective_date"),
)  # fmt: skip


class Rebates(Projection):
    """``amount`` sums to the liability, ``given`` to what memos gave back."""

    name = "rebates"
    tables = (MOVES,)

    @on(RebateAgreement.Accrued)
    def accrued(self, fact: RebateAgreement.Accrued, at: Recorded, fold: Fold) -> None:
        """More of the turnover is expected to go back, or less."""
        fold.append(MOVES, at.position, fact.contract_id, fact.entity, fact.accrued_on, "accrued",
                    fact.turnover, fact.expected, fact.pct, fact.currency, fact.change,
                    fact.quote.to, fact.functional, Decimal(0))  # fmt: skip

    @on(RebateAgreement.Settled)
    def settled(self, fact: RebateAgreement.Settled, at: Recorded, fold: Fold) -> None:
        """Given back."""
        fold.append(MOVES, at.position, fact.contract_id, fact.entity, fact.settled_on, "settled",
                    fact.turnover, fact.turnover, fact.pct, fact.currency, -fact.released,
                    fact.books, -fact.functional, fact.amount)  # fmt: skip
