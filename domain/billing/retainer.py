"""Retainers: what was granted, what was drawn first, what expired, what is over.

A grant is hours or money with a last day of use. Draws take from the grant that expires first;
what no grant covers is overage at its own rate. At all times granted = drawn + expired + left.
Breakage is the part clients are expected never to use: revenue in proportion to use, the rest
when the right ends (ASC 606-10-55-46 to 49).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize


class NegativeAllowance(Refusal):
    """Allowances, draws, limits and rates are not negative."""

    code = "NEGATIVE_ALLOWANCE"


class DuplicateGrant(Refusal):
    """Two grants have one name."""

    code = "DUPLICATE_GRANT"


class BadBreakage(Refusal):
    """Expected breakage is between nothing and what was granted, and use is not above it."""

    code = "BAD_BREAKAGE"


@dataclass(frozen=True)
class Grant:
    """``quantity`` may be drawn from ``granted_on`` to ``expires_on``; None never expires."""

    name: str
    granted_on: date
    expires_on: date | None
    quantity: Decimal


@dataclass(frozen=True)
class Draw:
    """Use of a day, in the grant's unit."""

    on: date
    quantity: Decimal


@dataclass(frozen=True)
class Taken:
    """What one draw (counted from 1) took from one grant."""

    draw: int
    grant: str
    quantity: Decimal


@dataclass(frozen=True)
class GrantState:
    """``quantity = drawn + expired + left``."""

    name: str
    quantity: Decimal
    drawn: Decimal
    expired: Decimal
    left: Decimal


@dataclass(frozen=True)
class DrawnDown:
    """Balances on a day; ``overage`` a draw, ``overage_amount`` in the currency."""

    grants: tuple[GrantState, ...]
    taken: tuple[Taken, ...]
    overage: tuple[Decimal, ...]
    overage_amount: Decimal
    steps: tuple[Step, ...]

    @property
    def left(self) -> Decimal:
        """What may still be drawn."""
        return sum((grant.left for grant in self.grants), Decimal(0))

    @property
    def expired(self) -> Decimal:
        """What was lost unused."""
        return sum((grant.expired for grant in self.grants), Decimal(0))


@dataclass(frozen=True)
class RetainerTerms:
    """Of a period, in hours or money.

    ``carry_limit``: how much may go into the next period (None: all). ``carry_periods``: how
    many periods an unused rest lives on (None: for ever; 0: no rollover).
    """

    currency: str
    allowance: Decimal
    overage_rate: Decimal = Decimal(0)
    carry_limit: Decimal | None = None
    carry_periods: int | None = 0


@dataclass(frozen=True)
class RetainerPeriod:
    """``opening + allowance = drawn + expired + carried``."""

    opening: Decimal
    allowance: Decimal
    used: Decimal
    drawn: Decimal
    overage: Decimal
    overage_amount: Decimal
    expired: Decimal
    carried: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Breakage:
    """Revenue to date: what was used and the breakage earned with it."""

    used_to_date: Decimal
    breakage_to_date: Decimal
    revenue_to_date: Decimal
    liability: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Prepaid:
    """Per invoice, in order: what the balance paid, what is due after it, the balance left."""

    applied: tuple[Decimal, ...]
    due: tuple[Decimal, ...]
    balance: tuple[Decimal, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Lot:
    """What is left of a grant that is ``age`` periods old; ``name`` tells it from the others."""

    age: int
    quantity: Decimal
    name: str = ""


def draw_down(
    grants: Sequence[Grant],
    draws: Sequence[Draw],
    as_of: date,
    currency: str,
    overage_rate: Decimal = Decimal(0),
) -> DrawnDown:
    """Draw by date from the grant that expires first, ties to the older, then to the earlier.

    Draws after ``as_of`` are not looked at. Raises NegativeAllowance, DuplicateGrant.
    """
    if len({grant.name for grant in grants}) < len(grants):
        raise DuplicateGrant("grants have names of their own", field="grants")
    _refuse_negative((overage_rate, *(g.quantity for g in grants), *(d.quantity for d in draws)))
    order = sorted(grants, key=lambda g: (g.expires_on or date.max, g.granted_on))
    left = {grant.name: grant.quantity for grant in grants}
    taken, overage = list[Taken](), [Decimal(0)] * len(draws)
    for place in sorted(range(len(draws)), key=lambda i: draws[i].on):
        if draws[place].on <= as_of:
            found = list(_take(order, left, draws[place], place + 1))
            taken += found
            overage[place] = draws[place].quantity - sum((t.quantity for t in found), Decimal(0))
    states = tuple(_state(grant, left[grant.name], as_of) for grant in grants)
    extra = quantize(sum(overage, Decimal(0)) * overage_rate, currency)
    steps = tuple(_draw_steps(taken, overage, states))
    return DrawnDown(states, tuple(taken), tuple(overage), extra, steps)


def _refuse_negative(quantities: Iterable[Decimal]) -> None:
    for quantity in quantities:
        if quantity < 0:
            raise NegativeAllowance(f"{quantity} is negative")


def _take(
    order: Iterable[Grant], left: dict[str, Decimal], draw: Draw, number: int
) -> Iterable[Taken]:
    wanted = draw.quantity
    for grant in order:
        usable = grant.granted_on <= draw.on <= (grant.expires_on or date.max)
        part = min(wanted, left[grant.name]) if usable else Decimal(0)
        if part:
            left[grant.name] -= part
            wanted -= part
            yield Taken(number, grant.name, part)


def _state(grant: Grant, left: Decimal, as_of: date) -> GrantState:
    gone = grant.expires_on is not None and grant.expires_on < as_of
    expired = left if gone else Decimal(0)
    return GrantState(grant.name, grant.quantity, grant.quantity - left, expired, left - expired)


def _draw_steps(
    taken: Iterable[Taken], overage: Iterable[Decimal], states: Iterable[GrantState]
) -> Iterable[Step]:
    for one in taken:
        yield Step("retainer.draw", f"draw {one.draw}: {one.quantity} from {one.grant}")
    for number, over in enumerate(overage, 1):
        if over:
            yield Step("retainer.overage", f"draw {number}: {over} above what was granted")
    for state in states:
        if state.expired:
            yield Step("retainer.expiry", f"{state.expired} of {state.name} expired unused")


def roll_over(terms: RetainerTerms, used: Sequence[Decimal]) -> tuple[RetainerPeriod, ...]:
    """Period by period: oldest first, then carry what the terms let live.

    Above the carry limit the oldest is lost first. Raises NegativeAllowance.
    """
    limits = (terms.allowance, terms.overage_rate, terms.carry_limit or Decimal(0))
    _refuse_negative((*limits, *used))
    lots, found = list[Lot](), list[RetainerPeriod]()
    for quantity in used:
        period, lots = _period(terms, lots, quantity)
        found.append(period)
    return tuple(found)


def _period(
    terms: RetainerTerms, lots: list[Lot], used: Decimal
) -> tuple[RetainerPeriod, list[Lot]]:
    opening = _sum(lots)
    rest = _drawn([*lots, Lot(0, terms.allowance)], used)
    drawn = min(used, opening + terms.allowance)
    kept = carried(terms, rest)
    over, lost = used - drawn, _sum(rest) - _sum(kept)
    amount = quantize(over * terms.overage_rate, terms.currency)
    text = (
        f"{opening} carried in + {terms.allowance} allowed - {drawn} drawn"
        f" - {lost} expired = {_sum(kept)} carried on; {over} over"
    )
    return RetainerPeriod(
        opening, terms.allowance, used, drawn, over, amount, lost, _sum(kept),
        (Step("retainer.period", text),),
    ), kept  # fmt: skip


def _drawn(lots: Iterable[Lot], used: Decimal) -> list[Lot]:
    rest = []
    for lot in lots:
        part = min(used, lot.quantity)
        used -= part
        rest.append(replace(lot, quantity=lot.quantity - part))
    return rest


def carried(terms: RetainerTerms, lots: list[Lot]) -> list[Lot]:
    """What goes into the next period of lots in the order they are drawn, a period older then."""
    older = [replace(lot, age=lot.age + 1) for lot in lots if lot.quantity]
    if terms.carry_periods is not None:
        older = [lot for lot in older if lot.age <= terms.carry_periods]
    if terms.carry_limit is None:
        return older
    above = max(Decimal(0), _sum(older) - terms.carry_limit)
    return [lot for lot in _drawn(older, above) if lot.quantity]


def _sum(lots: Iterable[Lot]) -> Decimal:
    return sum((lot.quantity for lot in lots), Decimal(0))


def breakage(
    granted: Decimal, expected_breakage: Decimal, used: Decimal, currency: str, *, ended: bool
) -> Breakage:
    """Revenue to date of money granted in advance, cumulative. Raises BadBreakage.

    Before the right ends: breakage x used / expected use, at most the expected breakage. After:
    whatever is left.
    """
    if not 0 <= expected_breakage <= granted or not 0 <= used <= granted:
        raise BadBreakage(f"{used} used and {expected_breakage} never used of {granted}")
    if ended:
        earned, text = granted - used, f"the right ended: {granted} - {used}"
    else:
        earned = _earned(granted - expected_breakage, expected_breakage, used, currency)
        expected = granted - expected_breakage
        text = f"{expected_breakage} x {used}/{expected} used = {earned} {currency}"
    step = Step("retainer.breakage", text)
    return Breakage(used, earned, used + earned, granted - used - earned, (step,))


def _earned(expected: Decimal, breakage_: Decimal, used: Decimal, currency: str) -> Decimal:
    if used >= expected:
        return min(breakage_, expected + breakage_ - used)
    return quantize(breakage_ * used / expected, currency)


def pay_from_prepaid(balance: Decimal, invoices: Sequence[Decimal], currency: str) -> Prepaid:
    """Pay taxed invoices from a prepaid balance, in order, until it is empty.

    Raises NegativeAllowance.
    """
    _refuse_negative((balance, *invoices))
    applied, due, balances, steps = [], [], [], []
    for number, gross in enumerate(invoices, 1):
        part = min(balance, gross)
        balance -= part
        applied.append(part)
        due.append(gross - part)
        balances.append(balance)
        text = f"invoice {number}: {part} of {gross} {currency} prepaid, {balance} left"
        steps.append(Step("retainer.prepaid", text))
    return Prepaid(tuple(applied), tuple(due), tuple(balances), tuple(steps))
