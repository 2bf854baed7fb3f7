"""Ageing: open items by how long they are due, on any day.

An item is current on its due date and before. Buckets are said by their last days (30, 60, 90),
and the last has no end. Unapplied credits are open items below zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import CurrencyMismatch, require_fine
from domain.pricing.bounds import ZERO, pct_of, require_some

USUAL_DAYS = (30, 60, 90)
CURRENT = "current"
AgeBy = Literal["due_on", "issued_on"]


class BucketsOutOfOrder(Refusal):
    """The last days of the buckets do not rise from above zero."""

    code = "BUCKETS_OUT_OF_ORDER"


@dataclass(frozen=True)
class OpenItem:
    """What is open of an invoice (below zero: of a credit), in its currency."""

    number: str
    issued_on: date
    due_on: date
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Bucket:
    """Open items of an age; ``share_pct`` of the total, None of nothing."""

    name: str
    amount: Decimal
    items: int
    share_pct: Decimal | None


@dataclass(frozen=True)
class Ageing:
    """Buckets from current to oldest; their amounts sum to ``total``."""

    as_of: date
    buckets: tuple[Bucket, ...]
    total: Decimal
    overdue: Decimal
    steps: tuple[Step, ...]


def bucket_names(last_days: Sequence[int] = USUAL_DAYS) -> tuple[str, ...]:
    """Names from last days: current, 1-30, 31-60, 61-90, 91+. Raises BucketsOutOfOrder."""
    require_some(last_days, "last_days")
    ends = (0, *last_days)
    if any(later <= earlier for earlier, later in pairwise(ends)):
        raise BucketsOutOfOrder(f"{list(last_days)} do not rise from above 0", field="last_days")
    ranges = (f"{earlier + 1}-{later}" for earlier, later in pairwise(ends))
    return CURRENT, *ranges, f"{ends[-1] + 1}+"


def bucket_of(days_late: int, last_days: Sequence[int] = USUAL_DAYS) -> str:
    """The bucket of an item that is due so many days. Raises BucketsOutOfOrder."""
    names = bucket_names(last_days)
    passed = sum(days_late > end for end in (0, *last_days))
    return names[passed]


def age(
    items: Sequence[OpenItem],
    as_of: date,
    currency: str,
    last_days: Sequence[int] = USUAL_DAYS,
    by: AgeBy = "due_on",
) -> Ageing:
    """Open items by age, from their due date or (``by``) from their issue.

    Raises CurrencyMismatch, AmountTooFine, BucketsOutOfOrder. No items make empty buckets.
    """
    held: dict[str, list[OpenItem]] = {name: [] for name in bucket_names(last_days)}
    for item in items:
        _require_in(item, currency)
        since = item.due_on if by == "due_on" else item.issued_on
        held[bucket_of((as_of - since).days, last_days)].append(item)
    total = sum((item.amount for item in items), ZERO)
    buckets = tuple(_bucket(name, found, total) for name, found in held.items())
    overdue = total - buckets[0].amount
    text = f"{len(items)} items of {total} {currency} on {as_of}, {overdue} overdue"
    return Ageing(as_of, buckets, total, overdue, (Step(f"ageing.by_{by}", text),))


def _require_in(item: OpenItem, currency: str) -> None:
    if item.currency != currency:
        raise CurrencyMismatch(f"{item.number} is in {item.currency}, not {currency}")
    require_fine(item.amount, currency)


def _bucket(name: str, items: Sequence[OpenItem], total: Decimal) -> Bucket:
    amount = sum((item.amount for item in items), ZERO)
    return Bucket(name, amount, len(items), pct_of(amount, total))
