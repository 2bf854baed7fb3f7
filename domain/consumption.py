"""Consumption: every billable thing is unbilled, billed, credited or written off, never two.

Time, expenses and milestones keep their own state; an invoice takes shares of them and changes
holder and invoice in one append, so two invoices can never take the same thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

from domain.errors import Refusal
from domain.money import quantize

Kind = Literal[
    "time", "expense", "milestone", "recurring", "commitment", "usage", "retainer", "application"
]


class BilledElsewhere(Refusal):
    """The thing is not there to be billed: on another invoice, or not approved."""

    code = "NOT_BILLABLE"


@dataclass(frozen=True)
class Share:
    """One billable thing: ``holder_id`` is its stream, ``id`` the thing within it.

    ``amount`` is in the contract's currency; ``carried`` is what the books carry for it in the
    functional currency of the contract's entity. ``text`` and ``unit_price`` name its line.
    ``discount`` is what the document took off already, with what the books carried for it;
    ``retained`` what the client keeps of the amount (below zero: what it gives back).
    """

    holder_id: UUID
    id: UUID
    kind: Kind
    text: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    carried: Decimal
    discount: Decimal = Decimal(0)
    discount_carried: Decimal = Decimal(0)
    retained: Decimal = Decimal(0)

    def less(self, amount: Decimal, carried: Decimal) -> "Share":
        """What is left when some is taken off; the quantity shrinks with the amount."""
        if not amount and not carried:
            return self
        left = self.amount - amount
        quantity = self.quantity * left / self.amount if self.amount else self.quantity
        return replace(self, quantity=quantity, amount=left, carried=self.carried - carried,
                       retained=min(self.retained, left))  # fmt: skip

    def discounted(self, amount: Decimal, carried: Decimal) -> "Share":
        """As much of it, for less."""
        return replace(
            self, amount=self.amount - amount, carried=self.carried - carried,
            discount=self.discount + amount, discount_carried=self.discount_carried + carried,
        )  # fmt: skip

    def part_of(self, amount: Decimal, books: str) -> Decimal:
        """What the books carry for a part of the amount; all of it for all of it."""
        if amount == self.amount:
            return self.carried
        return quantize(self.carried * amount / self.amount, books)


class Holder(Protocol):
    """A stream that keeps billable things: a timesheet, an expense, a project."""

    def shares(self, ids: tuple[UUID, ...]) -> Sequence[Share]:
        """What an invoice would consume. Raises BilledElsewhere and what names an unknown one."""

    def contract_of(self, id_: UUID) -> UUID | None:
        """The contract a thing is billed under."""

    def bill(self, invoice_id: UUID, ids: tuple[UUID, ...]) -> None:
        """Put things on an invoice. Raises as ``shares``."""

    def restore(self, memo_id: UUID, ids: tuple[UUID, ...]) -> None:
        """Make billed things billable again."""
