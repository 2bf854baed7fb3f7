"""Breakage: prepaid rights a customer never uses.

Where the firm expects to keep something it is earned in the pattern in which the other rights
are used; where it cannot tell, only once use has become remote. What the law says must be handed
over is never revenue (ASC 606-10-55-46 to 55-49).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.revenue.figures import cumulative_deltas, require_not_negative
from domain.revenue.progress import Progress


class BreakageAbovePrepaid(Refusal):
    """More is expected never to be used, or handed over, than was paid for."""

    code = "BREAKAGE_ABOVE_PREPAID"


class UsedAbovePrepaid(Refusal):
    """More was used than was paid for."""

    code = "USED_ABOVE_PREPAID"


@dataclass(frozen=True)
class Usage:
    """Value used in a period, and the breakage then expected of the whole prepayment."""

    used: Decimal
    expected_breakage: Decimal = Decimal(0)


@dataclass(frozen=True)
class BreakageRow:
    """A period: ``revenue`` is what was used plus ``breakage``; ``liability`` is left after it."""

    used: Decimal
    breakage: Decimal
    revenue: Decimal
    liability: Decimal


@dataclass(frozen=True)
class BreakageSchedule:
    """Revenue of a prepayment by period."""

    rows: tuple[BreakageRow, ...]
    steps: tuple[Step, ...]


def pro_rata(
    prepaid: Decimal,
    usages: Sequence[Usage],
    currency: str,
    *,
    unclaimed: Decimal = Decimal(0),
    expires: bool = False,
) -> BreakageSchedule:
    """Expected breakage in proportion to the rights used, cumulative (ASC 606-10-55-48).

    ``unclaimed`` is owed to a third party by law (55-49) and stays a liability. Use beyond the
    expectation leaves only breakage, so all is earned: re-estimate before that. With ``expires``
    the last period ends the rights. Raises BreakageAbovePrepaid, UsedAbovePrepaid.
    """
    used = _used_to_date(prepaid, usages, unclaimed)
    kept = prepaid - unclaimed
    to_date, steps = [], []
    for so_far, usage in zip(used, usages, strict=True):
        _require_breakage(usage.expected_breakage, kept)
        expected = max(kept - usage.expected_breakage, so_far)
        total = Progress(so_far, expected).of(kept, currency) if expected else Decimal(0)
        to_date.append(total)
        text = f"{kept} x {so_far} used / {expected} expected to be = {total} earned"
        steps.append(Step("breakage.pro_rata", text))
    return _schedule(prepaid, used, _ended(to_date, kept, steps, expires=expires), steps)


def when_remote(
    prepaid: Decimal,
    usages: Sequence[Usage],
    *,
    unclaimed: Decimal = Decimal(0),
    remote: bool = False,
) -> BreakageSchedule:
    """Nothing beyond use until ``remote``: then the last period takes what is left (55-48)."""
    used = _used_to_date(prepaid, usages, unclaimed)
    steps = [Step("breakage.as_used", f"{so_far} used to date") for so_far in used]
    to_date = _ended(list(used), prepaid - unclaimed, steps, expires=remote)
    return _schedule(prepaid, used, to_date, steps)


def _ended(
    to_date: list[Decimal], kept: Decimal, steps: list[Step], *, expires: bool
) -> list[Decimal]:
    if not expires or not to_date:
        return to_date
    steps.append(Step("breakage.ended", f"no further use: all of {kept} earned"))
    return [*to_date[:-1], kept]


def _used_to_date(
    prepaid: Decimal, usages: Sequence[Usage], unclaimed: Decimal
) -> tuple[Decimal, ...]:
    require_not_negative(prepaid, unclaimed, *(usage.used for usage in usages), field="used")
    _require_breakage(unclaimed, prepaid)
    used = [sum((u.used for u in usages[: no + 1]), Decimal(0)) for no in range(len(usages))]
    if used and used[-1] > prepaid - unclaimed:
        text = f"{used[-1]} used of {prepaid}, {unclaimed} of it owed to others"
        raise UsedAbovePrepaid(text, field="used")
    return tuple(used)


def _require_breakage(breakage: Decimal, prepaid: Decimal) -> None:
    require_not_negative(breakage, field="expected_breakage")
    if breakage > prepaid:
        text = f"{breakage} of {prepaid} expected not to be used"
        raise BreakageAbovePrepaid(text, field="expected_breakage")


def _schedule(
    prepaid: Decimal, used: Sequence[Decimal], to_date: Sequence[Decimal], steps: Sequence[Step]
) -> BreakageSchedule:
    rows = (
        BreakageRow(use, revenue - use, revenue, prepaid - total)
        for use, revenue, total in zip(
            cumulative_deltas(used), cumulative_deltas(to_date), to_date, strict=True
        )
    )
    return BreakageSchedule(tuple(rows), tuple(steps))
