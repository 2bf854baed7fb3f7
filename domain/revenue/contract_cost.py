"""Contract costs: what was paid to win or set up a contract, kept as an asset and written off.

Owns which cost is an asset, how it is amortised and when it is impaired (ASC 340-40,
IFRS 15.91-104).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import NegativeFigure
from domain.revenue.figures import ZERO, portion
from domain.revenue.schedule import Granularity, Residual, Schedule, schedule, spread
from domain.revenue.term import Term

EXPEDIENT_MONTHS = 12


class NoAmortisationPeriod(Refusal):
    """A capitalised cost is written off over at least one period with some benefit."""

    code = "NO_AMORTISATION_PERIOD"


class ReversalNotAllowed(Refusal):
    """US GAAP keeps an impairment; only IFRS takes it back."""

    code = "REVERSAL_NOT_ALLOWED"


@dataclass(frozen=True)
class ContractCost:
    """A cost of a contract and what decides its treatment; ``months`` of expected benefit.

    ``incremental`` matters to a cost to obtain: it would not exist without the contract.
    ``future_resource`` matters to a cost to fulfil: it relates to the contract and serves work
    still to be done.
    """

    kind: Literal["obtain", "fulfil"]
    amount: Decimal
    months: int
    incremental: bool = True
    future_resource: bool = True
    recoverable: bool = True
    chargeable_regardless: bool = False


@dataclass(frozen=True)
class Treatment:
    """How much becomes an asset and how much an expense at once."""

    capitalised: Decimal
    expensed: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Amortisation:
    """Amounts by period and the asset left after each; they sum to the asset."""

    amounts: tuple[Decimal, ...]
    balances: tuple[Decimal, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Impairment:
    """Loss of a period (negative: taken back) and the asset after it."""

    recoverable: Decimal
    loss: Decimal
    carrying: Decimal
    steps: tuple[Step, ...]


def treat(cost: ContractCost, *, one_year_expedient: bool = False) -> Treatment:
    """Asset or expense. Source: ASC 340-40-25-1 to 25-8, IFRS 15.91-98.

    The expedient expenses a cost to obtain whose benefit lasts a year or less. Raises
    NegativeFigure, NoAmortisationPeriod.
    """
    if cost.amount < 0:
        raise NegativeFigure(f"cost is {cost.amount}", field="amount")
    if cost.months < 1:
        raise NoAmortisationPeriod(f"{cost.months} months of benefit", field="months")
    if reason := _why_expense(cost, one_year_expedient=one_year_expedient):
        return Treatment(ZERO, cost.amount, (Step("contract_cost.expense", reason),))
    text = f"{cost.amount} kept as an asset for {cost.months} months"
    return Treatment(cost.amount, ZERO, (Step("contract_cost.capitalise", text),))


def by_months(
    asset: Decimal, months: int, currency: str, residual: Residual = "last_month"
) -> Amortisation:
    """The same every month; the last takes the rest. Source: ASC 340-40-35-1.

    Raises NoAmortisationPeriod, NegativeFigure.
    """
    if months < 1:
        raise NoAmortisationPeriod(f"{months} months", field="months")
    parts = [Fraction(1, months)] * months
    return _amortised(asset, parts, currency, f"evenly over {months} months", residual)


def by_term(
    asset: Decimal, term: Term, currency: str, granularity: Granularity = "daily"
) -> Schedule:
    """By calendar month over a term, for a cost whose benefit begins on a day."""
    return schedule(asset, term, currency, granularity)


def by_revenue(asset: Decimal, revenues: Sequence[Decimal], currency: str) -> Amortisation:
    """In proportion to the revenue of each period. Raises NoAmortisationPeriod."""
    if min(revenues, default=ZERO) < 0:
        raise NegativeFigure("revenue of a period is below zero", field="revenues")
    if not (whole := sum(revenues, ZERO)):
        raise NoAmortisationPeriod("no revenue to follow", field="revenues")
    parts = [Fraction(revenue) / Fraction(whole) for revenue in revenues]
    return _amortised(asset, parts, currency, f"as revenue of {whole} is earned", "cumulative")


def revise(asset: Decimal, amortised: Decimal, months_left: int, currency: str) -> Amortisation:
    """What is left over a changed remaining life; earlier months stay. ASC 340-40-35-2."""
    return by_months(asset - amortised, months_left, currency)


def impair(
    carrying: Decimal,
    consideration: Decimal,
    direct_costs: Decimal,
    currency: str,
    *,
    standard: Literal["us_gaap", "ifrs"] = "us_gaap",
    carrying_without_impairment: Decimal | None = None,
) -> Impairment:
    """Loss where the asset exceeds what is still to come from the customer less direct cost.

    ``consideration`` is what is still expected and what is received and not yet earned. IFRS
    takes a loss back up to ``carrying_without_impairment``. Source: ASC 340-40-35-3 to 35-6,
    IFRS 15.101-104. Raises NegativeFigure, ReversalNotAllowed.
    """
    if min(carrying, consideration, direct_costs) < 0:
        raise NegativeFigure("carrying amount, consideration and cost are not below zero")
    if carrying_without_impairment is not None and standard == "us_gaap":
        raise ReversalNotAllowed("an impairment is kept under US GAAP")
    recoverable = max(quantize(consideration - direct_costs, currency), ZERO)
    most = max(carrying, carrying_without_impairment or carrying)
    after = min(recoverable, most)
    text = f"{consideration} to come less {direct_costs} direct cost, asset of {carrying}"
    return Impairment(
        recoverable, carrying - after, after, (Step("contract_cost.impairment", text),)
    )


def _why_expense(cost: ContractCost, *, one_year_expedient: bool) -> str:
    if not cost.recoverable:
        return "not expected to be recovered"
    if cost.kind == "fulfil":
        return "" if cost.future_resource else "serves no work still to be done"
    if not cost.incremental and not cost.chargeable_regardless:
        return "would have been paid without the contract"
    if one_year_expedient and cost.months <= EXPEDIENT_MONTHS:
        return f"benefit of {cost.months} months: expedient for a year or less"
    return ""


def _amortised(
    asset: Decimal, parts: Sequence[Fraction], currency: str, text: str, residual: Residual
) -> Amortisation:
    if asset < 0:
        raise NegativeFigure(f"asset is {asset}", field="asset")
    amounts = spread(asset, parts, currency, residual)
    left, balances = portion(asset, Fraction(1), currency), []
    for amount in amounts:
        left -= amount
        balances.append(left)
    step = Step("contract_cost.amortise", f"{asset} {currency} {text}")
    return Amortisation(tuple(amounts), tuple(balances), (step,))
