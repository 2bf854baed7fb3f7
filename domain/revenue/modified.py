"""A modified contract: what each treatment makes of its obligations; pure.

What a person said of each obligation goes in, the new share of the price, what stays earned and
what is earned at once come out (ASC 606-10-25-10 to 25-13).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.explanation import Step
from domain.money import split
from domain.revenue.allocation import UnknownObligation
from domain.revenue.figures import ZERO, FigureNotPositive
from domain.revenue.modification import Modification, Treatment
from domain.revenue.obligation import UNMEASURED
from domain.revenue.progress import Progress, month_no
from domain.revenue.promised import Promised
from domain.revenue.remeasurement import MixedPolicy, ModifiedObligation, remeasure
from domain.revenue.term import Term


@dataclass(frozen=True)
class ObligationChange:
    """What a change means for an obligation; None where it leaves the whole or the end alone.

    Selling prices are after the change: of all of it, and of what is still to pass.
    """

    obligation: str
    distinct: bool
    total_ssp: Decimal
    remaining_ssp: Decimal
    whole: Decimal | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Assessment:
    """A change as somebody described it, and the treatment that its facts propose.

    Price is the change order's, where one is named; the day that of the modification, which for
    what takes effect before it is approved is the day of the approval.
    """

    modification_id: UUID
    effective_on: date
    price_change: Decimal
    facts: Modification
    changes: tuple[ObligationChange, ...]
    treatment: Treatment
    clause: str
    steps: tuple[Step, ...]
    author: str
    change_order_id: UUID | None = None


@dataclass(frozen=True)
class Modified:
    """An obligation before and after; ``catch_up`` is earned (or lost) on the day of the change.

    Of ``allocated``, ``base`` was earned for ``base_done`` of the work on terms of before.
    """

    obligation: str
    before: Decimal
    allocated: Decimal
    base: Decimal
    base_done: Decimal
    catch_up: Decimal
    whole: Decimal | None
    ends_on: date | None


def modify(
    assessed: Assessment,
    treatment: Treatment,
    promises: Mapping[str, Promised],
    currency: str,
    policy: MixedPolicy,
) -> tuple[Modified, ...]:
    """The obligations that change. Raises UnknownObligation, PriceBelowNothing.

    FigureNotPositive where nothing is left that could take the changed price.
    """
    for change in assessed.changes:
        if change.obligation not in promises:
            raise UnknownObligation(f"no obligation {change.obligation!r}", field="changes")
    if treatment == "separate_contract":
        return _added(assessed, promises, currency)
    if treatment == "variable_consideration":
        return tuple(_same(change, promises[change.obligation]) for change in assessed.changes)
    rows = [_row(c, promises[c.obligation], treatment) for c in assessed.changes]
    price = sum((promises[c.obligation].allocated for c in assessed.changes), ZERO)
    whole = treatment == "cumulative_catch_up" or policy == "updated_total_price"
    basis: MixedPolicy = (
        "updated_total_price"
        if whole and treatment != "prospective"
        else "updated_remaining_price"
    )
    found = remeasure(price, assessed.price_change, rows, currency, basis)
    return tuple(
        Modified(
            row.obligation, promises[row.obligation].allocated, new.entitlement,
            row.recognised if row.distinct else ZERO,
            row.progress.done if row.distinct else ZERO,
            new.catch_up, change.whole, change.ends_on,
        )
        for change, row, new in zip(assessed.changes, rows, found.obligations, strict=True)
    )  # fmt: skip


def _row(change: ObligationChange, promise: Promised, treatment: Treatment) -> ModifiedObligation:
    distinct = {"prospective": True, "cumulative_catch_up": False}.get(treatment, change.distinct)
    distinct = distinct or promise.terms.measure in UNMEASURED
    done = min(promise.done, whole := all_of(change, promise))
    return ModifiedObligation(
        change.obligation, promise.recognised, Progress(done, whole), distinct, change.total_ssp,
        change.remaining_ssp,
    )  # fmt: skip


def all_of(change: ObligationChange, promise: Promised) -> Decimal:
    """The whole of the work after a change, in the unit of the measure; one where it has none."""
    starts_on, ends_on = promise.delivery.starts_on, change.ends_on or promise.delivery.ends_on
    if promise.terms.measure == "straight_line_daily":
        return Decimal(Term.of_days(starts_on, ends_on).days)
    if promise.terms.measure == "straight_line_monthly":
        return Decimal(month_no(ends_on) - month_no(starts_on) + 1)
    if promise.terms.measure in UNMEASURED:
        return max(promise.done, Decimal(1))
    return change.whole if change.whole is not None else latest_whole(promise)


def latest_whole(promise: Promised) -> Decimal:
    """The whole as last measured, or as planned."""
    return promise.measured[-1].whole if promise.measured else promise.delivery.whole


def _same(change: ObligationChange, promise: Promised) -> Modified:
    return Modified(
        change.obligation, promise.allocated, promise.allocated, promise.base, promise.base_done,
        ZERO, change.whole, change.ends_on,
    )  # fmt: skip


def _added(
    assessed: Assessment, promises: Mapping[str, Promised], currency: str
) -> tuple[Modified, ...]:
    """The changed price to what came with the change; nothing of before moves (25-12)."""
    added = [c for c in assessed.changes if not promises[c.obligation].allocated]
    if not any(change.total_ssp for change in added):
        raise FigureNotPositive("nothing was added that could take the price", field="changes")
    parts = split(assessed.price_change, [change.total_ssp for change in added], currency)
    return tuple(
        Modified(change.obligation, ZERO, part, ZERO, ZERO, ZERO, change.whole, change.ends_on)
        for change, part in zip(added, parts, strict=True)
    )


def take_over(promise: Promised, one: Modified, on: date) -> None:
    """Make the obligation what the change of a day says; what a person measured of it stays.

    All there is to do after the change is so for months before it too: they are only looked at
    again at the changed price, and a price goes with the work it is for.
    """
    promise.allocated = promise.weight = one.allocated
    promise.base, promise.base_done = one.base, one.base_done
    delivery = promise.delivery
    if one.whole is not None:
        known = replace(promise.known(on), on=on, estimate="modification")
        promise.measured = [replace(was, whole=one.whole) for was in (*promise.measured, known)]
        delivery = replace(delivery, whole=one.whole)
    promise.delivery = replace(delivery, ends_on=one.ends_on or delivery.ends_on)
