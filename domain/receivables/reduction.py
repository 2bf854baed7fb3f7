"""What reduces an invoice besides money and memos: a discount, a small difference, a bad debt.

Whoever takes the last of an amount takes the last of it in the books, so nothing that is settled
leaves a cent in either.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.errors import Refusal
from domain.money import quantize

ReductionKind = Literal["discount", "difference", "write_off"]


class TooEarly(Refusal):
    """Something is undone before it was done."""

    code = "TOO_EARLY"


@dataclass(frozen=True)
class Reduction:
    """``id`` is what it came with: a payment, a write-off, or the command of a difference.

    ``tax`` is the part of the amount that reduces the output tax; both are in the invoice's
    currency, the functional ones what the books relieve.
    """

    id: UUID
    kind: ReductionKind
    entity: str
    client_code: str
    number: str
    on: date
    currency: str
    amount: Decimal
    functional_currency: str
    functional: Decimal
    tax: Decimal
    functional_tax: Decimal
    why: str


@dataclass(frozen=True)
class Owed:
    """What a credit memo left owing to the client, at the invoice's rate in the books."""

    number: str
    on: date
    amount: Decimal
    functional: Decimal


@dataclass(frozen=True)
class Use:
    """What of a payment or credit settles one invoice: taken off both sides in the books."""

    number: str
    amount: Decimal
    booked: Decimal
    paid: Decimal
    last_on: date

    def more(self, amount: Decimal, booked: Decimal, paid: Decimal, on: date) -> "Use":
        """The same invoice settled a little more."""
        last = max(self.last_on, on)
        return Use(self.number, self.amount + amount, self.booked + booked, self.paid + paid, last)

    def require_after(self, on: date) -> None:
        """Raises TooEarly for a day before the last application."""
        if on < self.last_on:
            raise TooEarly(f"{self.number} was settled on {self.last_on}", field="unapplied_on")


def relieved(amount: Decimal, left: Decimal, functional_left: Decimal, books: str) -> Decimal:
    """The books' part of an amount; all of it with the last."""
    if amount == left:
        return functional_left
    return quantize(functional_left * amount / left, books)
