"""Schedules: a price spread over its term by month, and the balances that move with it.

Owns what counts as a share of time (days, months, seconds) and how the months sum exactly to the
price. By default the cumulative figure is rounded, never a month on its own; a contract may let
the last month take the rest instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import minor_unit
from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import ZERO, CreditAboveInvoice, portion
from domain.revenue.progress import TermReversed, month_no
from domain.revenue.term import Term, midnight

Granularity = Literal[
    "continuous", "daily", "monthly", "monthly_prorated", "half_month", "thirty_360"
]
Residual = Literal["cumulative", "last_month", "round_down"]
Part = tuple[str, Fraction]
THIRTY = 30


class ChangeOutsideTerm(Refusal):
    """The plan changes on a day that is not inside its term."""

    code = "CHANGE_OUTSIDE_TERM"


@dataclass(frozen=True)
class MonthAmount:
    """Revenue of a month (YYYY-MM), to its end, and what is left for later."""

    month: str
    amount: Decimal
    cumulative: Decimal
    remaining: Decimal


@dataclass(frozen=True)
class Schedule:
    """A price by month; the months sum to it."""

    price: Decimal
    currency: str
    months: tuple[MonthAmount, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Invoiced:
    """An invoice (negative: a credit) and the customer's credit that paid part of it."""

    on: date
    amount: Decimal
    credit_applied: Decimal = ZERO


@dataclass(frozen=True)
class Paid:
    """Money received on a day."""

    on: date
    amount: Decimal


@dataclass(frozen=True)
class MonthMovement:
    """How balances change in a month; increases positive, whichever side they stand on."""

    month: str
    revenue: Decimal
    receivable: Decimal
    deferred: Decimal
    customer_credit: Decimal
    cash: Decimal


@dataclass(frozen=True)
class PlanChange:
    """A plan replaced inside its term: earned on each, and the one invoice for the rest.

    ``proration`` is the new plan's charge less the old one's unused part; negative is a credit.
    """

    revenue_old: Decimal
    unused_old: Decimal
    revenue_new: Decimal
    proration: Decimal
    months: tuple[MonthAmount, ...]
    steps: tuple[Step, ...]


def shares(term: Term, granularity: Granularity) -> tuple[Part, ...]:
    """Each month's part of the term; the parts sum to one. Raises TermReversed.

    ``continuous`` counts elapsed seconds; ``daily`` the days begun, without the one it ends on;
    ``monthly`` gives whole months the same, from the first on; ``monthly_prorated`` gives broken
    first and last months their time and the rest the same; ``half_month`` gives the first and
    the month after the last half a month; ``thirty_360`` counts every month as thirty days.
    """
    if term.ends_at <= term.starts_at:
        raise TermReversed(f"the term runs from {term.starts_at} to {term.ends_at}")
    weights = {
        "continuous": _by_time,
        "daily": _by_day,
        "monthly": _by_month,
        "monthly_prorated": _by_prorated_month,
        "half_month": _by_half_month,
        "thirty_360": _by_thirty,
    }[granularity](term)
    whole = sum(weights, Fraction(0))
    first = month_no(term.first)
    return tuple((month_name(first + i), weight / whole) for i, weight in enumerate(weights))


def schedule(
    price: Decimal,
    term: Term,
    currency: str,
    granularity: Granularity = "daily",
    residual: Residual = "cumulative",
) -> Schedule:
    """A price over its term by month. Source: ASC 606-10-25-31, 55-20 (even effort).

    Raises TermReversed, NegativeFigure.
    """
    if price < 0:
        raise NegativeFigure(f"price is {price}", field="price")
    parts = shares(term, granularity)
    amounts = spread(price, [part for _, part in parts], currency, residual)
    text = f"{price} {currency} from {term.first} to {term.last}, {granularity}"
    steps = (
        Step(f"schedule.{granularity}", text),
        Step(f"schedule.residual_{residual}", "the months sum to the price"),
    )
    return Schedule(price, currency, _months([name for name, _ in parts], amounts), steps)


def spread(
    price: Decimal, parts: Sequence[Fraction], currency: str, residual: Residual = "cumulative"
) -> list[Decimal]:
    """Amounts in proportion to ``parts`` (which sum to one) that sum to the price.

    ``cumulative`` rounds the figure to date; ``last_month`` rounds each and gives the last the
    rest; ``round_down`` rounds each down and gives the last of the even ones the rest.
    """
    whole = portion(price, Fraction(1), currency)
    if residual == "cumulative":
        points = [sum(parts[:i], Fraction(0)) for i in range(len(parts) + 1)]
        return [
            portion(price, b, currency) - portion(price, a, currency) for a, b in pairwise(points)
        ]
    if residual == "last_month":
        return _last_takes_rest(whole, [portion(price, part, currency) for part in parts])
    amounts = [_down(Fraction(price) * part, currency) for part in parts]
    taker = max(range(len(parts)), key=lambda i: (list(parts).count(parts[i]), i))
    amounts[taker] += whole - sum(amounts)
    return amounts


def movements(
    plan: Schedule, invoices: tuple[Invoiced, ...], payments: tuple[Paid, ...]
) -> tuple[MonthMovement, ...]:
    """Revenue, receivable, deferred revenue, customer credit and cash by month.

    An invoice defers its whole amount; what is paid beyond the receivable becomes the customer's
    credit. Raises CreditAboveInvoice, NegativeFigure.
    """
    for invoice in invoices:
        _refuse_credit(invoice)
    earned = {month.month: month.amount for month in plan.months}
    billed, cash = _by_month_of(invoices), _by_month_of(payments)
    applied = _by_month_of([Paid(each.on, each.credit_applied) for each in invoices])
    rows: list[MonthMovement] = []
    owed = ZERO
    for name in sorted({*earned, *billed, *cash}):
        asked, credit, paid = (found.get(name, ZERO) for found in (billed, applied, cash))
        revenue, due = earned.get(name, ZERO), asked - credit - paid
        receivable = max(owed + due, ZERO) - max(owed, ZERO)
        owed += due
        rows.append(
            MonthMovement(
                name, revenue, receivable, asked - revenue, receivable - due - credit, paid
            )
        )
    return tuple(rows)


def change_plan(
    old_price: Decimal,
    new_price: Decimal,
    term: Term,
    change_at: datetime,
    currency: str,
    granularity: Granularity = "daily",
) -> PlanChange:
    """Another price from ``change_at`` to the end of the term; prices are for the whole term.

    By day unless ``continuous``. The old plan's unused part comes back, the new plan's rest is
    charged. Raises ChangeOutsideTerm.
    """
    if not term.starts_at < change_at < term.ends_at:
        raise ChangeOutsideTerm(f"{change_at} is not inside the term", field="change_at")
    before = Term(term.starts_at, change_at, term.zone)
    after = Term(change_at, term.ends_at, term.zone)
    counted = _by_time if granularity == "continuous" else _by_day
    done = sum(counted(before), Fraction(0)) / sum(counted(term), Fraction(0))
    earned = portion(old_price, done, currency)
    unused = portion(old_price, Fraction(1), currency) - earned
    charge = portion(new_price, 1 - done, currency)
    months = _merged(
        schedule(earned, before, currency, granularity),
        schedule(charge, after, currency, granularity),
    )
    steps = _told(earned, unused, charge, currency)
    return PlanChange(earned, unused, charge, charge - unused, months, steps)


def _told(earned: Decimal, unused: Decimal, charge: Decimal, currency: str) -> tuple[Step, ...]:
    return (
        Step("plan.old", f"{earned} {currency} earned on the old plan, {unused} unused"),
        Step("plan.new", f"{charge} {currency} for the rest of the term on the new plan"),
        Step("plan.proration", f"{charge} less {unused} = {charge - unused} {currency}"),
    )


def month_name(no: int) -> str:
    """YYYY-MM of a month's number."""
    return f"{no // 12:04}-{no % 12 + 1:02}"


def _month_starts(term: Term) -> list[date]:
    numbers = range(month_no(term.first) + 1, month_no(term.last) + 1)
    return [date(no // 12, no % 12 + 1, 1) for no in numbers]


def _by_time(term: Term) -> list[Fraction]:
    inner = [midnight(day, term.zone) for day in _month_starts(term)]
    borders = [term.starts_at.astimezone(UTC), *inner, term.ends_at.astimezone(UTC)]
    return [Fraction((b - a) // timedelta(microseconds=1)) for a, b in pairwise(borders)]


def _by_day(term: Term) -> list[Fraction]:
    end = max(term.end, term.first + timedelta(days=1))
    borders = [term.first, *(day for day in _month_starts(term) if day < end), end]
    return [Fraction((b - a).days) for a, b in pairwise(borders)]


def _whole_months(term: Term) -> int:
    """Months from the first day on until the term is covered, a broken one counting whole."""
    count = month_no(term.last) - month_no(term.first) + 1
    return count if term.last.day >= term.first.day else max(count - 1, 1)


def _by_month(term: Term) -> list[Fraction]:
    return [Fraction(1)] * _whole_months(term)


def _by_half_month(term: Term) -> list[Fraction]:
    half = Fraction(1, 2)
    return [half, *[Fraction(1)] * (_whole_months(term) - 1), half]


def _by_prorated_month(term: Term) -> list[Fraction]:
    """Broken ends by their time; the other months share what is left of the time evenly."""
    weights = _by_time(term)
    lo = int(term.starts_at != midnight(term.first.replace(day=1), term.zone))
    after = month_no(term.last) + 1
    whole_end = midnight(date(after // 12, after % 12 + 1, 1), term.zone)
    hi = len(weights) - int(term.ends_at != whole_end)
    if hi > lo:
        weights[lo:hi] = [sum(weights[lo:hi], Fraction(0)) / (hi - lo)] * (hi - lo)
    return weights


def _by_thirty(term: Term) -> list[Fraction]:
    days = [THIRTY] * (month_no(term.last) - month_no(term.first) + 1)
    if (term.last + timedelta(days=1)).day != 1:
        days[-1] = min(term.last.day, THIRTY)
    days[0] -= min(term.first.day, THIRTY) - 1
    return [Fraction(max(count, 1)) for count in days]


def _down(exact: Fraction, currency: str) -> Decimal:
    unit = minor_unit(currency)
    return Decimal(int(exact / Fraction(unit))) * unit


def _last_takes_rest(whole: Decimal, rounded: list[Decimal]) -> list[Decimal]:
    """Rounded up many times over, the whole may be used up before the last; never exceeded."""
    left, amounts = whole, []
    for amount in rounded[:-1]:
        amounts.append(min(amount, left))
        left -= amounts[-1]
    return [*amounts, left]


def _months(names: Sequence[str], amounts: Sequence[Decimal]) -> tuple[MonthAmount, ...]:
    whole, to_date = sum(amounts, ZERO), ZERO
    rows = []
    for name, amount in zip(names, amounts, strict=True):
        to_date += amount
        rows.append(MonthAmount(name, amount, to_date, whole - to_date))
    return tuple(rows)


def _merged(*plans: Schedule) -> tuple[MonthAmount, ...]:
    rows = [row for plan in plans for row in plan.months]
    names = sorted({row.month for row in rows})
    return _months(names, [sum((r.amount for r in rows if r.month == n), ZERO) for n in names])


def _by_month_of(facts: Sequence[Invoiced | Paid]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for fact in facts:
        name = month_name(month_no(fact.on))
        found[name] = found.get(name, ZERO) + fact.amount
    return found


def _refuse_credit(invoice: Invoiced) -> None:
    if invoice.credit_applied < 0:
        raise NegativeFigure(f"credit of {invoice.credit_applied}", field="credit_applied")
    if invoice.credit_applied > max(invoice.amount, ZERO):
        raise CreditAboveInvoice(
            f"credit of {invoice.credit_applied} on an invoice of {invoice.amount}"
        )
