"""A contract's schedule of values, and the applications for payment made by it.

An application says what was done of each line in a period and what material lies there; it is
worked out by :mod:`domain.billing.schedule_of_values`. Its certificate makes a billable thing:
the work certified, of which the client keeps retainage. What was applied for and not certified
is applied for again by itself, for what is due is always that of all work less all certificates.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.charges import ChargeHolder
from domain.billing.documents import NothingToBill
from domain.billing.milestone import ScheduleMismatch
from domain.billing.retainage import RetainageTerms
from domain.billing.schedule_of_values import (
    Application,
    Certificate,
    ValueLine,
    apply_for_payment,
    certify,
)
from domain.consumption import Share
from domain.errors import Refusal
from domain.explanation import Step
from domain.identity import named_id
from domain.money import quantize
from domain.pricing.fx import Quote

ZERO = Decimal(0)


class UnknownItem(Refusal):
    """The schedule of values has no such line, or it is named twice."""

    code = "UNKNOWN_ITEM"


class ApplicationPending(Refusal):
    """An application waits for its certificate, or some were certified already."""

    code = "APPLICATION_PENDING"


class ApplicationNotOpen(Refusal):
    """The application is not there to be decided: unknown, withdrawn or certified."""

    code = "APPLICATION_NOT_OPEN"


class OwnApplication(Refusal):
    """An application is certified by somebody else than who submitted it."""

    code = "OWN_APPLICATION"


class PeriodApplied(Refusal):
    """The last application goes as far."""

    code = "PERIOD_APPLIED"


@dataclass(frozen=True)
class ValueItem:
    """A line: what it is and what it is worth, in the contract's currency."""

    item: str
    text: str
    scheduled: Decimal
    change_order: bool = False


@dataclass(frozen=True)
class ItemWork:
    """Work of a period, perhaps below zero as a correction; material that lies there now."""

    item: str
    this_period: Decimal
    stored: Decimal


@dataclass(frozen=True)
class PayApplication:
    """The continuation sheet (``lines``) and what it comes to."""

    id: UUID
    no: int
    period_to: date
    lines: tuple[ValueLine, ...]
    figures: Application


@dataclass(frozen=True)
class CertifiedWork:
    """``amount`` is the work a certificate lets bill, ``retained`` what the client keeps of it.

    ``functional`` is the amount at the quote; the certificate's own figure is what is due.
    """

    application_id: UUID
    no: int
    certified_on: date
    paper: str
    certificate: Certificate
    amount: Decimal
    retained: Decimal
    quote: Quote
    functional: Decimal
    earned: bool


def values_id(contract_id: UUID) -> UUID:
    """The schedule of values of a contract."""
    return named_id("schedule of values", str(contract_id))


def require_price(items: Sequence[ValueItem], price: Decimal, currency: str) -> None:
    """Raises ScheduleMismatch, UnknownItem."""
    if len({one.item for one in items}) < len(items):
        raise UnknownItem("lines have names of their own", field="lines")
    total = sum((one.scheduled for one in items), ZERO)
    if total != price:
        raise ScheduleMismatch(f"{total} is scheduled of {price} {currency}", field="lines")


class ValueSchedule(ChargeHolder):
    """``done`` and ``stored`` by line; ``certified`` and ``retained`` to date, by certificates."""

    class Set(Root.Created):
        """A contract's price was broken down into lines."""

        TOPIC = "billing.values_set"
        contract_id: UUID
        entity: str
        currency: str
        items: tuple[ValueItem, ...]

    class Replaced(Root.Event):
        """Other lines, before anything was applied for."""

        TOPIC = "billing.values_replaced"
        items: tuple[ValueItem, ...]

    class ItemAdded(Root.Event):
        """A change order is a line of its own."""

        TOPIC = "billing.value_added"
        change_order_id: UUID
        item: ValueItem

    class Submitted(Root.Event):
        """An application for payment."""

        TOPIC = "billing.pay_application_submitted"
        contract_id: UUID
        entity: str
        currency: str
        application: PayApplication
        submitted_by: str

        def claims(self) -> tuple[str, ...]:
            """Ids of applications are unique among all contracts."""
            return (f"pay application {self.application.id}",)

    class Withdrawn(Root.Event):
        """Taken back before it was certified, as if it had never been."""

        TOPIC = "billing.pay_application_withdrawn"
        application_id: UUID
        why: str

    class Certified(Root.Event):
        """Some or all of what was due was certified."""

        TOPIC = "billing.pay_application_certified"
        contract_id: UUID
        entity: str
        currency: str
        text: str
        certified: CertifiedWork
        why: str

    class Billed(Root.Event):
        """Certificates stand on an invoice."""

        TOPIC = "billing.pay_applications_billed"
        invoice_id: UUID
        application_ids: tuple[UUID, ...]

    class Restored(Root.Event):
        """A credit memo freed them to be billed again."""

        TOPIC = "billing.pay_applications_restored"
        memo_id: UUID
        application_ids: tuple[UUID, ...]

    @event(Set)
    def __init__(
        self, id: UUID, contract_id: UUID, entity: str, currency: str, items: tuple[ValueItem, ...]
    ) -> None:
        self.contract_id = contract_id
        self.entity = entity
        self.currency = currency
        self.items = {one.item: one for one in items}
        self.done: dict[str, Decimal] = {}
        self.stored: dict[str, Decimal] = {}
        self.pending: PayApplication | None = None
        self.submitted_by = ""
        self.count = 0
        self.last_period: date | None = None
        self.certified = self.retained = ZERO
        self.shares_of: dict[UUID, Share] = {}
        self.billed: set[UUID] = set()

    def break_down(self, items: tuple[ValueItem, ...]) -> None:
        """Break the price down otherwise. Raises ApplicationPending once work was applied for."""
        if self.pending or self.count:
            raise ApplicationPending("work was applied for by the lines as they are")
        if items != tuple(self.items.values()):
            self._replaced(items)

    def add_change(self, order_id: UUID, name: str, text: str, price: Decimal) -> None:
        """The line of a change order. Raises UnknownItem where its name is taken."""
        item = f"CO {name}"
        if item in self.items:
            raise UnknownItem(f"there is a line {item}", field="change_order_id")
        self._item_added(order_id, ValueItem(item, text, price, change_order=True))

    def submit(
        self, id: UUID, period_to: date, work: Sequence[ItemWork], terms: RetainageTerms,
        released: Decimal, by: str,
    ) -> PayApplication:  # fmt: skip
        """Apply for payment; ``released`` is retainage given back by release.

        Raises ApplicationPending, PeriodApplied, UnknownItem, OverBilled, NothingToBill,
        AmountTooFine.
        """
        if self.pending:
            raise ApplicationPending(f"application {self.pending.no} waits for its certificate")
        if self.last_period and period_to <= self.last_period:
            raise PeriodApplied(f"work is applied for to {self.last_period}", field="period_to")
        lines = tuple(self._lines({one.item: one for one in work}, len(work)))
        found = apply_for_payment(lines, terms, self.retained, self.certified)
        figures = not_below(found, released, self.currency)
        if min(figures.due, figures.due + figures.retained.this_period) <= 0:
            raise NothingToBill("an application asks for work of the period", field="lines")
        application = PayApplication(id, self.count + 1, period_to, lines, figures)
        self._submitted(self.contract_id, self.entity, self.currency, application, by)
        return application

    def _lines(self, work: Mapping[str, ItemWork], named: int) -> Iterable[ValueLine]:
        if len(work) < named or not work.keys() <= self.items.keys():
            raise UnknownItem(f"of {', '.join(work)}", field="lines")
        for name, item in self.items.items():
            now = work.get(name) or ItemWork(name, ZERO, self.stored.get(name, ZERO))
            yield ValueLine(name, item.scheduled, self.done.get(name, ZERO), now.this_period,
                            now.stored, item.change_order)  # fmt: skip

    def open_application(self, id: UUID) -> PayApplication:
        """One that is not decided. Raises ApplicationNotOpen."""
        if self.pending is None or self.pending.id != id:
            raise ApplicationNotOpen("no such application waits", field="application_id")
        return self.pending

    def withdraw(self, id: UUID, why: str) -> None:
        """Take an application back. Raises ApplicationNotOpen."""
        self.open_application(id)
        self._withdrawn(id, why)

    def certify(
        self, id: UUID, amount: Decimal | None, on: date, paper: str, why: str, quote: Quote,
        by: str, *, earned: bool,
    ) -> CertifiedWork:  # fmt: skip
        """Certify what is due or less; retainage follows in proportion.

        Raises ApplicationNotOpen, OwnApplication, OverCertified, AmountTooFine.
        """
        application = self.open_application(id)
        if by == self.submitted_by:
            raise OwnApplication("somebody else than who submitted it certifies")
        figures = application.figures
        given = figures.due if amount is None else amount
        found = certify(figures, given, self.currency)
        kept = quantize(figures.retained.this_period * given / figures.due, self.currency)
        certified = CertifiedWork(id, application.no, on, paper, found, given + kept, kept, quote,
                              quote.convert(given + kept), earned)  # fmt: skip
        text = f"Application {application.no} to {application.period_to}"
        self._certified(self.contract_id, self.entity, self.currency, text, certified, why)
        return certified

    def has_charge(self, id_: UUID) -> bool:
        """Whether an application of this id was certified."""
        return id_ in self.shares_of

    def charge(self, id_: UUID) -> Share:
        """Certified work as an invoice would take it. Raises ApplicationNotOpen."""
        if id_ not in self.shares_of:
            raise ApplicationNotOpen("nothing is certified under this id", field="sources")
        return self.shares_of[id_]

    @event(Replaced)
    def _replaced(self, items: tuple[ValueItem, ...]) -> None:
        self.items = {one.item: one for one in items}

    @event(ItemAdded)
    def _item_added(self, change_order_id: UUID, item: ValueItem) -> None:
        del change_order_id
        self.items[item.item] = item

    @event(Submitted)
    def _submitted(
        self, contract_id: UUID, entity: str, currency: str, application: PayApplication,
        submitted_by: str,
    ) -> None:  # fmt: skip
        del contract_id, entity, currency
        self.pending = application
        self.submitted_by = submitted_by

    @event(Withdrawn)
    def _withdrawn(self, application_id: UUID, why: str) -> None:
        del application_id, why
        self.pending = None

    @event(Certified)
    def _certified(
        self, contract_id: UUID, entity: str, currency: str, text: str, certified: CertifiedWork,
        why: str,
    ) -> None:  # fmt: skip
        del contract_id, entity, currency, why
        assert self.pending is not None  # noqa: S101 -- it was decided on
        self.done |= {one.item: one.previous + one.this_period for one in self.pending.lines}
        self.stored |= {one.item: one.stored for one in self.pending.lines}
        self.count, self.last_period = certified.no, self.pending.period_to
        self.pending = None
        self.certified += certified.certificate.certified
        self.retained += certified.retained
        if certified.amount:
            self.shares_of[certified.application_id] = Share(
                self.id, certified.application_id, "application", text, Decimal(1),
                certified.amount, certified.amount,
                certified.functional if certified.earned else ZERO, retained=certified.retained,
            )  # fmt: skip

    @event(Billed)
    def _charges_billed(self, invoice_id: UUID, application_ids: tuple[UUID, ...]) -> None:
        del invoice_id
        self.billed |= set(application_ids)

    @event(Restored)
    def _charges_restored(self, memo_id: UUID, application_ids: tuple[UUID, ...]) -> None:
        del memo_id
        self.billed -= set(application_ids)


def not_below(figures: Application, released: Decimal, currency: str) -> Application:
    """The application where terms now keep less than releases gave back: it gives back no more.

    What is held to date counts at least what was released, which is asked for by itself.
    """
    short = released - figures.retained.held_to_date
    if short <= 0:
        return figures
    kept = figures.retained
    step = Step("schedule_of_values.released", f"{released} {currency} were released apart")
    return replace(
        figures, due=figures.due - short,
        earned_less_retainage=figures.earned_less_retainage - short,
        balance_to_finish=figures.balance_to_finish + short, steps=(*figures.steps, step),
        retained=replace(
            kept, held_to_date=released, this_period=kept.this_period + short,
            earned_less=kept.earned_less - short,
        ),
    )  # fmt: skip
