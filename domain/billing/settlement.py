"""Settling: what a payment is against what is open, and whether more may be ordered.

A payment in time may take the discount. A small difference within tolerance closes the
invoice; over and under are judged apart. Credit limit and purchase order are checked before
work or invoice goes on.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize, require_fine

PaymentKind = Literal[
    "exact", "discount_taken", "short_within_tolerance", "over_within_tolerance", "partial", "over"
]


class BadPayment(Refusal):
    """A payment and what it settles are above zero."""

    code = "BAD_PAYMENT"


class CreditLimitExceeded(Refusal):
    """Open receivables, unbilled work and the order are more than the credit limit."""

    code = "CREDIT_LIMIT_EXCEEDED"


class PurchaseOrderExceeded(Refusal):
    """The invoice is more than the purchase order has left."""

    code = "PURCHASE_ORDER_EXCEEDED"


@dataclass(frozen=True)
class Tolerance:
    """The most that is written off: the smaller of amount and percent of what is asked.

    None is no limit of that kind; both None is no tolerance at all.
    """

    amount: Decimal | None = None
    pct: Decimal | None = None
    under: bool = True
    over: bool = True


@dataclass(frozen=True)
class EarlyDiscount:
    """``pct`` off when paid by ``until``, or by ``grace_until`` where late ones are accepted."""

    pct: Decimal
    until: date
    grace_until: date | None = None


@dataclass(frozen=True)
class Settled:
    """``open = paid - unapplied + discount + written_off + remaining``.

    ``written_off`` is positive where the client paid too little, negative where too much.
    """

    kind: PaymentKind
    discount: Decimal
    written_off: Decimal
    remaining: Decimal
    unapplied: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class SmallDifference:
    """``written_off`` carries the sign of the difference, or is 0 above the tolerance."""

    allowed: Decimal
    written_off: Decimal
    left: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Exposure:
    """``available`` is what may still be ordered; negative beyond the limit."""

    exposure: Decimal
    limit: Decimal
    available: Decimal
    within: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class OrderBalance:
    """What a purchase order has left, before and after an invoice."""

    left_before: Decimal
    left_after: Decimal
    within: bool
    steps: tuple[Step, ...]


def write_off_small(
    difference: Decimal, asked: Decimal, tolerance: Tolerance, currency: str
) -> SmallDifference:
    """Write a difference off where it is within tolerance and its direction is allowed.

    Positive: paid too little. Negative: too much.
    """
    allowed = _allowed(difference, asked, tolerance, currency)
    off = difference if abs(difference) <= allowed else Decimal(0)
    text = f"{difference} of {asked} {currency}, {allowed} tolerated: {off} written off"
    step = Step("settlement.tolerance", text)
    return SmallDifference(allowed, off, difference - off, (step,))


def _allowed(difference: Decimal, asked: Decimal, terms: Tolerance, currency: str) -> Decimal:
    if not (terms.under if difference > 0 else terms.over):
        return Decimal(0)
    limits = [] if terms.amount is None else [terms.amount]
    if terms.pct is not None:
        limits.append(quantize(asked * terms.pct / 100, currency))
    return min(limits, default=Decimal(0))


def early_discount(asked: Decimal, terms: EarlyDiscount, paid_on: date, currency: str) -> Decimal:
    """The discount a payment on that day may take, 0 when late."""
    last = max(terms.until, terms.grace_until or terms.until)
    return quantize(asked * terms.pct / 100, currency) if paid_on <= last else Decimal(0)


def settle(
    open_: Decimal,
    paid: Decimal,
    paid_on: date,
    tolerance: Tolerance,
    currency: str,
    discount: EarlyDiscount | None = None,
) -> Settled:
    """Judge a payment against an open amount. Raises BadPayment, AmountTooFine.

    The discount is taken only by a payment that, with tolerance, reaches what it leaves; full
    payment takes none.
    """
    for amount in (open_, paid):
        require_fine(amount, currency)
        if amount <= 0:
            raise BadPayment(f"{paid} against {open_} {currency}", field="amount")
    offered = early_discount(open_, discount, paid_on, currency) if discount else Decimal(0)
    short = write_off_small(open_ - offered - paid, open_, tolerance, currency)
    taken = _taken(open_ - paid, offered, short.left)
    rest = write_off_small(open_ - taken - paid, open_, tolerance, currency)
    kind = _kind(taken, rest)
    steps = (Step("settlement.discount", f"{taken} of {offered} offered is taken"), *rest.steps)
    return Settled(
        kind, taken, rest.written_off, max(Decimal(0), rest.left), max(Decimal(0), -rest.left),
        steps,
    )  # fmt: skip


def _taken(missing: Decimal, offered: Decimal, left: Decimal) -> Decimal:
    if missing <= 0 or left > 0:
        return Decimal(0)
    return offered if left == 0 else min(offered, missing)


def _kind(taken: Decimal, rest: SmallDifference) -> PaymentKind:
    if rest.left:
        return "partial" if rest.left > 0 else "over"
    if rest.written_off:
        return "short_within_tolerance" if rest.written_off > 0 else "over_within_tolerance"
    return "discount_taken" if taken else "exact"


def credit_exposure(
    limit: Decimal, open_receivables: Decimal, unbilled: Decimal, order: Decimal, currency: str
) -> Exposure:
    """What the client would owe with this order, against the limit."""
    exposure = open_receivables + unbilled + order
    text = (
        f"{open_receivables} open + {unbilled} unbilled + {order} ordered = {exposure}"
        f" of {limit} {currency}"
    )
    step = Step("settlement.credit_limit", text)
    return Exposure(exposure, limit, limit - exposure, exposure <= limit, (step,))


def require_credit(exposure: Exposure) -> None:
    """Raises CreditLimitExceeded."""
    if not exposure.within:
        raise CreditLimitExceeded(exposure.steps[0].text, field="order")


def order_balance(
    authorised: Decimal, invoiced: Decimal, amount: Decimal, currency: str
) -> OrderBalance:
    """What a purchase order has left for an invoice."""
    before = authorised - invoiced
    text = f"{authorised} ordered - {invoiced} invoiced - {amount} = {before - amount} {currency}"
    step = Step("settlement.purchase_order", text)
    return OrderBalance(before, before - amount, amount <= before, (step,))


def require_order_balance(balance: OrderBalance) -> None:
    """Raises PurchaseOrderExceeded."""
    if not balance.within:
        raise PurchaseOrderExceeded(balance.steps[0].text, field="purchase_order")
