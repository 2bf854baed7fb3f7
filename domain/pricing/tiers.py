"""Tiered prices: graduated, volume and package.

Graduated: each part of a quantity at the rate of its own tier (mileage, usage). Volume: all of
it at the rate of the tier reached. A tier may carry a flat fee, due once it is reached. A
quantity of exactly a tier's upper limit is still in that tier. Rounded once, at the total.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import ZERO, require_not_negative, require_some

TierMode = Literal["graduated", "volume"]


class TiersOutOfOrder(Refusal):
    """The tiers do not rise, or one that is not the last has no upper limit."""

    code = "TIERS_OUT_OF_ORDER"


class BeyondLastTier(Refusal):
    """The quantity is above the last tier, and no open tier follows."""

    code = "BEYOND_LAST_TIER"


class EmptyPackage(Refusal):
    """A package holds nothing."""

    code = "EMPTY_PACKAGE"


@dataclass(frozen=True)
class Tier:
    """Up to and with a quantity (None: no limit) at a rate a unit, and a fee once reached."""

    up_to: Decimal | None
    rate: Decimal
    flat_fee: Decimal = ZERO


@dataclass(frozen=True)
class TierPart:
    """The part of a quantity that a tier prices; ``amount`` has its flat fee and is unrounded."""

    from_quantity: Decimal
    up_to: Decimal | None
    quantity: Decimal
    rate: Decimal
    flat_fee: Decimal
    amount: Decimal


@dataclass(frozen=True)
class TieredPrice:
    """``amount`` is rounded; ``effective_rate`` is the amount a unit, None of no quantity."""

    quantity: Decimal
    amount: Decimal
    effective_rate: Decimal | None
    parts: tuple[TierPart, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class PackagePrice:
    """Whole packages for a quantity, the last one begun counted full."""

    packages: int
    amount: Decimal
    steps: tuple[Step, ...]


def price_tiers(
    quantity: Decimal,
    tiers: Sequence[Tier],
    currency: str,
    mode: TierMode = "graduated",
    already: Decimal = ZERO,
) -> TieredPrice:
    """Price a quantity on top of ``already``, which earlier bills of the term have used.

    With volume only the new quantity takes the rate reached; what was billed stays. Raises
    NothingGiven, NegativeFigure, TiersOutOfOrder, BeyondLastTier.
    """
    _require_sound(quantity, tiers, already)
    parts = _parts(tiers, already, already + quantity)
    if mode == "volume":
        parts = _at_tier_reached(parts, quantity)
    amount = quantize(sum((part.amount for part in parts), ZERO), currency)
    steps = tuple(_step(part, mode) for part in parts)
    total = Step("tiers.total", f"{quantity} units: {amount} {currency}")
    return TieredPrice(
        quantity, amount, amount / quantity if quantity else None, parts, (*steps, total)
    )


def price_packages(
    quantity: Decimal, size: Decimal, package_price: Decimal, currency: str, free: Decimal = ZERO
) -> PackagePrice:
    """Packages begun, after ``free`` units. Raises NegativeFigure, EmptyPackage."""
    require_not_negative(quantity, "quantity")
    require_not_negative(package_price, "package_price")
    require_not_negative(free, "free")
    if size <= 0:
        raise EmptyPackage(f"a package of {size} units", field="size")
    billed = max(quantity - free, ZERO)
    packages = int((billed / size).to_integral_value(ROUND_CEILING))
    amount = quantize(packages * package_price, currency)
    text = f"{billed} units begin {packages} packages of {size} at {package_price} = {amount}"
    return PackagePrice(packages, amount, (Step("tiers.package", f"{text} {currency}"),))


def require_rising(limits: Sequence[Decimal | None]) -> None:
    """Raises NothingGiven, TiersOutOfOrder: limits above zero, rising, only the last open."""
    require_some(limits, "tiers")
    below = ZERO
    for limit in limits[:-1]:
        if limit is None or limit <= below:
            raise TiersOutOfOrder(f"a tier up to {limit} after {below}", field="tiers")
        below = limit
    if limits[-1] is not None and limits[-1] <= below:
        raise TiersOutOfOrder(f"a tier up to {limits[-1]} after {below}", field="tiers")


def _require_sound(quantity: Decimal, tiers: Sequence[Tier], already: Decimal) -> None:
    require_not_negative(quantity, "quantity")
    require_not_negative(already, "already")
    require_rising([tier.up_to for tier in tiers])
    for tier in tiers:
        require_not_negative(tier.rate, "rate")
        require_not_negative(tier.flat_fee, "flat_fee")
    last = tiers[-1].up_to
    if last is not None and already + quantity > last:
        raise BeyondLastTier(f"{already + quantity} is above the last tier's {last}")


def _parts(tiers: Sequence[Tier], start: Decimal, end: Decimal) -> tuple[TierPart, ...]:
    parts = []
    below = ZERO
    for tier in tiers:
        top = end if tier.up_to is None else min(tier.up_to, end)
        taken = top - max(below, start)
        if taken > 0:
            fee = tier.flat_fee if start <= below else ZERO
            amount = taken * tier.rate + fee
            parts.append(TierPart(below, tier.up_to, taken, tier.rate, fee, amount))
        if tier.up_to is None or end <= tier.up_to:
            break
        below = tier.up_to
    return tuple(parts)


def _at_tier_reached(parts: tuple[TierPart, ...], quantity: Decimal) -> tuple[TierPart, ...]:
    if not parts:
        return ()
    part = parts[-1]
    amount = quantity * part.rate + part.flat_fee
    return (TierPart(part.from_quantity, part.up_to, quantity, part.rate, part.flat_fee, amount),)


def _step(part: TierPart, mode: TierMode) -> Step:
    limit = "no limit" if part.up_to is None else f"up to {part.up_to}"
    fee = f" + {part.flat_fee} once" if part.flat_fee else ""
    text = f"over {part.from_quantity}, {limit}: {part.quantity} x {part.rate}{fee}"
    return Step(f"tiers.{mode}", f"{text} = {part.amount}")
