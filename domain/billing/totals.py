"""The figures of a document: whose it is, what it asks for, what of it a client keeps back."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.billing.lines import LineTax, Source

ZERO = Decimal(0)


@dataclass(frozen=True)
class Party:
    """Who bills whom under which contract; ``by_run``: a revenue run earns, no document does."""

    entity: str
    client_id: UUID
    contract_id: UUID
    client_code: str
    client_name: str
    by_run: bool = False


@dataclass(frozen=True)
class PartOf:
    """The consolidated invoice that an invoice is the ``no``-th part of; ``number`` is its own."""

    document_id: UUID
    number: str
    no: int


@dataclass(frozen=True)
class Held:
    """Retainage of a document, net: what the client keeps of it; below zero what is asked for.

    ``functional`` is at the document's quote, ``carried`` what the retainage accounts move by.
    ``released``: it was released before and moves the receivable, not the contract asset.
    """

    amount: Decimal = ZERO
    functional: Decimal = ZERO
    carried: Decimal = ZERO
    released: bool = False


NOTHING_HELD = Held()


@dataclass(frozen=True)
class Totals:
    """``net + tax`` less what is held is what the client owes; functional: at the quote."""

    net: Decimal
    tax: Decimal
    functional_net: Decimal
    functional_tax: Decimal
    carried: Decimal
    held: Held = NOTHING_HELD

    @property
    def gross(self) -> Decimal:
        """Net and tax."""
        return self.net + self.tax

    @property
    def due(self) -> Decimal:
        """What the document asks for: net and tax less retainage."""
        return self.gross - self.held.amount

    @property
    def functional(self) -> Decimal:
        """What it asks for in the books."""
        return self.functional_net + self.functional_tax - self.held.functional


@dataclass(frozen=True)
class CreditLine:
    """Part of an invoice line taken back. ``restored`` sources may be billed again.

    ``taxes`` says what goes back of each tax, where the line was taxed by a code; ``retained``
    what of the line's retainage.
    """

    no: int
    net: Decimal
    tax: Decimal
    carried: Decimal
    kind: str
    restored: tuple[Source, ...]
    taxes: tuple[LineTax, ...] = ()
    retained: Decimal = ZERO
