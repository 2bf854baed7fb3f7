"""Minimum commitments and what they charge: agreed, missing by month, billed."""

from domain.billing.minimum import MinimumCommitment
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

CHARGES = Table(
    "minimum_charges",
    {
        "id": "uuid", "contract_id": "uuid", "entity": "text", "position": "bigint",
        "month": "date", "text": "text", "currency": "text", "amount": "numeric",
        "billed": "boolean",
    },
    key=("id",),
    indexes=("contract_id, month",),
)  # fmt: skip


class Minimums(Projection):
    """A charge below zero gives back what was charged before use came in."""

    name = "minimums"
    tables = (CHARGES,)

    @on(MinimumCommitment.TruedUp)
    def trued_up(self, fact: MinimumCommitment.TruedUp, at: Recorded, fold: Fold) -> None:
        """A month lacked something, or no longer does."""
        charge = fact.charge
        fold.put(CHARGES, id=charge.id, contract_id=fact.contract_id, entity=fact.entity,
                 position=at.position, month=charge.month, text=charge.text,
                 currency=fact.currency, amount=charge.amount, billed=False)  # fmt: skip

    @on(MinimumCommitment.Billed, MinimumCommitment.Restored)
    def billed(
        self, fact: MinimumCommitment.Billed | MinimumCommitment.Restored, at: Recorded, fold: Fold
    ) -> None:
        """On an invoice, or billable again."""
        del at
        for id_ in fact.charge_ids:
            fold.patch(CHARGES, id_, billed=isinstance(fact, MinimumCommitment.Billed))
