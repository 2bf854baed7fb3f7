"""Dunning: which reminder is due, and what lateness costs.

Days overdue count from the day after the due date to the day asked about, without the days of
disputes. A level is due by days overdue, one after the other, never a lower one again. Interest
is simple: principal x rate x days over 365 or 360.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from domain.billing.proration import Span
from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize

DAY_COUNTS = (360, 365)


class BadDunningPolicy(Refusal):
    """Levels rise with their days; rates and fees are not negative; a year has 360 or 365 days."""

    code = "BAD_DUNNING_POLICY"


@dataclass(frozen=True)
class DunningLevel:
    """Due once an invoice is ``days_overdue``; ``fee`` in its currency."""

    level: int
    days_overdue: int
    fee: Decimal = Decimal(0)


@dataclass(frozen=True)
class DunningDue:
    """``level`` 0: nothing is due."""

    level: int
    days_overdue: int
    fee: Decimal
    paused: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class LatePolicy:
    """Interest a year in percent, and a flat fee; nothing within ``grace_days``.

    After grace interest counts from the first day overdue. ``maximum`` caps fee and interest.
    """

    annual_rate_pct: Decimal = Decimal(0)
    flat_fee: Decimal = Decimal(0)
    day_count: int = 365
    grace_days: int = 0
    minimum: Decimal = Decimal(0)
    maximum: Decimal | None = None


@dataclass(frozen=True)
class LateFee:
    """``total = interest + fee``."""

    days: int
    interest: Decimal
    fee: Decimal
    total: Decimal
    steps: tuple[Step, ...]


def days_overdue(due_on: date, on: date, disputes: Iterable[Span] = ()) -> int:
    """Days late, each day in dispute left out once; 0 before the due date."""
    if on <= due_on:
        return 0
    late = Span(due_on + timedelta(days=1), on + timedelta(days=1))
    return late.days - len({day for span in disputes for day in _days(span.within(late))})


def _days(span: Span | None) -> Iterable[date]:
    if span:
        yield from (span.starts_on + timedelta(days=no) for no in range(span.days))


def level_due(
    policy: Sequence[DunningLevel],
    due_on: date,
    on: date,
    sent_level: int = 0,
    disputes: Sequence[Span] = (),
) -> DunningDue:
    """The next level above what was sent, where its days are reached and nothing is disputed.

    Raises BadDunningPolicy.
    """
    _check_levels(policy)
    late = days_overdue(due_on, on, disputes)
    paused = any(span.starts_on <= on < span.ends_before for span in disputes)
    ahead = [step for step in policy if step.level > sent_level and step.days_overdue <= late]
    if paused or not ahead:
        why = "in dispute" if paused else f"{late} days overdue: no further level"
        return DunningDue(0, late, Decimal(0), paused, (Step("dunning.none", why),))
    step = min(ahead, key=lambda one: one.level)
    text = f"{late} days overdue: level {step.level} from day {step.days_overdue} on"
    return DunningDue(step.level, late, step.fee, paused, (Step("dunning.level", text),))


def _check_levels(policy: Sequence[DunningLevel]) -> None:
    ordered = sorted(policy, key=lambda step: step.level)
    days = [step.days_overdue for step in ordered]
    unique = len({step.level for step in policy}) == len(policy)
    if not unique or days != sorted(set(days)) or any(step.fee < 0 for step in policy):
        raise BadDunningPolicy(f"levels after {days} days", field="policy")


def late_fee(principal: Decimal, days: int, policy: LatePolicy, currency: str) -> LateFee:
    """Simple interest and fee of an amount some days late. Raises BadDunningPolicy."""
    if policy.day_count not in DAY_COUNTS or min(policy.annual_rate_pct, policy.flat_fee) < 0:
        raise BadDunningPolicy(f"{policy.annual_rate_pct} % of {policy.day_count} days")
    if principal <= 0 or days <= policy.grace_days:
        step = Step("dunning.grace", f"{days} days late, {policy.grace_days} are free")
        return LateFee(max(days, 0), Decimal(0), Decimal(0), Decimal(0), (step,))
    exact = principal * policy.annual_rate_pct * days / (100 * policy.day_count)
    interest = quantize(exact, currency)
    text = (
        f"{principal} x {policy.annual_rate_pct} % x {days}/{policy.day_count}"
        f" = {interest} {currency}, fee {policy.flat_fee}"
    )
    total = max(interest + policy.flat_fee, policy.minimum)
    if policy.maximum is not None:
        total = min(total, policy.maximum)
    fee = min(policy.flat_fee, total)
    return LateFee(days, total - fee, fee, total, (Step("dunning.interest", text),))
