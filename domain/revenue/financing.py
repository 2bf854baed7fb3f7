"""Significant financing: the price as if paid when the service passes, and the interest apart.

A customer who pays late borrows, one who pays early lends. Rates are per cent for one period, and
interest compounds each period (ASC 606-10-32-15 to 32-20).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.errors import Refusal
from domain.explanation import Step
from domain.revenue.figures import require_not_negative, require_positive, shown, to_money

LARGEST_RATE_PCT = Decimal(10000)
SMALLEST_STEP = Decimal("1E-20")
MONTHS_OF_EXPEDIENT = 12


class NoImplicitRate(Refusal):
    """No rate turns the promised payments into the cash price."""

    code = "NO_IMPLICIT_RATE"


class PaymentsDoNotSettle(Refusal):
    """The payments do not bring the balance to nothing at the rate given."""

    code = "PAYMENTS_DO_NOT_SETTLE"


@dataclass(frozen=True)
class Payment:
    """An amount due at the end of the ``period``th period; 0 is today."""

    period: int
    amount: Decimal


def level(amount: Decimal, periods: int) -> tuple[Payment, ...]:
    """The same amount at the end of each of so many periods."""
    return tuple(Payment(no, amount) for no in range(1, periods + 1))


def rate_per_period_pct(annual_pct: Decimal, periods_per_year: int) -> Decimal:
    """A nominal yearly rate for one period: 12 % a year is 1 % a month."""
    require_not_negative(annual_pct, field="annual_pct")
    require_positive(Decimal(periods_per_year), field="periods_per_year")
    return annual_pct / periods_per_year


def present_value(payments: Sequence[Payment], rate_pct: Decimal, currency: str) -> Decimal:
    """Worth today of the payments, rounded once. Raises NegativeFigure."""
    require_not_negative(rate_pct, field="rate_pct")
    require_not_negative(*(Decimal(p.period) for p in payments), field="period")
    growth = 1 + Fraction(rate_pct) / 100
    worth = (Fraction(p.amount) / growth**p.period for p in payments)
    return to_money(sum(worth, Fraction(0)), currency)


def future_value(amount: Decimal, rate_pct: Decimal, periods: int, currency: str) -> Decimal:
    """What an amount paid today has grown to after so many periods."""
    require_not_negative(amount, rate_pct, Decimal(periods), field="rate_pct")
    return to_money(Fraction(amount) * (1 + Fraction(rate_pct) / 100) ** periods, currency)


def implicit_rate_pct(cash_price: Decimal, payments: Sequence[Payment]) -> Decimal:
    """The rate per period that discounts the payments to the cash price (ASC 606-10-32-19).

    Found by halving, to 20 decimals. Raises NoImplicitRate, FigureNotPositive.
    """
    require_positive(cash_price, field="cash_price")
    low, high = Decimal(0), LARGEST_RATE_PCT
    if not _worth(payments, high) <= cash_price <= _worth(payments, low):
        total = _worth(payments, low)
        raise NoImplicitRate(f"no rate turns {total} into {cash_price}", field="cash_price")
    while high - low > SMALLEST_STEP:
        middle = (low + high) / 2
        low, high = (middle, high) if _worth(payments, middle) > cash_price else (low, middle)
    return high.quantize(Decimal("1E-12"))


def _worth(payments: Sequence[Payment], rate_pct: Decimal) -> Decimal:
    growth = 1 + rate_pct / 100
    return sum((p.amount / growth**p.period for p in payments), Decimal(0))


@dataclass(frozen=True)
class InterestRow:
    """One period of a balance: interest on what it opened with, then the payment."""

    period: int
    opening: Decimal
    interest: Decimal
    payment: Decimal
    closing: Decimal


def effective_interest(
    opening: Decimal,
    rate_pct: Decimal,
    payments: Sequence[Decimal],
    currency: str,
    *,
    settles: bool = False,
) -> tuple[InterestRow, ...]:
    """A balance period by period; each interest is rounded on the rounded opening balance.

    With ``settles`` the last interest takes what rounded payments left, so the balance ends at
    nothing; PaymentsDoNotSettle where that is more than one of the currency for each payment.
    """
    require_not_negative(opening, rate_pct, *payments, field="payments")
    rows: list[InterestRow] = []
    balance = opening
    for no, payment in enumerate(payments, 1):
        interest = to_money(Fraction(balance) * Fraction(rate_pct) / 100, currency)
        if settles and no == len(payments):
            interest = _last_interest(balance, interest, payment, len(payments))
        closing = balance + interest - payment
        rows.append(InterestRow(no, balance, interest, payment, closing))
        balance = closing
    return tuple(rows)


def _last_interest(balance: Decimal, interest: Decimal, payment: Decimal, count: int) -> Decimal:
    needed = payment - balance
    if abs(needed - interest) > max(1, count):
        text = f"{balance + interest - payment} is left after the last payment"
        raise PaymentsDoNotSettle(text, field="payments")
    return needed


@dataclass(frozen=True)
class FinancedSale:
    """A price without its financing: revenue when the service passes, interest over time.

    ``interest`` is income where the customer pays after, expense where it pays before.
    """

    revenue: Decimal
    interest: Decimal
    rate_pct: Decimal
    schedule: tuple[InterestRow, ...]
    steps: tuple[Step, ...]


def paid_after(
    payments: Sequence[Payment], rate_pct: Decimal, currency: str, *, cash_price: Decimal | None
) -> FinancedSale:
    """A sale the customer pays for later: revenue is the present value.

    Where the ``cash_price`` is known it is the revenue and the rate is the implicit one.
    """
    rate = rate_pct if cash_price is None else implicit_rate_pct(cash_price, payments)
    worth = present_value(payments, rate, currency) if cash_price is None else cash_price
    last = max((payment.period for payment in payments), default=0)
    by_period = [_due(payments, no) for no in range(1, last + 1)]
    owed = worth - _due(payments, 0)
    rows = effective_interest(owed, rate, by_period, currency, settles=True)
    interest = sum((row.interest for row in rows), Decimal(0))
    step = Step("financing.paid_after", f"worth {worth} at {shown(rate)} %, interest {interest}")
    return FinancedSale(worth, interest, rate, rows, (step,))


def _due(payments: Sequence[Payment], period: int) -> Decimal:
    return sum((p.amount for p in payments if p.period == period), Decimal(0))


def paid_before(amount: Decimal, rate_pct: Decimal, periods: int, currency: str) -> FinancedSale:
    """A sale the customer pays for ``periods`` early: the liability grows into the revenue."""
    require_not_negative(Decimal(periods), field="periods")
    rows = effective_interest(amount, rate_pct, [Decimal(0)] * periods, currency)
    revenue = rows[-1].closing if rows else amount
    text = f"{amount} at {shown(rate_pct)} % for {periods} periods = {revenue}"
    step = Step("financing.paid_before", text)
    return FinancedSale(revenue, revenue - amount, rate_pct, rows, (step,))


@dataclass(frozen=True, kw_only=True)
class FinancingFacts:
    """What is asked before a price is discounted (ASC 606-10-32-16 to 32-18)."""

    months_apart: int
    uses_expedient: bool
    customer_sets_timing: bool = False
    mostly_variable: bool = False
    other_reason: bool = False


def is_significant(facts: FinancingFacts) -> tuple[bool, Step]:
    """Whether the price has to be discounted, and the reason."""
    exempt = (
        (facts.customer_sets_timing, "the customer decides when the service passes"),
        (facts.mostly_variable, "the amount depends on what neither party controls"),
        (facts.other_reason, "the time between is not for financing"),
    )
    for met, reason in exempt:
        if met:
            return False, Step("financing.exempt", reason)
    if facts.uses_expedient and facts.months_apart <= MONTHS_OF_EXPEDIENT:
        return False, Step("financing.expedient", f"{facts.months_apart} months: a year or less")
    return True, Step("financing.significant", f"{facts.months_apart} months between")
