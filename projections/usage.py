"""Usage by contract and meter: what was counted, and what each month was charged."""

from domain.billing.usage import UsageMeter
from projections.fold import Fold
from projections.projection import Projection, on
from projections.recorded import Recorded
from projections.table import Table

METERS = Table(
    "usage_meters",
    {
        "id": "uuid", "contract_id": "uuid", "entity": "text", "name": "text", "unit": "text",
        "currency": "text",
    },
    key=("id",),
    indexes=("entity, id",),
)  # fmt: skip
READINGS = Table(
    "usage_readings",
    {
        "position": "bigint", "meter_id": "uuid", "used_on": "date", "quantity": "numeric",
        "reference": "text",
    },
    key=("position",),
    indexes=("meter_id, used_on",),
)  # fmt: skip
CHARGES = Table(
    "usage_charges",
    {
        "id": "uuid", "meter_id": "uuid", "contract_id": "uuid", "position": "bigint",
        "month": "date", "due_on": "date", "text": "text", "quantity": "numeric",
        "amount": "numeric", "billed": "boolean",
    },
    key=("id",),
    indexes=("meter_id, month", "contract_id, due_on"),
)  # fmt: skip


class Usage(Projection):
    """A charge below zero gives back some of its month."""

    name = "usage"
    tables = (METERS, READINGS, CHARGES)

    @on(UsageMeter.Agreed)
    def agreed(self, fact: UsageMeter.Agreed, at: Recorded, fold: Fold) -> None:
        """A meter."""
        fold.put(METERS, id=at.stream_id, contract_id=fact.contract_id, entity=fact.entity,
                 name=fact.name, unit=fact.unit, currency=fact.currency)  # fmt: skip

    @on(UsageMeter.Metered)
    def metered(self, fact: UsageMeter.Metered, at: Recorded, fold: Fold) -> None:
        """Something was used."""
        fold.append(READINGS, at.position, at.stream_id, fact.used_on, fact.quantity,
                    fact.reference)  # fmt: skip

    @on(UsageMeter.Charged)
    def charged(self, fact: UsageMeter.Charged, at: Recorded, fold: Fold) -> None:
        """A month was charged, or adjusted."""
        charge = fact.charge
        fold.put(CHARGES, id=charge.id, meter_id=at.stream_id, contract_id=fact.contract_id,
                 position=at.position, month=charge.month, due_on=charge.due_on,
                 text=charge.text, quantity=charge.quantity, amount=charge.amount,
                 billed=False)  # fmt: skip

    @on(UsageMeter.Billed, UsageMeter.Restored)
    def billed(
        self, fact: UsageMeter.Billed | UsageMeter.Restored, at: Recorded, fold: Fold
    ) -> None:
        """On an invoice, or billable again."""
        del at
        for id_ in fact.charge_ids:
            fold.patch(CHARGES, id_, billed=isinstance(fact, UsageMeter.Billed))
