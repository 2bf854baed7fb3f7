"""Deposits of a client for a contract: its money, held until invoices use it up or it goes back.

A deposit is security and owed back, so it is a liability and no advance payment: nothing is
billed or taxed when it comes. The oldest deposit is used first; each leaves the books at the rate
it came in at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.deposit import Deposit, OpenInvoice, apply_deposits
from domain.billing.invoice import OverApplied
from domain.billing.payment_refusals import NotApplied
from domain.identity import named_id
from domain.pricing.fx import Quote
from domain.receivables.reduction import TooEarly, Use, relieved

ZERO = Decimal(0)


@dataclass(frozen=True)
class Lot:
    """What is left of a deposit, or was used of it, in its currency and in the books."""

    deposit_id: UUID
    reference: str
    received_on: date
    amount: Decimal
    functional: Decimal


Lots = tuple[Lot, ...]


@dataclass(frozen=True)
class DepositUsed:
    """Deposits on an invoice: what they settled, and which."""

    use: Use
    lots: Lots


def deposits_id(contract_id: UUID) -> UUID:
    """The deposits of a contract."""
    return named_id("contract deposits", str(contract_id))


class ContractDeposits(Root):
    """``lots`` by deposit, oldest first; ``uses`` by invoice."""

    class Opened(Root.Created):
        """The first deposit for a contract."""

        TOPIC = "receivables.deposits_opened"
        contract_id: UUID
        entity: str
        client_id: UUID
        client_code: str
        currency: str
        books: str

    class Received(Root.Event):
        """Money of the client came, to be held."""

        TOPIC = "receivables.deposit_received"
        contract_id: UUID
        entity: str
        client_code: str
        deposit_id: UUID
        received_on: date
        currency: str
        amount: Decimal
        quote: Quote
        functional: Decimal
        bank_reference: str

        def claims(self) -> tuple[str, ...]:
            """A bank reference is booked once an entity, a deposit comes once."""
            return (
                f"bank reference {self.entity} {self.bank_reference}",
                f"deposit {self.deposit_id}",
            )

    class Applied(Root.Event):
        """Some settles an invoice; ``paid - booked`` is realised FX gain."""

        TOPIC = "receivables.deposit_applied"
        contract_id: UUID
        entity: str
        client_code: str
        invoice_id: UUID
        invoice_number: str
        applied_on: date
        currency: str
        amount: Decimal
        functional_currency: str
        booked: Decimal
        paid: Decimal
        lots: tuple[Lot, ...]

    class Unapplied(Root.Event):
        """All that settled an invoice was taken off, at the amounts it was applied at."""

        TOPIC = "receivables.deposit_unapplied"
        contract_id: UUID
        entity: str
        client_code: str
        invoice_id: UUID
        invoice_number: str
        unapplied_on: date
        currency: str
        amount: Decimal
        functional_currency: str
        booked: Decimal
        paid: Decimal
        lots: tuple[Lot, ...]

    class Refunded(Root.Event):
        """Some went back: ``functional`` leaves the bank, ``relieved`` is owed no more."""

        TOPIC = "receivables.deposit_refunded"
        contract_id: UUID
        entity: str
        client_code: str
        refund_reference: str
        refunded_on: date
        currency: str
        amount: Decimal
        quote: Quote
        functional: Decimal
        relieved: Decimal
        lots: tuple[Lot, ...]

        def claims(self) -> tuple[str, ...]:
            """A bank reference is booked once an entity."""
            return (f"bank reference {self.entity} {self.refund_reference}",)

    @event(Opened)
    def __init__(
        self, id: UUID, contract_id: UUID, entity: str, client_id: UUID, client_code: str,
        currency: str, books: str,
    ) -> None:  # fmt: skip
        self.contract_id = contract_id
        self.entity = entity
        self.client_id = client_id
        self.client_code = client_code
        self.currency = currency
        self.books = books
        self.lots: dict[UUID, Lot] = {}
        self.uses: dict[UUID, DepositUsed] = {}

    @property
    def held(self) -> Decimal:
        """What neither settles an invoice nor went back."""
        return sum((lot.amount for lot in self.lots.values()), ZERO)

    def receive(
        self, deposit_id: UUID, on: date, amount: Decimal, quote: Quote, reference: str
    ) -> None:
        """Hold more."""
        self._received(
            self.contract_id, self.entity, self.client_code, deposit_id, on, self.currency,
            amount, quote, quote.convert(amount), reference,
        )  # fmt: skip

    def oldest(self, amount: Decimal, on: date, what: str) -> Lots:
        """The oldest deposits that make up an amount. Raises OverApplied, TooEarly."""
        if amount > self.held:
            raise OverApplied(f"{self.held} {self.currency} are held", field="amount")
        lots = tuple(self._taken(amount, on, what))
        if late := [lot for lot in lots if lot.received_on > on]:
            raise TooEarly(f"a deposit came on {late[0].received_on}")
        return lots

    def _taken(self, amount: Decimal, on: date, what: str) -> Iterator[Lot]:
        known = {str(lot.deposit_id): lot for lot in self.lots.values()}
        deposits = [Deposit(name, lot.received_on, lot.amount) for name, lot in known.items()]
        for part in apply_deposits(
            deposits, [OpenInvoice(what, on, amount)], self.currency
        ).applied:
            lot = known[part.deposit]
            paid = relieved(part.amount, lot.amount, lot.functional, self.books)
            yield replace(lot, amount=part.amount, functional=paid)

    def apply(
        self, invoice_id: UUID, number: str, on: date, amount: Decimal, booked: Decimal, lots: Lots
    ) -> None:
        """Use lots found by ``oldest``; ``booked`` is what the invoice relieves."""
        self._applied(
            self.contract_id, self.entity, self.client_code, invoice_id, number, on,
            self.currency, amount, self.books, booked, books_of(lots), lots,
        )  # fmt: skip

    def unapply(self, invoice_id: UUID, on: date) -> Use:
        """Take off all that settles an invoice. Raises NotApplied, TooEarly."""
        found = self.uses.get(invoice_id)
        if found is None:
            raise NotApplied("no deposit settles that invoice", field="invoice_id")
        use = found.use
        use.require_after(on)
        self._unapplied(
            self.contract_id, self.entity, self.client_code, invoice_id, use.number, on,
            self.currency, use.amount, self.books, use.booked, use.paid, found.lots,
        )  # fmt: skip
        return use

    def refund(self, reference: str, on: date, amount: Decimal, quote: Quote) -> None:
        """Send some back, at the day's rate. Raises OverApplied, TooEarly."""
        lots = self.oldest(amount, on, reference)
        self._refunded(
            self.contract_id, self.entity, self.client_code, reference, on, self.currency, amount,
            quote, quote.convert(amount), books_of(lots), lots,
        )  # fmt: skip

    @event(Received)
    def _received(
        self, contract_id: UUID, entity: str, client_code: str, deposit_id: UUID,
        received_on: date, currency: str, amount: Decimal, quote: Quote, functional: Decimal,
        bank_reference: str,
    ) -> None:  # fmt: skip
        del contract_id, entity, client_code, currency, quote
        lot = Lot(deposit_id, bank_reference, received_on, amount, functional)
        self.lots[deposit_id] = lot

    @event(Applied)
    def _applied(
        self, contract_id: UUID, entity: str, client_code: str, invoice_id: UUID,
        invoice_number: str, applied_on: date, currency: str, amount: Decimal,
        functional_currency: str, booked: Decimal, paid: Decimal, lots: tuple[Lot, ...],
    ) -> None:  # fmt: skip
        del contract_id, entity, client_code, currency, functional_currency
        self._move(lots, -1)
        nothing = DepositUsed(Use(invoice_number, ZERO, ZERO, ZERO, applied_on), ())
        was = self.uses.get(invoice_id, nothing)
        self.uses[invoice_id] = DepositUsed(
            was.use.more(amount, booked, paid, applied_on), (*was.lots, *lots)
        )

    @event(Unapplied)
    def _unapplied(
        self, contract_id: UUID, entity: str, client_code: str, invoice_id: UUID,
        invoice_number: str, unapplied_on: date, currency: str, amount: Decimal,
        functional_currency: str, booked: Decimal, paid: Decimal, lots: tuple[Lot, ...],
    ) -> None:  # fmt: skip
        del contract_id, entity, client_code, invoice_number, unapplied_on, currency, amount
        del functional_currency, booked, paid
        self._move(lots, 1)
        del self.uses[invoice_id]

    @event(Refunded)
    def _refunded(
        self, contract_id: UUID, entity: str, client_code: str, refund_reference: str,
        refunded_on: date, currency: str, amount: Decimal, quote: Quote, functional: Decimal,
        relieved: Decimal, lots: tuple[Lot, ...],
    ) -> None:  # fmt: skip
        del contract_id, entity, client_code, refund_reference, refunded_on, currency, amount
        del quote, functional, relieved
        self._move(lots, -1)

    def _move(self, lots: Lots, sign: int) -> None:
        for lot in lots:
            was = self.lots[lot.deposit_id]
            self.lots[lot.deposit_id] = replace(
                was, amount=was.amount + sign * lot.amount,
                functional=was.functional + sign * lot.functional,
            )  # fmt: skip


def books_of(lots: Lots) -> Decimal:
    """What the books carry for lots."""
    return sum((lot.functional for lot in lots), ZERO)
