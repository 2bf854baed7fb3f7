"""What a retainer's grants come to: periods granted, work drawn, periods closed; pure.

The rules of drawing and carrying are the calculator's (``retainer``); here they meet the grants of
a contract as they stand.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from domain.billing.retainer import Draw, Lot, carried, draw_down
from domain.billing.retainer_grant import (
    MINUTES_PER_HOUR,
    ZERO,
    Agreement,
    Granted,
    ItemDraw,
    Standing,
    Took,
    Unit,
    Wanted,
    in_words,
)
from domain.errors import Refusal
from domain.explanation import Step
from domain.identity import named_id
from domain.money import quantize


class RetainerExhausted(Refusal):
    """The retainer has too little left for the work, and its terms refuse what is above."""

    code = "RETAINER_EXHAUSTED"


class OverAdjusted(Refusal):
    """More would be taken from the retainer than is left on that day."""

    code = "OVER_ADJUSTED"


class RollOutOfOrder(Refusal):
    """Periods are closed in their order, and only the last closed one again."""

    code = "ROLL_OUT_OF_ORDER"


class UnknownGrant(Refusal):
    """The retainer has granted no such thing."""

    code = "UNKNOWN_GRANT"


class UnitFixed(Refusal):
    """A retainer counts hours or money as it did from the beginning."""

    code = "UNIT_FIXED"


class TermsMidPeriod(Refusal):
    """Other terms begin with a period."""

    code = "TERMS_MID_PERIOD"


class PeriodGranted(Refusal):
    """The period was granted by the terms before: adjust it, or change the next one."""

    code = "PERIOD_GRANTED"


class AllowanceDrawn(Refusal):
    """The allowance of the fee was drawn or has lapsed, so the fee cannot be taken back."""

    code = "ALLOWANCE_DRAWN"


@dataclass(frozen=True)
class Closing:
    """What a closed period hands on, and what lapses with it."""

    carried: tuple[Took, ...]
    lapsed: tuple[Took, ...]
    steps: tuple[Step, ...]


def begun(agreements: Sequence[Agreement], through: date) -> Iterator[tuple[Agreement, int]]:
    """Every period that has begun by a day, with the terms it is under."""
    ends = [*(one.from_date for one in agreements[1:]), date.max]
    for agreement, end in zip(agreements, ends, strict=True):
        for number in count():
            start = agreement.period(number).starts_on
            if start > through or start >= end:
                break
            yield agreement, number


def granted(retainer_id: UUID, agreement: Agreement, number: int, currency: str) -> Granted:
    """The grant of a period; always the same one."""
    span = agreement.period(number)
    ends_on = span.ends_before - timedelta(days=1)
    quantity = in_words(agreement.allowance, agreement.unit, currency)
    step = Step("retainer.grant", f"{quantity} for {agreement.fee} {currency}, {span.text}")
    return Granted(
        named_id("retainer grant", f"{retainer_id}:{span.starts_on}", span.starts_on),
        f"Retainer, {span.text}", span.starts_on, span.starts_on, ends_on,
        agreement.expiry(number), agreement.allowance, agreement.fee,
        span.starts_on if agreement.in_advance else ends_on, (step,),
    )  # fmt: skip


def check_change(last: Agreement, new: Agreement, grants: Iterable[Standing]) -> None:
    """Raises UnitFixed, TermsMidPeriod, PeriodGranted."""
    if new.unit != last.unit:
        raise UnitFixed(f"the allowance is counted in {last.unit}", field="unit")
    starts = (last.period(number).starts_on for number in count(1))
    first = next(day for day in starts if day >= new.from_date)
    if first != new.from_date:
        raise TermsMidPeriod(f"the next period begins on {first}", field="from_date")
    if any(one.granted.period >= first for one in grants):
        raise PeriodGranted(f"the period from {first} is granted", field="from_date")


def period_of(grants: Iterable[Standing], day: date) -> Granted:
    """The grant of the last period begun by a day. Raises UnknownGrant."""
    found = [one.granted for one in grants if one.granted.period <= day]
    if not found:
        raise UnknownGrant(f"no period was granted by {day}")
    return max(found, key=lambda one: (one.period, one.fee))


def extra(id_: UUID, of: Granted, quantity: Decimal, on: date, expires_on: date | None) -> Granted:
    """More of a period, for no fee; it lives as long as the period's own grant, or as said."""
    return Granted(id_, f"Adjustment of {on}", of.period, on, of.ends_on,
                   expires_on or of.expires_on, quantity, ZERO, on, ())  # fmt: skip


def could_take(grants: Iterable[Standing], draw: ItemDraw) -> bool:
    """Whether what is left could take some of what a draw was short of."""
    return bool(draw.overage) and any(
        one.quantity and one.granted_on <= draw.on <= (one.expires_on or date.max)
        for one in (each.grant for each in grants)
    )


def away(
    grants: Iterable[Standing], quantity: Decimal, on: date, currency: str
) -> tuple[Took, ...]:
    """Take from what is left on a day, in the order of drawing. Raises OverAdjusted."""
    found = draw_down([one.grant for one in grants], [Draw(on, quantity)], on, currency)
    if found.overage[0]:
        raise OverAdjusted("less than that is left on this day", field="quantity")
    return tuple(Took(UUID(one.grant), one.quantity) for one in found.taken)


def drawn(
    grants: Iterable[Standing], wanted: Sequence[Wanted], terms: Callable[[date], Agreement],
    currency: str,
) -> tuple[ItemDraw, ...]:  # fmt: skip
    """What each piece of work takes; ``terms`` are those of its day. Raises RetainerExhausted."""
    asked = [Draw(one.on, one.quantity) for one in wanted]
    found = draw_down([one.grant for one in grants], asked, max(d.on for d in asked), currency)
    took: dict[int, list[Took]] = defaultdict(list)
    for taken in found.taken:
        took[taken.draw].append(Took(UUID(taken.grant), taken.quantity))
    return tuple(
        _item(one, tuple(took[no]), over, terms(one.on), currency)
        for no, (one, over) in enumerate(zip(wanted, found.overage, strict=True), 1)
    )


def _item(
    one: Wanted, took: tuple[Took, ...], overage: Decimal, terms: Agreement, currency: str
) -> ItemDraw:
    above = in_words(overage, terms.unit, currency)
    if overage and terms.overage == "refused":
        raise RetainerExhausted(f"{above} of {one.on} are above the retainer")
    within = one.quantity - overage
    covered = quantize(one.amount * within / one.quantity, currency) if overage else one.amount
    adjusted = _adjusted(terms, overage, one.amount - covered, currency)
    text = (
        f"{in_words(within, terms.unit, currency)} of {one.on} drawn, worth {covered} {currency}"
    )
    steps = [Step("retainer.draw", text)]
    if overage:
        bill = one.amount - covered - adjusted
        steps.append(Step("retainer.overage", f"{above} above, {terms.overage}: {bill} to bill"))
    return ItemDraw(one.kind, one.holder_id, one.item_id, one.on, one.quantity, took, overage,
                    terms.overage, covered, adjusted, tuple(steps))  # fmt: skip


def _adjusted(terms: Agreement, overage: Decimal, rest: Decimal, currency: str) -> Decimal:
    """What the terms take off the worth of what is above the allowance."""
    if terms.overage == "absorbed":
        return rest
    if not overage or terms.overage_rate is None:
        return ZERO
    return rest - quantize(terms.overage_rate * overage / MINUTES_PER_HOUR, currency)


def close(
    grants: Iterable[Standing], draws: Iterable[ItemDraw], period: Granted, terms: Agreement,
    currency: str,
) -> Closing:  # fmt: skip
    """What was left at the end of a period: expired grants lapse, the others up to the limit.

    Work of later days took from what went on, so it is counted back first; what it took beyond
    the limit stays taken.
    """
    ends_on, limit = period.ends_on, replace(terms.terms(currency), carry_periods=None)
    held = sorted((one for one in grants if one.granted.period <= period.period), key=_order)
    later: dict[UUID, Decimal] = defaultdict(Decimal)
    for took in (took for draw in draws if draw.on > ends_on for took in draw.took):
        later[took.grant_id] += took.quantity
    alive = [one for one in held if (one.granted.expires_on or date.max) > ends_on]
    lots = [Lot(0, one.left + later[one.granted.id], str(one.granted.id)) for one in alive]
    kept = {UUID(lot.name): lot.quantity for lot in carried(limit, lots)}
    lapsed = [Took(one.granted.id, one.left) for one in held if one not in alive]
    for one in alive:
        above = one.left + later[one.granted.id] - kept.get(one.granted.id, ZERO)
        lapsed.append(Took(one.granted.id, min(one.left, above)))
    lost = tuple(took for took in lapsed if took.quantity)
    return Closing(tuple(Took(*each) for each in kept.items()), lost,
                   tuple(_said(kept.values(), lost, held, period, terms, currency)))  # fmt: skip


def _order(one: Standing) -> tuple[date, date]:
    """The order grants are drawn in."""
    return one.granted.expires_on or date.max, one.granted.starts_on


def _said(
    kept: Iterable[Decimal], lost: Iterable[Took], held: Iterable[Standing], period: Granted,
    terms: Agreement, currency: str,
) -> Iterator[Step]:  # fmt: skip
    grants = {one.granted.id: one.granted for one in held}
    total = in_words(sum(kept, ZERO), terms.unit, currency)
    yield Step("retainer.carry", f"{total} carried on from {period.ends_on}")
    for took in lost:
        of = grants[took.grant_id]
        gone = of.expires_on is not None and of.expires_on <= period.ends_on
        why = f"expired on {of.expires_on}" if gone else "is above the carry limit"
        text = f"{in_words(took.quantity, terms.unit, currency)} of {of.text} {why}"
        yield Step("retainer.lapse", text)


def expiring(
    grants: Iterable[Standing], on: date, ended_on: date, unit: Unit, currency: str
) -> list[tuple[date, tuple[Took, ...], tuple[Step, ...]]]:
    """What can no longer be drawn after a day, by its last day; ``ended_on`` ends all rights."""
    days: dict[date, list[Standing]] = defaultdict(list)
    for one in grants:
        last = min(one.granted.expires_on or date.max, ended_on)
        if last <= on and one.left:
            days[last].append(one)
    return [
        (day, tuple(Took(one.granted.id, one.left) for one in gone),
         tuple(Step("retainer.expiry", f"{in_words(one.left, unit, currency)} of "
                    f"{one.granted.text} expired on {day}") for one in gone))
        for day, gone in sorted(days.items())
    ]  # fmt: skip
