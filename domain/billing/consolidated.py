"""A consolidated invoice: one document over several contracts of a client, made of parts.

A part is an invoice of one contract like any other; all rules about invoices are about the part.
The document has the number, the date it is due and the total, and nothing of it changes later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Root, event
from domain.billing.invoice import OverApplied
from domain.errors import Refusal
from domain.identity import named_id


class NotAPart(Refusal):
    """The consolidated invoice has no such part."""

    code = "NOT_A_PART"


def part_id(document_id: UUID, contract_id: UUID) -> UUID:
    """The invoice that is a contract's part of a consolidated one."""
    return named_id("part", f"{document_id}:{contract_id}")


@dataclass(frozen=True)
class Part:
    """An invoice of one contract; ``due`` is what it asked for when it was issued."""

    invoice_id: UUID
    contract_id: UUID
    number: str
    due: Decimal


class ConsolidatedInvoice(Root):
    """``total`` is the sum of what its parts ask for, in their currency."""

    class Issued(Root.Created):
        """The client was billed for several contracts at once; the number is of the series."""

        TOPIC = "billing.consolidated_invoice_issued"
        number: str
        sequence: int
        series: str
        entity: str
        client_id: UUID
        client_code: str
        issued_on: date
        due_on: date
        currency: str
        parts: tuple[Part, ...]
        total: Decimal

        def tags(self) -> tuple[str, ...]:
            """The head of its number series."""
            return (f"series {self.series}",)

    @event(Issued)
    def __init__(
        self, id: UUID, number: str, sequence: int, series: str, entity: str, client_id: UUID,
        client_code: str, issued_on: date, due_on: date, currency: str,
        parts: tuple[Part, ...], total: Decimal,
    ) -> None:  # fmt: skip
        del sequence, series, client_code, issued_on, due_on
        self.number = number
        self.entity = entity
        self.client_id = client_id
        self.currency = currency
        self.parts = {part.invoice_id: part for part in parts}
        self.total = total

    def in_order(self, first: Sequence[UUID]) -> tuple[UUID, ...]:
        """Its invoices, these before the others, which stay as printed. Raises NotAPart."""
        for id_ in first:
            if id_ not in self.parts:
                raise NotAPart(f"{self.number} has no part {id_}", field="first")
        return tuple(dict.fromkeys([*first, *self.parts]))


def spread(
    amount: Decimal, opens: Mapping[UUID, Decimal], currency: str
) -> Iterable[tuple[UUID, Decimal]]:
    """An amount over what is open of each, in order: the next gets what the one before leaves.

    The shares are above zero and sum to the amount. Raises OverApplied.
    """
    whole = sum(opens.values(), Decimal(0))
    if amount > whole:
        raise OverApplied(f"its parts have {whole} {currency} open", field="amount")
    shares = []
    for id_, open_ in opens.items():
        if share := min(open_, amount):
            shares.append((id_, share))
        amount -= share
    return shares
