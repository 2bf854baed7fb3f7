"""Per diem: a daily allowance for lodging, meals and incidentals, less the meals provided.

A meal provided takes a share, or an amount, of the full day's meal allowance away, even on a
day that counts in part; never more than the meal allowance that is left. It is taken by meals
of the whole trip, by the meals of each day, or by how many meals a day had.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import (
    HUNDRED,
    ZERO,
    require_not_negative,
    require_same_count,
    require_share,
    require_some,
)

ReduceBy = Literal["trip", "day", "count"]


class UnknownMeal(Refusal):
    """A meal was provided that the terms say nothing about."""

    code = "UNKNOWN_MEAL"


class MoreMealsThanDays(Refusal):
    """A meal was provided more often than the trip has days."""

    code = "MORE_MEALS_THAN_DAYS"


@dataclass(frozen=True)
class MealReduction:
    """What one ``meal`` (breakfast …), or a count of meals (``"2"``), takes of a full day.

    ``pct`` of the meal allowance and a fixed ``amount`` add up.
    """

    meal: str
    pct: Decimal = ZERO
    amount: Decimal = ZERO


@dataclass(frozen=True)
class PerDiemTerms:
    """Allowances of a full day, and what meals provided take away."""

    lodging: Decimal
    meals: Decimal
    incidentals: Decimal
    reductions: tuple[MealReduction, ...] = ()
    reduce_by: ReduceBy = "trip"


@dataclass(frozen=True)
class TravelDay:
    """A day of the trip: how much of each allowance it counts for, in percent."""

    lodging_pct: Decimal = HUNDRED
    meals_pct: Decimal = HUNDRED
    incidentals_pct: Decimal = HUNDRED


@dataclass(frozen=True)
class MealsProvided:
    """``quantity`` of one meal, on a day or on the whole trip."""

    meal: str
    quantity: int = 1


@dataclass(frozen=True)
class PerDiem:
    """Rounded figures of the trip: payable = allowance - reduction.

    ``day_reductions`` are those of each day, unrounded; one figure where taken by trip.
    """

    days: int
    lodging: Decimal
    meals: Decimal
    incidentals: Decimal
    allowance: Decimal
    reduction: Decimal
    meals_and_incidentals: Decimal
    payable: Decimal
    day_reductions: tuple[Decimal, ...]
    steps: tuple[Step, ...]


def trip_of(
    days: int,
    first_pct: Decimal = HUNDRED,
    last_pct: Decimal = HUNDRED,
    *,
    last_night: bool = True,
) -> tuple[TravelDay, ...]:
    """The days of a trip whose first and last count in part for meals and incidentals.

    ``last_night`` False pays no lodging on the last day. A trip of one day counts the lesser
    share. Raises NothingGiven, PercentOutOfRange.
    """
    require_some(range(days), "days")
    for pct, field in ((first_pct, "first_pct"), (last_pct, "last_pct")):
        require_share(pct, field)
    shares = [HUNDRED] * days
    shares[0] = first_pct
    shares[-1] = last_pct if days > 1 else min(first_pct, last_pct)
    nights = [HUNDRED] * (days - 1) + [HUNDRED if last_night else ZERO]
    return tuple(TravelDay(n, pct, pct) for n, pct in zip(nights, shares, strict=True))


def per_diem_by_trip(
    terms: PerDiemTerms,
    days: Sequence[TravelDay],
    provided: Sequence[MealsProvided],
    currency: str,
) -> PerDiem:
    """Meals provided are counted over the trip, by type.

    Raises NothingGiven, NegativeFigure, PercentOutOfRange, UnknownMeal, MoreMealsThanDays.
    """
    allowed = _allowed(terms, days)
    taken = ZERO
    for meals in provided:
        if meals.quantity > len(days):
            raise MoreMealsThanDays(f"{meals.quantity} x {meals.meal} in {len(days)} days")
        require_not_negative(meals.quantity, "quantity")
        taken += meals.quantity * _takes(terms, meals.meal)
    return _result(terms, days, allowed, (min(taken, allowed[1]),), currency)


def per_diem_by_day(
    terms: PerDiemTerms,
    days: Sequence[TravelDay],
    provided: Sequence[tuple[MealsProvided, ...]],
    currency: str,
) -> PerDiem:
    """Meals provided are told day by day: by type, or by count where the terms say so.

    Raises NothingGiven, NegativeFigure, PercentOutOfRange, UnequalCount, UnknownMeal.
    """
    allowed = _allowed(terms, days)
    require_same_count(days, provided, "days of meals")
    reductions = tuple(
        min(_day_takes(terms, meals), terms.meals * day.meals_pct / HUNDRED)
        for day, meals in zip(days, provided, strict=True)
    )
    return _result(terms, days, allowed, reductions, currency)


def _allowed(terms: PerDiemTerms, days: Sequence[TravelDay]) -> tuple[Decimal, Decimal, Decimal]:
    """Lodging, meals and incidentals of all days, unrounded."""
    require_some(days, "days")
    _require_sound(terms)
    for day in days:
        for pct in (day.lodging_pct, day.meals_pct, day.incidentals_pct):
            require_share(pct, "days")
    return (
        terms.lodging * sum((day.lodging_pct for day in days), ZERO) / HUNDRED,
        terms.meals * sum((day.meals_pct for day in days), ZERO) / HUNDRED,
        terms.incidentals * sum((day.incidentals_pct for day in days), ZERO) / HUNDRED,
    )


def _require_sound(terms: PerDiemTerms) -> None:
    for field in ("lodging", "meals", "incidentals"):
        require_not_negative(getattr(terms, field), field)
    for reduction in terms.reductions:
        require_share(reduction.pct, "reductions")
        require_not_negative(reduction.amount, "reductions")


def _takes(terms: PerDiemTerms, meal: str) -> Decimal:
    for reduction in terms.reductions:
        if reduction.meal == meal:
            return terms.meals * reduction.pct / HUNDRED + reduction.amount
    raise UnknownMeal(f"no reduction is set for {meal!r}", field="provided")


def _day_takes(terms: PerDiemTerms, meals: tuple[MealsProvided, ...]) -> Decimal:
    for meal in meals:
        require_not_negative(meal.quantity, "quantity")
    if terms.reduce_by != "count":
        return sum((meal.quantity * _takes(terms, meal.meal) for meal in meals), ZERO)
    count = sum(meal.quantity for meal in meals)
    return _takes(terms, str(count)) if count else ZERO


def _result(
    terms: PerDiemTerms,
    days: Sequence[TravelDay],
    allowed: tuple[Decimal, Decimal, Decimal],
    reductions: tuple[Decimal, ...],
    currency: str,
) -> PerDiem:
    lodging, meals, incidentals = (quantize(amount, currency) for amount in allowed)
    allowance = lodging + meals + incidentals
    reduction = min(quantize(sum(reductions, ZERO), currency), meals)
    parts = f"lodging {lodging}, meals {meals}, incidentals {incidentals}"
    steps = (
        Step("per_diem.allowance", f"{len(days)} days: {parts} = {allowance} {currency}"),
        Step(f"per_diem.meals_by_{terms.reduce_by}", f"meals provided take {reduction}"),
        Step("per_diem.payable", f"{allowance - reduction} {currency} payable"),
    )
    rest = meals + incidentals - reduction
    return PerDiem(
        len(days), lodging, meals, incidentals, allowance, reduction, rest,
        allowance - reduction, reductions, steps,
    )  # fmt: skip
