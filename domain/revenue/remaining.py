"""Remaining performance obligations: price promised and not yet earned, and when it will be.

Owns the disclosure by time band with its exclusions (ASC 606-10-50-13 to 50-15,
IFRS 15.120-122), the waterfall of expected revenue by month, and the backlog's rollforward.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import ZERO

YEAR_MONTHS = 12
BANDS = (12, 24)


class EarnedAboveAllocation(Refusal):
    """More is earned than was allocated to the promise."""

    code = "EARNED_ABOVE_ALLOCATION"


class ExpectationOff(Refusal):
    """The months expected do not sum to what remains."""

    code = "EXPECTATION_OFF"


class BadBands(Refusal):
    """Time bands rise, from at least one month."""

    code = "BAD_BANDS"


@dataclass(frozen=True)
class Expected:
    """Revenue expected in the month that is ``month_offset`` after the date, 1 being the next."""

    month_offset: int
    amount: Decimal


@dataclass(frozen=True)
class Obligation:
    """A promise: allocated price, earned to date, billed to date, and when the rest is expected.

    ``original_months`` is the expected length from inception; ``variable_excluded`` is variable
    price that belongs wholly to distinct future services (50-14A).
    """

    id: str
    allocated: Decimal
    earned: Decimal
    billed: Decimal
    expected: tuple[Expected, ...] = ()
    original_months: int = 0
    right_to_invoice: bool = False
    variable_excluded: Decimal = ZERO


@dataclass(frozen=True)
class Band:
    """Months after ``from_month`` up to ``to_month`` (0: without end), and the amount in them."""

    label: str
    from_month: int
    to_month: int
    amount: Decimal


@dataclass(frozen=True)
class Remaining:
    """What remains, of which billed (a contract liability) and not; by band; and left out."""

    total: Decimal
    billed: Decimal
    unbilled: Decimal
    excluded: Decimal
    bands: tuple[Band, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Backlog:
    """Contracted work not yet earned, from one date to another."""

    opening: Decimal
    awarded: Decimal
    changed: Decimal
    earned: Decimal
    cancelled: Decimal
    closing: Decimal
    steps: tuple[Step, ...]


def total(billed_not_earned: Decimal, unbilled: Decimal) -> Decimal:
    """What remains: contract liability and contracted amounts not yet billed. 50-13(a)."""
    if min(billed_not_earned, unbilled) < 0:
        raise NegativeFigure(f"{billed_not_earned} billed ahead, {unbilled} unbilled")
    return billed_not_earned + unbilled


def remaining(
    obligations: Sequence[Obligation],
    *,
    bands: tuple[int, ...] = BANDS,
    exclude_one_year: bool = False,
    exclude_right_to_invoice: bool = False,
) -> Remaining:
    """Price allocated and not earned, by when it is expected; exclusions are elected and said.

    Raises EarnedAboveAllocation, ExpectationOff, BadBands, NegativeFigure.
    """
    steps: list[Step] = []
    kept: list[Obligation] = []
    excluded = ZERO
    for each in obligations:
        left = _left(each)
        reason = _why_excluded(
            each, one_year=exclude_one_year, right_to_invoice=exclude_right_to_invoice
        )
        if reason:
            excluded += left
            steps.append(Step("remaining.excluded", f"{each.id}: {left} left out, {reason}"))
        else:
            kept.append(each)
            steps.append(Step("remaining.kept", f"{each.id}: {left} remains"))
    whole = sum((_left(each) for each in kept), ZERO)
    billed = sum((min(max(each.billed - each.earned, ZERO), _left(each)) for each in kept), ZERO)
    found = banded([e for each in kept for e in each.expected], bands)
    return Remaining(whole, billed, whole - billed, excluded, found, tuple(steps))


def banded(expected: Sequence[Expected], ends: tuple[int, ...] = BANDS) -> tuple[Band, ...]:
    """Expected amounts by months ahead, the last band open. Raises BadBands, NegativeFigure."""
    if not ends or list(ends) != sorted(set(ends)) or ends[0] < 1:
        raise BadBands(f"bands end after months {ends}", field="bands")
    if any(each.month_offset < 1 for each in expected):
        raise NegativeFigure("revenue is expected after the date, from month 1 on")
    found = []
    for start, end in zip((0, *ends), (*ends, 0), strict=True):
        inside = [e.amount for e in expected if start < e.month_offset <= (end or e.month_offset)]
        label = f"{start + 1}-{end}" if end else f">{start}"
        found.append(Band(label, start, end, sum(inside, ZERO)))
    return tuple(found)


def waterfall(expected: Sequence[Sequence[Expected]], months: int) -> tuple[Decimal, ...]:
    """Revenue of many contracts by month ahead; the last figure is everything later."""
    rows = [ZERO] * (months + 1)
    for contract in expected:
        for each in contract:
            rows[min(each.month_offset - 1, months)] += each.amount
    return tuple(rows)


def backlog(
    opening: Decimal,
    *,
    awarded: Decimal = ZERO,
    changed: Decimal = ZERO,
    earned: Decimal = ZERO,
    cancelled: Decimal = ZERO,
) -> Backlog:
    """Opening, new awards and change orders, less what was earned or cancelled.

    Raises NegativeFigure where more leaves than is there.
    """
    closing = opening + awarded + changed - earned - cancelled
    if closing < 0:
        raise NegativeFigure(f"the backlog would be {closing}", field="earned")
    text = f"{opening} + {awarded} + {changed} - {earned} - {cancelled} = {closing}"
    step = Step("remaining.backlog", text)
    return Backlog(opening, awarded, changed, earned, cancelled, closing, (step,))


def _left(each: Obligation) -> Decimal:
    left = each.allocated - each.earned - each.variable_excluded
    if left < 0:
        raise EarnedAboveAllocation(f"{each.id}: {each.earned} earned of {each.allocated}")
    planned = sum((e.amount for e in each.expected), ZERO)
    if each.expected and planned != left:
        raise ExpectationOff(f"{each.id}: {planned} planned, {left} remains")
    return left


def _why_excluded(each: Obligation, *, one_year: bool, right_to_invoice: bool) -> str:
    if one_year and 0 < each.original_months <= YEAR_MONTHS:
        return f"expected to last {each.original_months} months from inception (50-14(a))"
    if right_to_invoice and each.right_to_invoice:
        return "revenue follows the right to invoice (50-14(b))"
    return ""
