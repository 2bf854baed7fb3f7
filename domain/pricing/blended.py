"""Blended rates: one price for every hour of a team, fixed or from its mix of roles.

Shown beside what the same hours would have brought at the roles' own rates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import ZERO, pct_of, require_not_negative, require_some, shown


class EmptyMix(Refusal):
    """The mix has no hours, so it has no average."""

    code = "EMPTY_MIX"


@dataclass(frozen=True)
class RoleShare:
    """A role in the mix: ``weight`` is hours or percent, the same for all of a mix."""

    role: str
    weight: Decimal
    hourly_rate: Decimal


@dataclass(frozen=True)
class Blend:
    """A rate for every hour, unrounded; ``weight`` and ``value`` are those of the whole mix."""

    hourly_rate: Decimal
    weight: Decimal
    value: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class BlendedBill:
    """What hours bring at one rate, against ``standard_amount`` at the roles' own rates.

    ``variance`` is positive where the blend brings more. Rates are per hour, unrounded.
    """

    hours: Decimal
    amount: Decimal
    standard_amount: Decimal
    variance: Decimal
    effective_rate: Decimal
    standard_rate: Decimal
    realisation_pct: Decimal | None
    steps: tuple[Step, ...]


def blended_rate(mix: Sequence[RoleShare]) -> Blend:
    """The mean of the roles' rates, weighted by the mix; never rounded.

    Raises NothingGiven, NegativeFigure, EmptyMix.
    """
    weight, value = _totals(mix)
    rate = value / weight
    shares = "; ".join(f"{one.weight} x {one.role} at {one.hourly_rate}" for one in mix)
    return Blend(rate, weight, value, (Step("blend.mix", f"({shares}) / {weight} = {rate:f}"),))


def bill_blended(worked: Sequence[RoleShare], hourly_rate: Decimal, currency: str) -> BlendedBill:
    """Hours worked by role (``weight`` in hours) at one agreed rate; rounded once.

    Raises NothingGiven, NegativeFigure, EmptyMix.
    """
    require_not_negative(hourly_rate, "hourly_rate")
    hours, _ = _totals(worked)
    return compare_fee(worked, quantize(hours * hourly_rate, currency), currency)


def compare_fee(worked: Sequence[RoleShare], amount: Decimal, currency: str) -> BlendedBill:
    """Any fee for hours worked by role, as its effective rate against the standard rates.

    Raises NothingGiven, NegativeFigure, EmptyMix.
    """
    require_not_negative(amount, "amount")
    hours, value = _totals(worked)
    standard, realised = quantize(value, currency), pct_of(amount, value)
    rates = f"{amount / hours:.4f} against {value / hours:.4f} {currency}/h"
    steps = (
        Step("blend.amount", f"{amount} {currency} for {hours} h"),
        Step("blend.standard", f"standard {standard} {currency}: {rates}, {shown(realised)}"),
    )
    return BlendedBill(
        hours, amount, standard, amount - standard, amount / hours, value / hours, realised, steps
    )


def _totals(mix: Sequence[RoleShare]) -> tuple[Decimal, Decimal]:
    require_some(mix, "mix")
    for one in mix:
        require_not_negative(one.weight, "weight")
        require_not_negative(one.hourly_rate, "hourly_rate")
    weight = sum((one.weight for one in mix), ZERO)
    if not weight:
        raise EmptyMix(f"{len(mix)} roles with no hours between them", field="weight")
    return weight, sum((one.weight * one.hourly_rate for one in mix), ZERO)
