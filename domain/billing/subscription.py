"""A recurring plan: which periods are due, what each costs, and how it changes or ends.

Periods are half-open ranges from the cycle anchor. Inside a period prices, quantities and pauses
cut it into segments; each is prorated by actual days over its whole period, rounded on the
running total, so that segments add up to the period to the cent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from domain.billing.proration import (
    BillCycle,
    Cycle,
    OutsidePeriod,
    Span,
    cycles_due,
    cycles_of,
    days_of,
)
from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize


class BadPlan(Refusal):
    """A plan needs a first price, from its first day, and no negative price or quantity."""

    code = "BAD_PLAN"


@dataclass(frozen=True)
class PlanTerm:
    """Price of a whole cycle and unit, and how many units, from a day on."""

    from_date: date
    price: Decimal
    quantity: Decimal = Decimal(1)


@dataclass(frozen=True)
class Subscription:
    """What was agreed. ``ends_before`` is None while it renews; pauses are not charged."""

    currency: str
    cycle: BillCycle
    starts_on: date
    terms: tuple[PlanTerm, ...]
    ends_before: date | None = None
    pauses: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Charge:
    """One line: days of a cycle at one price and quantity."""

    span: Span
    days: int
    cycle_days: int
    price: Decimal
    quantity: Decimal
    amount: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Cancellation:
    """``ends_before`` is the first day without service; ``credit`` is positive, net of tax."""

    ends_before: date
    credit: Decimal
    steps: tuple[Step, ...]


def charges_due(subscription: Subscription, target: date) -> tuple[Charge, ...]:
    """Every line due by ``target``, oldest first, stubs included. Raises BadPlan, BadCycle."""
    _check(subscription)
    pieces = cycles_due(
        subscription.cycle, subscription.starts_on, target, subscription.ends_before
    )
    return tuple(charge for piece in pieces for charge in charges_of(subscription, piece))


def charges_of(subscription: Subscription, piece: Cycle) -> tuple[Charge, ...]:
    """The lines of one piece of a cycle. Raises BadPlan."""
    _check(subscription)
    charges: list[Charge] = []
    exact, billed = Fraction(0), Decimal(0)
    for span, term in _segments(subscription, piece.span):
        days = _days(subscription, piece, span)
        exact += Fraction(term.price) * Fraction(term.quantity) * Fraction(days, piece.cycle_days)
        total = quantize(_decimal(exact), subscription.currency)
        charges.append(_charge(subscription, piece, span, term, days, total - billed))
        billed = total
    return tuple(charges)


def cancel(subscription: Subscription, on: date, *, refund: bool) -> Cancellation:
    """End service before ``on``, or, without refund, with the cycle that is paid for.

    Unused time is the days left of the current cycle at the prices it was billed at. Raises
    OutsidePeriod where ``on`` is before the start, BadPlan.
    """
    piece = _current(subscription, on)
    if not refund:
        text = f"no refund: service runs to the end of its cycle, {piece.span.text}"
        return Cancellation(piece.span.ends_before, Decimal(0), (Step("subscription.end", text),))
    if not subscription.cycle.in_advance:
        text = f"billed in arrears: nothing after {on} was charged"
        return Cancellation(on, Decimal(0), (Step("subscription.end", text),))
    paid = _total(charges_of(subscription, piece))
    kept = _total(charges_of(subscription, _until(subscription, piece, on)))
    text = f"billed {paid}, used until {on} {kept}: credit {paid - kept} {subscription.currency}"
    return Cancellation(on, paid - kept, (Step("subscription.unused_time", text),))


def _until(subscription: Subscription, piece: Cycle, on: date) -> Cycle:
    span = Span(piece.span.starts_on, on)
    return Cycle(span, days_of(span, subscription.cycle.fixed_days_in_month), piece.cycle_days)


def co_term(
    subscription: Subscription, price: Decimal, starts_on: date, ends_before: date
) -> tuple[Charge, ...]:
    """Lines of an addition that shall end with the subscription's term.

    It joins the anchor, so its first piece is a stub. Raises EmptySpan, BadPlan.
    """
    terms = (PlanTerm(starts_on, price),)
    added = replace(
        subscription, starts_on=starts_on, ends_before=ends_before, pauses=(), terms=terms
    )
    pieces = cycles_of(added.cycle, starts_on, ends_before)
    return tuple(charge for piece in pieces for charge in charges_of(added, piece))


def _check(subscription: Subscription) -> None:
    terms = subscription.terms
    if not terms or min(term.from_date for term in terms) > subscription.starts_on:
        raise BadPlan(f"no price on {subscription.starts_on}", field="terms")
    if any(term.price < 0 or term.quantity < 0 for term in terms):
        raise BadPlan("a price or quantity is negative", field="terms")


def _current(subscription: Subscription, on: date) -> Cycle:
    _check(subscription)
    if on < subscription.starts_on:
        raise OutsidePeriod(f"{on} is before the start, {subscription.starts_on}")
    ahead = replace(subscription.cycle, in_advance=True)
    piece = cycles_due(ahead, subscription.starts_on, on, subscription.ends_before)[-1]
    if on > piece.span.ends_before:
        raise OutsidePeriod(f"{on} is after the end, {piece.span.text}")
    return piece


def _segments(subscription: Subscription, span: Span) -> Iterable[tuple[Span, PlanTerm]]:
    edges = {span.starts_on, span.ends_before}
    edges |= {term.from_date for term in subscription.terms}
    edges |= {day for pause in subscription.pauses for day in (pause.starts_on, pause.ends_before)}
    inside = sorted(day for day in edges if span.starts_on <= day <= span.ends_before)
    for start, end in pairwise(inside):
        part = Span(start, end)
        if not any(part.within(pause) for pause in subscription.pauses):
            yield part, _term_on(subscription, start)


def _term_on(subscription: Subscription, on: date) -> PlanTerm:
    begun = [term for term in subscription.terms if term.from_date <= on]
    return max(begun, key=lambda term: term.from_date)


def _days(subscription: Subscription, piece: Cycle, span: Span) -> int:
    if span == piece.span:
        return piece.days
    return days_of(span, subscription.cycle.fixed_days_in_month)


def _charge(
    subscription: Subscription, piece: Cycle, span: Span, term: PlanTerm, days: int,
    amount: Decimal,
) -> Charge:  # fmt: skip
    text = (
        f"{span.text}: {term.quantity} x {term.price} x {days}/{piece.cycle_days} days"
        f" = {amount} {subscription.currency}"
    )
    step = Step("subscription.period" if days == piece.cycle_days else "subscription.stub", text)
    return Charge(span, days, piece.cycle_days, term.price, term.quantity, amount, (step,))


def _total(charges: Iterable[Charge]) -> Decimal:
    return sum((charge.amount for charge in charges), Decimal(0))


def _decimal(exact: Fraction) -> Decimal:
    return Decimal(exact.numerator) / exact.denominator
