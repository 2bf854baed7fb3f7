"""Variable consideration: the estimate, and how much of it the price may include.

Amounts are what the customer pays; a penalty or refund lowers them. An estimate is re-made each
period end and never rounds a probability.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from domain.errors import Refusal
from domain.explanation import Step
from domain.revenue.figures import (
    cumulative_deltas,
    require_not_negative,
    require_pct,
    require_positive,
    to_money,
)

Method = Literal["expected_value", "most_likely"]


class NoOutcomes(Refusal):
    """An estimate needs at least one outcome."""

    code = "NO_OUTCOMES"


class ProbabilitiesDoNotSum(Refusal):
    """The probabilities of all outcomes must sum to one."""

    code = "PROBABILITIES_DO_NOT_SUM"


class EstimateTooHigh(Refusal):
    """More is to be included than was estimated."""

    code = "ESTIMATE_TOO_HIGH"


@dataclass(frozen=True)
class Outcome:
    """A possible amount and its probability, from 0 to 1."""

    amount: Decimal
    probability: Decimal


@dataclass(frozen=True)
class Estimate:
    """``amount`` is by ``method``; the other method's figure stands beside it."""

    method: Method
    amount: Decimal
    expected_value: Decimal
    most_likely: Decimal
    steps: tuple[Step, ...]


def estimate(outcomes: Sequence[Outcome], currency: str, method: Method) -> Estimate:
    """By the method that predicts better, kept for the contract's life (ASC 606-10-32-8, 32-9).

    Of outcomes equally likely the lower amount is the most likely one, which is the cautious
    reading. Raises NoOutcomes, ProbabilitiesDoNotSum, NegativeFigure.
    """
    _require(outcomes)
    exact = sum((Fraction(o.amount) * Fraction(o.probability) for o in outcomes), Fraction(0))
    weighted = to_money(exact, currency)
    likely = max(outcomes, key=lambda outcome: (outcome.probability, -outcome.amount))
    single = to_money(Fraction(likely.amount), currency)
    terms = " + ".join(f"{o.amount} x {o.probability}" for o in outcomes)
    steps = (
        Step("variable.expected_value", f"{terms} = {weighted}"),
        Step("variable.most_likely", f"{single} at {likely.probability}"),
    )
    chosen = weighted if method == "expected_value" else single
    return Estimate(method, chosen, weighted, single, steps)


@dataclass(frozen=True)
class Included:
    """What of an estimate the price includes, and what the constraint keeps out."""

    estimate: Decimal
    amount: Decimal
    constrained: Decimal
    probability: Decimal
    steps: tuple[Step, ...]


def constrain(
    estimated: Decimal,
    outcomes: Sequence[Outcome],
    confidence: Decimal,
    currency: str,
    *,
    factors: Sequence[str] = (),
) -> Included:
    """The highest amount, up to the estimate, that probably stays earned (ASC 606-10-32-11).

    An amount stays earned where the outcomes at or above it are together at least as probable as
    ``confidence``, the firm's reading of probable (US GAAP) or highly probable (IFRS), above 0
    to 1. ``factors`` are the causes of a reversal that were looked at (32-12).
    """
    _require(outcomes)
    if not 0 < confidence <= 1:
        raise ProbabilitiesDoNotSum(f"{confidence} is no confidence", field="confidence")
    levels = sorted({min(o.amount, estimated) for o in outcomes}, reverse=True)
    held = [(level, _at_least(level, outcomes)) for level in levels]
    amount, probability = next(pair for pair in held if pair[1] >= confidence)
    steps = [Step("variable.risk_of_reversal", factor) for factor in factors]
    for level, chance in held[: held.index((amount, probability)) + 1]:
        word = "kept" if chance >= confidence else "could reverse"
        text = f"at least {level}: {chance}, needed {confidence}, {word}"
        steps.append(Step("variable.constraint", text))
    kept = to_money(Fraction(amount), currency)
    return Included(estimated, kept, estimated - kept, probability, tuple(steps))


def include(
    estimated: Decimal, supported: Decimal, reason: str, currency: str, *, least: Decimal
) -> Included:
    """What a person judged not to reverse, between ``least`` and the estimate.

    ``reason`` is theirs and is kept. Raises EstimateTooHigh.
    """
    if not least <= supported <= estimated:
        text = f"{supported} is not between {least} and the estimate of {estimated}"
        raise EstimateTooHigh(text, field="supported")
    kept = to_money(Fraction(supported), currency)
    step = Step("variable.judged", f"{kept} of {estimated} included: {reason}")
    return Included(estimated, kept, estimated - kept, Decimal(1), (step,))


def _at_least(level: Decimal, outcomes: Sequence[Outcome]) -> Decimal:
    return sum((o.probability for o in outcomes if o.amount >= level), Decimal(0))


def _require(outcomes: Sequence[Outcome]) -> None:
    if not outcomes:
        raise NoOutcomes("an estimate needs at least one outcome", field="outcomes")
    require_not_negative(*(o.probability for o in outcomes), field="probability")
    total = sum((o.probability for o in outcomes), Decimal(0))
    if total != 1:
        raise ProbabilitiesDoNotSum(f"probabilities sum to {total}, not 1", field="outcomes")


@dataclass(frozen=True)
class Adjusted:
    """A price after something it varies with; ``change`` is signed."""

    price: Decimal
    change: Decimal
    steps: tuple[Step, ...]


def adjust_by_delay(
    fixed: Decimal,
    days_late: Decimal,
    per_day: Decimal,
    currency: str,
    *,
    most: Decimal | None = None,
) -> Adjusted:
    """A penalty for each day late, a bonus for each day early (negative), up to ``most``.

    Variable consideration whichever way it is called (ASC 606-10-32-6). Raises NegativeFigure.
    """
    require_not_negative(fixed, per_day, most or Decimal(0), field="amount")
    change = -days_late * per_day
    limited = change if most is None else max(-most, min(most, change))
    rounded = to_money(Fraction(limited), currency)
    word = "late" if days_late > 0 else "early"
    steps = [Step("variable.delay", f"{abs(days_late)} days {word} x {per_day} = {change}")]
    if limited != change:
        steps.append(Step("variable.delay_limit", f"no more than {most}: {limited}"))
    return Adjusted(fixed + rounded, rounded, tuple(steps))


@dataclass(frozen=True)
class PromptPayment:
    """An invoice with a discount for early payment, the price it is expected to bring."""

    invoice: Decimal
    discount_if_taken: Decimal
    expected_discount: Decimal
    price: Decimal
    steps: tuple[Step, ...]

    def true_up(self, discount_taken: Decimal) -> Decimal:
        """Revenue still to record once it is known what was taken; negative takes revenue back."""
        require_not_negative(discount_taken, field="discount_taken")
        return self.expected_discount - discount_taken


def prompt_payment(
    invoice: Decimal,
    discount_pct: Decimal,
    expected_take_up_pct: Decimal,
    currency: str,
    *,
    method: Method = "expected_value",
) -> PromptPayment:
    """An early-payment discount lowers the price by what customers are expected to take.

    By most likely amount it is all or nothing: all from a take-up above one half. Source:
    ASC 606-10-32-6, 32-8.
    """
    require_not_negative(invoice, field="invoice")
    require_pct(discount_pct, field="discount_pct")
    require_pct(expected_take_up_pct, field="expected_take_up_pct")
    full = to_money(Fraction(invoice) * Fraction(discount_pct) / 100, currency)
    share = expected_take_up_pct
    if method == "most_likely":
        share = Decimal(100) if 2 * share > 100 else Decimal(0)  # noqa: PLR2004 - more than half
    exact = Fraction(invoice) * Fraction(discount_pct) * Fraction(share) / 10000
    expected = to_money(exact, currency)
    text = f"{invoice} x {discount_pct} % taken by {share} % = {expected}"
    step = Step("variable.prompt_payment", text)
    return PromptPayment(invoice, full, expected, invoice - expected, (step,))


@dataclass(frozen=True)
class ReducedSales:
    """Sales by period less their part of what is paid to the customer."""

    reduction: Decimal
    reduction_pct: Decimal
    revenue: tuple[Decimal, ...]
    reductions: tuple[Decimal, ...]
    steps: tuple[Step, ...]


def reduce_for_payable(
    sales: Sequence[Decimal],
    expected_sales: Decimal,
    payable: Decimal,
    currency: str,
    *,
    distinct_fair_value: Decimal = Decimal(0),
) -> ReducedSales:
    """What is paid to a customer lowers the price, pro rata to the sales it buys (32-25).

    ``distinct_fair_value`` is of goods the customer gives in return; only what is paid beyond it
    lowers the price (32-26). Cumulative, so all of it is spread once ``expected_sales`` are made.
    """
    require_not_negative(*sales, payable, distinct_fair_value, field="amount")
    require_positive(expected_sales, field="expected_sales")
    reduction = max(Decimal(0), payable - distinct_fair_value)
    rate = Fraction(reduction) / Fraction(expected_sales)
    to_date = [min(sum(sales[:no], Decimal(0)), expected_sales) for no in range(1, len(sales) + 1)]
    cuts = cumulative_deltas([to_money(Fraction(sold) * rate, currency) for sold in to_date])
    revenue = tuple(sold - cut for sold, cut in zip(sales, cuts, strict=True))
    pct = Decimal(100) * reduction / expected_sales
    text = f"{payable} paid, {distinct_fair_value} for goods received: {reduction} less revenue"
    steps = (
        Step("variable.payable_to_customer", text),
        Step("variable.payable_rate", f"{reduction} / {expected_sales} of each sale"),
    )
    return ReducedSales(reduction, pct, revenue, cuts, steps)


@dataclass(frozen=True)
class NonCash:
    """What a customer gives instead of money, in money; later moves of its value stay out."""

    price: Decimal
    value_change: Decimal
    steps: tuple[Step, ...]


def noncash(
    units: Decimal, fair_value: Decimal, currency: str, *, later_value: Decimal | None = None
) -> NonCash:
    """Units received at fair value each at contract inception (ASC 606-10-32-21, 32-23).

    A later value that moved for the kind of thing it is changes no revenue: it is told apart as
    ``value_change``.
    """
    require_not_negative(units, fair_value, field="units")
    price = to_money(Fraction(units) * Fraction(fair_value), currency)
    now = fair_value if later_value is None else later_value
    worth = to_money(Fraction(units) * Fraction(now), currency)
    text = f"{units} x {fair_value} at inception = {price}; worth {worth} later"
    return NonCash(price, worth - price, (Step("variable.noncash", text),))
