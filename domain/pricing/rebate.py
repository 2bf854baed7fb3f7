"""Volume discounts, rebates and discounts for early payment: prices cut by what is bought or when.

A volume discount is on the invoice. A rebate is given back at the rate reached over a term, less
what was already given. A discount for early payment is taken by who pays in its days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import (
    HUNDRED,
    ZERO,
    PercentOutOfRange,
    require_not_negative,
    require_share,
    require_some,
)
from domain.pricing.tiers import TiersOutOfOrder

VolumeMode = Literal["volume", "graduated"]


@dataclass(frozen=True)
class VolumeStep:
    """From a volume on (included), so many percent."""

    from_volume: Decimal
    pct: Decimal


@dataclass(frozen=True)
class VolumeDiscount:
    """gross - discount = net; ``pct`` is that of the step reached."""

    gross: Decimal
    pct: Decimal
    discount: Decimal
    net: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Rebate:
    """``to_date`` is the rebate on all turnover of the term; due = to_date - given before."""

    turnover: Decimal
    pct: Decimal
    to_date: Decimal
    given: Decimal
    due: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class EarlyPaymentTerms:
    """``discount_pct`` for who pays within ``days`` of the invoice, or its days of grace."""

    discount_pct: Decimal
    days: int
    grace_days: int = 0


@dataclass(frozen=True)
class EarlyPayment:
    """What an early payer may keep, and what is then payable; ``last_day`` without grace."""

    last_day: date
    in_time: bool
    discount: Decimal
    payable: Decimal
    steps: tuple[Step, ...]


def volume_discount(
    amount: Decimal,
    steps: Sequence[VolumeStep],
    currency: str,
    volume: Decimal | None = None,
    mode: VolumeMode = "volume",
) -> VolumeDiscount:
    """A discount by the volume bought: of all of it at the step reached, or of each part.

    ``volume`` (units; the amount itself where not given) decides the step. Raises NothingGiven,
    NegativeFigure, PercentOutOfRange, TiersOutOfOrder.
    """
    _require_sound(amount, steps)
    reached = amount if volume is None else volume
    require_not_negative(reached, "volume")
    gross, pct = quantize(amount, currency), _pct_at(reached, steps)
    mean = pct if mode == "volume" else _graduated(reached, steps)
    discount = quantize(amount * mean / HUNDRED, currency)
    text = f"{reached} reaches {pct} %: {discount} off {gross} {currency}"
    return VolumeDiscount(
        gross, pct, discount, gross - discount, (Step(f"discount.{mode}", text),)
    )


def rebate(
    turnover: Sequence[Decimal],
    steps: Sequence[VolumeStep],
    currency: str,
    given: Decimal = ZERO,
    mode: VolumeMode = "volume",
) -> Rebate:
    """The rebate on a term's turnover at the step reached, less what was given already.

    Negative ``due`` takes back what credits of the term undid. Raises as ``volume_discount``.
    Source: ASC 606-10-55-216 (volume discount incentive, retrospective).
    """
    require_some(turnover, "turnover")
    require_not_negative(given, "given")
    total = sum(turnover, ZERO)
    reached = volume_discount(total, steps, currency, mode=mode)
    due = reached.discount - given
    text = f"{reached.discount} of {total} to date, {given} given: {due} {currency} due"
    lines = (*reached.steps, Step("discount.rebate", text))
    return Rebate(reached.gross, reached.pct, reached.discount, given, due, lines)


def early_payment(
    amount: Decimal, invoiced_on: date, paid_on: date, terms: EarlyPaymentTerms, currency: str
) -> EarlyPayment:
    """What is payable on a day. Raises NegativeFigure, PercentOutOfRange."""
    require_not_negative(amount, "amount")
    require_share(terms.discount_pct, "discount_pct")
    for days, field in ((terms.days, "days"), (terms.grace_days, "grace_days")):
        require_not_negative(days, field)
    last_day = invoiced_on + timedelta(days=terms.days)
    in_time = paid_on <= last_day + timedelta(days=terms.grace_days)
    owed = quantize(amount, currency)
    discount = quantize(amount * terms.discount_pct / HUNDRED, currency) if in_time else ZERO
    when = "in time" if in_time else "too late"
    text = f"paid {paid_on}, {terms.discount_pct} % till {last_day}: {when}, {discount} {currency}"
    steps = (Step("discount.early_payment", text),)
    return EarlyPayment(last_day, in_time, discount, owed - discount, steps)


def settled_by(payment: Decimal, discount_pct: Decimal, currency: str) -> Decimal:
    """What a part payment in time settles: the payment and its share of the discount.

    Raises NegativeFigure, PercentOutOfRange.
    """
    require_not_negative(payment, "payment")
    require_share(discount_pct, "discount_pct")
    if discount_pct == HUNDRED:
        raise PercentOutOfRange("a discount of 100 % leaves nothing to pay", field="discount_pct")
    return quantize(payment * HUNDRED / (HUNDRED - discount_pct), currency)


def _require_sound(amount: Decimal, steps: Sequence[VolumeStep]) -> None:
    require_not_negative(amount, "amount")
    require_some(steps, "steps")
    for step in steps:
        require_not_negative(step.from_volume, "from_volume")
        require_share(step.pct, "pct")
    for one, next_ in pairwise(steps):
        if next_.from_volume <= one.from_volume:
            raise TiersOutOfOrder(f"a step from {next_.from_volume} after {one.from_volume}")


def _pct_at(volume: Decimal, steps: Sequence[VolumeStep]) -> Decimal:
    reached = [step.pct for step in steps if step.from_volume <= volume]
    return reached[-1] if reached else ZERO


def _graduated(volume: Decimal, steps: Sequence[VolumeStep]) -> Decimal:
    """The mean percentage of a volume whose parts each take their own step's."""
    ends = [*(step.from_volume for step in steps[1:]), max(volume, steps[-1].from_volume)]
    taken = ZERO
    for step, end in zip(steps, ends, strict=True):
        taken += max(min(end, volume) - step.from_volume, ZERO) * step.pct
    return taken / volume if volume else ZERO
