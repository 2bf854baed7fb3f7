"""Realisation: what became of the standard value of work, once billed and once collected.

Standard value is hours at standard rates. Billing realisation is billed over standard,
collection realisation is collected over billed, and the two multiply to the overall one.
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import pct_of, require_not_negative, shown


@dataclass(frozen=True)
class Realisation:
    """Percentages are unrounded, None of nothing.

    ``written_down`` = standard - billed (below zero: written up); ``uncollected`` = billed -
    collected.
    """

    standard: Decimal
    billed: Decimal
    collected: Decimal | None
    written_down: Decimal
    uncollected: Decimal | None
    billing_pct: Decimal | None
    collection_pct: Decimal | None
    overall_pct: Decimal | None
    steps: tuple[Step, ...]


def realisation(
    standard: Decimal, billed: Decimal, currency: str, collected: Decimal | None = None
) -> Realisation:
    """Billed of standard, and where it is known collected of billed. Raises NegativeFigure."""
    for figure, field in ((standard, "standard"), (billed, "billed")):
        require_not_negative(figure, field)
    require_not_negative(collected or 0, "collected")
    value, asked = quantize(standard, currency), quantize(billed, currency)
    billing = pct_of(billed, standard)
    text = f"{asked} billed of {value} {currency} at standard = {shown(billing)}"
    steps: tuple[Step, ...] = (Step("realisation.billing", text),)
    if collected is None:
        return Realisation(value, asked, None, value - asked, None, billing, None, None, steps)
    got, collection = quantize(collected, currency), pct_of(collected, billed)
    text = f"{got} collected of {asked} {currency} billed = {shown(collection)}"
    steps = (*steps, Step("realisation.collection", text))
    return Realisation(
        value, asked, got, value - asked, asked - got, billing, collection,
        pct_of(collected, standard), steps,
    )  # fmt: skip
