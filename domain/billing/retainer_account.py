"""A contract's retainer: what was agreed, granted and drawn, and what lapsed of it.

Grants are drawn in the order of the log, the one that expires first before the others; a draw
dated earlier does not undo one that came before it. Work keeps its own state: what it draws is
its ``ItemDraw`` here and, in the contract's account, the part of its worth that is never billed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.charges import ChargeHolder
from domain.billing.retainer_grant import (
    ZERO,
    Agreement,
    Granted,
    ItemDraw,
    RetainerOf,
    Standing,
    Took,
    Unit,
    Wanted,
    in_words,
)
from domain.billing.retainer_rules import (
    AllowanceDrawn,
    RollOutOfOrder,
    UnknownGrant,
    away,
    begun,
    check_change,
    close,
    could_take,
    drawn,
    expiring,
    extra,
    granted,
    period_of,
)
from domain.consumption import BilledElsewhere, Share
from domain.explanation import Step
from domain.identity import named_id


def retainer_id(contract_id: UUID) -> UUID:
    """The retainer of a contract."""
    return named_id("retainer", str(contract_id))


class Retainer(ChargeHolder):
    """``agreements`` in the order they hold; ``grants`` and ``draws`` by id, all quantities kept.

    A grant with a fee is a billable thing, unbilled or billed.
    """

    class Agreed(Root.Created):
        """The client pays ahead for an allowance."""

        TOPIC = "billing.retainer_agreed"
        of: RetainerOf
        agreement: Agreement

    class Changed(Root.Event):
        """Other terms for the periods from a day on."""

        TOPIC = "billing.retainer_changed"
        agreement: Agreement

    class Funded(Root.Event):
        """A period began: its allowance may be drawn, its fee is to be billed."""

        TOPIC = "billing.retainer_funded"
        of: RetainerOf
        granted: Granted

    class Drawn(Root.Event):
        """Work took its part."""

        TOPIC = "billing.retainer_drawn"
        of: RetainerOf
        draws: tuple[ItemDraw, ...]

    class Returned(Root.Event):
        """Work gave back what it had taken."""

        TOPIC = "billing.retainer_returned"
        of: RetainerOf
        draws: tuple[ItemDraw, ...]
        why: str

    class Rolled(Root.Event):
        """A period was closed: what goes on into the next one, and what does not."""

        TOPIC = "billing.retainer_period_rolled"
        of: RetainerOf
        period: date
        ends_on: date
        carried: tuple[Took, ...]
        lapsed: tuple[Took, ...]
        steps: tuple[Step, ...]

    class Expired(Root.Event):
        """Grants of one last day can no longer be drawn."""

        TOPIC = "billing.retainer_expired"
        of: RetainerOf
        expired_on: date
        lapsed: tuple[Took, ...]
        steps: tuple[Step, ...]

    class Adjusted(Root.Event):
        """Somebody granted more, for no fee, or took some away."""

        TOPIC = "billing.retainer_adjusted"
        of: RetainerOf
        adjusted_on: date
        granted: Granted | None
        taken: tuple[Took, ...]
        why: str
        approved_by: str
        steps: tuple[Step, ...]

    class TakenBack(Root.Event):
        """A credit memo of a fee took the same part of the allowance."""

        TOPIC = "billing.retainer_taken_back"
        of: RetainerOf
        memo_id: UUID
        taken_on: date
        grant_id: UUID
        quantity: Decimal
        fee: Decimal

    class Billed(Root.Event):
        """Fees stand on an invoice."""

        TOPIC = "billing.retainer_fees_billed"
        invoice_id: UUID
        grant_ids: tuple[UUID, ...]

    class Restored(Root.Event):
        """A credit memo freed fees to be billed again."""

        TOPIC = "billing.retainer_fees_restored"
        memo_id: UUID
        grant_ids: tuple[UUID, ...]

    @event(Agreed)
    def __init__(self, id: UUID, of: RetainerOf, agreement: Agreement) -> None:
        self.of = of
        self.agreements: tuple[Agreement, ...] = (agreement,)
        self.grants: dict[UUID, Standing] = {}
        self.draws: dict[UUID, ItemDraw] = {}
        self.rolled: date | None = None
        self.adjustments = 0
        self.billed: set[UUID] = set()

    @property
    def unit(self) -> Unit:
        """What the allowance is counted in; it never changes."""
        return self.agreements[0].unit

    @property
    def left(self) -> Decimal:
        """What may still be drawn, of all grants together."""
        return sum((grant.left for grant in self.grants.values()), ZERO)

    def agreement_on(self, day: date) -> Agreement:
        """The terms of a day; before the first day, the first ones."""
        found = [one for one in self.agreements if one.from_date <= day]
        return found[-1] if found else self.agreements[0]

    def change(self, agreement: Agreement) -> None:
        """Other terms from the beginning of a period that is not granted yet.

        The same again changes nothing. Raises UnitFixed, TermsMidPeriod, PeriodGranted.
        """
        if agreement not in self.agreements:
            check_change(self.agreements[-1], agreement, self.grants.values())
            self._changed(agreement)

    def fund(self, through: date) -> None:
        """Grant every period that has begun by a day; what was granted stays as it is."""
        for agreement, number in begun(self.agreements, through):
            new = granted(self.id, agreement, number, self.of.currency)
            if new.id not in self.grants:
                self._funded(self.of, new)

    def draw(self, wanted: Sequence[Wanted]) -> tuple[ItemDraw, ...]:
        """Let work take what is left for its day; what drew before is left as it is.

        Raises RetainerExhausted.
        """
        new = [one for one in wanted if one.item_id not in self.draws]
        if not new:
            return ()
        found = drawn(self.grants.values(), new, self.agreement_on, self.of.currency)
        self._drawn(self.of, found)
        return found

    def give_back(self, item_ids: Iterable[UUID], why: str) -> tuple[ItemDraw, ...]:
        """Let work return what it took; it may be drawn again while its grants live."""
        found = tuple(self.draws[id_] for id_ in dict.fromkeys(item_ids) if id_ in self.draws)
        if found:
            self._returned(self.of, found, why)
        return found

    def is_short(self, item_id: UUID) -> bool:
        """Whether a draw left something above that what is left now could take."""
        known = self.draws.get(item_id)
        return known is not None and could_take(self.grants.values(), known)

    def roll(self, day: date) -> None:
        """Close the period a day is in; again, it takes in only what was given back since.

        Raises RollOutOfOrder, UnknownGrant.
        """
        periods = sorted({one.granted.period for one in self.grants.values()})
        found = [None, *(period for period in periods if period <= day)]
        period = found[-1]
        if period is None:
            raise UnknownGrant(f"no period was granted by {day}", field="day")
        if self.rolled not in (period, found[-2]):
            raise RollOutOfOrder(f"the last closed period is that of {self.rolled}", field="day")
        grants, of = self.grants.values(), period_of(self.grants.values(), day)
        made = close(grants, self.draws.values(), of, self.agreement_on(period), self.of.currency)
        if made.lapsed or self.rolled != period:
            self._period_rolled(self.of, period, of.ends_on, made.carried, made.lapsed,
                                made.steps)  # fmt: skip

    def expire(self, on: date, ended_on: date) -> None:
        """Let lapse what can no longer be drawn after a day; ``ended_on`` ends all rights."""
        for day, lapsed, steps in expiring(self.grants.values(), on, ended_on, self.unit,
                                          self.of.currency):  # fmt: skip
            self._expired(self.of, day, lapsed, steps)

    def adjust(
        self, quantity: Decimal, on: date, expires_on: date | None, why: str, approved_by: str
    ) -> None:
        """Grant more for no fee, or take some away where it is below zero.

        Raises OverAdjusted, UnknownGrant where no period has begun by that day.
        """
        grants = self.grants.values()
        new, taken = None, tuple[Took, ...]()
        if quantity > 0:
            id_ = named_id("retainer adjustment", f"{self.id}:{self.adjustments}", on)
            new = extra(id_, period_of(grants, on), quantity, on, expires_on)
        else:
            taken = away(grants, -quantity, on, self.of.currency)
        said = f"{in_words(quantity, self.unit, self.of.currency)} by {approved_by}: {why}"
        steps = (Step("retainer.adjustment", said),)
        self._adjusted(self.of, on, new, taken, why, approved_by, steps)

    def take_back(
        self, memo_id: UUID, grant_id: UUID, on: date, fee: Decimal, part: Decimal
    ) -> None:
        """Lose the part of a grant whose fee was credited: ``part`` of what is granted now.

        Raises AllowanceDrawn, UnknownGrant.
        """
        one = self._standing(grant_id)
        whole = one.granted.quantity
        quantity = whole if part == 1 else round(whole * part, 4)
        if quantity > one.left:
            raise AllowanceDrawn(f"{one.granted.text} is drawn, or has lapsed", field="lines")
        self._taken_back(self.of, memo_id, on, grant_id, quantity, fee)

    def contract_of(self, id_: UUID) -> UUID | None:
        """The contract a fee is billed under; None for another thing's id."""
        return self.of.contract_id if id_ in self.grants else None

    def has_charge(self, id_: UUID) -> bool:
        """Whether it made this grant."""
        return id_ in self.grants

    def charge(self, id_: UUID) -> Share:
        """The fee of a grant as an invoice would take it. Raises UnknownGrant, BilledElsewhere."""
        one = self._standing(id_).granted
        if not one.fee:
            raise BilledElsewhere(f"{one.text} has no fee", field="sources")
        return Share(self.id, id_, "retainer", one.text, Decimal(1), one.fee, one.fee,
                     ZERO)  # fmt: skip

    def _standing(self, grant_id: UUID) -> Standing:
        if grant_id not in self.grants:
            raise UnknownGrant("the retainer has no such grant", field="sources")
        return self.grants[grant_id]

    def _lapse(self, lapsed: Iterable[Took]) -> None:
        for took in lapsed:
            one = self.grants[took.grant_id]
            self.grants[took.grant_id] = replace(
                one, lapsed=one.lapsed + took.quantity, left=one.left - took.quantity
            )

    def _take(self, draws: Iterable[ItemDraw], sign: int) -> None:
        for took in (took for draw in draws for took in draw.took):
            one = self.grants[took.grant_id]
            part = sign * took.quantity
            self.grants[took.grant_id] = replace(one, drawn=one.drawn + part, left=one.left - part)

    @event(Changed)
    def _changed(self, agreement: Agreement) -> None:
        self.agreements = (*self.agreements, agreement)

    @event(Funded)
    def _funded(self, of: RetainerOf, granted: Granted) -> None:
        del of
        self.grants[granted.id] = Standing(granted, ZERO, ZERO, granted.quantity)

    @event(Drawn)
    def _drawn(self, of: RetainerOf, draws: tuple[ItemDraw, ...]) -> None:
        del of
        self.draws |= {draw.item_id: draw for draw in draws}
        self._take(draws, 1)

    @event(Returned)
    def _returned(self, of: RetainerOf, draws: tuple[ItemDraw, ...], why: str) -> None:
        del of, why
        for draw in draws:
            del self.draws[draw.item_id]
        self._take(draws, -1)

    @event(Rolled)
    def _period_rolled(
        self, of: RetainerOf, period: date, ends_on: date,
        carried: tuple[Took, ...], lapsed: tuple[Took, ...], steps: tuple[Step, ...],
    ) -> None:  # fmt: skip
        del of, ends_on, carried, steps
        self.rolled = period
        self._lapse(lapsed)

    @event(Expired)
    def _expired(
        self, of: RetainerOf, expired_on: date, lapsed: tuple[Took, ...], steps: tuple[Step, ...]
    ) -> None:
        del of, expired_on, steps
        self._lapse(lapsed)

    @event(Adjusted)
    def _adjusted(
        self, of: RetainerOf, adjusted_on: date, granted: Granted | None,
        taken: tuple[Took, ...], why: str, approved_by: str, steps: tuple[Step, ...],
    ) -> None:  # fmt: skip
        del of, adjusted_on, why, approved_by, steps
        self.adjustments += 1
        self._lapse(taken)
        if granted:
            self.grants[granted.id] = Standing(granted, ZERO, ZERO, granted.quantity)

    @event(TakenBack)
    def _taken_back(
        self, of: RetainerOf, memo_id: UUID, taken_on: date,
        grant_id: UUID, quantity: Decimal, fee: Decimal,
    ) -> None:  # fmt: skip
        del of, memo_id, taken_on
        one = self.grants[grant_id]
        less = replace(one.granted, quantity=one.granted.quantity - quantity,
                       fee=one.granted.fee - fee)  # fmt: skip
        self.grants[grant_id] = replace(one, granted=less, left=one.left - quantity)

    @event(Billed)
    def _charges_billed(self, invoice_id: UUID, grant_ids: tuple[UUID, ...]) -> None:
        del invoice_id
        self.billed |= set(grant_ids)

    @event(Restored)
    def _charges_restored(self, memo_id: UUID, grant_ids: tuple[UUID, ...]) -> None:
        del memo_id
        self.billed -= set(grant_ids)
