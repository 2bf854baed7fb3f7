"""Measuring: what an obligation has earned by a day, by its own measure; pure.

Where a change was prospective, what was earned before it stays and the rest of the price follows
the rest of the work (ASC 606-10-25-13(a)).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.explanation import Step
from domain.revenue.figures import ZERO
from domain.revenue.obligation import Measure
from domain.revenue.progress import (
    Override,
    Progress,
    cost_to_cost,
    elapsed_months,
    hours,
    overridden,
    share_of,
    units,
)
from domain.revenue.promised import Inputs, Measured, Promised
from domain.revenue.recognition import (
    Recognition,
    as_invoiced,
    as_used,
    at_cost,
    at_point,
    capped,
    recognise,
    within_allocation,
)
from domain.revenue.retainer_use import used
from domain.revenue.term import Term

Earned = tuple[Recognition, Decimal]
"""The figures, and how much of the work they were measured by."""


def earn(promise: Promised, given: Inputs, on: date, currency: str) -> Earned:
    """Revenue to date of an obligation at the end of a day.

    ``given.cost`` is in the contract's currency where revenue is cost without margin. Raises
    OverAllocation and what the measures raise.
    """
    measure = promise.terms.measure
    if measure is None:
        found = (
            at_point(promise.allocated, promise.satisfied_on, on, promise.recognised, currency),
            ZERO,
        )
    elif measure == "as_invoiced":
        found = _invoiced(promise, given, on, currency)
    elif measure == "zero_margin":
        cost = given.cost or ZERO
        found = at_cost(cost, promise.allocated, promise.recognised, currency), cost
    elif measure == "retainer":
        earned = used(given.grants, given.expected_breakage_pct, currency)
        found = as_used(earned, promise.recognised), earned.earned
    else:
        found = _by_progress(promise, progress_of(promise, given, on), on, currency)
    return within_allocation(found[0], promise.allocated), found[1]


def progress_of(promise: Promised, given: Inputs, on: date) -> Progress:
    """How much is done by a day, by the measure or by a person's override of it."""
    assert promise.terms.measure is not None  # noqa: S101 -- only what passes over time
    measured = MEASURES[promise.terms.measure](promise, given, on)
    override = promise.override(on)
    return _overridden(measured, override, on) if override else measured


def _overridden(measured: Progress, override: Override, on: date) -> Progress:
    """A percentage in the unit of the measure, so that what follows may be compared with it."""
    found = overridden(measured, override, on)
    if found.measure == measured.measure:
        return found
    return replace(found, done=measured.whole * override.pct / 100, whole=measured.whole)


def _by_progress(promise: Promised, progress: Progress, on: date, currency: str) -> Earned:
    known = promise.known(on)
    price = promise.allocated - promise.base - known.uninstalled_total
    after = _since_base(promise, progress)
    posted = promise.recognised - promise.base
    found = recognise(price, after, posted, currency)
    more = known.uninstalled_to_date if promise.terms.measure == "cost" else ZERO
    steps = found.steps
    if more:
        text = f"{more} {currency} of material earns its cost, without margin"
        steps = (*steps, Step("revenue.uninstalled_material", text))
    cumulative = promise.base + found.cumulative + more
    return Recognition(cumulative, promise.recognised, found.delta + more, steps), progress.done


def _since_base(promise: Promised, progress: Progress) -> Progress:
    if not promise.base_done:
        return progress
    left = progress.whole - promise.base_done
    if left <= 0:
        return replace(progress, done=Decimal(1), whole=Decimal(1))
    done = min(max(progress.done - promise.base_done, ZERO), left)
    step = Step("progress.since_change", f"{done} of {left} since the change")
    return replace(progress, done=done, whole=left, steps=(*progress.steps, step))


def _invoiced(promise: Promised, given: Inputs, on: date, currency: str) -> Earned:
    value = given.invoiceable or ZERO
    if forecast := promise.known(on).whole:
        found = capped(value, forecast, promise.allocated, promise.recognised, currency)
        return Recognition(found.cumulative, found.posted, found.delta, found.steps), value
    return as_invoiced(value, promise.recognised, currency, promise.allocated), value


def _done(given: Decimal | None, known: Measured) -> Decimal:
    """What was gathered, else what a person measured."""
    return given if given is not None else known.done or ZERO


def _hours(promise: Promised, given: Inputs, on: date) -> Progress:
    known = promise.known(on)
    return hours(_done(given.hours, known), known.whole)


def _cost(promise: Promised, given: Inputs, on: date) -> Progress:
    known = promise.known(on)
    return cost_to_cost(known.costs(_done(given.cost, known)))


def _units(promise: Promised, given: Inputs, on: date) -> Progress:
    known = promise.known(on)
    return units(_done(given.units, known), known.whole)


def _milestones(promise: Promised, given: Inputs, on: date) -> Progress:
    known = promise.known(on)
    return share_of("milestones", _done(given.milestones, known), known.whole)


def _days(promise: Promised, given: Inputs, on: date) -> Progress:
    del given
    return Term.of_days(promise.delivery.starts_on, promise.delivery.ends_on).through(on)


def _months(promise: Promised, given: Inputs, on: date) -> Progress:
    del given
    return elapsed_months(promise.delivery.starts_on, promise.delivery.ends_on, on)


MEASURES: dict[Measure, Callable[[Promised, Inputs, date], Progress]] = {
    "hours": _hours, "cost": _cost, "units": _units, "milestones": _milestones,
    "straight_line_daily": _days, "straight_line_monthly": _months,
}  # fmt: skip
