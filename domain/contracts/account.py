"""A contract's account: what was billed under it, and the limits that watch it.

Every document of a contract goes through this one stream, so caps and purchase orders hold
whatever runs at once. Where a revenue run earns, it also keeps the position in layers, so that
each amount leaves the books at the rate it came in at.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.errors import Refusal
from domain.explanation import Step
from domain.identity import named_id
from domain.revenue.position import Layer, Movement, book


class AlreadyMoved(Refusal):
    """The contract has a position of its own by now."""

    code = "ALREADY_MOVED"


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
        """The first document of a contract."""

        TOPIC = "contracts.account_opened"
        contract_id: UUID
        entity: str
        currency: str

    class Charged(Root.Event):
        """An invoice bills some of the contract; ``net`` is below zero for a credit memo."""

        TOPIC = "contracts.account_charged"
        document_id: UUID
        number: str
        charged_on: date
        net: Decimal

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
        self.billed = Decimal(0)
        self.layers: tuple[Layer, ...] = ()
        self.into: UUID | None = None

    def charge(self, document_id: UUID, number: str, charged_on: date, net: Decimal) -> None:
        """Note a document; a credit memo gives its net back."""
        self._charged(document_id, number, charged_on, net)

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
    def _charged(self, document_id: UUID, number: str, charged_on: date, net: Decimal) -> None:
        del document_id, number, charged_on
        self.billed += net
