"""Minimum commitment: what is charged on top where a period's use stays below what was promised.

Use and, where agreed, the subscription fee count towards it. In a first or last partial period
minimum and fee shrink by actual days over the days of the whole period.
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.billing.proration import Span, prorate_days
from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize


class NegativeCommitment(Refusal):
    """Minimum, fee and use are not negative."""

    code = "NEGATIVE_COMMITMENT"


@dataclass(frozen=True)
class Commitment:
    """Of a whole period, in one currency."""

    currency: str
    minimum: Decimal
    fee: Decimal = Decimal(0)
    fee_counts: bool = True


@dataclass(frozen=True)
class TrueUp:
    """``true_up`` is 0 where ``counted`` reaches the minimum."""

    minimum: Decimal
    fee: Decimal
    usage: Decimal
    counted: Decimal
    true_up: Decimal
    steps: tuple[Step, ...]


def true_up(terms: Commitment, usage: Decimal, period: Span, active: Span) -> TrueUp:
    """What is missing to the minimum of the days in force. Raises NegativeCommitment, EmptySpan.

    ``usage`` is never prorated: it happened.
    """
    if min(terms.minimum, terms.fee, usage) < 0:
        raise NegativeCommitment(f"{terms.minimum}, {terms.fee} or {usage} is negative")
    minimum = prorate_days(terms.minimum, period, active, terms.currency)
    fee = prorate_days(terms.fee, period, active, terms.currency).amount
    used = quantize(usage, terms.currency)
    counted = used + (fee if terms.fee_counts else 0)
    missing = max(Decimal(0), minimum.amount - counted)
    text = f"{minimum.amount} - {counted} (use {used}, fee {fee}) = {missing} {terms.currency}"
    steps = (*minimum.steps, Step("commitment.true_up", text))
    return TrueUp(minimum.amount, fee, used, counted, missing, steps)
