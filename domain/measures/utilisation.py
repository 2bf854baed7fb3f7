"""Utilisation: how much of the hours there are is worked for clients.

Available hours are contract hours less holidays and leave. A target is in percent of available
hours. More than 100 % is overtime and is shown, not refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.explanation import Step
from domain.pricing.bounds import (
    HUNDRED,
    ZERO,
    pct_of,
    require_not_negative,
    require_some,
    shown,
)


@dataclass(frozen=True)
class Hours:
    """A person's, team's or period's hours; ``productive`` is internal work that also counts."""

    billable: Decimal
    available: Decimal
    productive: Decimal = ZERO


@dataclass(frozen=True)
class Utilisation:
    """Percentages of available hours, unrounded; None where there are none.

    ``variance_pct`` (points) and ``variance_hours`` are above zero where the target is beaten.
    """

    billable_hours: Decimal
    available_hours: Decimal
    utilisation_pct: Decimal | None
    total_pct: Decimal | None
    target_pct: Decimal | None
    target_hours: Decimal | None
    variance_pct: Decimal | None
    variance_hours: Decimal | None
    steps: tuple[Step, ...]


def utilisation(hours: Hours, target_pct: Decimal | None = None) -> Utilisation:
    """Billable over available hours, and against a target. Raises NegativeFigure."""
    _require_sound(hours)
    require_not_negative(target_pct or 0, "target_pct")
    used = pct_of(hours.billable, hours.available)
    target = None if target_pct is None else hours.available * target_pct / HUNDRED
    text = f"{hours.billable} of {hours.available} h billable = {shown(used)}"
    steps = [Step("utilisation.billable", text)]
    if target is not None:
        text = f"target {shown(target_pct)}: {target} h, {hours.billable - target} h off"
        steps.append(Step("utilisation.target", text))
    return Utilisation(
        billable_hours=hours.billable,
        available_hours=hours.available,
        utilisation_pct=used,
        total_pct=pct_of(hours.billable + hours.productive, hours.available),
        target_pct=target_pct,
        target_hours=target,
        variance_pct=None if used is None or target_pct is None else used - target_pct,
        variance_hours=None if target is None else hours.billable - target,
        steps=tuple(steps),
    )


def together(people: Sequence[Hours]) -> Hours:
    """Hours of several: percentages are of the sums, never means of percentages.

    Raises NothingGiven, NegativeFigure.
    """
    require_some(people, "people")
    for hours in people:
        _require_sound(hours)
    return Hours(
        sum((one.billable for one in people), ZERO),
        sum((one.available for one in people), ZERO),
        sum((one.productive for one in people), ZERO),
    )


def available_hours(contract: Decimal, leave: Decimal = ZERO, holidays: Decimal = ZERO) -> Decimal:
    """Contract hours less leave and holidays. Raises NegativeFigure, for the result as well."""
    for figure, field in ((contract, "contract"), (leave, "leave"), (holidays, "holidays")):
        require_not_negative(figure, field)
    left = contract - leave - holidays
    require_not_negative(left, "available")
    return left


def _require_sound(hours: Hours) -> None:
    for field in ("billable", "available", "productive"):
        require_not_negative(getattr(hours, field), field)
