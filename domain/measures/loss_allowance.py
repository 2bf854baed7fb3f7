"""Loss allowance: what of the receivables will not be paid, by age.

A provision matrix multiplies each bucket by its loss rate. Rates are given, or rolled from a
cohort of past sales: what was never paid, over what was still open when the bucket began. An
outlook beyond the past scales them. Rates are unrounded in the product.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import (
    HUNDRED,
    ZERO,
    pct_of,
    require_not_negative,
    require_same_count,
    require_some,
    shown,
)

ONE = Decimal(1)


class PaidOverSales(Refusal):
    """More of the cohort was paid than was sold."""

    code = "PAID_OVER_SALES"


class LossRateOutOfRange(Refusal):
    """A loss rate is below 0 or above 1."""

    code = "LOSS_RATE_OUT_OF_RANGE"


@dataclass(frozen=True)
class AllowanceLine:
    """A bucket: ``loss_rate`` is a fraction, unrounded; ``allowance`` is rounded."""

    bucket: str
    balance: Decimal
    loss_rate: Decimal
    allowance: Decimal


@dataclass(frozen=True)
class LossAllowance:
    """The matrix; ``total`` is the sum of its lines, ``coverage_pct`` of all receivables."""

    lines: tuple[AllowanceLine, ...]
    balance: Decimal
    total: Decimal
    coverage_pct: Decimal | None
    steps: tuple[Step, ...]


def rolled_rates(cohort_sales: Decimal, paid_by_bucket: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Loss rates of each bucket paid in, and of the one after them, as fractions.

    ``paid_by_bucket`` is what was paid in each bucket's time, the earliest first. Raises
    NothingGiven, NegativeFigure, PaidOverSales.
    """
    require_not_negative(cohort_sales, "cohort_sales")
    require_some(paid_by_bucket, "paid_by_bucket")
    for paid in paid_by_bucket:
        require_not_negative(paid, "paid_by_bucket")
    lost = cohort_sales - sum(paid_by_bucket, ZERO)
    if lost < 0:
        raise PaidOverSales(
            f"{cohort_sales - lost} paid of {cohort_sales}", field="paid_by_bucket"
        )
    rates, still_open = [], cohort_sales
    for paid in (*paid_by_bucket, ZERO):
        rates.append(lost / still_open if lost else ZERO)
        still_open -= paid
    return tuple(rates)


def loss_allowance(
    balances: Sequence[tuple[str, Decimal]],
    loss_rates: Sequence[Decimal],
    currency: str,
    outlook: Decimal = ONE,
) -> LossAllowance:
    """The allowance of each bucket's balance at its rate times the outlook, 1 at most.

    A bucket in credit takes none. Raises NothingGiven, UnequalCount, LossRateOutOfRange,
    NegativeFigure. Source: IFRS 9.5.5.15, B5.5.35 (provision matrix); ASC 326-20-55-37.
    """
    require_some(balances, "balances")
    require_same_count(balances, loss_rates, "loss rates")
    require_not_negative(outlook, "outlook")
    lines = tuple(
        _line(bucket, balance, _scaled(rate, outlook), currency)
        for (bucket, balance), rate in zip(balances, loss_rates, strict=True)
    )
    balance = sum((line.balance for line in lines), ZERO)
    total = sum((line.allowance for line in lines), ZERO)
    steps = tuple(_step(line, currency) for line in lines)
    covered = pct_of(total, balance)
    sum_ = Step("allowance.total", f"{total} of {balance} {currency}, {shown(covered)}")
    return LossAllowance(lines, balance, total, covered, (*steps, sum_))


def _scaled(rate: Decimal, outlook: Decimal) -> Decimal:
    if not 0 <= rate <= 1:
        raise LossRateOutOfRange(
            f"a loss rate of {rate} is not between 0 and 1", field="loss_rates"
        )
    return min(rate * outlook, ONE)


def _line(bucket: str, balance: Decimal, rate: Decimal, currency: str) -> AllowanceLine:
    rounded = quantize(balance, currency)
    return AllowanceLine(bucket, rounded, rate, quantize(max(balance, ZERO) * rate, currency))


def _step(line: AllowanceLine, currency: str) -> Step:
    text = f"{line.bucket}: {line.balance} x {shown(line.loss_rate * HUNDRED)}"
    return Step("allowance.bucket", f"{text} = {line.allowance} {currency}")
