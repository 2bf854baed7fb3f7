"""Billability: how much of the hours worked is charged, and why not all, or more.

Hours worked are split into billable and not billable, and the two always add up to them; hours
charged beyond those worked are kept apart as written up. Amounts are written down or up the
same way, with a reason.
"""

from dataclasses import dataclass
from decimal import Decimal

from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize
from domain.pricing.bounds import HUNDRED, ZERO, pct_of, require_not_negative, require_share, shown


class ReasonMissing(Refusal):
    """What is charged differs from the work or its value, and nobody says why."""

    code = "REASON_MISSING"


class WriteUpRefused(Refusal):
    """More would be charged than was worked, and the terms forbid it."""

    code = "WRITE_UP_REFUSED"


@dataclass(frozen=True)
class Billability:
    """Worked = billable + non-billable hours; charged = billable + written-up hours."""

    worked_hours: Decimal
    billable_hours: Decimal
    non_billable_hours: Decimal
    written_up_hours: Decimal
    billable_pct: Decimal | None
    reason: str
    steps: tuple[Step, ...]

    @property
    def charged_hours(self) -> Decimal:
        """What a client is charged for."""
        return self.billable_hours + self.written_up_hours


@dataclass(frozen=True)
class ApprovedValue:
    """Cost of all hours worked, and their value at the bill rate by who bears it.

    ``chargeable`` holds the written-up part too; ``standard`` is all hours worked at the bill
    rate, and standard + written_up = chargeable + non_chargeable.
    """

    cost: Decimal
    standard: Decimal
    chargeable: Decimal
    non_chargeable: Decimal
    written_up: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Adjusted:
    """An amount written down (``adjustment`` negative) or up, with the reason."""

    standard: Decimal
    adjusted: Decimal
    adjustment: Decimal
    realisation_pct: Decimal | None
    reason: str
    steps: tuple[Step, ...]


def billable_by_hours(
    worked_hours: Decimal, charged_hours: Decimal, reason: str = "", *, write_up: bool = True
) -> Billability:
    """Charge a number of hours for those worked.

    Raises NegativeFigure, ReasonMissing where the two differ, WriteUpRefused.
    """
    require_not_negative(worked_hours, "worked_hours")
    require_not_negative(charged_hours, "charged_hours")
    if charged_hours != worked_hours:
        _require_reason(reason, f"{charged_hours} h charged for {worked_hours} h")
    if charged_hours > worked_hours and not write_up:
        raise WriteUpRefused(f"{charged_hours} h charged for {worked_hours} h worked")
    billable = min(worked_hours, charged_hours)
    return _split(worked_hours, billable, charged_hours - billable, reason)


def billable_by_pct(worked_hours: Decimal, billable_pct: Decimal, reason: str = "") -> Billability:
    """Charge a share of the hours worked, unrounded.

    Raises NegativeFigure, PercentOutOfRange, ReasonMissing below 100 %.
    """
    require_share(billable_pct, "billable_pct")
    return billable_by_hours(worked_hours, worked_hours * billable_pct / HUNDRED, reason)


def value_hours(
    hours: Billability, cost_rate: Decimal, bill_rate: Decimal, currency: str
) -> ApprovedValue:
    """What approved hours cost and are worth; the parts are cut from rounded wholes.

    Raises NegativeFigure.
    """
    require_not_negative(cost_rate, "cost_rate")
    require_not_negative(bill_rate, "bill_rate")
    standard = quantize(hours.worked_hours * bill_rate, currency)
    billable = quantize(hours.billable_hours * bill_rate, currency)
    written_up = quantize(hours.charged_hours * bill_rate, currency) - billable
    chargeable = billable + written_up
    steps = (
        *hours.steps,
        Step("billability.value", f"{chargeable} {currency} chargeable at {bill_rate}/h"),
        Step("billability.non_chargeable", f"{standard - billable} {currency} not chargeable"),
    )
    cost = quantize(hours.worked_hours * cost_rate, currency)
    return ApprovedValue(cost, standard, chargeable, standard - billable, written_up, steps)


def adjust_amount(standard: Decimal, adjusted: Decimal, reason: str, currency: str) -> Adjusted:
    """Write an amount down or up to another; rounds both.

    Raises NegativeFigure, ReasonMissing where they differ.
    """
    require_not_negative(standard, "standard")
    require_not_negative(adjusted, "adjusted")
    before, after = quantize(standard, currency), quantize(adjusted, currency)
    if before != after:
        _require_reason(reason, f"{before} {currency} becomes {after}")
    realised, rule = pct_of(after, before), "up" if after > before else "down"
    text = f"{before} to {after} {currency}, {shown(realised)}: {reason or 'unchanged'}"
    steps = (Step(f"billability.write_{rule}", text),)
    return Adjusted(before, after, after - before, realised, reason, steps)


def write_down(standard: Decimal, write_down_pct: Decimal, reason: str, currency: str) -> Adjusted:
    """Write an amount down by a share of it. Raises as ``adjust_amount``, PercentOutOfRange."""
    require_share(write_down_pct, "write_down_pct")
    return adjust_amount(
        standard, standard * (HUNDRED - write_down_pct) / HUNDRED, reason, currency
    )


def _require_reason(reason: str, what: str) -> None:
    if not reason.strip():
        raise ReasonMissing(f"{what}: a reason is needed", field="reason")


def _split(worked: Decimal, billable: Decimal, written_up: Decimal, reason: str) -> Billability:
    pct, rest = pct_of(billable + written_up, worked), worked - billable
    up = f", {written_up} h written up" if written_up else ""
    text = f"{worked} h worked: {billable} h billable, {rest} h not{up}, {shown(pct)} charged"
    steps = [Step("billability.split", text)]
    if reason:
        steps.append(Step("billability.reason", reason))
    return Billability(worked, billable, rest, written_up or ZERO, pct, reason, tuple(steps))
