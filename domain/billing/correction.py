"""Corrections of what was billed or is about to be: never an edit, always reversal and new.

An invoice corrected to fewer hours takes back the whole line and bills the new one; the rest
becomes billable again or is written off. A write-down or write-up changes the value before it
is billed, with a reason.
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize, require_fine


class NegativeHours(Refusal):
    """Hours and rates are not negative."""

    code = "NEGATIVE_HOURS"


class BadAdjustment(Refusal):
    """The write-down is not between nothing and the value, or has no reason."""

    code = "BAD_ADJUSTMENT"


@dataclass(frozen=True)
class Correction:
    """``reversal_billed`` is negative; ``net_billed = invoiced + reversal + new``.

    Of what the line loses, ``back_to_unbilled`` may be billed later and ``written_off`` never;
    ``from_unbilled`` is what a line that grows takes.
    """

    invoiced: Decimal
    reversal_billed: Decimal
    new_billed: Decimal
    net_billed: Decimal
    back_to_unbilled: Decimal
    written_off: Decimal
    from_unbilled: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Adjustment:
    """``standard`` is the value before, ``billable`` after; ``change`` is negative downwards."""

    standard: Decimal
    billable: Decimal
    change: Decimal
    reason: str
    steps: tuple[Step, ...]


def correct_hours(
    invoiced_hours: Decimal,
    corrected_hours: Decimal,
    hourly_rate: Decimal,
    currency: str,
    *,
    keep_billable: bool = True,
    corrected_rate: Decimal | None = None,
) -> Correction:
    """Bill other hours, or at another rate, than the invoice did. Raises NegativeHours."""
    rate = hourly_rate if corrected_rate is None else corrected_rate
    if min(invoiced_hours, corrected_hours, hourly_rate, rate) < 0:
        raise NegativeHours(f"{invoiced_hours} h to {corrected_hours} h at {rate}")
    old = quantize(invoiced_hours * hourly_rate, currency)
    new = quantize(corrected_hours * rate, currency)
    fewer = max(Decimal(0), old - new)
    back = fewer if keep_billable else Decimal(0)
    steps = (
        Step("correction.reversal", f"{invoiced_hours} h x {hourly_rate} = {old} reversed"),
        Step("correction.new", f"{corrected_hours} h x {rate} = {new} {currency} billed"),
        Step("correction.rest", f"{back} billable again, {fewer - back} written off"),
    )
    return Correction(old, -old, new, new, back, fewer - back, max(Decimal(0), new - old), steps)


def write_down(standard: Decimal, amount: Decimal, reason: str, currency: str) -> Adjustment:
    """Bill less than the value. Raises BadAdjustment, AmountTooFine."""
    require_fine(amount, currency)
    if not 0 < amount <= standard or not reason:
        raise BadAdjustment(f"{amount} of {standard} {currency}, reason {reason!r}")
    return _adjusted(standard, -amount, reason, currency)


def write_up(standard: Decimal, amount: Decimal, reason: str, currency: str) -> Adjustment:
    """Bill more than the value. Raises BadAdjustment, AmountTooFine."""
    require_fine(amount, currency)
    if amount <= 0 or standard < 0 or not reason:
        raise BadAdjustment(f"{amount} on {standard} {currency}, reason {reason!r}")
    return _adjusted(standard, amount, reason, currency)


def _adjusted(standard: Decimal, change: Decimal, reason: str, currency: str) -> Adjustment:
    rule = "correction.write_up" if change > 0 else "correction.write_down"
    text = f"{standard} to {standard + change} {currency}: {reason}"
    return Adjustment(standard, standard + change, change, reason, (Step(rule, text),))
