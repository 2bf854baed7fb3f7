"""At completion: what a project will have cost and left, from what is known by a day.

Amounts are in the books of the project's entity. What was estimated is used up by the cost since
the estimate; where nobody estimated, the rest of the budget is to come. What is ordered comes
even where the estimate forgot it. A variance below zero is bad news.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from domain.explanation import Step
from domain.measures.earned_value import ProjectStatus, earned_value
from domain.money import quantize

ZERO = Decimal(0)
ProgressBy = Literal["report", "cost"]


@dataclass(frozen=True)
class CostToDate:
    """A cost code, or a project as the sum of its codes.

    ``planned`` is the budget of the days that are over, ``committed`` what of orders is neither
    consumed nor released. ``estimate`` is what somebody said was to come, None where nobody did,
    and ``since`` the cost after the day of that estimate.
    """

    budget: Decimal
    planned: Decimal
    actual: Decimal
    committed: Decimal
    estimate: Decimal | None = None
    since: Decimal = ZERO


@dataclass(frozen=True)
class AtCompletion:
    """Amounts are rounded; percentages and indices are not, and None without a divisor."""

    budget: Decimal
    actual: Decimal
    committed: Decimal
    to_complete: Decimal
    at_completion: Decimal
    variance: Decimal
    complete_pct: Decimal | None
    cost_index: Decimal | None
    schedule_index: Decimal | None
    steps: tuple[Step, ...]


def to_complete(known: CostToDate) -> Decimal:
    """What is still to come: the estimate less the cost since, or the rest of the budget."""
    if known.estimate is None:
        return max(ZERO, known.budget - known.actual)
    return max(ZERO, known.estimate - known.since)


def complete(known: CostToDate, done: Fraction | None, currency: str) -> AtCompletion:
    """Figures of one cost code. ``done`` is reported progress; without it cost measures it.

    Source: accounting rules of the project (EAC = AC + ETC, VAC = BAC - EAC), and
    EAC = max(actual + to complete, actual + committed), since an order is owed.
    """
    return _at_completion(known, to_complete(known), _ahead(known), done, currency)


def complete_all(
    codes: Sequence[CostToDate], done: Fraction | None, currency: str
) -> AtCompletion:
    """Figures of a project: the sum of its cost codes, so that columns add up.

    An order of one code is not paid from the estimate of another.
    """
    whole = CostToDate(
        sum((one.budget for one in codes), ZERO), sum((one.planned for one in codes), ZERO),
        sum((one.actual for one in codes), ZERO), sum((one.committed for one in codes), ZERO),
    )  # fmt: skip
    rest = sum(map(to_complete, codes), ZERO)
    return _at_completion(whole, rest, sum(map(_ahead, codes), ZERO), done, currency)


def _ahead(known: CostToDate) -> Decimal:
    return max(to_complete(known), known.committed)


def _at_completion(
    known: CostToDate, rest: Decimal, ahead: Decimal, done: Fraction | None, currency: str
) -> AtCompletion:
    budget, actual = quantize(known.budget, currency), quantize(known.actual, currency)
    total = quantize(known.actual + ahead, currency)
    found = AtCompletion(
        budget, actual, quantize(known.committed, currency), quantize(rest, currency), total,
        budget - total, None, None, None,
        (Step("completion.cost", f"{actual} spent + {total - actual} to come = {total}"),),
    )  # fmt: skip
    share = _share(known.actual, known.actual + ahead) if done is None else done
    return found if share is None else _indexed(found, known, share, currency)


def _share(part: Decimal, whole: Decimal) -> Fraction | None:
    return Fraction(part) / Fraction(whole) if whole > 0 and part >= 0 else None


def _indexed(
    found: AtCompletion, known: CostToDate, share: Fraction, currency: str
) -> AtCompletion:
    """With progress and the indices of earned value, where the figures allow any."""
    pct = Decimal(share.numerator) * 100 / share.denominator
    if min(known.budget, known.planned, known.actual) < 0:
        return replace(found, complete_pct=pct)
    earned = Fraction(known.budget) * share
    status = ProjectStatus(
        known.budget, known.planned, Decimal(earned.numerator) / earned.denominator, known.actual
    )
    value = earned_value(status, currency, by=None)
    return replace(
        found, complete_pct=pct, cost_index=value.cost_index,
        schedule_index=value.schedule_index, steps=(*found.steps, *value.steps),
    )  # fmt: skip
