"""Progress: how much of a promise is done, as a fraction that is never rounded first.

Owns the measures (cost, hours, units, milestones, time) and the override of a measure. A figure
kept as numerator and denominator gives the same revenue whoever multiplies it; rounding it to
decimals first is a convention a contract must ask for.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from domain.errors import Refusal
from domain.explanation import Step
from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import ZERO, portion, rounded, to_decimal


class ProgressOutOfRange(Refusal):
    """Progress is between nothing and all of the work."""

    code = "PROGRESS_OUT_OF_RANGE"


class NothingToMeasure(Refusal):
    """The whole of the work is zero, so no share of it can be said."""

    code = "NOTHING_TO_MEASURE"


class ExclusionTooLarge(Refusal):
    """More is excluded from the measure than it holds."""

    code = "EXCLUSION_TOO_LARGE"


class OverrideIncomplete(Refusal):
    """An override needs a reason, and expires after it begins."""

    code = "OVERRIDE_INCOMPLETE"


class TermReversed(Refusal):
    """The term ends before it begins."""

    code = "TERM_REVERSED"


@dataclass(frozen=True)
class Progress:
    """How much is done: ``done`` of ``whole``, in one unit (cost, hours, days).

    Kept as two figures, since a rounded percentage changes the revenue. ``decimals`` is set where
    a contract rounds progress before it multiplies (0.5122 to 0.512); ``steps`` say how it was
    measured.
    """

    done: Decimal
    whole: Decimal = Decimal(1)
    measure: str = "share"
    steps: tuple[Step, ...] = ()
    decimals: int | None = None

    @property
    def share(self) -> Fraction:
        """From 0 to 1, exact unless the contract rounds it. Raises ProgressOutOfRange."""
        if self.whole <= 0 or not 0 <= self.done <= self.whole:
            text = f"{self.done} of {self.whole} is no progress"
            raise ProgressOutOfRange(text, field="progress")
        exact = Fraction(self.done) / Fraction(self.whole)
        if self.decimals is None:
            return exact
        return Fraction(rounded(exact, Decimal(1).scaleb(-self.decimals)))

    @property
    def ratio(self) -> Decimal:
        """The share to 28 digits, for people; amounts come from ``of``."""
        return to_decimal(self.share)

    def of(self, amount: Decimal, currency: str) -> Decimal:
        """That share of an amount, rounded once."""
        return portion(amount, self.share, currency)

    def to_decimals(self, decimals: int) -> "Progress":
        """Rounded half up before it multiplies, for a contract that says so."""
        return replace(self, decimals=decimals)


@dataclass(frozen=True)
class Costs:
    """Cost of a contract in its currency: to date, and as estimated for all of it.

    Waste and uninstalled material are parts of the two totals that show no progress: the waste
    in ``to_date`` and what of it the estimate holds; material that was delivered before it is
    used, so far and in all.
    """

    to_date: Decimal
    estimated_total: Decimal
    waste_to_date: Decimal = ZERO
    waste_in_estimate: Decimal = ZERO
    uninstalled_to_date: Decimal = ZERO
    uninstalled_total: Decimal = ZERO


@dataclass(frozen=True)
class Milestone:
    """A stage of the work, its weight in the whole and when it was reached."""

    name: str
    weight: Decimal
    reached_on: date | None = None


@dataclass(frozen=True)
class Override:
    """A person's cumulative percentage instead of the measure, for a reason and for a time."""

    pct: Decimal
    reason: str
    from_on: date
    expires_on: date


def estimate_at_completion(cost_to_date: Decimal, estimate_to_complete: Decimal) -> Decimal:
    """All the cost a contract is expected to take. Raises NegativeFigure."""
    _refuse_negative(cost_to_date=cost_to_date, estimate_to_complete=estimate_to_complete)
    return cost_to_date + estimate_to_complete


def cost_to_cost(costs: Costs, decimals: int | None = None) -> Progress:
    """Cost to date of cost in all, waste and uninstalled material left out of both.

    Capped at all of it where the estimate is overrun. Source: ASC 606-10-55-21, IFRS 15.B19.
    Raises NegativeFigure, ExclusionTooLarge, NothingToMeasure.
    """
    _refuse_negative(**vars(costs))
    done = costs.to_date - costs.waste_to_date - costs.uninstalled_to_date
    whole = costs.estimated_total - costs.waste_in_estimate - costs.uninstalled_total
    if done < 0 or whole < 0:
        raise ExclusionTooLarge(f"left over after exclusions: {done} of {whole}")
    left_out = costs.to_date - done
    excluded = (Step("progress.excluded", f"{left_out} shows no progress and is left out"),)
    found = share_of("cost_to_cost", done, whole, decimals)
    return replace(found, steps=excluded + found.steps) if left_out else found


def hours(worked: Decimal, estimated_total: Decimal, decimals: int | None = None) -> Progress:
    """Hours worked of hours in all. Source: ASC 606-10-55-20. Raises NothingToMeasure."""
    return share_of("hours", worked, estimated_total, decimals)


def units(delivered: Decimal, total: Decimal, decimals: int | None = None) -> Progress:
    """Units delivered of units promised. Source: ASC 606-10-55-17.

    Raises ProgressOutOfRange where more was delivered than promised.
    """
    if delivered > total:
        raise ProgressOutOfRange(f"{delivered} delivered of {total} promised")
    return share_of("units", delivered, total, decimals)


def milestones(stages: tuple[Milestone, ...], as_of: date) -> Progress:
    """Weight of the stages reached by a day, of all stages. Source: ASC 606-10-55-17."""
    reached = [stage.weight for stage in stages if stage.reached_on and stage.reached_on <= as_of]
    _refuse_negative(weight=min((stage.weight for stage in stages), default=ZERO))
    return share_of("milestones", sum(reached, ZERO), sum((s.weight for s in stages), ZERO))


def reported(pct: Decimal, decimals: int | None = None) -> Progress:
    """A percentage somebody measured, cumulative. Raises ProgressOutOfRange."""
    if not 0 <= pct <= 100:  # noqa: PLR2004 - percent
        raise ProgressOutOfRange(f"{pct} % is not between 0 and 100", field="pct")
    return share_of("reported", pct, Decimal(100), decimals)


def elapsed_days(starts_on: date, ends_on: date, as_of: date) -> Progress:
    """Days of a term that have passed at the end of ``as_of``; the last day is part of it.

    Source: ASC 606-10-55-20 (inputs expended evenly). Raises TermReversed.
    """
    require_term(starts_on, ends_on)
    passed = (min(as_of, ends_on) - starts_on).days + 1
    return share_of(
        "elapsed_days", Decimal(max(passed, 0)), Decimal((ends_on - starts_on).days + 1)
    )


def elapsed_months(starts_on: date, ends_on: date, as_of: date) -> Progress:
    """Calendar months of a term begun by ``as_of``; each counts the same. Raises TermReversed."""
    require_term(starts_on, ends_on)
    begun = max(month_no(min(as_of, ends_on)) - month_no(starts_on) + 1, 0)
    whole = month_no(ends_on) - month_no(starts_on) + 1
    return share_of("elapsed_months", Decimal(begun if as_of >= starts_on else 0), Decimal(whole))


def month_no(on: date) -> int:
    """Months since year zero, so that months can be subtracted."""
    return on.year * 12 + on.month - 1


def overridden(measured: Progress, override: Override, as_of: date) -> Progress:
    """The person's figure while it holds, else the measured one, and which it is.

    Raises OverrideIncomplete, ProgressOutOfRange.
    """
    if not override.reason.strip() or override.expires_on < override.from_on:
        raise OverrideIncomplete(f"override of {override.pct} % without reason or with no days")
    told = f"{override.pct} % from {override.from_on} to {override.expires_on}: {override.reason}"
    if override.from_on <= as_of <= override.expires_on:
        step = Step("progress.override", f"set by hand to {told}")
        return replace(reported(override.pct), steps=(*measured.steps, step))
    step = Step("progress.override_lapsed", f"override not in force on {as_of}: {told}")
    return replace(measured, steps=(*measured.steps, step))


def share_of(measure: str, done: Decimal, whole: Decimal, decimals: int | None = None) -> Progress:
    """A figure to date of one for all, capped at all of it. Raises NothingToMeasure."""
    _refuse_negative(done=done, whole=whole)
    if not whole:
        raise NothingToMeasure(f"{measure}: the whole of the work is zero")
    capped = min(done, whole)
    steps = [Step(f"progress.{measure}", f"{done} of {whole}")]
    if done > whole:
        steps.append(Step("progress.cap", "the estimate is overrun; progress stops at all of it"))
    if decimals is not None:
        steps.append(Step("progress.rounded", f"rounded to {decimals} decimals, as agreed"))
    return Progress(capped, whole, measure, tuple(steps), decimals)


def _refuse_negative(**figures: Decimal) -> None:
    for name, figure in figures.items():
        if figure < 0:
            raise NegativeFigure(f"{name} is {figure}", field=name)


def require_term(starts_on: date, ends_on: date) -> None:
    """Raises TermReversed."""
    if ends_on < starts_on:
        raise TermReversed(f"the term runs from {starts_on} to {ends_on}", field="ends_on")
