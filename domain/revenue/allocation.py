"""Allocation: a transaction price over performance obligations, to the last minor unit.

By relative standalone selling price unless a discount, a variable amount or a residual belongs to
some obligations only. Shares are rounded by largest remainder, so they sum to the price; a later
change of the price goes the way it went at inception (ASC 606-10-32-28 to 32-45).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.revenue.figures import apportion, require_not_negative, unit_of
from domain.revenue.progress import Progress


class NothingToAllocateTo(Refusal):
    """A price has no obligation to be allocated to."""

    code = "NOTHING_TO_ALLOCATE_TO"


class NoSellingPrice(Refusal):
    """An obligation has no standalone selling price, so no share of the price."""

    code = "NO_SELLING_PRICE"


class UnknownObligation(Refusal):
    """An obligation is named that the contract does not have, or the same one twice."""

    code = "UNKNOWN_OBLIGATION"


class AllocationMismatch(Refusal):
    """The shares do not sum to the transaction price."""

    code = "ALLOCATION_MISMATCH"


class NoDiscount(Refusal):
    """The price is not below the standalone selling prices, so there is no discount to place."""

    code = "NO_DISCOUNT"


class DiscountTooLarge(Refusal):
    """The discount leaves the obligations it belongs to with less than nothing."""

    code = "DISCOUNT_TOO_LARGE"


class ResidualNotPositive(Refusal):
    """Nothing of the price is left for the obligation that takes the residual."""

    code = "RESIDUAL_NOT_POSITIVE"


@dataclass(frozen=True)
class Promise:
    """An obligation by its id, and what it sells for alone (contract currency, above zero)."""

    obligation: str
    ssp: Decimal


@dataclass(frozen=True)
class Share:
    """An obligation's part of the price. ``weight`` is what a later price change goes by."""

    obligation: str
    ssp: Decimal
    amount: Decimal
    weight: Decimal

    @property
    def discount(self) -> Decimal:
        """What it is sold for below its standalone price; negative for a premium."""
        return self.ssp - self.amount


@dataclass(frozen=True)
class Allocation:
    """A transaction price in shares that sum to it, in whole ``unit``s of its currency."""

    currency: str
    unit: Decimal
    price: Decimal
    shares: tuple[Share, ...]
    steps: tuple[Step, ...]

    def amount_of(self, obligation: str) -> Decimal:
        """The share of one obligation. Raises UnknownObligation."""
        for share in self.shares:
            if share.obligation == obligation:
                return share.amount
        raise UnknownObligation(f"no obligation {obligation!r}", field="obligation")


def allocate(
    price: Decimal, promises: Sequence[Promise], currency: str, *, unit: Decimal | None = None
) -> Allocation:
    """By relative standalone selling price (ASC 606-10-32-31).

    ``unit`` rounds shares coarser or finer than the currency does. Raises NothingToAllocateTo,
    NoSellingPrice, UnknownObligation, UnitTooCoarse, NegativeFigure.
    """
    _require(price, promises)
    weights = [promise.ssp for promise in promises]
    amounts = apportion(price, weights, unit_of(currency, unit))
    whole = sum(weights, Decimal(0))
    steps = [
        Step("allocation.relative_ssp", f"{p.obligation}: {price} x {p.ssp} / {whole} = {amount}")
        for p, amount in zip(promises, amounts, strict=True)
    ]
    return _allocation(currency, unit, price, promises, amounts, weights, steps)


def allocate_discount(
    price: Decimal,
    promises: Sequence[Promise],
    discounted: Sequence[str],
    currency: str,
    *,
    unit: Decimal | None = None,
) -> Allocation:
    """The whole discount to the obligations it observably belongs to (ASC 606-10-32-37).

    The others keep their standalone price. Raises NoDiscount, DiscountTooLarge and what
    ``allocate`` raises.
    """
    _require(price, promises)
    inside = _named(promises, discounted)
    outside = [promise for promise in promises if promise not in inside]
    left = price - _total(outside)
    if price >= _total(promises):
        raise NoDiscount(f"{price} is no discount on {_total(promises)}", field="price")
    if left < 0 or not inside:
        raise DiscountTooLarge(f"{price} less {_total(outside)} is {left}", field="price")
    split = allocate(left, inside, currency, unit=unit)
    kept = [Step("allocation.at_ssp", f"{p.obligation}: {p.ssp}, no discount") for p in outside]
    amounts = [split.amount_of(p.obligation) if p in inside else p.ssp for p in promises]
    return _allocation(currency, unit, price, promises, amounts, amounts, [*kept, *split.steps])


def allocate_variable(
    fixed: Decimal,
    variable: Decimal,
    variable_to: Sequence[str],
    promises: Sequence[Promise],
    currency: str,
    *,
    fixed_to: Sequence[str] = (),
    unit: Decimal | None = None,
) -> Allocation:
    """A variable amount to the obligations it is about, the rest as usual (32-40, 32-41).

    Without ``fixed_to`` all obligations share the fixed price, except those whose variable amount
    alone reaches their standalone price: more would defeat the objective of 32-28.
    """
    _require(fixed, promises)
    about = _named(promises, variable_to)
    own = allocate(variable, about, currency, unit=unit)
    paid = [p for p in about if own.amount_of(p.obligation) >= p.ssp]
    sharing = _named(promises, fixed_to) or [p for p in promises if p not in paid] or promises
    rest = allocate(fixed, sharing, currency, unit=unit)
    amounts = [_in(own, p.obligation) + _in(rest, p.obligation) for p in promises]
    steps = [
        Step("allocation.variable", f"{variable} is about {', '.join(variable_to)} alone"),
        *own.steps,
        *rest.steps,
    ]
    return _allocation(currency, unit, fixed + variable, promises, amounts, amounts, steps)


def allocate_residual(
    price: Decimal,
    promises: Sequence[Promise],
    residual: str,
    currency: str,
    *,
    bundle: Sequence[str] = (),
    bundle_price: Decimal | None = None,
    unit: Decimal | None = None,
) -> Allocation:
    """What the observable prices leave is the residual's (ASC 606-10-32-34(c)).

    ``promises`` are the others. Those of ``bundle`` are regularly sold together for
    ``bundle_price`` and share it (32-35, 32-38). Raises ResidualNotPositive.
    """
    _require(price, promises)
    if residual in {promise.obligation for promise in promises}:
        raise UnknownObligation(f"{residual!r} cannot have a price of its own", field="residual")
    together = _named(promises, bundle)
    known = _total(promises) if bundle_price is None else _total(promises) - _total(together)
    observable = known + (bundle_price or 0)
    left = price - observable
    if left <= 0:
        raise ResidualNotPositive(f"{price} less {observable} leaves {left}", field="residual")
    steps = [Step("allocation.residual", f"{residual}: {price} - {observable} = {left}")]
    sold = [promise.ssp for promise in promises]
    if bundle_price is not None:
        split = allocate(bundle_price, together, currency, unit=unit)
        sold = [split.amount_of(p.obligation) if p in together else p.ssp for p in promises]
        steps = [*split.steps, *steps]
    every, amounts = [*promises, Promise(residual, left)], [*sold, left]
    return _allocation(currency, unit, price, every, amounts, amounts, steps)


def allocate_by_hand(price: Decimal, shares: Sequence[Share], currency: str) -> Allocation:
    """Shares as a person entered them. Raises AllocationMismatch, NegativeFigure."""
    require_not_negative(price, *(share.amount for share in shares), field="amount")
    steps = [Step("allocation.by_hand", f"{s.obligation}: {s.amount} as entered") for s in shares]
    unit = unit_of(currency, None)
    return _summing(Allocation(currency, unit, price, tuple(shares), tuple(steps)))


@dataclass(frozen=True)
class ChangedShare:
    """A share after a price change. ``revenue_now`` is earned at once on what is done."""

    obligation: str
    before: Decimal
    after: Decimal
    revenue_now: Decimal


@dataclass(frozen=True)
class PriceChange:
    """A change of the transaction price, in shares that sum to the new price."""

    price: Decimal
    change: Decimal
    revenue_now: Decimal
    shares: tuple[ChangedShare, ...]
    steps: tuple[Step, ...]


def change_price(
    allocation: Allocation,
    new_price: Decimal,
    progress: Sequence[Progress],
    *,
    only: Sequence[str] = (),
) -> PriceChange:
    """Re-allocate on the basis of inception (ASC 606-10-32-43); selling prices are not re-read.

    ``progress`` is each share's, in order; what it has done becomes revenue now. ``only`` names
    the obligations the change is about (32-44).
    """
    require_not_negative(new_price, field="price")
    after = _reweighed(allocation, new_price, only)
    money = allocation.currency
    shares = tuple(
        ChangedShare(s.obligation, s.amount, a, p.of(a, money) - p.of(s.amount, money))
        for s, a, p in zip(allocation.shares, after, progress, strict=True)
    )
    steps = tuple(
        Step("allocation.same_basis", f"{s.obligation}: {s.before} -> {s.after}") for s in shares
    )
    now = sum((share.revenue_now for share in shares), Decimal(0))
    return PriceChange(new_price, new_price - allocation.price, now, shares, steps)


def _reweighed(
    allocation: Allocation, new_price: Decimal, only: Sequence[str]
) -> Sequence[Decimal]:
    shares = allocation.shares
    if not only:
        return apportion(new_price, [share.weight for share in shares], allocation.unit)
    _known({share.obligation for share in shares}, only)
    weights = [share.weight if share.obligation in only else Decimal(0) for share in shares]
    added = apportion(new_price - allocation.price, weights, allocation.unit)
    return [share.amount + more for share, more in zip(shares, added, strict=True)]


def change_after_modification(
    change: Decimal,
    before: Allocation,
    satisfied: Sequence[str],
    modified: Sequence[Promise],
) -> PriceChange:
    """A variable amount of the old contract moves after a prospective change (32-45(a)).

    First over the obligations of ``before``; what falls on satisfied ones is revenue now, the
    rest goes over ``modified``, the promises that remained or came with the change.
    """
    _known({share.obligation for share in before.shares}, satisfied)
    first = apportion(change, [share.weight for share in before.shares], before.unit)
    pairs = list(zip(before.shares, first, strict=True))
    done = [(s, part) for s, part in pairs if s.obligation in satisfied]
    now = sum((part for _, part in done), Decimal(0))
    later = allocate_change(change - now, modified, before)
    shares = (*(ChangedShare(s.obligation, s.amount, s.amount + p, p) for s, p in done), *later)
    text = f"{change} over the contract before: {now} on what is done, {change - now} on the rest"
    step = Step("allocation.after_modification", text)
    return PriceChange(before.price + change, change, now, shares, (step,))


def allocate_change(
    change: Decimal, promises: Sequence[Promise], before: Allocation
) -> tuple[ChangedShare, ...]:
    """A signed amount over promises by their standalone prices; none is earned yet."""
    parts = apportion(change, [promise.ssp for promise in promises], before.unit)
    was = {share.obligation: share.amount for share in before.shares}
    starts = [was.get(promise.obligation, Decimal(0)) for promise in promises]
    return tuple(
        ChangedShare(promise.obligation, start, start + part, Decimal(0))
        for promise, start, part in zip(promises, starts, parts, strict=True)
    )


def _require(price: Decimal, promises: Sequence[Promise]) -> None:
    require_not_negative(price, field="price")
    if not promises:
        raise NothingToAllocateTo("the contract has no obligations", field="promises")
    ids = [promise.obligation for promise in promises]
    if len(set(ids)) != len(ids):
        raise UnknownObligation(f"an obligation is listed twice: {', '.join(ids)}")
    for promise in promises:
        if promise.ssp <= 0:
            text = f"{promise.obligation} has a standalone selling price of {promise.ssp}"
            raise NoSellingPrice(text, field="ssp")


def _named(promises: Sequence[Promise], names: Sequence[str]) -> list[Promise]:
    _known({promise.obligation for promise in promises}, names)
    return [promise for promise in promises if promise.obligation in names]


def _known(ids: set[str], names: Sequence[str]) -> None:
    if strangers := [name for name in names if name not in ids]:
        raise UnknownObligation(f"no obligation {', '.join(strangers)}", field="obligation")


def _total(promises: Sequence[Promise]) -> Decimal:
    return sum((promise.ssp for promise in promises), Decimal(0))


def _in(allocation: Allocation, obligation: str) -> Decimal:
    parts = (share.amount for share in allocation.shares if share.obligation == obligation)
    return sum(parts, Decimal(0))


def _allocation(
    currency: str,
    unit: Decimal | None,
    price: Decimal,
    promises: Sequence[Promise],
    amounts: Sequence[Decimal],
    weights: Sequence[Decimal],
    steps: Sequence[Step],
) -> Allocation:
    rows = zip(promises, amounts, weights, strict=True)
    shares = tuple(Share(p.obligation, p.ssp, amount, weight) for p, amount, weight in rows)
    return _summing(Allocation(currency, unit_of(currency, unit), price, shares, tuple(steps)))


def _summing(allocation: Allocation) -> Allocation:
    total = sum((share.amount for share in allocation.shares), Decimal(0))
    if total != allocation.price:
        raise AllocationMismatch(f"shares sum to {total}, the price is {allocation.price}")
    return allocation
