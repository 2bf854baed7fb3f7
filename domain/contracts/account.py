"""A contract's account: what was billed under it, what limits have used, what was set apart.

Every document of a contract goes through this one stream, so caps and purchase orders hold
whatever runs at once. What is held back or written down of a billable thing stands here for all
kinds alike: a thing's worth is what its holder says less what was written down.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.cap import Limit, Reached
from domain.consumption import BilledElsewhere, Share
from domain.contracts.clauses import Cap
from domain.errors import Refusal
from domain.explanation import Step
from domain.identity import named_id
from domain.revenue.position import Layer, Movement, book


class AlreadyMoved(Refusal):
    """The contract has a position of its own by now."""

    code = "ALREADY_MOVED"


ZERO = Decimal(0)


class BillableHeld(Refusal):
    """Somebody holds the thing back from billing."""

    code = "BILLABLE_HELD"


class NotHeld(Refusal):
    """Nobody holds the thing back."""

    code = "NOT_HELD"


class OverWrittenDown(Refusal):
    """More would be written down than the thing is worth."""

    code = "OVER_WRITTEN_DOWN"


@dataclass(frozen=True)
class KindTotal:
    """What a document bills of one kind of thing: net of tax, and hours where it has any."""

    kind: str
    net: Decimal
    hours: Decimal


@dataclass(frozen=True)
class WriteDown:
    """What is taken off a billable thing, or covered of it; below zero where it is put on.

    ``amount`` in the contract's currency, ``carried`` in the ``books`` currency of ``entity``.
    ``note`` is what a person said of a discount; its ``why`` is that word.
    """

    contract_id: UUID
    kind: str
    holder_id: UUID
    item_id: UUID
    amount: Decimal
    carried: Decimal
    currency: str
    books: str
    entity: str
    written_on: date
    why: str
    note: str = ""


def account_id(contract_id: UUID) -> UUID:
    """The stream of a contract's account."""
    return named_id("contract account", str(contract_id))


@dataclass(frozen=True)
class Drawn:
    """What a movement did to the layers: so many oldest ones went, ``head`` is left of the last.

    ``added`` is the layer it opened for what no layer of the other sign could give.
    """

    gone: int
    head: Layer | None
    added: Layer | None


class ContractAccount(Root):
    """``billed`` is net of tax and of credit memos, in the contract's currency.

    ``layers`` are what account 1200 holds for the contract, debit positive, oldest first. They
    are drawn in the order of the log: a fact dated earlier does not undo what was drawn before.
    """

    class Opened(Root.Created):
        """The first fact about a contract's billing."""

        TOPIC = "contracts.account_opened"
        contract_id: UUID
        entity: str
        currency: str

    class Charged(Root.Event):
        """An invoice bills some of the contract; figures are below zero for a credit memo."""

        TOPIC = "contracts.account_charged"
        document_id: UUID
        number: str
        charged_on: date
        net: Decimal
        kinds: tuple[KindTotal, ...]
        purchase_order: str

    class CapReached(Root.Event):
        """A limit's use passed a threshold."""

        TOPIC = "contracts.cap_reached"
        cap: str
        threshold_pct: Decimal
        used: Decimal
        limit: Decimal

    class Held(Root.Event):
        """A billable thing is kept off invoices."""

        TOPIC = "contracts.billable_held"
        kind: str
        holder_id: UUID
        item_id: UUID
        why: str

    class Released(Root.Event):
        """It may be billed again."""

        TOPIC = "contracts.billable_released"
        item_id: UUID

    class WrittenDown(Root.Event):
        """A billable thing is worth less to bill, or more."""

        TOPIC = "contracts.billable_written_down"
        write_down: WriteDown

    class Covered(Root.Event):
        """A retainer's fee pays for a billable thing, or (below zero) no longer does."""

        TOPIC = "contracts.billable_covered"
        part: WriteDown

    class PositionBooked(Root.Event):
        """Revenue, an invoice or a credit memo moved the position; debit is positive.

        ``functional`` is what the books take for ``amount`` at the rates of the layers drawn.
        """

        TOPIC = "contracts.position_booked"
        document_id: UUID
        kind: str
        booked_on: date
        amount: Decimal
        functional: Decimal
        drawn: Drawn

    class Joined(Root.Event):
        """Its contract is accounted for as part of another."""

        TOPIC = "contracts.account_joined"
        contract_id: UUID
        into_contract_id: UUID
        steps: tuple[Step, ...]

    @event(Opened)
    def __init__(self, id: UUID, contract_id: UUID, entity: str, currency: str) -> None:
        self.contract_id = contract_id
        self.entity = entity
        self.currency = currency
        self.billed = ZERO
        self.amounts: dict[str, Decimal] = defaultdict(Decimal)
        self.hours: dict[str, Decimal] = defaultdict(Decimal)
        self.months: dict[date, Decimal] = defaultdict(Decimal)
        self.ordered: dict[str, Decimal] = defaultdict(Decimal)
        self.held: dict[UUID, str] = {}
        self.written: dict[UUID, tuple[Decimal, Decimal]] = {}
        self.covered: dict[UUID, Decimal] = {}
        self.layers: tuple[Layer, ...] = ()
        self.into: UUID | None = None

    def limits(self, caps: Iterable[Cap]) -> list[Limit]:
        """Each cap with what has been used of it."""
        return [self._limit(cap) for cap in caps]

    def _limit(self, cap: Cap) -> Limit:
        used = max(ZERO, self._used(cap))
        return Limit(
            cap.name, cap.limit, used, cap.measure, cap.hard, cap.kinds, cap.thresholds_pct
        )

    def _used(self, cap: Cap) -> Decimal:
        sums = self.amounts if cap.measure == "amount" else self.hours
        counted = (value for kind, value in sums.items() if not cap.kinds or kind in cap.kinds)
        return sum(counted, ZERO)

    def used_in(self, month: date) -> Decimal:
        """What documents dated in a month bill, beside what a minimum commitment charges."""
        return self.months.get(month.replace(day=1), ZERO)

    def worth(self, share: Share) -> Share:
        """The share less what was written down of it, and what a retainer covers.

        Raises BillableHeld, BilledElsewhere.
        """
        if why := self.held.get(share.id):
            raise BillableHeld(f"{share.text or share.kind} is held: {why}", field="sources")
        amount, carried = self.written.get(share.id, (ZERO, ZERO))
        covered = self.covered.get(share.id, ZERO)
        left = share.less(amount + covered, carried)
        if left.amount <= 0 < share.amount:
            gone = "covered by the retainer" if covered else "written off"
            raise BilledElsewhere(f"{share.text or share.kind} is {gone}", field="sources")
        return left

    def is_set_apart(self, item_id: UUID) -> bool:
        """Whether the thing is held or worth other than its holder says."""
        return item_id in self.held or self.written.get(item_id, (ZERO, ZERO)) != (ZERO, ZERO)

    def charge(
        self, document_id: UUID, number: str, charged_on: date, kinds: tuple[KindTotal, ...],
        purchase_order: str = "",
    ) -> None:  # fmt: skip
        """Note a document; a credit memo gives its figures back."""
        net = sum((total.net for total in kinds), ZERO)
        self._charged(document_id, number, charged_on, net, kinds, purchase_order)

    def tell(self, reached: Iterable[Reached], limits: Iterable[Limit]) -> None:
        """Note thresholds that a document passed."""
        standing = {limit.name: limit for limit in limits}
        for one in reached:
            limit = standing[one.limit]
            self._cap_reached(one.limit, one.threshold_pct, limit.used, limit.limit)

    def hold(self, share: Share, why: str) -> None:
        """Keep a thing off invoices. Raises BillableHeld where it is already."""
        self.worth(share)
        self._held(share.kind, share.holder_id, share.id, why)

    def release(self, item_id: UUID) -> None:
        """Let it be billed. Raises NotHeld."""
        if item_id not in self.held:
            raise NotHeld("nobody holds this back", field="item_id")
        self._released(item_id)

    def write_down(self, share: Share, write_down: WriteDown) -> None:
        """Take some of a thing's worth off, or put it on where the amount is below zero.

        ``share`` is what the holder says. Raises OverWrittenDown, BillableHeld.
        """
        left = self.worth(share)
        if write_down.amount > left.amount:
            raise OverWrittenDown(
                f"{write_down.amount} of {left.amount} {self.currency}", field="amount"
            )
        self._written_down(write_down)

    def cover(self, part: WriteDown) -> None:
        """Let a retainer pay for some of a thing, or no longer where the amount is below zero.

        A revenue run earns what retainers pay for, so the books carry nothing for it.
        """
        if part.amount:
            self._covered(part)

    def adjust(self, part: WriteDown) -> None:
        """Take off, or put back, what the terms for work above a retainer say."""
        if part.amount:
            self._written_down(part)

    def settle(self, document_id: UUID, movement: Movement, books: str) -> Decimal:
        """Book a movement against the layers; what the books take, with the movement's sign.

        ``books`` is the functional currency. For an invoice it is what the position gives up;
        the difference to the invoice's own rate is realised.
        """
        if not movement.amount:
            return Decimal(0)
        sign = 1 if movement.kind == "revenue" else -1
        booked = book(self.layers, self._in_order(movement), books)
        taken = booked.functional - booked.fx
        self._position_booked(
            document_id, movement.kind, movement.accounting_on, sign * movement.amount,
            sign * taken, self._drawn(booked.layers, sign * movement.amount),
        )  # fmt: skip
        return taken

    def _in_order(self, movement: Movement) -> Movement:
        latest = max((layer.booked_on for layer in self.layers), default=movement.accounting_on)
        return replace(movement, accounting_on=max(latest, movement.accounting_on))

    def _drawn(self, after: tuple[Layer, ...], amount: Decimal) -> Drawn:
        """The change from the layers now to those after a movement; all layers share a sign."""
        before = self.layers
        if not before or before[0].amount * amount > 0:
            return Drawn(0, None, after[-1])
        if after and after[0].amount * amount > 0:
            return Drawn(len(before), None, after[0])
        gone = len(before) - len(after)
        if after == before[gone:]:
            return Drawn(gone, None, None)
        return Drawn(gone + 1, after[0], None)

    def join(self, into_contract_id: UUID, steps: tuple[Step, ...]) -> None:
        """Move with another contract's account; twice changes nothing. Raises AlreadyMoved."""
        if self.into == account_id(into_contract_id):
            return
        if self.into or self.layers or self.billed:
            raise AlreadyMoved("the contract was billed or combined already", field="other_id")
        self._joined(self.contract_id, into_contract_id, steps)

    @event(Covered)
    def _covered(self, part: WriteDown) -> None:
        self.covered[part.item_id] = self.covered.get(part.item_id, ZERO) + part.amount

    @event(PositionBooked)
    def _position_booked(
        self, document_id: UUID, kind: str, booked_on: date, amount: Decimal,
        functional: Decimal, drawn: Drawn,
    ) -> None:  # fmt: skip
        del document_id, kind, booked_on, amount, functional
        head = (drawn.head,) if drawn.head else ()
        added = (drawn.added,) if drawn.added else ()
        self.layers = (*head, *self.layers[drawn.gone :], *added)

    @event(Joined)
    def _joined(self, contract_id: UUID, into_contract_id: UUID, steps: tuple[Step, ...]) -> None:
        del contract_id, steps
        self.into = account_id(into_contract_id)

    @event(Charged)
    def _charged(
        self, document_id: UUID, number: str, charged_on: date, net: Decimal,
        kinds: tuple[KindTotal, ...], purchase_order: str,
    ) -> None:  # fmt: skip
        del document_id, number
        self.billed += net
        for total in kinds:
            if total.kind != "commitment":
                self.months[charged_on.replace(day=1)] += total.net
            self.amounts[total.kind] += total.net
            self.hours[total.kind] += total.hours
        if purchase_order:
            self.ordered[purchase_order] += net

    @event(CapReached)
    def _cap_reached(
        self, cap: str, threshold_pct: Decimal, used: Decimal, limit: Decimal
    ) -> None:
        del cap, threshold_pct, used, limit

    @event(Held)
    def _held(self, kind: str, holder_id: UUID, item_id: UUID, why: str) -> None:
        del kind, holder_id
        self.held[item_id] = why

    @event(Released)
    def _released(self, item_id: UUID) -> None:
        del self.held[item_id]

    @event(WrittenDown)
    def _written_down(self, write_down: WriteDown) -> None:
        amount, carried = self.written.get(write_down.item_id, (ZERO, ZERO))
        self.written[write_down.item_id] = (
            amount + write_down.amount,
            carried + write_down.carried,
        )
