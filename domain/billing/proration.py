"""Proration: the part of a price that belongs to part of a period, and the cycles of a plan.

Spans are half-open local dates: the first day counts, ``ends_before`` does not. The denominator
is the whole period's own days, or a fixed number of days a month (30/360). A share is kept as
its two numbers; money is rounded once, half up, where a line ends.
"""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize

NINE_PLACES = Decimal("0.000000001")
MONTHS_A_YEAR = 12
LONGEST_MONTH = 31

Alignment = Literal["anchor", "calendar"]


class EmptySpan(Refusal):
    """The period has no day: its end is not after its start."""

    code = "EMPTY_SPAN"


class OutsidePeriod(Refusal):
    """The part to prorate is negative, or more than its whole."""

    code = "OUTSIDE_PERIOD"


class BadCycle(Refusal):
    """A bill cycle has a day of 1 to 31 and at least one month."""

    code = "BAD_CYCLE"


@dataclass(frozen=True)
class Span:
    """Days from ``starts_on`` until the day before ``ends_before``."""

    starts_on: date
    ends_before: date

    @classmethod
    def through(cls, first: date, last: date) -> "Span":
        """A span written with its last day included."""
        return cls(first, last + timedelta(days=1))

    @property
    def days(self) -> int:
        """Actual days in it."""
        return (self.ends_before - self.starts_on).days

    @property
    def text(self) -> str:
        """For people: first and last day."""
        return f"{self.starts_on} to {self.ends_before - timedelta(days=1)}"

    def within(self, other: "Span") -> "Span | None":
        """The days both have; None where they share none."""
        start = max(self.starts_on, other.starts_on)
        end = min(self.ends_before, other.ends_before)
        return Span(start, end) if start < end else None


@dataclass(frozen=True)
class Prorated:
    """``amount`` for ``part`` of ``whole`` (days, seconds, or a fraction of one)."""

    amount: Decimal
    part: Decimal
    whole: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class PlanChange:
    """What a change of price inside a paid period asks for; the credit is negative."""

    credit_unused: Decimal
    charge_remaining: Decimal
    net: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Cycle:
    """A billed piece: its days out of the days of the cycle it belongs to."""

    span: Span
    days: int
    cycle_days: int

    @property
    def cycles(self) -> Decimal:
        """Its share of a cycle, nine decimals, half up."""
        share = Decimal(self.days) / self.cycle_days
        return share.quantize(NINE_PLACES, ROUND_HALF_UP)


@dataclass(frozen=True)
class BillCycle:
    """``anchor_day`` is kept over short months: 31, 28, 31.

    ``alignment`` says where the cycle of a stub begins: on the anchor day, or one calendar
    interval from the cycle date met (28 February goes with 28 January). ``fixed_days_in_month``
    is 0 for actual days.
    """

    anchor_day: int
    interval_months: int = 1
    in_advance: bool = True
    alignment: Alignment = "anchor"
    fixed_days_in_month: int = 0


def prorate(amount: Decimal, part: Decimal | int, whole: Decimal | int, currency: str) -> Prorated:
    """``amount`` times part over whole, rounded once. Raises EmptySpan, OutsidePeriod."""
    if whole <= 0:
        raise EmptySpan(f"a period of {whole} cannot be divided")
    if not 0 <= part <= whole:
        raise OutsidePeriod(f"{part} is not a part of {whole}")
    found = quantize(amount * part / whole, currency)
    text = f"{amount} x {part}/{whole} = {found} {currency}, half up"
    return Prorated(found, Decimal(part), Decimal(whole), (Step("proration.share", text),))


def prorate_days(
    amount: Decimal, period: Span, active: Span, currency: str, fixed_days_in_month: int = 0
) -> Prorated:
    """The days of ``active`` inside ``period`` over all of them. Raises EmptySpan.

    With ``fixed_days_in_month`` (30 for 30/360) every month counts that many days.
    """
    if period.days <= 0 or active.days < 0:
        raise EmptySpan(f"{period.text} or {active.text} ends before it starts")
    shared = active.within(period)
    part = days_of(shared, fixed_days_in_month) if shared else 0
    found = prorate(amount, part, days_of(period, fixed_days_in_month), currency)
    return Prorated(found.amount, found.part, found.whole, (_count(fixed_days_in_month),
                    *found.steps))  # fmt: skip


def _count(fixed_days_in_month: int) -> Step:
    if fixed_days_in_month:
        return Step("proration.fixed_days", f"every month has {fixed_days_in_month} days")
    return Step("proration.actual_days", "actual days over the days of the whole period")


def prorate_time(
    amount: Decimal, period: tuple[datetime, datetime], active: tuple[datetime, datetime],
    currency: str,
) -> Prorated:  # fmt: skip
    """By the second: instants of one zone, ends excluded. Raises EmptySpan."""
    whole = int((period[1] - period[0]).total_seconds())
    start, end = max(active[0], period[0]), min(active[1], period[1])
    return prorate(amount, max(0, int((end - start).total_seconds())), whole, currency)


def days_of(span: Span, fixed_days_in_month: int = 0) -> int:
    """Actual days, or days where every month has ``fixed_days_in_month``.

    A day beyond the fixed number counts as the last one (30E/360, ISDA 2006 4.16(g)).
    """
    if not fixed_days_in_month:
        return span.days
    first, last = span.starts_on, span.ends_before
    months = (last.year - first.year) * MONTHS_A_YEAR + last.month - first.month
    day, end = (min(on.day, fixed_days_in_month) for on in (first, last))
    return months * fixed_days_in_month + end - day


def change_plan(
    old: Decimal, new: Decimal, left: Decimal | int, whole: Decimal | int, currency: str
) -> PlanChange:
    """Up- or downgrade of a period paid in advance: unused old back, remaining new charged.

    ``left`` of ``whole`` remains. ``net`` is negative where the client gets money back.
    Raises EmptySpan, OutsidePeriod.
    """
    unused = prorate(old, left, whole, currency)
    remaining = prorate(new, left, whole, currency)
    net = remaining.amount - unused.amount
    steps = (
        Step("proration.credit_unused", f"unused time on the old price: {unused.steps[0].text}"),
        Step("proration.charge_remaining", f"time on the new price: {remaining.steps[0].text}"),
        Step("proration.net", f"{remaining.amount} - {unused.amount} = {net} {currency}"),
    )
    return PlanChange(-unused.amount, remaining.amount, net, steps)


def add_months(on: date, months: int, anchor_day: int) -> date:
    """The anchor day some months later, or the last day of a shorter month."""
    year, month = divmod(on.year * MONTHS_A_YEAR + on.month - 1 + months, MONTHS_A_YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(anchor_day, last))


def first_cycle_date(cycle: BillCycle, starts_on: date) -> date:
    """The first cycle date on or after the start. Raises BadCycle."""
    if not 1 <= cycle.anchor_day <= LONGEST_MONTH or cycle.interval_months < 1:
        raise BadCycle(f"day {cycle.anchor_day} every {cycle.interval_months} months")
    found = add_months(starts_on, 0, cycle.anchor_day)
    if found < starts_on:
        return add_months(starts_on, cycle.interval_months, cycle.anchor_day)
    return found


def cycles_of(cycle: BillCycle, starts_on: date, ends_before: date) -> tuple[Cycle, ...]:
    """Every piece between two dates: leading stub, whole cycles, trailing stub.

    Raises BadCycle, EmptySpan.
    """
    if ends_before <= starts_on:
        raise EmptySpan(f"{starts_on} to {ends_before} has no day")
    first = first_cycle_date(cycle, starts_on)
    edges = [starts_on] if starts_on < first else []
    number = 0
    while (edge := _edge(cycle, first, number)) < ends_before:
        edges.append(edge)
        number += 1
    ends = [*edges[1:], ends_before]
    return tuple(_piece(cycle, first, *ends_) for ends_ in zip(edges, ends, strict=True))


def _edge(cycle: BillCycle, first: date, number: int) -> date:
    return add_months(first, number * cycle.interval_months, cycle.anchor_day)


def _piece(cycle: BillCycle, first: date, start: date, end: date) -> Cycle:
    span, fixed = Span(start, end), cycle.fixed_days_in_month
    around = _cycle_around(cycle, first, start)
    if start >= first and end == add_months(start, cycle.interval_months, cycle.anchor_day):
        around = span
    whole = fixed * cycle.interval_months or around.days
    return Cycle(span, whole if around == span else days_of(span, fixed), whole)


def _cycle_around(cycle: BillCycle, first: date, start: date) -> Span:
    months = cycle.interval_months
    if start < first:
        day = cycle.anchor_day if cycle.alignment == "anchor" else first.day
        return Span(add_months(first, -months, day), first)
    day = cycle.anchor_day if cycle.alignment == "anchor" else start.day
    return Span(start, add_months(start, months, day))


def cycles_due(
    cycle: BillCycle, starts_on: date, target: date, ends_before: date | None = None
) -> tuple[Cycle, ...]:
    """The pieces to bill by ``target``.

    In advance: each piece that has begun by then. In arrears: each that has ended by then.
    Raises BadCycle, EmptySpan.
    """
    far = add_months(max(target, starts_on), 2 * cycle.interval_months, cycle.anchor_day)
    pieces = cycles_of(cycle, starts_on, min(far, ends_before or far))
    if cycle.in_advance:
        return tuple(piece for piece in pieces if piece.span.starts_on <= target)
    return tuple(piece for piece in pieces if piece.span.ends_before <= target)
