"""A bad debt: proposed by one, written off by another, and perhaps paid after all."""

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.invoice import OverApplied
from domain.delivery.timesheet import OwnWork
from domain.errors import Refusal
from domain.pricing.fx import Quote
from domain.receivables.reduction import Reduction, TooEarly, relieved

State = Literal["proposed", "written_off", "reversed"]


class AboveWriteOffLimit(Refusal):
    """One person may not write off so much: propose it, and let a controller approve."""

    code = "WRITE_OFF_LIMIT"


class NotWrittenOff(Refusal):
    """The write-off is not in the state that this needs."""

    code = "WRITE_OFF_STATE"


class WriteOff(Root):
    """``left`` is what was written off and not recovered; its tax beside it."""

    class Proposed(Root.Created):
        """Somebody gives up hope for some of an invoice."""

        TOPIC = "receivables.write_off_proposed"
        invoice_id: UUID
        number: str
        entity: str
        client_code: str
        currency: str
        amount: Decimal
        why: str
        reclaims_tax: bool
        author: str

    class Approved(Root.Event):
        """It was written off: the amounts of the invoice's reduction."""

        TOPIC = "receivables.write_off_approved"
        approver: str
        reduction: Reduction

    class Recovered(Root.Event):
        """Paid after all: the bank at the day's rate, the tax as it was reclaimed."""

        TOPIC = "receivables.write_off_recovered"
        entity: str
        client_code: str
        number: str
        bank_reference: str
        received_on: date
        currency: str
        amount: Decimal
        quote: Quote
        functional: Decimal
        tax: Decimal
        functional_tax: Decimal

        def claims(self) -> tuple[str, ...]:
            """A bank reference is booked once an entity."""
            return (f"bank reference {self.entity} {self.bank_reference}",)

    class Reversed(Root.Event):
        """It was a mistake: the invoice asks for it again."""

        TOPIC = "receivables.write_off_reversed"
        entity: str
        number: str
        reversed_on: date
        why: str

    @event(Proposed)
    def __init__(
        self,
        id: UUID,
        invoice_id: UUID,
        number: str,
        entity: str,
        client_code: str,
        currency: str,
        amount: Decimal,
        why: str,
        reclaims_tax: bool,
        author: str,
    ) -> None:
        self.invoice_id = invoice_id
        self.number = number
        self.entity = entity
        self.client_code = client_code
        self.currency = currency
        self.amount = amount
        self.why = why
        self.reclaims_tax = reclaims_tax
        self.author = author
        self.state: State = "proposed"
        self.reduction: Reduction | None = None
        self.left = self.tax_left = self.functional_tax_left = Decimal(0)

    def refuse_author(self, actor: str) -> None:
        """Raises OwnWork for who proposed it."""
        if actor == self.author:
            raise OwnWork("a write-off is approved by somebody else than its author")

    def require(self, state: State) -> None:
        """Raises NotWrittenOff."""
        if self.state != state:
            raise NotWrittenOff(f"the write-off is {self.state}", field="write_off_id")

    def approve(self, approver: str, reduction: Reduction) -> None:
        """Note that the invoice gave it up."""
        self._approved(approver, reduction)

    def recover(self, reference: str, on: date, amount: Decimal, quote: Quote) -> Decimal:
        """Take money for it; answers what the allowance gets back.

        Raises NotWrittenOff, OverApplied, TooEarly.
        """
        self._require_after(on)
        if amount > self.left:
            raise OverApplied(f"{self.left} {self.currency} are written off", field="amount")
        tax = relieved(amount, self.left, self.tax_left, self.currency)
        booked = relieved(amount, self.left, self.functional_tax_left, quote.to)
        came = quote.convert(amount)
        self._recovered(
            self.entity, self.client_code, self.number, reference, on, self.currency, amount,
            quote, came, tax, booked,
        )  # fmt: skip
        return came - booked

    def reverse(self, on: date, why: str) -> Reduction:
        """Take it back; answers what the invoice gave up.

        Raises NotWrittenOff, also where some was recovered, and TooEarly.
        """
        found = self._require_after(on)
        if self.left != self.amount:
            raise NotWrittenOff("some of it was recovered", field="write_off_id")
        self._reversed(self.entity, self.number, on, why)
        return found

    def _require_after(self, on: date) -> Reduction:
        self.require("written_off")
        assert self.reduction is not None  # noqa: S101 -- written off
        if on < self.reduction.on:
            raise TooEarly(f"{self.number} was written off on {self.reduction.on}")
        return self.reduction

    @event(Approved)
    def _approved(self, approver: str, reduction: Reduction) -> None:
        del approver
        self.state = "written_off"
        self.reduction = reduction
        self.left = reduction.amount
        self.tax_left = reduction.tax
        self.functional_tax_left = reduction.functional_tax

    @event(Recovered)
    def _recovered(
        self, entity: str, client_code: str, number: str, bank_reference: str,
        received_on: date, currency: str, amount: Decimal, quote: Quote, functional: Decimal,
        tax: Decimal, functional_tax: Decimal,
    ) -> None:  # fmt: skip
        del entity, client_code, number, bank_reference, received_on, currency, quote, functional
        self.left -= amount
        self.tax_left -= tax
        self.functional_tax_left -= functional_tax

    @event(Reversed)
    def _reversed(self, entity: str, number: str, reversed_on: date, why: str) -> None:
        del entity, number, reversed_on, why
        self.state = "reversed"
