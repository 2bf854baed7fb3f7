"""The schedule of values and its application for payment, as on AIA G702 and G703.

A line bills work of earlier applications, of this period, and materials stored; a change order
is a line of its own. Retainage is taken on the totals by the contract's terms.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from domain.billing.retainage import Progress, RetainageTerms, Retained, retain
from domain.errors import Refusal
from domain.explanation import Step
from domain.money import quantize, require_fine

FOUR_PLACES = Decimal("0.0001")


class OverBilled(Refusal):
    """The line's work and materials are more than its scheduled value, or negative."""

    code = "OVER_BILLED"


class OverCertified(Refusal):
    """The certificate is negative or above what was applied for."""

    code = "OVER_CERTIFIED"


class BadPercentComplete(Refusal):
    """A percentage complete is between 0 and 100."""

    code = "BAD_PERCENT_COMPLETE"


@dataclass(frozen=True)
class ValueLine:
    """Columns A to F of G703; ``previous`` is work, ``stored`` what lies there at present."""

    item: str
    scheduled: Decimal
    previous: Decimal = Decimal(0)
    this_period: Decimal = Decimal(0)
    stored: Decimal = Decimal(0)
    change_order: bool = False


@dataclass(frozen=True)
class LineState:
    """Columns G to I: total to date, percent of scheduled (four decimals), what is unbilled."""

    item: str
    scheduled: Decimal
    to_date: Decimal
    percent: Decimal
    balance_to_finish: Decimal


@dataclass(frozen=True)
class Application:
    """Lines 1 to 9 of G702; ``due`` is negative where more was certified before."""

    lines: tuple[LineState, ...]
    original_sum: Decimal
    change_orders: Decimal
    contract_sum: Decimal
    completed_and_stored: Decimal
    retained: Retained
    earned_less_retainage: Decimal
    previous_certificates: Decimal
    due: Decimal
    balance_to_finish: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Certificate:
    """``withheld`` was applied for and not certified; it may be applied for again."""

    applied: Decimal
    certified: Decimal
    withheld: Decimal
    certificates_to_date: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class ProgressLine:
    """A contract line billed by percentage: done of whole, in any unit (100 for percent)."""

    name: str
    price: Decimal
    done: Decimal
    whole: Decimal = Decimal(100)
    billed_before: Decimal = Decimal(0)


@dataclass(frozen=True)
class ProgressBill:
    """Per line and in all: earned to date, and this invoice's part, negative after a fall."""

    earned: tuple[Decimal, ...]
    this_invoice: tuple[Decimal, ...]
    earned_to_date: Decimal
    due: Decimal
    remaining: Decimal
    steps: tuple[Step, ...]


def apply_for_payment(
    lines: Sequence[ValueLine],
    terms: RetainageTerms,
    held_before: Decimal,
    previous_certificates: Decimal,
) -> Application:
    """The application's totals. Raises OverBilled, BadRetainage, AmountTooFine."""
    states = tuple(_state(line, terms.currency) for line in lines)
    contract, done = _sum(s.scheduled for s in states), _sum(s.to_date for s in states)
    changes = _sum(line.scheduled for line in lines if line.change_order)
    stored = _sum(line.stored for line in lines)
    retained = retain(terms, Progress(contract, done - stored, stored), held_before)
    earned = done - retained.held_to_date
    due = earned - previous_certificates
    text = (
        f"{done} completed and stored - {retained.held_to_date} retained"
        f" - {previous_certificates} certified before = {due} {terms.currency}"
    )
    steps = (*retained.steps, Step("schedule_of_values.due", text))
    return Application(
        states, contract - changes, changes, contract, done, retained, earned,
        previous_certificates, due, contract - earned, steps,
    )  # fmt: skip


def _state(line: ValueLine, currency: str) -> LineState:
    for amount in (line.scheduled, line.previous, line.this_period, line.stored):
        require_fine(amount, currency, field="lines")
    done = line.previous + line.this_period + line.stored
    inside = abs(done) <= abs(line.scheduled) and done * line.scheduled >= 0
    if not inside or line.stored < 0:
        text = f"{line.item}: {done} of {line.scheduled} {currency}"
        raise OverBilled(text, field="lines")
    return LineState(
        line.item, line.scheduled, done, _percent(done, line.scheduled), line.scheduled - done
    )


def _percent(done: Decimal, whole: Decimal) -> Decimal:
    if not whole:
        return Decimal(0)
    return (done * 100 / whole).quantize(FOUR_PLACES, ROUND_HALF_UP)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def certify(application: Application, certified: Decimal, currency: str) -> Certificate:
    """What the architect certifies of what is due. Raises OverCertified, AmountTooFine."""
    require_fine(certified, currency, field="certified")
    if not 0 <= certified <= application.due:
        text = f"{certified} of {application.due} {currency} applied for"
        raise OverCertified(text, field="certified")
    withheld = application.due - certified
    text = f"{certified} of {application.due} {currency} certified, {withheld} not"
    return Certificate(
        application.due, certified, withheld, application.previous_certificates + certified,
        (Step("schedule_of_values.certificate", text),),
    )  # fmt: skip


def bill_progress(lines: Sequence[ProgressLine], currency: str) -> ProgressBill:
    """Price x progress less what was billed; progress is never rounded first.

    Raises BadPercentComplete.
    """
    earned = tuple(_earned(line, currency) for line in lines)
    before = [line.billed_before for line in lines]
    now = tuple(whole - old for whole, old in zip(earned, before, strict=True))
    steps = tuple(
        Step("progress.billing", f"{n.name}: {n.price} x {n.done}/{n.whole} = {e} {currency}")
        for n, e in zip(lines, earned, strict=True)
    )
    price = _sum(line.price for line in lines)
    return ProgressBill(earned, now, _sum(earned), _sum(now), price - _sum(earned), steps)


def _earned(line: ProgressLine, currency: str) -> Decimal:
    if line.whole <= 0 or not 0 <= line.done <= line.whole:
        text = f"{line.name}: {line.done} of {line.whole} done"
        raise BadPercentComplete(text, field="lines")
    return quantize(line.price * line.done / line.whole, currency)
