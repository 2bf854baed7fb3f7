"""Remeasurement: the figures of a modified contract under each treatment.

Revenue already recorded stays where a change is prospective; where it completes something partly
done, revenue to date is re-made from the new price and progress and the difference recorded at
once. Either way what was and what will be recorded sum to the modified price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.revenue.figures import (
    apportion,
    require_not_negative,
    require_positive,
    shown,
    to_decimal,
    to_money,
    unit_of,
)
from domain.revenue.progress import Progress

MixedPolicy = Literal["updated_total_price", "updated_remaining_price"]


class MoreThanRemains(Refusal):
    """More units are delivered or removed than the contract has."""

    code = "MORE_THAN_REMAINS"


class PriceBelowNothing(Refusal):
    """The change takes more off the price than there is."""

    code = "PRICE_BELOW_NOTHING"


@dataclass(frozen=True)
class Units:
    """A contract of so many units at one price, and how many have been delivered."""

    units: Decimal
    unit_price: Decimal
    delivered: Decimal

    @property
    def remaining(self) -> Decimal:
        """Units still to deliver. Raises MoreThanRemains, NegativeFigure."""
        require_not_negative(self.units, self.unit_price, self.delivered, field="units")
        if self.delivered > self.units:
            raise MoreThanRemains(f"{self.delivered} delivered of {self.units}", field="delivered")
        return self.units - self.delivered


@dataclass(frozen=True)
class SeparateContract:
    """Two contracts: what the old one still brings, and what the new one does."""

    remaining_revenue: Decimal
    added_revenue: Decimal
    steps: tuple[Step, ...]


def separate_contract(
    contract: Units, added_units: Decimal, added_price: Decimal, currency: str
) -> SeparateContract:
    """Added units at their own price; nothing of the old contract moves (ASC 606-10-25-12)."""
    require_positive(added_units, field="added_units")
    require_not_negative(added_price, field="added_price")
    old = to_money(Fraction(contract.remaining) * Fraction(contract.unit_price), currency)
    new = to_money(Fraction(added_units) * Fraction(added_price), currency)
    steps = (
        Step("modification.remaining", f"{contract.remaining} x {contract.unit_price} = {old}"),
        Step("modification.added", f"{added_units} x {added_price} = {new}"),
    )
    return SeparateContract(old, new, steps)


@dataclass(frozen=True)
class Blended:
    """A prospective change: what is left to earn over what is left to do.

    ``price`` is for one unit or period, unrounded; multiply before rounding. ``revenue_now`` is
    signed: a credit for units already delivered lowers revenue at once.
    """

    consideration: Decimal
    remaining: Decimal
    price: Decimal
    revenue_now: Decimal
    steps: tuple[Step, ...]

    def revenue(self, done: Decimal, currency: str) -> Decimal:
        """Revenue since the change, once ``done`` of what remained is delivered."""
        return Progress(done, self.remaining).of(self.consideration, currency)


def blend_units(
    contract: Units,
    added_units: Decimal,
    added_price: Decimal,
    currency: str,
    *,
    credit_for_past: Decimal = Decimal(0),
) -> Blended:
    """Remaining and added units at one blended price (ASC 606-10-25-13(a), example 5 case B).

    Negative ``added_units`` are taken out, at ``added_price`` each. ``credit_for_past`` is what
    the customer gets back on delivered units: it is revenue lost now, not spread.
    """
    require_not_negative(added_price, credit_for_past, field="added_price")
    left = contract.remaining + added_units
    if left <= 0:
        raise MoreThanRemains(f"{contract.remaining} remain, {-added_units} are taken out")
    exact = Fraction(contract.remaining) * Fraction(contract.unit_price)
    exact += Fraction(added_units) * Fraction(added_price)
    text = f"{contract.remaining} x {contract.unit_price} + {added_units} x {added_price}"
    return _blended(exact, left, -credit_for_past, currency, text)


def blend_and_extend(
    remaining_fee: Decimal,
    remaining_periods: Decimal,
    extension_fee: Decimal,
    extension_periods: Decimal,
    currency: str,
) -> Blended:
    """A series renegotiated and prolonged: one fee a period over all that is left (example 7).

    Both fees are totals, ``remaining_fee`` after the change.
    """
    require_not_negative(remaining_fee, extension_fee, remaining_periods, field="remaining_fee")
    require_not_negative(extension_periods, field="extension_periods")
    left = remaining_periods + extension_periods
    require_positive(left, field="remaining_periods")
    text = f"{remaining_fee} + {extension_fee}"
    return _blended(Fraction(remaining_fee + extension_fee), left, Decimal(0), currency, text)


def _blended(exact: Fraction, left: Decimal, now: Decimal, currency: str, text: str) -> Blended:
    if exact < 0:
        raise PriceBelowNothing(f"{text} is below zero", field="added_price")
    total, price = to_money(exact, currency), to_decimal(exact / Fraction(left))
    steps = [
        Step("modification.remaining_consideration", f"{text} = {total}"),
        Step("modification.blended_price", f"{total} / {left} = {shown(price)} each"),
    ]
    if now:
        steps.append(Step("modification.credit_for_past", f"{now} on what was delivered"))
    return Blended(total, left, price, now, tuple(steps))


@dataclass(frozen=True)
class CatchUp:
    """Revenue to date re-made: ``catch_up`` is recorded on the date of the change, signed."""

    price: Decimal
    revised_cumulative: Decimal
    catch_up: Decimal
    future_revenue: Decimal
    steps: tuple[Step, ...]


def catch_up(price: Decimal, progress: Progress, recognised: Decimal, currency: str) -> CatchUp:
    """The modified price by the modified progress, less what was recorded (25-13(b)).

    ``price`` and ``progress`` are after the change. Raises PriceBelowNothing, ProgressOutOfRange.
    """
    _require_price(price)
    revised = progress.of(price, currency)
    change = revised - recognised
    text = f"{price} x {progress.done} / {progress.whole} = {revised}"
    steps = (
        Step("modification.revised_cumulative", text),
        Step("modification.catch_up", f"{revised} - {recognised} = {change}"),
    )
    return CatchUp(price, revised, change, price - revised, steps)


@dataclass(frozen=True)
class ModifiedObligation:
    """An obligation of a modified contract, new ones with nothing recognised.

    ``total_ssp`` is of all of it after the change, ``remaining_ssp`` of what is still to pass;
    ``progress`` is after the change. ``distinct`` says whether what remains is distinct from
    what was passed on; new obligations are.
    """

    obligation: str
    recognised: Decimal
    progress: Progress
    distinct: bool
    total_ssp: Decimal
    remaining_ssp: Decimal


@dataclass(frozen=True)
class RemeasuredObligation:
    """``allocated`` is of the price that was split; ``entitlement`` all it brings in its life."""

    obligation: str
    allocated: Decimal
    entitlement: Decimal
    revised_cumulative: Decimal
    catch_up: Decimal
    future_revenue: Decimal


@dataclass(frozen=True)
class Remeasured:
    """A modified contract; entitlements sum to ``lifetime``, the modified price."""

    split: Decimal
    lifetime: Decimal
    recognised: Decimal
    catch_up: Decimal
    obligations: tuple[RemeasuredObligation, ...]
    steps: tuple[Step, ...]


def remeasure(
    price: Decimal,
    change: Decimal,
    obligations: Sequence[ModifiedObligation],
    currency: str,
    policy: MixedPolicy = "updated_remaining_price",
    *,
    unit: Decimal | None = None,
) -> Remeasured:
    """Re-allocate a modified contract, obligation by obligation (ASC 606-10-25-13(a) and (c)).

    The standard leaves open what is split where some of what remains is distinct and some is
    not; the firm's policy says: the whole modified price by whole selling prices, or what is not
    yet recorded by remaining ones. Distinct parts change from now on, others catch up. With all
    distinct and the remaining price this is the prospective treatment. Raises PriceBelowNothing,
    FigureNotPositive where no selling price is left.
    """
    recognised = sum((o.recognised for o in obligations), Decimal(0))
    whole = policy == "updated_total_price"
    split = price + change if whole else price + change - recognised
    _require_price(split)
    weights = [o.total_ssp if whole else o.remaining_ssp for o in obligations]
    parts = apportion(split, weights, unit_of(currency, unit))
    rows = tuple(
        _remeasured(o, part, part if whole else o.recognised + part, currency)
        for o, part in zip(obligations, parts, strict=True)
    )
    caught = sum((row.catch_up for row in rows), Decimal(0))
    steps = (_split_step(split, recognised, whole=whole), *map(_row_step, rows))
    return Remeasured(split, price + change, recognised, caught, rows, steps)


def _remeasured(
    old: ModifiedObligation, part: Decimal, entitlement: Decimal, currency: str
) -> RemeasuredObligation:
    revised = old.recognised
    if not old.distinct:
        revised = old.progress.of(entitlement, currency)
    return RemeasuredObligation(
        old.obligation, part, entitlement, revised, revised - old.recognised, entitlement - revised
    )


def _split_step(split: Decimal, recognised: Decimal, *, whole: bool) -> Step:
    if whole:
        return Step("modification.updated_total_price", f"{split} by total selling prices")
    text = f"{split} not yet recorded ({recognised} is) by remaining selling prices"
    return Step("modification.updated_remaining_price", text)


def _row_step(row: RemeasuredObligation) -> Step:
    text = (
        f"{row.obligation}: {row.allocated}, catch-up {row.catch_up}, {row.future_revenue} later"
    )
    return Step("modification.reallocated", text)


def _require_price(price: Decimal) -> None:
    if price < 0:
        raise PriceBelowNothing(f"the change leaves a price of {price}", field="price_change")


@dataclass(frozen=True)
class ChangeOrder:
    """A change whose price is open: what of it the price includes for now."""

    included: Decimal
    revenue: CatchUp
    steps: tuple[Step, ...]


def unpriced_change_order(
    price: Decimal,
    estimated: Decimal,
    progress: Progress,
    recognised: Decimal,
    currency: str,
    *,
    enforceable: bool,
    probable: bool,
) -> ChangeOrder:
    """Scope approved, price open: an estimate of variable consideration (ASC 606-10-25-11).

    Included while the right is enforceable and a reversal improbable (32-11); ``progress`` is
    after the change of scope, whose cost counts either way.
    """
    included = estimated if enforceable and probable else Decimal(0)
    revenue = catch_up(price + included, progress, recognised, currency)
    word = "included" if included else "left out"
    why = f"enforceable: {enforceable}, reversal improbable: {probable}"
    step = Step("modification.unpriced", f"{estimated} {word} ({why})")
    return ChangeOrder(included, revenue, (step, *revenue.steps))
