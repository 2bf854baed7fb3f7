"""What a document takes off its lines before tax: the contract's volume discount, and its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.contracts.clauses import VolumeTerms
from domain.explanation import Step
from domain.pricing.discount import Discount, spread
from domain.pricing.rebate import volume_discount

ZERO = Decimal(0)


@dataclass(frozen=True)
class Taken:
    """What is taken off each amount, in their order, and how it came about."""

    parts: list[Decimal]
    steps: tuple[Step, ...]


def discount_of(
    amounts: Sequence[Decimal], billed: Decimal, agreed: VolumeTerms | None, own: Discount,
    currency: str,
) -> Taken:  # fmt: skip
    """The agreed discount first, then the document's own on what is left.

    ``billed`` is what was billed before, net. Amounts below zero bear no part. Raises
    TwoDiscounts, DiscountOverAmount.
    """
    whole = sum(amounts, ZERO)
    if whole <= 0:
        return Taken([ZERO for _ in amounts], ())
    agreed_off, steps = _by_volume(whole, max(ZERO, billed), agreed, currency)
    left = whole - agreed_off
    off = own.of(left, currency)
    if off:
        steps = (*steps, Step("discount.document", f"{off} off {left} {currency}"))
    bearing = [max(ZERO, amount) for amount in amounts]
    return Taken(spread(agreed_off + off, bearing, currency), steps)


def _by_volume(
    whole: Decimal, billed: Decimal, terms: VolumeTerms | None, currency: str
) -> tuple[Decimal, tuple[Step, ...]]:
    if terms is None:
        return ZERO, ()
    if not terms.to_date:
        found = volume_discount(whole, terms.steps, currency, mode=terms.mode)
    elif terms.mode == "volume":
        found = volume_discount(whole, terms.steps, currency, billed + whole)
    else:
        before = volume_discount(billed, terms.steps, currency, mode="graduated")
        found = volume_discount(billed + whole, terms.steps, currency, mode="graduated")
        return found.discount - before.discount, found.steps
    return found.discount, found.steps if found.discount else ()
