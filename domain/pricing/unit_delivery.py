"""Units of delivery: a price for each unit handed over, and what of the contract is left."""

from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import ZERO, require_not_negative


class OverDelivered(Refusal):
    """More units would be billed than the contract has."""

    code = "OVER_DELIVERED"


@dataclass(frozen=True)
class UnitBill:
    """Amount of the units billed now, and of those not yet billed of the contract."""

    units: Decimal
    amount: Decimal
    billed_to_date: Decimal
    remaining_units: Decimal
    remaining: Decimal
    steps: tuple[Step, ...]


def bill_units(
    unit_price: Decimal,
    contracted: Decimal,
    completed: Decimal,
    currency: str,
    billed: Decimal = ZERO,
) -> UnitBill:
    """Bill units completed to date, less the units billed before.

    Amounts are differences of rounded cumulative figures, so the bills sum to the contract.
    Raises NegativeFigure (also where more was billed than is completed), OverDelivered.
    """
    for figure, field in ((unit_price, "unit_price"), (completed, "completed")):
        require_not_negative(figure, field)
    require_not_negative(billed, "billed")
    require_not_negative(completed - billed, "units")
    if completed > contracted:
        raise OverDelivered(f"{completed} units of {contracted} contracted", field="completed")
    whole = quantize(contracted * unit_price, currency)
    to_date = quantize(completed * unit_price, currency)
    amount = to_date - quantize(billed * unit_price, currency)
    text = f"{completed - billed} units at {unit_price} = {amount} {currency}"
    steps = (
        Step("unit_delivery.bill", text),
        Step("unit_delivery.remaining", f"{whole - to_date} {currency} of {whole} not yet billed"),
    )
    return UnitBill(
        completed - billed, amount, to_date, contracted - completed, whole - to_date, steps
    )
